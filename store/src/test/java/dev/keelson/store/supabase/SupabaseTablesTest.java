package dev.keelson.store.supabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DataLoad;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Sources;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.store.files.FileSourceFiles;
import dev.keelson.testkit.PostgrestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SupabaseTablesTest {
    private static final String KEY = "right-key-7d2a";
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");

    private final PostgrestServer server = new PostgrestServer(KEY, 10);
    private final List<Duration> pauses = new ArrayList<>();
    private final SourceReader reader =
            new SourceReader(new FileSourceFiles(Path.of("")), List.of(new SupabaseTables(pauses::add, 10)));

    @AfterEach
    void stop() {
        server.close();
    }

    private static ObjectNode bet(int number) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("bet_id", String.format(Locale.ROOT, "%03d", number));
        row.put("placed_at", "2024-03-%02dT10:00:00+00:00".formatted(1 + number % 28));
        row.put("stake", number + 0.1);
        row.put("won", number % 2 == 0);
        row.putNull("note");
        return row;
    }

    private SourceDefinition bets(String key) {
        return Sources.matches()
                .key("bet_id")
                .eventTime("placed_at")
                .column("placed_at", ColumnType.TIMESTAMP)
                .build()
                .withOrigin(new SourceOrigin.Supabase(
                        Located.of(server.address()), Located.of(key), Located.of("bets")));
    }

    private void insert(int count) {
        for (int i = 0; i < count; i++) {
            server.insert("bets", bet(i));
        }
    }

    @Test
    void allPagesAreReadInOrderOfTheKey() {
        insert(35);

        SourceRows rows = reader.read(bets(KEY), null);

        assertThat(rows.frame().rows()).isEqualTo(35);
        assertThat(server.requests()).hasSize(4);
        assertThat(server.requests().getLast()).contains("order=bet_id.asc").contains("offset=30");
    }

    @Test
    void typesAreThoseOfTheValues() {
        insert(3);

        SourceRows rows = reader.read(bets(KEY), null);

        assertThat(rows.schema().column("bet_id").type()).isEqualTo(ColumnType.STRING);
        assertThat(rows.schema().column("stake").type()).isEqualTo(ColumnType.DOUBLE);
        assertThat(rows.schema().column("won").type()).isEqualTo(ColumnType.BOOLEAN);
        assertThat(rows.frame().vector("stake").get(1)).isEqualTo(1.1);
    }

    @Test
    void failuresAreTriedAgainWithGrowingPausesOrAsLongAsTheServerAsks() {
        insert(15);
        server.fail(503, 500, 429);

        SourceRows rows = reader.read(bets(KEY), null);

        assertThat(rows.frame().rows()).isEqualTo(15);
        assertThat(pauses).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(7));
    }

    @Test
    void serviceThatStaysDownIsGivenUp() {
        insert(1);
        server.fail(503, 503, 503, 503, 503, 503);

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> reader.read(bets(KEY), null));

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(failure).hasMessageContaining("503");
    }

    @Test
    void rowsThatVanishBetweenPagesStartTheReadingAgain() {
        insert(25);
        server.afterPage(() -> server.remove("bets", 0));

        SourceRows rows = reader.read(bets(KEY), null);

        assertThat(rows.frame().rows()).isEqualTo(24);
        assertThat(rows.frame().vector("bet_id").get(0)).isNotNull();
    }

    @Test
    void wrongKeyIsSaidAndNotShown() {
        insert(1);

        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> reader.read(bets("wrong-key-99"), null));

        assertThat(failure.toString()).contains("401").contains("Maybe").doesNotContain("wrong-key-99");
        assertThat(bets("wrong-key-99").toString()).doesNotContain("wrong-key-99");
        assertThat(server.requests()).singleElement().asString().doesNotContain("wrong-key-99");
        assertThat(pauses).isEmpty();
    }

    @Test
    void missingTableIsNamed() {
        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> reader.read(bets(KEY), null));

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
        assertThat(failure).hasMessageContaining("supabase:bets");
    }

    @Test
    void nextLoadAsksFromTheCursorOn() {
        insert(12);
        InMemoryDatasetStore store = new InMemoryDatasetStore();
        DataLoad load = new DataLoad(store);
        load.load(reader, bets(KEY), null, NOW);
        server.insert("bets", bet(27));

        LoadReport second = load.load(reader, bets(KEY), null, NOW);

        assertThat(server.requests().getLast()).contains("placed_at=gte.2024-03-08T10");
        assertThat(second.loaded()).isEqualTo(1);
        assertThat(second.read()).isLessThan(13);
    }

    @Test
    void emptyTableHasNoVersionYet() {
        server.insert("bets");

        LoadReport report = new DataLoad(new InMemoryDatasetStore()).load(reader, bets(KEY), null, NOW);

        assertThat(report.version()).isNull();
        assertThat(report.changed()).isFalse();
    }

    @Test
    void columnThatIsAddedWhileItIsReadStartsTheReadingAgain() {
        insert(15);
        server.afterPage(() -> server.rows("bets").forEach(row -> row.put("added", "x")));

        SourceRows rows = reader.read(bets(KEY), null);

        assertThat(rows.frame().rows()).isEqualTo(15);
        assertThat(rows.frame().vector("added").get(0)).isEqualTo("x");
    }

    @Test
    void nothingNewIsNoError() {
        insert(3);
        DataLoad load = new DataLoad(new InMemoryDatasetStore());
        load.load(reader, bets(KEY), null, NOW);
        for (int i = 0; i < 3; i++) {
            server.remove("bets", 0);
        }

        LoadReport second = load.load(reader, bets(KEY), null, NOW);

        assertThat(second.read()).isZero();
        assertThat(second.changed()).isFalse();
    }
}
