package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.ModelTraining.Kind;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.train.TrainingWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that somebody asks for, on a year of games whose winner follows one strength. */
final class TrainJobIT {
    private static final Instant START = Instant.parse("2023-01-01T12:00:00Z");
    private static final int DAYS = 360;
    private static final int TURN = 300;
    private static final int PER_DAY = 6;
    private static final String NAME = "winner";

    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: games.csv
                key: id
                event_time: time
                outcomes: { columns: [result], known_after: 1d }
                columns: { id: string, time: timestamp, strength: double, noise: double, result: { type: enum, values: [home, away] } }
                checks: [ { block: quarantined < 5% } ]
            models:
              winner:
                label: games.result
                features: [strength, noise]
                learner: LEARNER
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;
    private static final String UPDATE = """
                update: { rounds: 10, learning_rate: 0.02, recent: 40d, old: 200d }
                reinforce: { window: 30d, min_samples: 3, confidence: 0.6 }
            """;

    @TempDir
    Path folder;

    /** Games of so many days, six a day; {@code sign} tells whether strength helps or harms on a day. */
    private void games(int days, LongToIntFunction sign) throws IOException {
        games(days, PER_DAY, sign);
    }

    private void games(int days, int perDay, LongToIntFunction sign) throws IOException {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("id,time,strength,noise,result\n");
        for (int i = 0; i < perDay * days; i++) {
            int day = i / perDay;
            double strength = random.nextGaussian();
            double noise = random.nextGaussian();
            double p = 1 / (1 + Math.exp(-2 * sign.applyAsInt(day) * strength));
            csv.append("g%d,%s,%s,%s,%s%n"
                    .formatted(
                            i,
                            START.plus(Duration.ofDays(day)).plus(Duration.ofMinutes(i % perDay)),
                            strength,
                            noise,
                            random.nextDouble() < p ? "home" : "away"));
        }
        Files.writeString(folder.resolve("games.csv"), csv.toString());
    }

