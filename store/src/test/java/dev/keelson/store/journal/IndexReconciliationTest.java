package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.ReconciliationReport.Example;
import dev.keelson.store.files.StateFolder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index against the journal. */
final class IndexReconciliationTest {
    private static final PredictionQuery ALL =
            new PredictionQuery(null, null, null, null, null, null, null, false, Integer.MAX_VALUE);

    @TempDir
    Path folder;

    private JournaledPredictionLog log;

    @BeforeEach
    void open() {
        log = JournaledPredictionLog.open(new StateFolder(folder), new JournalConfig(4_000, Duration.ofMillis(1)));
        for (int i = 0; i < 100; i++) {
            log.append(List.of(prediction(i)), false);
            log.appendOutcomes(List.of(new OutcomeEvent("m", "e" + i, "H", Instant.EPOCH)), false);
        }
        log.append(List.of(prediction(5)), false); // the same id again: rightly left out
        log.appendEvents(
                List.of(new ModelEvent(
                        ModelEventKind.TRAINING, new UUID(3, 3), Instant.EPOCH, "m", 1, "r", Map.of("a", 1.0), "{}")),
                true);
        log.catchUp();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void anIndexThatWasLeftAloneAgrees() {
        ReconciliationReport report = log.reconcile(false).index();

        assertThat(report.differences()).isZero();
        assertThat(report.records()).isEqualTo(202);
        assertThat(report.rows()).isEqualTo(201);
        assertThat(report.repeated()).isEqualTo(1);
        assertThat(report.agrees()).isTrue();
    }

    @Test
    void itIsComparedWithCompressedSegmentsToo() {
        log.compressAll();

        assertThat(log.reconcile(false).index().agrees()).isTrue();
    }

    @Test
    void whatSomebodyDidToItIsFoundAndMended() throws Exception {
        List<LoggedPrediction> before = log.find(ALL);
        execute(
                "delete from predictions where entity = 'e3'",
                "delete from outcomes where entity in ('e8', 'e9')",
                "update predictions set version = 9 where entity = 'e5'",
                "update outcomes set outcome = 'A' where entity = 'e6'",
                "update events set model = 'n'",
                "insert into predictions select place + 1, randomblob(16), model, version, role, 'forged', segment, event_time,"
                        + " as_of, at, probabilities, features, watched, keys, served, client, metadata, confidence"
                        + " from predictions where entity = 'e7'",
                "update predictions set place = place + 1 where entity = 'e60'");

        ReconciliationReport found = log.reconcile(false).index();
        ReconciliationReport mended = log.reconcile(true).index();
        ReconciliationReport again = log.reconcile(false).index();

        assertThat(found.missing()).isEqualTo(3); // e3, e8, e9
        assertThat(found.extra()).isEqualTo(1); // forged
        assertThat(found.moved()).isEqualTo(1); // e60
        assertThat(found.differing()).isEqualTo(3);
        assertThat(found.examples()).extracting(Example::detail).anyMatch(detail -> detail.contains("version 9"));
        assertThat(mended.repaired()).isEqualTo(mended.differences());
        assertThat(mended.agrees()).isTrue();
        assertThat(again.differences() + again.moved()).isZero();
        assertThat(again.repeated()).isEqualTo(1);
        assertThat(log.find(ALL))
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class)
                .isEqualTo(before);
        assertThat(log.events(ModelEventQuery.newest(9))).extracting(ModelEvent::model).containsExactly("m");
    }

    @Test
    void anEmptiedIndexIsFilledAgain() throws Exception {
        List<LoggedPrediction> before = new ArrayList<>(log.find(ALL));
        execute("delete from predictions", "delete from outcomes", "delete from events");

        ReconciliationReport mended = log.reconcile(true).index();

        assertThat(mended.repaired()).isEqualTo(201);
        assertThat(log.find(ALL)).hasSameSizeAs(before);
        assertThat(log.reconcile(false).index().differences()).isZero();
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:sqlite:" + new StateFolder(folder).predictions().toAbsolutePath());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private static PredictionEvent prediction(int i) {
        return new PredictionEvent(
                new UUID(0, i), "m", 1, "champion", "e" + i, "", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH,
                new double[] {0.5, 0.5}, new double[] {i, Double.NaN}, new double[0], "", true, "site", "{}");
    }
}
