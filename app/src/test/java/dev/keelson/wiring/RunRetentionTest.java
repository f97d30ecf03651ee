package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.Sha256;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removal of what was deleted long ago, over the real catalogue and real files. */
class RunRetentionTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(120));
    private static final Duration AGE = Duration.ofDays(90);

    @TempDir
    Path folder;

    private StateFolder state;
    private SqliteCatalog catalog;
    private FileArtifactStore artifacts;
    private RunRetention retention;
    private String experiment;

    @BeforeEach
    void open() {
        state = new StateFolder(folder);
        catalog = SqliteCatalog.open(state.catalog());
        artifacts = new FileArtifactStore(state.artifacts());
        retention = new RunRetention(catalog, artifacts, state, () -> NOW, null);
        experiment = catalog.write(tx ->
                tx.tracking().createExperiment("trial", null, Map.of(), LONG_AGO).id());
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private static String id(int number) {
        return String.format(Locale.ROOT, "%08xdeadbeefdeadbeefdeadbeef", 0x1a2b_0000 + number);
    }

    /** Bytes that were stored long ago. */
    private String stored(String text) {
        String sha256 = artifacts
                .put(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), ArtifactStore.Terms.ANY)
                .sha256();
        try {
            Files.setLastModifiedTime(
                    state.artifacts().resolve(sha256.substring(0, 2)).resolve(sha256), FileTime.from(LONG_AGO));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sha256;
    }

    /** A run with a metric, a param, a tag and a file of its own. */
    private String run(int number) {
        String id = id(number);
        String sha256 = stored("file of " + id);
        catalog.update(tx -> {
            tx.tracking().createRun(id, experiment, "run", "kim", LONG_AGO, Map.of("team", "a"));
            tx.tracking().log(id, List.of(new MetricPoint("loss", 0.5, 0, 0)), Map.of("depth", "3"), Map.of());
            tx.files().put(experiment + "/" + id + "/artifacts/model.bin", sha256, 3, LONG_AGO);
        });
        return id;
    }

    private String deleted(int number) {
        String id = run(number);
        catalog.update(tx -> tx.tracking().setRunLifecycle(id, Lifecycle.DELETED, LONG_AGO));
        return id;
    }

    private boolean hasExperiment(String id) {
        return catalog.read(tx -> tx.tracking().experiment(id)).isPresent();
    }

    private boolean isThere(String id) {
        return catalog.read(tx -> tx.tracking().runInfo(id)).isPresent();
    }

    private boolean hasBytes(String id) {
        return artifacts
                .get(Sha256.ofBytes(("file of " + id).getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private static List<String> kept(JsonNode document) {
        List<String> ids = new ArrayList<>();
        document.path("kept").forEach(each -> ids.add(each.path("run").asText()));
        return ids;
    }

    @Test
    void whatWasDeletedLongAgoGoesWithItsBytes() {
        String old = deleted(1);
        String active = run(2);
        String recent = run(3);
        catalog.update(tx -> tx.tracking().setRunLifecycle(recent, Lifecycle.DELETED, NOW.minus(Duration.ofDays(89))));
        String clients = stored("of a client, of no run");
        catalog.update(tx -> tx.files().put("lake/table.csv", clients, 3, LONG_AGO));
        String orphan = stored("of nobody");

        ObjectNode dry = retention.collect(AGE, true);
        boolean thereAfterDry = isThere(old) && hasBytes(old) && artifacts.get(orphan).isPresent();
        ObjectNode done = retention.collect(AGE, false);

        assertThat(thereAfterDry).isTrue();
        assertThat(dry.at("/runs/ids/0").asText()).isEqualTo(old);
        assertThat(done.path("runs")).isEqualTo(dry.path("runs"));
        assertThat(done.path("files")).isEqualTo(dry.path("files"));
        assertThat(done.at("/files/count").asInt()).isEqualTo(2);
        assertThat(isThere(old)).isFalse();
        assertThat(hasBytes(old)).isFalse();
        assertThat(artifacts.get(orphan)).isEmpty();
        assertThat(artifacts.get(clients)).isPresent();
        assertThat(isThere(active)).isTrue();
        assertThat(hasBytes(active)).isTrue();
        assertThat(isThere(recent)).isTrue();
        assertThat(hasBytes(recent)).isTrue();
        assertThat(retention.collect(AGE, false).at("/runs/count").asInt()).isZero();
    }

    @Test
    void whatIsSpokenOfStaysWithTheReason() {
        List<Consumer<CatalogTransaction>> speakers = new ArrayList<>();
        speakers.add(tx -> version(tx, "by-run", "mlflow-artifacts:/x", id(0)));
        speakers.add(tx -> version(tx, "by-uri", "runs:/" + id(1) + "/model", null));
        speakers.add(tx -> version(tx, "by-path", "mlflow-artifacts:/1/" + id(2) + "/artifacts/model", null));
        speakers.add(tx -> version(tx, "encoded", "mlflow-artifacts:/1/%3" + id(3).charAt(0) + id(3).substring(1) + "/m", null));
        speakers.add(tx -> tx.addAudit(
                new AuditEntry(0, NOW, "kim", "promote", "m", 1, "was better", "{\"run\":\"" + id(4) + "\"}")));
        speakers.add(tx -> tx.addAudit(
                new AuditEntry(0, NOW, "kim", "promote", "m", 1, "of run " + id(5).substring(0, 8) + ".", "{}")));
        speakers.add(tx -> tx.putReport(
                new StoredReport("r", "study", "m", NOW, "done", "{\"best\":\"" + id(6) + "\"}")));
        speakers.add(tx -> tx.putStep("key", "study", "{\"run\":\"" + id(7) + "\"}"));
        for (int i = 0; i < speakers.size(); i++) {
            deleted(i);
            catalog.update(speakers.get(i));
        }
        String parent = deleted(20);
        String child = run(21);
        catalog.update(tx -> tx.tracking().log(child, List.of(), Map.of(), Map.of("mlflow.parentRunId", parent)));
        String base = deleted(22); // spoken of by one that stays itself only because it is spoken of
        catalog.update(tx -> {
            tx.tracking().setRunLifecycle(id(0), Lifecycle.ACTIVE, NOW);
            tx.tracking().log(id(0), List.of(), Map.of("base", base), Map.of());
            tx.tracking().setRunLifecycle(id(0), Lifecycle.DELETED, LONG_AGO);
        });
        String free = deleted(30);

        ObjectNode done = retention.collect(AGE, false);

        List<String> expected = new ArrayList<>(List.of(parent, base));
        for (int i = 0; i < speakers.size(); i++) {
            expected.add(id(i));
        }
        assertThat(kept(done)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).allMatch(this::isThere).allMatch(this::hasBytes);
        assertThat(done.path("kept").toString()).contains("a registered version (by-run v1)", "the audit trail", "a report (r)");
        assertThat(isThere(free)).isFalse();
        assertThat(hasBytes(free)).isFalse();
    }

    private static void version(CatalogTransaction tx, String model, String source, @Nullable String run) {
        tx.registry().createModel(model, "", Map.of(), NOW);
        tx.registry().createVersion(model, source, run, null, null, "kim", "", Map.of(), NOW);
    }

    @Test
    void runOfADeletedVersionStaysWhilePredictionsNameTheVersion() {
        String predicted = deleted(1);
        String unused = deleted(2);
        String ofModel = deleted(3);
        Governance governance = new Governance(catalog, () -> NOW, model -> {});
        catalog.update(tx -> {
            version(tx, "goals", "runs:/%s/model".formatted(predicted), predicted);
            tx.registry().createVersion("goals", "runs:/%s/model".formatted(unused), unused, null, null, "kim", "", Map.of(), NOW);
            version(tx, "corners", "runs:/%s/model".formatted(ofModel), ofModel);
        });
        try (PredictionLog log = JournaledPredictionLog.open(state)) {
            log.append(List.of(prediction("goals", 1), prediction("corners", 1)), true);
            log.catchUp();
        }
        governance.deleteVersion("goals", 1, "kim", "not used");
        governance.deleteVersion("goals", 2, "kim", "not used");
        governance.deleteModel("corners", "kim", "not used");

        ObjectNode done = retention.collect(AGE, false);

        assertThat(kept(done)).containsExactlyInAnyOrder(predicted, ofModel);
        assertThat(done.path("kept").toString())
                .contains("predictions (goals v1, which was deleted)", "predictions (corners v1, which was deleted)");
        assertThat(List.of(predicted, ofModel)).allMatch(this::isThere).allMatch(this::hasBytes);
        assertThat(isThere(unused)).isFalse();
    }

    private static PredictionEvent prediction(String model, int version) {
        return new PredictionEvent(
                new UUID(version, model.hashCode()),
                model,
                version,
                "champion",
                "e1",
                "",
                LONG_AGO,
                LONG_AGO,
                LONG_AGO,
                new double[] {1},
                new double[0],
                new double[0]);
    }

    @Test
    void bytesThatSomethingElseNamesStay() {
        String old = deleted(1);
        String shared = stored("shared");
        String reported = stored("reported");
        String replayed = stored("replayed");
        catalog.update(tx -> {
            tx.files().put(experiment + "/" + old + "/artifacts/shared", shared, 6, LONG_AGO);
            tx.files().put("0/models/m-1/artifacts/shared", shared, 6, LONG_AGO);
            tx.putStep("key", "training", "{\"outcome\":\"" + reported + "\"}");
        });
        try (SqliteCatalog replay = SqliteCatalog.open(state.replay("r1", "p").catalog())) {
            replay.update(tx -> tx.files().put("1/x/artifacts/a", replayed, 1, LONG_AGO));
        }
        String fresh = artifacts.put("just now".getBytes(StandardCharsets.UTF_8));

        retention.collect(AGE, false);

        assertThat(isThere(old)).isFalse();
        assertThat(hasBytes(old)).isFalse();
        assertThat(List.of(shared, reported, replayed, fresh)).allMatch(hash -> artifacts.get(hash).isPresent());
    }

    @Test
    void experimentGoesWhenNothingIsLeftInIt() {
        deleted(1);
        catalog.update(tx -> tx.tracking().setExperimentLifecycle(experiment, Lifecycle.DELETED, LONG_AGO));
        String other = catalog.write(tx -> {
            String id = tx.tracking().createExperiment("other", null, Map.of(), LONG_AGO).id();
            tx.files().put(id + "/models/m-1/artifacts/a", stored("a"), 1, LONG_AGO);
            tx.tracking().setExperimentLifecycle(id, Lifecycle.DELETED, LONG_AGO);
            return id;
        });

        ObjectNode dry = retention.collect(AGE, true);
        ObjectNode done = retention.collect(AGE, false);

        assertThat(done.path("experiments")).isEqualTo(dry.path("experiments"));
        assertThat(done.at("/experiments/ids/0").asText()).isEqualTo(experiment);
        assertThat(done.at("/experiments/count").asInt()).isEqualTo(1);
        assertThat(done.at("/kept/0/experiment").asText()).isEqualTo(other);
        assertThat(hasExperiment(experiment)).isFalse();
        assertThat(hasExperiment("0")).isTrue();
    }
}
