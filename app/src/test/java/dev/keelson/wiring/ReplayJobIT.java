package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.Replay;
import dev.keelson.project.Project;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop over real stores and real learners, on two small divisions. */
final class ReplayJobIT {
    private static final ReplayJob.Request REQUEST = new ReplayJob.Request(
            LocalDate.parse("2016-10-01"), LocalDate.parse("2017-03-01"), Duration.ofDays(7), Set.of(LoopPolicy.values()));

    @TempDir
    Path folder;

    @TempDir
    static Path shared;

    private static @Nullable Replayed replayed;

    /** A project and what its replay came to. */
    private record Replayed(Project project, JsonNode document) {}

    /** One replay, for tests that only look at what came of it. */
    private static Replayed replayed() throws IOException {
        Replayed done = replayed;
        if (done == null) {
            Project project = TinyLeague.create(shared.resolve("p"));
            done = new Replayed(project, replay(project, (finished, of, at) -> {}));
            replayed = done;
        }
        return done;
    }

    @Test
    void replayStoppedAnywhereGoesOnAndEndsInTheSameDocument() throws IOException {
        Project straight = TinyLeague.create(folder.resolve("straight"));
        Project stopped = TinyLeague.create(folder.resolve("stopped"));

        JsonNode expected = replay(straight, (done, of, at) -> {});
        for (int stop : List.of(1, 2, 9, 15)) {
            assertThatThrownBy(() -> replay(stopped, (done, of, at) -> {
                        if (done == stop) {
                            throw new IllegalStateException("stopped");
                        }
                    }))
                    .hasMessage("stopped");
        }
        JsonNode resumed = replay(stopped, (done, of, at) -> {});
        JsonNode again = replay(stopped, (done, of, at) -> {});

        assertThat(resumed.toString()).isEqualTo(expected.toString());
        assertThat(again.toString()).isEqualTo(expected.toString());
        assertThat(partFiles(stopped)).isEmpty();
    }

    @Test
    void everyMatchIsAccountedForAndPredictedOnceByEachPolicy() throws IOException {
        Project project = replayed().project();
        JsonNode document = replayed().document();

        assertThat(document.get("rows_loaded").asLong() + document.get("rows_quarantined").asLong())
                .isLessThanOrEqualTo(4L * 2 * 12 * 11)
                .isGreaterThan(800);
        JsonNode comparison = document.get("models").get("football-1x2").get("comparison");
        long n = comparison.get("this_policy").get("n").asLong();
        for (String name : List.of("never_retrain", "always_retrain", "market", "frequencies")) {
            assertThat(comparison.get(name).get("n").asLong()).as(name).isEqualTo(n);
        }
        for (LoopPolicy policy : LoopPolicy.values()) {
            StateFolder state = Workspace.stateFolder(project).replay(document.get("replay").asText(), policy.word());
            try (JournaledPredictionLog log = JournaledPredictionLog.open(state)) {
                long champions = log.count(PredictionQuery.of("football-1x2", "champion"));
                assertThat(log.lag()).isZero();
                assertThat(champions).as(policy.word()).isGreaterThanOrEqualTo(n).isLessThan(n + 40);
            }
        }
    }

    @Test
    void alwaysRetrainingPromotesAndNeverRetrainingDoesNot() throws IOException {
        Project project = replayed().project();
        JsonNode document = replayed().document();

        assertThat(versions(project, document, LoopPolicy.NEVER_RETRAIN)).isEqualTo(1);
        assertThat(versions(project, document, LoopPolicy.ALWAYS_RETRAIN)).isGreaterThan(10);
        JsonNode timeline = document.get("models").get("football-1x2").get("timeline");
        assertThat(timeline).hasSize(22);
        assertThat(timeline.findValues("retrained")).anyMatch(JsonNode::isInt);
    }

    @Test
    void plainReplayIsReportedByTheProjectItBelongsTo() throws IOException {
        Project project = replayed().project();
        String id = replayed().document().get("replay").asText();

        try (LiveBackend backend = LiveBackend.open(project, InstantSource.system())) {
            assertThat(backend.reports("replay_step", null, 3)).hasSize(3).allMatch(step -> step.subject().equals(id));
            assertThat(backend.reports("replay_step", "none", 3)).isEmpty();
            assertThat(backend.report("comparison-" + id + "-football-1x2")).isPresent();
            assertThat(backend.reports("comparison", "football-1x2", 9)).hasSize(1);
        }
    }

    private static int versions(Project project, JsonNode document, LoopPolicy policy) {
        StateFolder state = Workspace.stateFolder(project).replay(document.get("replay").asText(), policy.word());
        try (Catalog catalog = SqliteCatalog.open(state.catalog())) {
            return catalog.read(tx -> tx.versions("football-1x2")).size();
        }
    }

    private static JsonNode replay(Project project, Replay.Progress progress) {
        try (Workspace workspace = new Workspace(project)) {
            return ReplayJob.run(workspace, REQUEST, progress).toJson();
        }
    }

    private static List<Path> partFiles(Project project) throws IOException {
        try (Stream<Path> files = Files.walk(Workspace.stateFolder(project).root())) {
            return files.filter(file -> file.getFileName().toString().matches(".*\\.(tmp|part)"))
                    .toList();
        }
    }
}
