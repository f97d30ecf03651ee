package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that a server starts in processes of their own. */
final class ServedTrainingIT {
    private static final String MODEL = "winner";
    private static final String TRAIN = "/api/v1/models/winner/trainings";
    private static final Instant START = Instant.parse("2023-01-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(START.plus(Duration.ofDays(301)));
    /** Known to the server and to nobody else: the project cannot be read without. */
    private static final Map<String, String> VARIABLES = Map.of("KEELSON_TEST_GAMES", "games.csv");

    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: ${KEELSON_TEST_GAMES}
                key: id
                event_time: time
                outcomes: { columns: [result], known_after: 1d }
                columns: { id: string, time: timestamp, strength: double, noise: double, result: { type: enum, values: [home, away] } }
            models:
              winner:
                label: games.result
                features: [strength, noise]
                learner: { xgboost: { rounds: ROUNDS, max_depth: 6 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;

    @TempDir
    Path folder;

    private Project project(String name, int rounds) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("id,time,strength,noise,result\n");
        for (int i = 0; i < 3_000; i++) {
            double strength = random.nextGaussian();
            boolean home1 = random.nextDouble() < 1 / (1 + Math.exp(-2 * strength));
            csv.append("g%d,%s,%s,%s,%s%n"
                    .formatted(
                            i,
                            START.plus(Duration.ofMinutes(144L * i)),
                            strength,
                            random.nextGaussian(),
                            home1 ? "home" : "away"));
        }
        Files.writeString(home.resolve("games.csv"), csv.toString());
        Files.writeString(home.resolve("keelson.yaml"), PROJECT.replace("ROUNDS", Integer.toString(rounds)));
        return Projects.validate(home, VARIABLES);
    }

    private static LiveBackend serving(Project project) {
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            backend.data().load("games");
        }
        return LiveBackend.open(project, () -> Projects.validate(project.file(), VARIABLES), () -> VARIABLES, CLOCK);
    }

    private static ProcessHandle child(Project project) {
        String scratch = project.folder().resolve(".keelson/training").toString();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < deadline) {
            Optional<ProcessHandle> child = ProcessHandle.current()
                    .children()
                    .filter(each -> each.info().commandLine().orElse("").contains(scratch))
                    .findFirst();
            if (child.isPresent()) {
                return child.get();
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new AssertionError("No process was started.");
    }

    private static JsonNode ended(Client client, String body) {
        String address = client.post(TRAIN, body).header("Location");
        return ended(() -> client.get(address).json());
    }

    /** The job when it has ended. */
    private static JsonNode ended(Supplier<JsonNode> job) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode now = job.get();
            if (!now.path("state").asText().equals("running")) {
                return now;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("The training did not end.");
    }

    @Test
    void aServersTrainingIsTheSameToTheBitAsOneInProcess() throws IOException {
        Project here = project("here", 30);
        Project apart = project("apart", 30);

        JsonNode inProcess;
        Run first;
        try (LiveBackend backend = LiveBackend.open(here, CLOCK)) {
            backend.data().load("games");
            String id = backend.trainings().start(ModelTraining.full(MODEL, "api")).id();
            inProcess = ended(() -> backend.trainings().get(id).toJson()).path("result");
            first = backend.run(inProcess.path("run").asText()).orElseThrow();
        }
        try (LiveBackend backend = serving(apart);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {
            JsonNode served = ended(client, "").path("result");
            Run second = backend.run(served.path("run").asText()).orElseThrow();

            assertThat(served.path("model_sha256")).isEqualTo(inProcess.path("model_sha256"));
            assertThat(served.path("metrics")).isEqualTo(inProcess.path("metrics"));
            assertThat(served.path("fits").asInt()).isEqualTo(inProcess.path("fits").asInt()).isPositive();
            assertThat(second.artifacts()).isEqualTo(first.artifacts());
            assertThat(second.artifacts()).anyMatch(file -> file.path().equals("permutation_importance.csv"));
            assertThat(second.params()).isEqualTo(first.params());
            assertThat(second.metrics()).isEqualTo(first.metrics());
        }
    }

    @Test
    void aProcessThatIsKilledIsToldOfAndTheServerGoesOn() throws IOException {
        Project project = project("killed", 60);
        try (LiveBackend backend = serving(project);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {
            assertThat(ended(client, "").path("state").asText()).isEqualTo("done");
            String begun = client.post(TRAIN, "{\"learner\":\"lightgbm\",\"promote\":true}").header("Location");
            ProcessHandle child = child(project);
            Client.Answer meanwhile = client.post(
                    "/api/v1/models/winner/predict",
                    "{\"id\":\"n1\",\"time\":\"2023-11-01T00:00:00Z\",\"strength\":1.0,\"noise\":0.0}");
            child.destroyForcibly();
            JsonNode answer = ended(() -> client.get(begun).json());

            assertThat(meanwhile.status()).as(meanwhile.text()).isEqualTo(200);
            assertThat(answer.path("state").asText()).isEqualTo("failed");
            assertThat(answer.path("code").asText()).isEqualTo(ErrorCode.WORKER_FAILED.code());
            assertThat(answer.path("failure").asText()).contains("ended by signal 9").contains("nothing was registered");
            assertThat(backend.versions(MODEL)).hasSize(1);
            assertThat(backend.runs(null, 10)).hasSize(1);
            assertThat(project.folder().resolve(".keelson/training")).isEmptyDirectory();
            assertThat(ended(client, "{\"learner\":\"lightgbm\"}").at("/result/version").asInt()).isEqualTo(2);
        }
    }

    @Test
    void whatAKilledServerLeftIsClearedAtTheStart() throws IOException {
        Project project = project("left", 30);
        Path left = project.folder().resolve(".keelson/training/training-1/rows.bin");
        Files.createDirectories(left.getParent());
        Files.writeString(left, "half");

        try (LiveBackend _ = serving(project)) {
            assertThat(left).doesNotExist();
        }
    }
}
