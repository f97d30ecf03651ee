package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class TrainingJobIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2017-07-01T12:00:00Z"));
    private static final String MODEL = "football-1x2-odds";

    @TempDir
    Path folder;

    @Test
    void aModelIsTrainedWhileItServesAndServesThen() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        try (Workspace workspace = new Workspace(project)) {
            RunPipeline.loadAll(workspace, project, CLOCK.instant(), step -> {});
        }

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            Job<ModelTraining> done = ended(backend, ModelTraining.full(MODEL, "ann"));
            JsonNode result = done.toJson().path("result");
            ModelVersion champion = backend.alias(MODEL, ModelVersion.CHAMPION).orElseThrow();

            assertThat(done.state()).as(done.toJson().toString()).isEqualTo(State.DONE);
            assertThat(result.path("status").asText()).isEqualTo("registered");
            assertThat(result.path("promoted").asBoolean()).isTrue();
            assertThat(result.path("run").asText()).isEqualTo(champion.runId());
            assertThat(done.progress().done()).isEqualTo(done.progress().of()).isPositive();
            assertThat(backend.trainings().told(done.id()))
                    .extracting(line -> line.path("text").asText())
                    .anyMatch(text -> text.startsWith("Fit 1 of " + done.progress().of() + " ended"));
            assertThat(backend.audit(MODEL, 9)).extracting(entry -> entry.actor()).containsOnly("ann");
            assertThat(backend.notReadyReason()).doesNotContain("(" + MODEL + ")");

            Job<ModelTraining> again = ended(backend, ModelTraining.full(MODEL, "bob"));
            assertThat(again.toJson().at("/result/status").asText()).isEqualTo("unchanged");
            assertThat(backend.versions(MODEL)).hasSize(1);
        }
    }

    private static Job<ModelTraining> ended(LiveBackend backend, ModelTraining request) {
        String id = backend.trainings().start(request).id();
        JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
        return backend.trainings().get(id);
    }

    @Test
    void withoutDataItSaysWhatToDo() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThatThrownBy(() -> ended(backend, ModelTraining.full(MODEL, "ann")))
                    .hasMessageContaining("no data are loaded");
            assertThat(backend.trainings().list()).extracting(Job::state).containsExactly(State.FAILED);
        }
    }
}
