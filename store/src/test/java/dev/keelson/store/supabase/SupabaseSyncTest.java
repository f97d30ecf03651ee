package dev.keelson.store.supabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.sync.SyncTable;
import dev.keelson.sync.SyncTable.Column;
import dev.keelson.sync.SyncType;
import dev.keelson.sync.spi.SyncTargets;
import dev.keelson.testkit.PostgrestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SupabaseSyncTest {
    private static final String KEY = "right-key-7d2a";

    private final PostgrestServer server = new PostgrestServer(KEY, 10);
    private final List<Duration> pauses = new ArrayList<>();
    private final SupabaseSync sync = new SupabaseSync(pauses::add);

    @AfterEach
    void stop() {
        server.close();
    }

    private SyncTable bets(String key) {
        return new SyncTable(
                new SourceOrigin.Supabase(Located.of(server.address()), Located.of(key), Located.of("bets")),
                List.of(
                        new Column("bet_id", SyncType.TEXT),
                        new Column("legs", SyncType.LONG),
                        new Column("odds", SyncType.DOUBLE),
                        new Column("won", SyncType.BOOLEAN),
                        new Column("shares", SyncType.JSON)),
                List.of("bet_id"));
    }

    private void define() {
        server.define(
                "bets", Map.of("bet_id", "text", "legs", "integer", "odds", "float", "won", "boolean", "shares", "jsonb"));
    }

    private static @Nullable String[] row(@Nullable String... cells) {
        return cells;
    }

    @Test
    void valuesKeepTheirTypes() {
        define();

        try (SyncTargets.Open open = sync.open(bets(KEY))) {
            open.put(List.of(
                    row("a", "9007199254740993", "1.85", "true", "{\"H\":0.5}"), row("b", null, "NaN", null, null)));
        }

        assertThat(server.rows("bets")).extracting(Object::toString)
                .containsExactly(
                        "{\"bet_id\":\"a\",\"legs\":9007199254740993,\"odds\":1.85,\"won\":true,\"shares\":{\"H\":0.5}}",
                        "{\"bet_id\":\"b\",\"legs\":null,\"odds\":\"NaN\",\"won\":null,\"shares\":null}");
    }

    @Test
    void rowOfAKnownKeyIsReplaced() {
        define();

        try (SyncTargets.Open open = sync.open(bets(KEY))) {
            open.put(List.of(row("a", "1", "1.5", "true", null), row("b", "1", "1.5", "true", null)));
            open.put(List.<@Nullable String[]>of(row("a", "2", "1.6", "false", null)));
        }

        assertThat(server.rows("bets")).extracting(row -> row.path("bet_id").asText() + row.path("legs").asInt())
                .containsExactlyInAnyOrder("a2", "b1");
        assertThat(server.requests().getLast()).isEqualTo("POST /rest/v1/bets?on_conflict=bet_id");
    }

    @Test
    void failuresThatPassAreTriedAgain() {
        define();
        server.fail(503, 429);

        try (SyncTargets.Open open = sync.open(bets(KEY))) {
            server.fail(500);
            open.put(List.<@Nullable String[]>of(row("a", "1", "1.5", "true", null)));
        }

        assertThat(server.rows("bets")).hasSize(1);
        assertThat(pauses).containsExactly(Duration.ofMillis(250), Duration.ofSeconds(7), Duration.ofMillis(250));
    }

    @Test
    void serviceThatStaysDownIsUnreachable() {
        define();
        server.fail(503, 503, 503, 503, 503, 503);

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets(KEY)));

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE);
    }

    @Test
    void missingTableComesWithTheStatementThatMakesIt() {
        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets(KEY)));

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_REFUSED);
        assertThat(failure.toString()).contains("(bets)").contains("Maybe make it: create table \"bets\" (\"bet_id\" text,"
                + " \"legs\" bigint, \"odds\" double precision, \"won\" boolean, \"shares\" jsonb, primary key (\"bet_id\"));");
    }

    @Test
    void missingColumnIsNamedBeforeAnythingIsWritten() {
        server.define("bets", Map.of("bet_id", "text", "legs", "integer", "odds", "float", "won", "boolean"));

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets(KEY)));

        assertThat(failure.toString())
                .contains("the column (shares) of the table (bets)")
                .contains("Maybe add it: alter table \"bets\" add column \"shares\" jsonb;");
        assertThat(server.requests()).allMatch(request -> request.startsWith("GET"));
    }

    @Test
    void columnOfARefusedValueIsNamed() {
        server.define(
                "bets", Map.of("bet_id", "integer", "legs", "integer", "odds", "float", "won", "boolean", "shares", "jsonb"));

        KeelsonException failure;
        try (SyncTargets.Open open = sync.open(bets(KEY))) {
            failure = catchThrowableOfType(
                    KeelsonException.class,
                    () -> open.put(List.<@Nullable String[]>of(row("ab-1", "1", "1.5", "true", null))));
        }

        assertThat(failure.toString()).contains("the column (bet_id) of the table (bets)").contains("ab-1");
        assertThat(server.rows("bets")).isEmpty();
    }

    @Test
    void wrongKeyIsSaidAndNotShown() {
        define();

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> sync.open(bets("wrong-key-99")));

        assertThat(failure.toString()).contains("Invalid API key").contains("Maybe").doesNotContain("wrong-key-99");
    }
}
