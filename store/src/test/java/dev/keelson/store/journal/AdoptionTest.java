package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdoptionTest {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private StateFolder from;

    @BeforeEach
    void replay() {
        from = new StateFolder(folder.resolve("from"));
        try (SqliteCatalog catalog = SqliteCatalog.open(from.catalog())) {
            catalog.update(tx -> {
                tx.putRun(new Run(
                        "a".repeat(32), "m", Run.Status.FINISHED, T0, T0, Map.of("p", "1"), Map.of("log_loss", 0.9),
                        Map.of("t", "1"), List.of(new Run.Artifact("m.ubj", "b".repeat(64), 1)), "{}"));
                for (int version = 1; version <= 3; version++) {
                    tx.addVersion(new ModelVersion(
                            "m", version, "a".repeat(32), "b".repeat(64), ModelVersion.Kind.REFRESH, T0, T0));
                    tx.addAudit(new AuditEntry(0, T0, "replay", "promote", "m", version, "better", "{}"));
                }
                tx.setAlias("m", ModelVersion.CHAMPION, 3);
                tx.putReport(new StoredReport("r", "drift", "m", T0, "quiet", "{}"));
                tx.putStep("replay step", "step", "not adopted");
            });
        }
        fill(from, 1, 50);
    }

    @Test
    void killAfterAnyStepIsCompletedByTheSameCall() {
        int steps = Integer.MAX_VALUE;
        for (int done = 0; done <= steps; done++) {
            StateFolder to = new StateFolder(folder.resolve("to" + done));
            fill(to, 1_000, 5);
            try (SqliteCatalog catalog = target(to)) {
                List<Adoption.Step> all = Adoption.steps("replay-1", from, to, catalog);
                steps = all.size();
                for (Adoption.Step step : all.subList(0, done)) {
                    run(step);
                }
            }
            assertInStep(to); // whoever opens the log in between finds journal and index that agree

            try (SqliteCatalog catalog = SqliteCatalog.open(to.catalog())) {
                Adoption.adopt("replay-1", from, to, catalog);

                assertAdopted(to, catalog);
                assertThat(Adoption.adopt("replay-1", from, to, catalog)).isFalse();
                assertAdopted(to, catalog);
            }
        }
    }

    @Test
    void killAfterTheTransactionIsCompletedAtTheNextStart() {
        StateFolder to = new StateFolder(folder.resolve("to"));
        try (SqliteCatalog catalog = target(to)) {
            for (Adoption.Step step : Adoption.steps("replay-1", from, to, catalog).subList(0, 3)) {
                run(step);
            }
            Adoption.finish(to, catalog);

            assertAdopted(to, catalog);
        }
    }

    @Test
    void killBeforeTheTransactionLeavesTheStateAsItWas() {
        StateFolder to = new StateFolder(folder.resolve("to"));
        fill(to, 1_000, 5);
        try (SqliteCatalog catalog = target(to)) {
            run(Adoption.steps("replay-1", from, to, catalog).getFirst());
            Adoption.finish(to, catalog);

            assertThat(to.root().resolve("adopting")).doesNotExist();
            assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("m"))).hasSize(1);
        }
        try (JournaledPredictionLog log = JournaledPredictionLog.open(to)) {
            assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(5);
        }
    }

    @Test
    void replacedJournalIsKeptAside() {
        StateFolder to = new StateFolder(folder.resolve("to"));
        fill(to, 1_000, 5);
        try (SqliteCatalog catalog = target(to)) {
            Adoption.adopt("replay-1", from, to, catalog);
        }

        assertThat(to.root().resolve("replaced")).isDirectoryRecursivelyContaining("glob:**000001.csv");
    }

    @Test
    void laterAdoptionReplacesTheEarlier() {
        StateFolder to = new StateFolder(folder.resolve("to"));
        try (SqliteCatalog catalog = target(to)) {
            Adoption.adopt("replay-1", from, to, catalog);
            fill(from, 51, 10);

            assertThat(Adoption.adopt("replay-2", from, to, catalog)).isTrue();

            try (JournaledPredictionLog log = JournaledPredictionLog.open(to)) {
                assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(60);
            }
            assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("m"))).hasSize(3);
        }
    }

    private static SqliteCatalog target(StateFolder to) {
        SqliteCatalog catalog = SqliteCatalog.open(to.catalog());
        catalog.update(tx -> {
            tx.addVersion(new ModelVersion("m", 1, "c".repeat(32), "d".repeat(64), ModelVersion.Kind.INITIAL, T0, T0));
            tx.setAlias("m", ModelVersion.CHAMPION, 1);
            tx.addAudit(new AuditEntry(0, T0, "system", "register", "m", 1, "first", "{}"));
            tx.addVersion(new ModelVersion("x", 1, "c".repeat(32), "d".repeat(64), ModelVersion.Kind.INITIAL, T0, T0));
        });
        return catalog;
    }

    private static void assertAdopted(StateFolder to, SqliteCatalog catalog) {
        catalog.<Boolean>read(tx -> {
            assertThat(tx.runs(null, 10)).hasSize(1).first().extracting(Run::artifacts).isEqualTo(
                    List.of(new Run.Artifact("m.ubj", "b".repeat(64), 1)));
            assertThat(tx.models()).containsExactly("m", "x");
            assertThat(tx.versions("m")).hasSize(3);
            assertThat(tx.alias("m", ModelVersion.CHAMPION)).map(ModelVersion::version).hasValue(3);
            assertThat(tx.audit("m", 10)).extracting(AuditEntry::reason)
                    .containsExactly("better", "better", "better", "first");
            assertThat(tx.reports("drift", null, 10)).hasSize(1);
            assertThat(tx.step("replay step")).isEmpty();
            return true;
        });
        assertThat(to.root().resolve("adopting")).doesNotExist();
        try (JournaledPredictionLog log = JournaledPredictionLog.open(to)) {
            assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(50);
            assertThat(log.find(new UUID(0, 1))).map(found -> Optional.ofNullable(found.outcome())).hasValue(Optional.of("H"));
        }
    }

    private static void assertInStep(StateFolder state) {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state)) {
            long[] predicted = {0};
            try (Journal journal = Journal.open(
                    state.journal(), JournalConfig.defaults(), JournalPosition.START)) {
                journal.read(
                        JournalPosition.START, journal.end(), (record, at) -> {
                            if (record instanceof JournalRecord.Predicted) {
                                predicted[0]++;
                            }
                        });
            }
            assertThat(log.count(PredictionQuery.of("m", "champion"))).isEqualTo(predicted[0]);
        }
    }

    private static void fill(StateFolder state, int first, int count) {
        try (JournaledPredictionLog log = JournaledPredictionLog.open(state)) {
            for (int i = first; i < first + count; i++) {
                log.append(
                        List.of(new PredictionEvent(
                                new UUID(0, i), "m", 1, "champion", "e" + i, "", T0, T0, T0, new double[] {1},
                                new double[0], new double[0])),
                        false);
            }
            log.appendOutcomes(List.of(new OutcomeEvent("m", "e" + first, "H", T0)), false);
            log.catchUp();
        }
    }

    private static void run(Adoption.Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
