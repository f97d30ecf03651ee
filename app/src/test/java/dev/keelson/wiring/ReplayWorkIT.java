package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Jobs;
import dev.keelson.http.PolicyRequest;
import dev.keelson.http.ReplayRequest;
import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays in the background, over real stores and real learners. */
final class ReplayWorkIT {
    private static final String MODEL = "football-1x2";
    private static final LocalDate FROM = LocalDate.parse("2016-10-01");
    private static final LocalDate TO = LocalDate.parse("2016-12-10");
    private static final Duration STEP = Duration.ofDays(14);
    private static final ReplayRequest REQUEST =
            new ReplayRequest(MODEL, false, FROM, TO, STEP, List.of("never_retrain"));

    @TempDir
    Path folder;

    /** Stops the work when a step has ended. */
    private record StoppedAt(int step) implements ProjectJobs.Watch {
        @Override
        public void tell(JsonNode document) {}

        @Override
        public void at(Jobs.Progress progress) {
            if (progress.done() == step) {
                throw new CancellationException();
            }
        }
    }

    private static Optional<UnfinishedWork> unfinished(Workspace workspace) {
        return workspace.catalog().read(tx -> UnfinishedWork.of(tx, UnfinishedWork.REPLAY));
    }

    @Test
    void aReplayThatWasStoppedGoesOnAndEndsAsTheCommandDoes() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        Project other = TinyLeague.create(folder.resolve("other"));
        JsonNode expected;
        try (Workspace workspace = new Workspace(other)) {
            expected = ReplayJob.run(
                            workspace,
                            new ReplayJob.Request(FROM, TO, STEP, Set.of(LoopPolicy.NEVER_RETRAIN), MODEL),
                            (done, of, day) -> {})
                    .toJson();
        }

        JsonNode document;
        try (Workspace workspace = new Workspace(project)) {
            ReplayWork work = new ReplayWork(workspace);
            assertThatThrownBy(() -> work.run(project, REQUEST, new StoppedAt(2))).isInstanceOf(CancellationException.class);
            assertThat(unfinished(workspace))
                    .hasValueSatisfying(left -> {
                        assertThat(left.options()).contains("--policy", "never_retrain", "--model", MODEL);
                        assertThat(left.process()).isNull();
                    });

            document = work.run(project, REQUEST, new StoppedAt(-1)).document();
            assertThat(unfinished(workspace)).isEmpty();
        }

        assertThat(document.path("models").toString()).isEqualTo(expected.path("models").toString());
        assertThat(document.path("models").path(MODEL).path("timeline")).hasSize(5);
        assertThat(ReplayRequest.read(MODEL, document.path("asked"))).isEqualTo(REQUEST);
    }

    @Test
    void periodsWithoutDataAreRefusedBeforeAnythingBegins() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        try (Workspace workspace = new Workspace(project)) {
            workspace.load(Projects.source(project, "matches"), InstantSource.system().instant(), blocked -> {});
        }
        LocalDate far = LocalDate.parse("2030-01-01");

        try (LiveBackend backend = LiveBackend.open(project, InstantSource.system())) {
            assertThatThrownBy(() -> backend.replayRuns()
                            .start(new ReplayRequest(MODEL, true, far, null, STEP, List.of())))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("The first day (2030-01-01) is not within the data of the model (football-1x2), which go from 20");
            assertThatThrownBy(() -> backend.policyComparisons()
                            .start(new PolicyRequest(MODEL, FROM, far, Duration.ofMinutes(1), 1, List.of(), null, null, List.of())))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("Steps of 1m make ")
                    .hasMessageContaining("at most 50,000 can be asked for");
            assertThatThrownBy(() -> backend.replayRuns()
                            .start(new ReplayRequest(MODEL, true, FROM, TO, STEP, List.of("never"))))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("There is no policy (never)");
            assertThat(backend.replayRuns().list()).isEmpty();
            assertThat(backend.policyComparisons().list()).isEmpty();
        }
    }
}
