package dev.keelson.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.data.DataLoad;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.Sources;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SynchronisationTest {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final String HEADER = "id,date,odds\n";

    private final SourceDefinition source = Sources.dated().lateWindow(Duration.ofDays(90)).build();
    private final InMemoryDatasetStore datasets = new InMemoryDatasetStore();
    private final DataLoad load = new DataLoad(datasets);
    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private InMemoryPredictionLog log = new InMemoryPredictionLog();
    private final MemoryTargets targets = new MemoryTargets();

    private Synchronisation sync() {
        return new Synchronisation(
                catalog,
                datasets,
                () -> log,
                List.of(source),
                model -> model.equals("m") ? List.of("H", "D", "A") : List.of(),
                List.of(targets),
                () -> NOW);
    }

    private SyncDefinition table(String from, Map<String, String> columns, String... key) {
        return new SyncDefinition(
                "back",
                Located.of(from),
                new SourceOrigin.Supabase(Located.of("https://x"), Located.of("k"), Located.of("there")),
                columns,
                List.of(key),
                null);
    }

    private SyncDefinition bets() {
        return table(source.name(), Map.of());
    }

    private long run(SyncDefinition definition) {
        return sync().run(List.of(definition), Synchronisation.Request.NEW, (table, rows, total) -> {})
                .getFirst()
                .rows();
    }

    private void load(String lines) {
        load.load(Sources.read(source, HEADER + lines), null, NOW);
    }

    private SyncStatus status(SyncDefinition definition) {
        return sync().status(List.of(definition)).getFirst();
    }

    private static PredictionEvent prediction(long id, String model, String entity) {
        return new PredictionEvent(
                new UUID(0, id), model, 2, "champion", entity, "E0", NOW, NOW, NOW, new double[] {0.5, 0.25, 0.25},
                new double[0], new double[0]);
    }

    @Test
    void rowsOfADatasetAreWrittenOnce() {
        load("a,2024-01-01,2.5\nb,2024-02-02,\n");

        assertThat(run(bets())).isEqualTo(2);
        assertThat(run(bets())).isZero();

        assertThat(targets.rows("there")).containsExactly("a|2024-01-01|2.5", "b|2024-02-02|null");
        assertThat(targets.opened).isEqualTo(1);
        assertThat(status(bets()).state()).isEqualTo(SyncStatus.State.COMPLETE);
        assertThat(status(bets()).rows()).isEqualTo(2);
    }

    @Test
    void ofANewVersionOnlyRowsThatAreNewOrChangedAreWritten() {
        load("a,2024-01-01,2.5\nb,2024-01-02,3\nc,2024-02-02,3\n");
        run(bets());
        load("a,2024-01-01,2.5\nb,2024-01-02,4\nc,2024-02-02,3\nd,2024-01-05,9\n");

        assertThat(run(bets())).isEqualTo(2);

        assertThat(targets.rows("there"))
                .containsExactly("a|2024-01-01|2.5", "b|2024-01-02|4.0", "c|2024-02-02|3.0", "d|2024-01-05|9.0");
    }

    @Test
    void changeOfAColumnThatIsNotWrittenWritesNothing() {
        load("a,2024-01-01,2.5\n");
        SyncDefinition definition = table(source.name(), Map.of("id", "bet"));
        run(definition);
        load("a,2024-01-01,2.6\n");

        assertThat(run(definition)).isZero();
        assertThat(targets.rows("there")).containsExactly("a");
    }

    @Test
    void runThatFailedHalfwayGoesOnWhereItWas() {
        String lines = IntStream.range(0, 2_500)
                .mapToObj(i -> "r%04d,2024-01-0%d,%d\n".formatted(i, 1 + i % 9, i))
                .collect(Collectors.joining());
        load(lines);
        targets.goodBatches = 2;

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> run(bets()));
        SyncStatus halfway = status(bets());
        targets.goodBatches = Integer.MAX_VALUE;
        long rest = run(bets());

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE);
        assertThat(halfway.state()).isEqualTo(SyncStatus.State.INCOMPLETE);
        assertThat(halfway.rows()).isEqualTo(2_000);
        assertThat(halfway.problem()).isEqualTo("The service is down.");
        assertThat(rest).isEqualTo(500);
        assertThat(targets.batches).containsExactly(1_000, 1_000, 500);
        assertThat(targets.rows("there")).hasSize(2_500);
        assertThat(status(bets()).problem()).isNull();
        assertThat(run(bets())).isZero();
    }

    @Test
    void newVersionBetweenFailureAndRestIsWrittenAsAWhole() {
        String lines = IntStream.range(0, 1_500)
                .mapToObj(i -> "r%04d,2024-01-01,%d\n".formatted(i, i))
                .collect(Collectors.joining());
        load(lines);
        targets.goodBatches = 1;
        assertThatThrownBy(() -> run(bets())).isInstanceOf(KeelsonException.class);
        load(lines.replace("r0001,2024-01-01,1\n", "r0001,2024-01-01,77\n"));
        targets.goodBatches = Integer.MAX_VALUE;

        run(bets());

        assertThat(targets.rows("there")).hasSize(1_500).contains("r0001|2024-01-01|77");
        assertThat(run(bets())).isZero();
    }

    @Test
    void tableDeclaredOtherwiseIsWrittenFromTheBeginning() {
        load("a,2024-01-01,2.5\n");
        run(bets());

        assertThat(run(table(source.name(), Map.of("id", "bet", "odds", "price")))).isEqualTo(1);
    }

    @Test
    void fullWritesEverythingAgain() {
        load("a,2024-01-01,2.5\n");
        run(bets());

        List<SyncOutcome> again =
                sync().run(List.of(bets()), new Synchronisation.Request(false, true), (table, rows, total) -> {});

        assertThat(again.getFirst().rows()).isEqualTo(1);
        assertThat(status(bets()).state()).isEqualTo(SyncStatus.State.COMPLETE);
    }

    @Test
    void dryRunShowsAndWritesNothing() {
        load("a,2024-01-01,2.5\nb,2024-02-02,3\n");

        SyncOutcome outcome = sync().run(
                        List.of(bets()), new Synchronisation.Request(true, false), (table, rows, total) -> {})
                .getFirst();

        assertThat(outcome.rows()).isEqualTo(2);
        assertThat(outcome.columns()).containsExactly("id", "date", "odds");
        assertThat(outcome.examples()).containsExactly(List.of("a", "2024-01-01", "2.5"), List.of("b", "2024-02-02", "3.0"));
        assertThat(targets.rows("there")).isEmpty();
        assertThat(status(bets()).state()).isEqualTo(SyncStatus.State.NEW);
        assertThat(SyncOutcome.fromJson(outcome.toJson())).isEqualTo(outcome);
    }

    @Test
    void sourceThatWasNeverLoadedWritesNothing() {
        assertThat(run(bets())).isZero();
        assertThat(targets.opened).isZero();
    }

    @Test
    void predictionsAreWrittenAsTheyCome() {
        log.append(List.of(prediction(1, "m", "a"), prediction(2, "gone", "a")), true);
        SyncDefinition definition = table("predictions", Map.of());
        run(definition);
        log.append(List.of(prediction(3, "m", "b")), true);

        assertThat(run(definition)).isEqualTo(1);

        assertThat(targets.rows("there")).hasSize(3);
        assertThat(targets.rows("there").get(0))
                .isEqualTo("00000000-0000-0000-0000-000000000001|m|2|champion|a|E0|2024-06-01T00:00:00Z|2024-06-01T00:00:00Z"
                        + "|2024-06-01T00:00:00Z|H|0.5|{\"H\":0.5,\"D\":0.25,\"A\":0.25}");
        assertThat(targets.rows("there").get(1)).endsWith("|null|0.5|[0.5,0.25,0.25]");
        assertThat(run(definition)).isZero();
    }

    @Test
    void evaluationFollowsItsOutcomeAndEveryCorrection() {
        log.append(List.of(prediction(1, "m", "a"), prediction(2, "m", "b")), true);
        SyncDefinition definition = table("evaluations", Map.of());

        assertThat(run(definition)).isZero();
        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "D", NOW)), true);
        assertThat(run(definition)).isEqualTo(1);
        assertThat(targets.rows("there").getFirst()).contains("|H|0.5|D|2024-06-01T00:00:00Z|false|1.386").endsWith("|0.875");
        assertThat(run(definition)).isZero();

        log.appendOutcomes(List.of(new OutcomeEvent("m", "a", "H", NOW)), true);
        assertThat(run(definition)).isEqualTo(1);
        assertThat(targets.rows("there")).singleElement().asString().contains("|H|0.5|H|").contains("|true|0.693");
    }

    @Test
    void anotherJournalIsWrittenFromItsBeginning() {
        SyncDefinition definition = table("predictions", Map.of());
        log.append(List.of(prediction(1, "m", "a"), prediction(2, "m", "a")), true);
        run(definition);
        log = new InMemoryPredictionLog(); // a replay was adopted
        log.append(List.of(prediction(8, "m", "a")), true);

        assertThat(run(definition)).isEqualTo(1);
        assertThat(targets.rows("there")).hasSize(3);
    }

    private void report(String id, Instant at, String document) {
        catalog.update(tx -> tx.putReport(new StoredReport(id, "validation", "bets", at, "blocked", document)));
    }

    @Test
    void everyCheckOfEveryReportIsARow() {
        SyncDefinition definition = table("check_results", Map.of("id", "id", "condition", "c", "passed", "p", "value", "v"));
        report("v-1", NOW, """
                {"of": "source", "checks": [{"severity": "block", "condition": "row_count >= 9", "passed": false, "value": 3.0},
                 {"severity": "warn", "condition": "freshness < 8d", "passed": true}]}""");

        assertThat(run(definition)).isEqualTo(2);
        assertThat(run(definition)).isZero();
        assertThat(targets.tables.get("there")).hasSize(2);
        assertThat(targets.rows("there")).anyMatch(row -> row.contains("row_count >= 9") && row.contains("3.0"));
    }

    @Test
    void reportThatCameInBeforeTheLastOneIsNotMissed() {
        SyncDefinition definition = table("check_results", Map.of());
        String document = "{\"checks\": [{\"condition\": \"x > 1\", \"passed\": true}]}";
        report("v-2", NOW, document);
        run(definition);
        report("v-1", NOW.minusSeconds(60), document);

        run(definition);

        assertThat(targets.rows("there")).hasSize(2);
        assertThat(run(definition)).isZero();
    }

    @Test
    void oneTableThatFailsDoesNotStopTheOthers() {
        load("a,2024-01-01,2.5\n");
        SyncDefinition wrong = new SyncDefinition(
                "wrong", Located.of(source.name()), bets().target(), Map.of("id", "id", "price", "p"), List.of(), null);

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> sync().run(List.of(wrong, bets()), Synchronisation.Request.NEW, (table, rows, total) -> {}));

        assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
        assertThat(failure).hasMessageContaining("`sync.wrong`").hasMessageContaining("`price`");
        assertThat(targets.rows("there")).hasSize(1);
    }

    @Test
    void missingKeyIsSaid() {
        load("a,2024-01-01,2.5\nb,2024-01-01,\n");

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> run(table(source.name(), Map.of(), "odds")));

        assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_REFUSED);
        assertThat(failure).hasMessageContaining("(odds)");
    }
}