    private Project project(String learner, String more) throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT.replace("LEARNER", learner) + more);
        return Projects.validate(folder, Map.of());
    }

    private static InstantSource at(int day) {
        return InstantSource.fixed(START.plus(Duration.ofDays(day)));
    }

    private static ModelTraining asked(Kind kind, @Nullable String learner, int minRows, boolean promote) {
        return new ModelTraining(NAME, kind, learner, null, null, null, null, minRows, promote, "ada");
    }

    private static JsonNode train(Project project, int day, ModelTraining request) {
        try (LiveBackend backend = LiveBackend.open(project, at(day))) {
            String id = backend.trainings().start(request).id();
            return JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
        }
    }

    /** A champion of the first days, and the rows of all days loaded. */
    private Project champion(String learner, LongToIntFunction sign) throws IOException {
        games(TURN, sign);
        Project project = project(learner, UPDATE);
        RunPipeline.run(project, at(TURN + 1), line -> {});
        games(DAYS, sign);
        load(project, DAYS + 1);
        return project;
    }

    private static void load(Project project, int day) {
        try (LiveBackend backend = LiveBackend.open(project, at(day))) {
            backend.data().load("games");
        }
    }

    private static Run run(Project project, String id) throws IOException {
        try (ProjectReading state = ProjectReading.open(project)) {
            return state.named(id);
        }
    }

    @Test
    void anUpdateBecomesAChallengerWithItsBaseInItsRunAndIsReproduced() throws IOException {
        Project project = champion("{ xgboost: { rounds: 30, max_depth: 3 } }", day -> 1);

        JsonNode result = train(project, DAYS + 1, asked(Kind.UPDATE, null, 1, false));

        assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("registered");
        assertThat(result.path("version").asInt()).isEqualTo(2);
        assertThat(result.path("promoted").asBoolean(true)).isFalse();
        assertThat(result.path("mode").asText()).isEqualTo("update");
        assertThat(result.path("gates").asText()).isEqualTo("passed");
        assertThat(result.at("/metrics/forgets").asDouble(1)).isZero();
        assertThat(result.path("metrics").has("recent_difference_upper")).isTrue();
        try (ProjectReading state = ProjectReading.open(project)) {
            Run run = state.named(result.path("run").asText());
            assertThat(run.params()).containsEntry("update.recent", "PT960H").containsKey(BundleTrainer.BASE);
            assertThat(RunChecklist.of(run, id -> true, id -> true).items())
                    .filteredOn(item -> item.name().equals("gates"))
                    .allMatch(RunChecklist.Item::passed)
                    .hasSize(1);
            Reproduced again = state.reproduce(run);
            assertThat(again.identical()).as(again.parts().toString()).isTrue();
        }
    }

    @Test
    void anUpdateOnAWorldThatTurnedForgetsAndIsNotRegistered() throws IOException {
        Project project = champion("{ xgboost: { rounds: 30, max_depth: 3 } }", day -> day < TURN ? 1 : -1);

        JsonNode result = train(
                project, DAYS + 1, new ModelTraining(NAME, Kind.UPDATE, null, null, null, 60, 0.1, 1, true, "ada"));

        assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("forgets");
        assertThat(result.has("version")).isFalse();
        assertThat(result.path("sentence").asText()).startsWith("The update forgets: it is refused.");
        assertThat(run(project, result.path("run").asText()).metrics()).containsEntry("forgets", 1.0);
    }

    @Test
    void confidentMistakesAreLearnedAndTooFewOfThemTeachNothing() throws IOException {
        Project project = champion("logistic", day -> 1);

        JsonNode few = train(project, DAYS + 1, asked(Kind.REINFORCE, null, 1, false));
        Project stricter = project("logistic", UPDATE.replace("min_samples: 3", "min_samples: 5000"));
        JsonNode none = train(stricter, DAYS + 1, asked(Kind.REINFORCE, null, 1, false));

        assertThat(few.path("mode").asText()).as(few.toString()).isEqualTo("reinforce");
        assertThat(few.at("/metrics/mistakes").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(none.path("status").asText()).isEqualTo("nothing");
        assertThat(none.path("sentence").asText()).contains("5000 are needed");
    }

    @Test
    void aModelWithoutChampionOrOfALearnerThatCannotGoOnIsRefused() throws IOException {
        games(TURN, day -> 1);
        Project project = project("{ random_forest: { trees: 10 } }", UPDATE);
        load(project, TURN + 1);

        assertThatThrownBy(() -> train(project, TURN + 1, asked(Kind.UPDATE, null, 1, false)))
                .hasMessageContaining("has no champion to go on from");
        JsonNode first = train(project, TURN + 1, asked(Kind.FULL, null, 1, false));
        assertThat(first.path("promoted").asBoolean()).isTrue();
        assertThatThrownBy(() -> train(project, TURN + 1, asked(Kind.UPDATE, null, 1, false)))
                .hasMessageContaining("random_forest")
                .extracting(e -> ((KeelsonException) e).code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    void aLearnerCanBeReplacedRowsCanBeAskedForAndAVersionCanServeAtOnce() throws IOException {
        Project project = champion("logistic", day -> 1);

        assertThatThrownBy(() -> train(project, DAYS + 1, asked(Kind.FULL, null, 1_000_000, false)))
                .hasMessageContaining("1,000,000");
        JsonNode other = train(project, DAYS + 1, asked(Kind.FULL, "lightgbm", 100, true));

        assertThat(other.path("promoted").asBoolean()).isTrue();
        assertThat(run(project, other.path("run").asText()).params())
                .containsKey("0.lightgbm.rounds")
                .containsEntry("asked.learner", "lightgbm");
        assertReproduced(project, other.path("run").asText());
        assertReproduced(project("lightgbm", UPDATE), other.path("run").asText());
        try (ProjectReading state = ProjectReading.open(project("logistic", UPDATE + "    seed: 7\n"))) {
            Reproduced again = state.reproduce(state.named(other.path("run").asText()));
            assertThat(again.trained()).isFalse();
        }
        project("logistic", UPDATE);
        assertThatThrownBy(() -> train(project, DAYS + 1, asked(Kind.UPDATE, null, 1, false)))
                .hasMessageContaining("another definition");
    }

    private static void assertReproduced(Project project, String run) throws IOException {
        try (ProjectReading state = ProjectReading.open(project)) {
            Reproduced again = state.reproduce(state.named(run));
            assertThat(again.identical()).as(again.parts() + " " + again.check().failures()).isTrue();
        }
    }

    @Test
    void rowsThatMeetAConditionAreTrainedAloneAndReproduced() throws IOException {
        Project project = champion("{ xgboost: { rounds: 20 } }", day -> 1);

        JsonNode all = train(project, DAYS + 1, asked(Kind.FULL, null, 1, false));
        JsonNode some = train(project, DAYS + 1, ofRows("noise > 0"));

        int rows = some.at("/metrics/rows").asInt();
        assertThat(rows).isBetween(800, 1360).isLessThan(all.at("/metrics/rows").asInt());
        Run run = run(project, some.path("run").asText());
        assertThat(run.params()).containsEntry("asked.rows", "noise > 0");
        assertThat(run.provenance()).contains("\"rows\":\"noise > 0\"");
        assertReproduced(project, run.id());
        assertThatThrownBy(() -> train(project, DAYS + 1, ofRows("result = 'home'")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("result");
        assertThatThrownBy(() -> train(project, DAYS + 1, ofRows("noise > 100")))
                .extracting(e -> ((KeelsonException) e).code())
                .isEqualTo(ErrorCode.NOT_ENOUGH_ROWS);
    }

    private static ModelTraining ofRows(String condition) {
        return new ModelTraining(NAME, Kind.FULL, null, condition, null, null, null, 1, false, "ada");
    }

    @Test
    void aLackOfMemoryOfTheWorkerRegistersNothing() throws IOException {
        StringBuilder csv = new StringBuilder("id,time,result");
        StringBuilder columns = new StringBuilder("id: string, time: timestamp, result: { type: enum, values: [home, away] }");
        List<String> names = IntStream.range(0, 40).mapToObj(j -> "x" + j).toList();
        names.forEach(name -> {
            csv.append(',').append(name);
            columns.append(", ").append(name).append(": double");
        });
        Random random = new Random(3);
        for (int i = 0; i < 60_000; i++) {
            csv.append("\ng").append(i).append(',').append(START.plus(Duration.ofMinutes(8L * i)));
            csv.append(random.nextBoolean() ? ",home" : ",away");
            names.forEach(_ -> csv.append(',').append(random.nextInt(100)));
        }
        Files.writeString(folder.resolve("games.csv"), csv.append('\n').toString());
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("LEARNER", "{ xgboost: { rounds: 5 } }")
                        .replaceFirst("columns: \\{ id.*", "columns: { " + columns + " }")
                        .replace("[strength, noise]", names.toString()));
        Project project = Projects.validate(folder, Map.of());
        load(project, DAYS);

        try (Workspace workspace = new Workspace(project)) {
            WorkerTraining small = new WorkerTraining(folder, Map.of(), workspace.trainingScratch(), 2, 64L << 20);

            assertThatThrownBy(() -> TrainJob.run(workspace, project, asked(Kind.FULL, null, 1, false), at(DAYS), small, TrainingWatch.NONE))
                    .hasMessageContaining("needs more memory than its process has (64 MB); nothing was registered")
                    .extracting(e -> ((KeelsonException) e).code())
                    .isEqualTo(ErrorCode.WORKER_FAILED);
            assertThat(workspace.catalog().<Integer>read(tx -> tx.versions(NAME).size() + tx.runs(NAME, 9).size()))
                    .isZero();
        }
    }

    @Test
    void aPlantedFeatureOfTheFutureIsToldAndStopsWhereThePolicySaysSo() throws IOException {
        games(TURN, day -> 1);
        StringBuilder planted = new StringBuilder();
        Random random = new Random(9);
        Files.readString(folder.resolve("games.csv")).lines().forEach(line -> planted.append(line)
                .append(line.startsWith("id") ? ",goals" : "," + ((line.endsWith("home") ? 2 : -2) + random.nextDouble()))
                .append('\n'));
        Files.writeString(folder.resolve("games.csv"), planted.toString());
        String text = PROJECT.replace("LEARNER", "logistic")
                .replace("noise: double", "noise: double, goals: double")
                .replace("[strength, noise]", "[strength, goals]");
        Files.writeString(folder.resolve("keelson.yaml"), text + "    before_training: { leaks: stop }\n");
        Project strict = Projects.validate(folder, Map.of());
        load(strict, TURN + 1);

        assertThatThrownBy(() -> train(strict, TURN + 1, asked(Kind.FULL, null, 1, false)))
                .hasMessageContaining("The feature goals alone tells the label")
                .extracting(e -> ((KeelsonException) e).code())
                .isEqualTo(ErrorCode.DATA_BLOCKED);
        Files.writeString(folder.resolve("keelson.yaml"), text);
        Project project = Projects.validate(folder, Map.of());
        JsonNode result = train(project, TURN + 1, asked(Kind.FULL, null, 1, false));

        assertThat(result.path("leaks").asText()).isEqualTo("signs");
        assertThat(result.path("leak_signs").asText()).startsWith("The feature goals alone tells the label");
        assertThat(result.path("sentence").asText()).contains("signs of a leak");
        Run run = run(project, result.path("run").asText());
        assertThat(RunChecklist.of(run, id -> true, id -> true).items())
                .filteredOn(item -> item.name().equals("leaks"))
                .singleElement()
                .satisfies(item -> assertThat(item.passed()).isFalse())
                .satisfies(item -> assertThat(item.text()).contains("goals"));
        assertReproduced(project, run.id());
    }

    @Test
    void dataThatFailedTheirGatesAreNotTrainedOnUnlessThePolicySaysSo() throws IOException {
        Project project = champion("logistic", day -> 1);
        String csv = Files.readString(folder.resolve("games.csv"));
        Files.writeString(folder.resolve("games.csv"), csv.replaceAll("Z,-", "Z,strong"));
        assertThatThrownBy(() -> load(project, DAYS + 2)).isInstanceOf(KeelsonException.class);

        assertThatThrownBy(() -> train(project, DAYS + 2, asked(Kind.FULL, null, 1, false)))
                .hasMessageContaining("failed its gates")
                .hasMessageContaining("(games)")
                .extracting(e -> ((KeelsonException) e).code())
                .isEqualTo(ErrorCode.DATA_BLOCKED);
        Project lenient = project("logistic", "    before_training: { gates: warn }\n");
        JsonNode result = train(lenient, DAYS + 2, asked(Kind.FULL, null, 1, false));

        assertThat(result.path("gates").asText()).isEqualTo("failed");
        assertThat(result.path("sentence").asText()).contains("failed their gates");
    }

    @Test
    void driftOfWhatTheChampionHasNotSeenIsRecordedOrStops() throws IOException {
        games(TURN, day -> 1);
        Project project = project("logistic", "");
        RunPipeline.run(project, at(TURN + 1), line -> {});
        games(DAYS, day -> 1);
        String csv = Files.readString(folder.resolve("games.csv"));
        StringBuilder moved = new StringBuilder();
        csv.lines().forEach(line -> {
            String[] cells = line.split(",", -1);
            boolean late = !cells[0].equals("id") && Integer.parseInt(cells[0].substring(1)) >= PER_DAY * TURN;
            cells[3] = late ? "9" + cells[3].replace("-", "") : cells[3];
            moved.append(String.join(",", cells)).append('\n');
        });
        Files.writeString(folder.resolve("games.csv"), moved.toString());
        load(project, DAYS + 2);

        Project strict = project("logistic", "    before_training: { drift: stop }\n");
        assertThatThrownBy(() -> train(strict, DAYS + 2, asked(Kind.FULL, null, 1, false)))
                .hasMessageContaining("do not look like those of the champion")
                .hasMessageContaining("noise");
        JsonNode result = train(project, DAYS + 2, asked(Kind.FULL, null, 1, false));

        assertThat(result.path("drift").asText()).isEqualTo("alarm");
        assertThat(run(project, result.path("run").asText()).artifacts())
                .anyMatch(file -> file.path().equals(BeforeTraining.FILE));
    }

    @Test
    void thirtyRowsSufficeForFiveFolds() throws IOException {
        games(30, 1, day -> 1);
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("LEARNER", "logistic").replace("test: 30d", "test: 5d").replace("2 folds", "5 folds"));
        Project project = Projects.validate(folder, Map.of());
        load(project, 32);

        JsonNode result = train(project, 32, asked(Kind.FULL, null, 30, false));

        assertThat(result.at("/metrics/rows").asInt()).isEqualTo(30);
        assertThat(result.path("status").asText()).isEqualTo("registered");
    }
}
