package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangeFeedTest {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final String HEADER = "op,id,at,changed,value\n";

    private final InMemoryDatasetStore store = new InMemoryDatasetStore();
    private final DataLoad load = new DataLoad(store);

    private static SourceDefinition feed() {
        return Sources.matches()
                .key("id")
                .eventTime("at")
                .created("changed")
                .lateWindow(Duration.ofDays(5))
                .column("at", ColumnType.DATE)
                .column("changed", ColumnType.TIMESTAMP)
                .column("id", ColumnType.STRING)
                .column("value", ColumnType.DOUBLE)
                .operation(new RowOperation("op", List.of("I", "c"), List.of("U"), List.of("D")))
                .build();
    }

    private static SourceRows rows(String lines) {
        return Sources.read(feed(), HEADER + lines);
    }

    private List<String> dataset() {
        Frame frame = store.read(store.latest("matches").orElseThrow());
        return IntStream.range(0, frame.rows())
                .mapToObj(row -> frame.vector("id").get(row) + "=" + frame.vector("value").get(row))
                .sorted()
                .toList();
    }

    @Test
    void lastRowOfAKeyCounts() {
        LoadReport report = load.load(
                rows("""
                I,a,2024-01-01,2024-01-01T10:00:00Z,1
                U,a,2024-01-01,2024-01-03T10:00:00Z,3
                U,a,2024-01-01,2024-01-02T10:00:00Z,2
                I,b,2024-01-01,2024-01-01T10:00:00Z,9
                D,b,2024-01-01,2024-01-02T10:00:00Z,
                c,d,2024-01-01,2024-01-02T10:00:00Z,4
                """),
                null,
                NOW);

        assertThat(dataset()).containsExactly("a=3.0", "d=4.0");
        assertThat(report.loaded()).isEqualTo(2);
        assertThat(report.superseded()).isEqualTo(3);
        assertThat(report.deleted()).isZero();
        assertThat(report.unchanged()).isEqualTo(1);
    }

    @Test
    void deleteWithNothingButItsKeyTakesTheRowOut() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\nI,b,2024-02-01,2024-02-01T10:00:00Z,2\n"), null, NOW);

        LoadReport report = load.load(read("D,a,,,\n"), null, NOW);

        assertThat(report.deleted()).isEqualTo(1);
        assertThat(report.quarantined()).isEmpty();
        assertThat(dataset()).containsExactly("b=2.0");
        assertThat(load.load(read("D,a,,,\n"), null, NOW).changed()).isFalse();
    }

    @Test
    void deleteWithNothingButItsKeyCountsWhereItStands() {
        SourceRows feed = rows("""
                D,c,,,
                I,a,2024-01-01,2024-01-01T10:00:00Z,1
                I,b,2024-01-01,2024-01-02T10:00:00Z,2
                I,c,2024-01-01,2024-01-02T10:00:00Z,3
                D,a,,,
                D,b,,2024-01-03T10:00:00Z,
                I,a,2024-01-05,2024-01-05T10:00:00Z,7
                """);

        load.load(feed, null, NOW);
        LoadReport again = new DataLoad(store).load(feed, null, NOW);

        assertThat(dataset()).containsExactly("a=7.0", "c=3.0");
        assertThat(again.changed()).isFalse();
        assertThat(feed.quarantined()).isEmpty();
    }

    @Test
    void deleteOfAJsonFeedMayLeaveEverythingElseOut() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\nI,b,2024-02-01,2024-02-01T10:00:00Z,2\n"), null, NOW);
        String lines = """
                {"op": "U", "id": "b", "at": "2024-02-01", "changed": "2024-02-02T10:00:00Z", "value": 5}
                {"op": "D", "id": "a", "at": null, "changed": null, "value": null}
                {"op": "D", "id": "b"}
                {"op": "I", "id": "e", "at": "2024-02-03", "changed": "2024-02-03T10:00:00Z", "value": 6}
                """;

        LoadReport report = load.load(
                SourceReader.parse(
                        feed(), "feed.jsonl", lines.getBytes(StandardCharsets.UTF_8), store.latest("matches").orElseThrow()),
                null,
                NOW);

        assertThat(report.quarantined()).isEmpty();
        assertThat(report.deleted()).isEqualTo(2);
        assertThat(dataset()).containsExactly("e=6.0");
    }

    @Test
    void deleteWithoutItsKeyIsSetAside() {
        assertThat(rows("D,,2024-01-01,2024-01-01T10:00:00Z,\nI,b,2024-01-01,2024-01-01T10:00:00Z,1\n").quarantined())
                .singleElement()
                .satisfies(row -> assertThat(row.columnName()).isEqualTo("id"));
    }

    /** As the next load reads it: knowing what was loaded before. */
    private SourceRows read(String lines) {
        return SourceReader.parse(
                feed(), "feed.csv", (HEADER + lines).getBytes(StandardCharsets.UTF_8), store.latest("matches").orElseThrow());
    }

    @Test
    void operationIsNoColumnOfTheDataset() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\n"), null, NOW);

        assertThat(store.latest("matches").orElseThrow().schema().names()).doesNotContain("op");
    }

    @Test
    void deleteTakesTheRowOutOfTheNextVersionAndTheOneBeforeKeepsIt() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\nI,b,2024-02-01,2024-02-01T10:00:00Z,2\n"), null, NOW);
        DatasetVersion before = store.latest("matches").orElseThrow();

        LoadReport report = load.load(rows("D,a,2024-01-01,2024-02-02T10:00:00Z,\n"), null, NOW);

        assertThat(report.deleted()).isEqualTo(1);
        assertThat(dataset()).containsExactly("b=2.0");
        assertThat(store.read(before).rows()).isEqualTo(2);
        assertThat(store.latest("matches").orElseThrow().partitions()).hasSize(1);
    }

    @Test
    void feedReadAgainChangesNothing() {
        SourceRows feed = rows("""
                I,a,2024-01-01,2024-01-01T10:00:00Z,1
                I,b,2024-01-01,2024-01-01T10:00:00Z,2
                D,a,2024-01-01,2024-01-02T10:00:00Z,
                """);
        load.load(feed, null, NOW);

        LoadReport again = new DataLoad(store).load(feed, null, NOW);
        LoadReport third = load.load(feed, null, NOW);

        assertThat(again.changed()).isFalse();
        assertThat(third.changed()).isFalse();
        assertThat(dataset()).containsExactly("b=2.0");
    }

    @Test
    void changesAreVisibleWhenTheyBecameKnown() {
        SourceRows feed = rows("""
                I,a,2024-01-01,2024-01-01T10:00:00Z,1
                I,z,2024-01-01,2024-01-01T10:00:00Z,5
                U,a,2024-01-01,2024-01-02T10:00:00Z,2
                D,a,2024-01-01,2024-01-03T10:00:00Z,
                """);

        load.load(feed, Instant.parse("2024-01-02T00:00:00Z"), NOW);
        List<String> first = dataset();
        load.load(feed, Instant.parse("2024-01-03T00:00:00Z"), NOW);
        List<String> second = dataset();
        load.load(feed, Instant.parse("2024-01-04T00:00:00Z"), NOW);

        assertThat(first).containsExactly("a=1.0", "z=5.0");
        assertThat(second).containsExactly("a=2.0", "z=5.0");
        assertThat(dataset()).containsExactly("z=5.0");
    }

    @Test
    void stepByStepAndAtOnceGiveTheSameVersion() {
        SourceRows feed = rows("""
                I,a,2024-01-01,2024-01-01T10:00:00Z,1
                I,b,2024-01-01,2024-01-02T10:00:00Z,2
                D,b,2024-01-01,2024-01-03T10:00:00Z,
                U,a,2024-01-01,2024-01-04T10:00:00Z,7
                I,c,2024-02-01,2024-02-04T10:00:00Z,7
                """);
        InMemoryDatasetStore other = new InMemoryDatasetStore();

        load.load(feed, Instant.parse("2024-01-02T12:00:00Z"), NOW);
        load.load(feed, Instant.parse("2024-01-03T12:00:00Z"), NOW);
        load.load(feed, null, NOW);
        new DataLoad(other).load(feed, null, NOW);

        assertThat(store.latest("matches").orElseThrow().id())
                .isEqualTo(other.latest("matches").orElseThrow().id());
    }

    @Test
    void deleteThatComesTooLateIsSetAside() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\nI,b,2024-02-01,2024-02-01T10:00:00Z,2\n"), null, NOW);

        LoadReport report = load.load(rows("D,a,2024-01-01,2024-01-05T10:00:00Z,\n"), null, NOW);

        assertThat(report.quarantined()).singleElement().satisfies(row -> assertThat(row.reason())
                .contains("deletes another"));
        assertThat(dataset()).hasSize(2);
    }

    @Test
    void unknownOperationIsSetAside() {
        SourceRows rows = rows("X,a,2024-01-01,2024-01-01T10:00:00Z,1\nI,b,2024-01-01,2024-01-01T10:00:00Z,1\n");

        assertThat(rows.quarantined()).singleElement().satisfies(row -> {
            assertThat(row.rawValue()).isEqualTo("X");
            assertThat(row.reason()).contains("[I, c, U, D]");
        });
    }

    @Test
    void deletingEverythingIsRefused() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\n"), null, NOW);

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> load.load(rows("D,a,2024-01-01,2024-01-02T10:00:00Z,\n"), null, NOW));

        assertThat(failure.code()).isEqualTo(ErrorCode.DATA_BLOCKED);
        assertThat(dataset()).containsExactly("a=1.0");
    }

    @Test
    void updateKeepsTheTimeItBecameKnown() {
        load.load(rows("I,a,2024-01-01,2024-01-01T10:00:00Z,1\n"), null, NOW);
        load.load(rows("U,a,2024-01-01,2024-01-02T10:00:00Z,2\n"), null, NOW);

        Frame frame = store.read(store.latest("matches").orElseThrow());

        assertThat(Micros.toInstant(frame.longs(SystemColumns.KNOWN_AT).values()[0])).isEqualTo("2024-01-02T10:00:00Z");
    }
}
