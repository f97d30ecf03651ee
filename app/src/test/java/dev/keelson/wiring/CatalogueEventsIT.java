package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings and evaluations are in the log, whoever made them. */
@Timeout(240)
final class CatalogueEventsIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2017-07-01T12:00:00Z"));
    private static final String MODEL = "football-1x2";

    @TempDir
    Path folder;

    @Test
    void trainingsAndBenchmarksAreLoggedOnceWhoeverMadeThem() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));

        RunPipeline.run(project, CLOCK, line -> {});
        List<ModelEvent> ofCommand = logged(project);
        deleteJournal(project); // as if it had been killed between catalogue and journal
        JsonNode trained;
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            trained = train(backend);
            String benchmark = backend.benchmarks().start(null).id();
            JobWait.until(() -> backend.benchmarks().find(benchmark).orElseThrow().toJson(), (done, of) -> {});
            assertThat(backend.journal().events(ModelEventQuery.newest(10)).path("events")).hasSize(5);
        }
        List<ModelEvent> all = logged(project);
        List<ModelEvent> trainings = all.stream().filter(each -> each.kind() == ModelEventKind.TRAINING).toList();
        List<ModelEvent> judged = all.stream().filter(each -> each.kind() == ModelEventKind.EVALUATION).toList();

        assertThat(ofCommand).hasSize(2).allSatisfy(event -> {
            assertThat(event.kind()).isEqualTo(ModelEventKind.TRAINING);
            assertThat(event.version()).isOne();
            assertThat(event.metrics()).containsKey("test_log_loss");
        });
        assertThat(trained.path("run").asText()).isNotEmpty();
        assertThat(trainings).extracting(ModelEvent::id).doesNotHaveDuplicates().containsAll(
                ofCommand.stream().map(ModelEvent::id).toList());
        assertThat(trainings).extracting(ModelEvent::run).contains(trained.path("run").asText()).hasSize(3);
        assertThat(judged).hasSize(2).allSatisfy(event -> assertThat(event.metadata()).contains("\"kind\":\"benchmark\""));
    }

    private static JsonNode train(LiveBackend backend) {
        String id = backend.trainings().start(ModelTraining.full(MODEL, "ann")).id();
        JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
        assertThat(backend.trainings().get(id).state()).isEqualTo(Jobs.State.DONE);
        return backend.trainings().get(id).toJson().path("result");
    }

    private static List<ModelEvent> logged(Project project) {
        try (ProjectReading state = ProjectReading.open(project)) {
            return state.events(ModelEventQuery.newest(100));
        }
    }

    private static void deleteJournal(Project project) throws IOException {
        StateFolder state = Workspace.stateFolder(project);
        for (Path path : List.of(state.predictions(), state.predictions().resolveSibling("journal"))) {
            try (Stream<Path> all = Files.exists(path) ? Files.walk(path) : Stream.empty()) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
