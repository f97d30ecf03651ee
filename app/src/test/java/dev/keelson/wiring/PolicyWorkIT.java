package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.PolicyHtml;
import dev.keelson.control.LoopPolicy;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs;
import dev.keelson.http.PolicyRequest;
import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies compared over real stores and real learners, on two small divisions. */
final class PolicyWorkIT {
    private static final String MODEL = "football-1x2";
    private static final LocalDate FROM = LocalDate.parse("2016-10-01");
    private static final LocalDate TO = LocalDate.parse("2017-01-07");
    private static final Duration STEP = Duration.ofDays(14);

    @TempDir
    Path folder;

    /** Remembers which stages were told. */
    private static final class Stages implements ProjectJobs.Watch {
        private final Set<String> seen = new TreeSet<>();

        @Override
        public void tell(JsonNode document) {}

        @Override
        public void at(Jobs.Progress progress) {
            String stage = progress.stage();
            if (stage != null) {
                seen.add(stage);
            }
        }
    }

    private static PolicyRequest request(List<String> policies, double retrainCost) {
        return new PolicyRequest(
                MODEL, FROM, TO, STEP, 1, policies, retrainCost, 1.0, List.of(LocalDate.parse("2016-11-15")));
    }

    private static JsonNode compare(Project project, PolicyRequest request, Stages stages) {
        try (Workspace workspace = new Workspace(project)) {
            return new PolicyWork(workspace, JobKind.POLICIES).run(project, request, stages).document();
        }
    }

    private static JsonNode policy(JsonNode document, String name) {
        for (JsonNode policy : document.path("policies")) {
            if (policy.path("policy").asText().equals(name)) {
                return policy;
            }
        }
        throw new IllegalArgumentException(name);
    }

    @Test
    void matrixSaysWhatTheReplayOfTheSamePolicyLost() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        Stages stages = new Stages();

        JsonNode document = compare(project, request(List.of(), 0), stages);
        JsonNode replayed = replay(project, new ReplayJob.Request(FROM, TO, STEP, Set.of(LoopPolicy.values())))
                .path("models")
                .path(MODEL)
                .path("comparison");

        // all but matches whose outcomes came after the end, which the replay does not see
        assertThat(document.path("events").asLong() - replayed.path("always_retrain").path("n").asLong())
                .isBetween(0L, 12L);
        assertThat(policy(document, "every_tick").path("loss").asDouble())
                .isCloseTo(replayed.path("always_retrain").path("log_loss").asDouble(), within(0.01));
        assertThat(policy(document, "never").path("loss").asDouble())
                .isCloseTo(replayed.path("never_retrain").path("log_loss").asDouble(), within(0.01));
        double gain = replayed.path("never_retrain").path("log_loss").asDouble()
                - replayed.path("always_retrain").path("log_loss").asDouble();
        assertThat(policy(document, "every_tick").path("against_never").path("gain").asDouble())
                .isCloseTo(gain, within(0.002));
        assertThat(policy(document, "every_tick").path("money").asDouble())
                .isCloseTo(replayed.path("always_retrain").path("profit").asDouble(), within(12.0));
        assertThat(document.path("policies").findValuesAsText("policy"))
                .contains("this_policy", "schedule", "drift_recommended", "performance", "any_version", "random");
        assertThat(document.path("verdict").path(0).asText()).contains("never retraining");
        assertThat(policy(document, "every_tick").path("cpu_seconds").asDouble()).isPositive();
        assertThat(PolicyHtml.page(document)).contains("Does retraining pay?", "<svg").doesNotContain("<script");
    }

    @Test
    void whatWasComparedIsNotDoneAgain() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        List<String> some = List.of("every_tick", "performance", "any_version");
        JsonNode first = compare(project, request(some, 0), new Stages());
        Stages stages = new Stages();

        JsonNode dear = compare(project, request(some, 50), stages);

        assertThat(stages.seen).isEmpty();
        assertThat(policy(dear, "every_tick").path("loss")).isEqualTo(policy(first, "every_tick").path("loss"));
        assertThat(policy(dear, "every_tick").path("cost").asDouble())
                .isCloseTo(
                        policy(first, "every_tick").path("cost").asDouble()
                                + 50 * policy(first, "every_tick").path("retrains").asInt(),
                        within(1e-9));
    }

    @Test
    void adviceIsGivenWithWhatItIsWorth() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        try (Workspace workspace = new Workspace(project)) {

            JsonNode advice = new PolicyWork(workspace, JobKind.ADVICE)
                    .run(project, request(List.of(), 5), new Stages())
                    .document();

            assertThat(advice.path("sentence").asText()).isNotEmpty();
            assertThat(advice.path("schedules").size()).isGreaterThan(2);
            assertThat(advice.path("by_window").size()).isPositive();
            assertThat(advice.path("by_age").path(0).path("excess").asDouble()).isZero();
        }
    }

    @Test
    void modelsOfShorterHistoriesAreOthers() throws IOException {
        PriceProject.in(folder, PriceProject.model("moves", "logistic"));
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replace("test: 10d", "test: 2d")); // leaves rows to train on in short windows
        Project project = Projects.validate(folder, Map.of());
        PolicyRequest request = new PolicyRequest(
                "moves", LocalDate.parse("2024-02-01"), LocalDate.parse("2024-02-04"), Duration.ofDays(1), 1, List.of(), 0.0, 1.0, List.of());
        try (Workspace workspace = new Workspace(project)) {
            JsonNode windows =
                    new PolicyWork(workspace, JobKind.ADVICE).run(project, request, new Stages()).document().path("by_window");

            assertThat(windows.valueStream().map(each -> each.at("/gain/1").asDouble()))
                    .as(windows.toString())
                    .isNotEmpty()
                    .hasSizeGreaterThan(1)
                    .doesNotContain(0.0)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void modelsOfNumbersAreComparedInStepsOfHours() throws IOException {
        PriceProject.in(folder, PriceProject.model("moves", "logistic"));
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("      up_4h:", "      move_4h: forward_return(close, 4h)\n      up_4h:")
                        .replace("label: prices.up_4h", "label: prices.move_4h")
                        .replace("learner: logistic", "learner: linear"));
        Project project = Projects.validate(folder, Map.of());

        JsonNode document = compare(
                project,
                new PolicyRequest(
                        "moves",
                        LocalDate.parse("2024-02-01"),
                        LocalDate.parse("2024-02-07"),
                        Duration.ofHours(6),
                        4,
                        List.of(),
                        0.0,
                        1.0,
                        List.of()),
                new Stages());

        assertThat(document.path("loss").asText()).isEqualTo("squared_error");
        assertThat(document.path("periods").asInt()).isEqualTo(24);
        assertThat(document.path("models").asInt()).isEqualTo(6); // one a day
        assertThat(document.path("events").asInt()).isEqualTo(6 * 24);
        assertThat(document.path("today").asText()).isEqualTo("this_policy");
        assertThat(policy(document, "this_policy").path("loss").asDouble()).isPositive();
        assertThat(policy(document, "every_tick").path("retrains").asInt()).isEqualTo(5);
        assertThat(document.path("retraining_pays").asBoolean()).isFalse(); // prices drawn by chance
        JsonNode replayed = replay(
                project,
                new ReplayJob.Request(
                        LocalDate.parse("2024-02-01"), LocalDate.parse("2024-02-07"), Duration.ofHours(6), Set.of(LoopPolicy.values())));
        JsonNode rows = replayed.path("models").path("moves").path("comparison");
        assertThat(rows.fieldNames()).toIterable().containsExactly("this_policy", "never_retrain", "always_retrain", "mean");
        assertThat(Math.pow(rows.path("never_retrain").path("rmse").asDouble(), 2))
                .isCloseTo(policy(document, "never").path("loss").asDouble(), withinPercentage(5));
        assertThat(rows.path("mean").path("n").asInt()).isEqualTo(rows.path("this_policy").path("n").asInt());
        assertThat(rows.path("this_policy").path("mae").asDouble()).isPositive();
        assertThat(replayed.path("models").path("moves").path("verdict").asText())
                .startsWith("No evidence that retraining paid: squared error ");
    }

    private static JsonNode replay(Project project, ReplayJob.Request request) {
        try (Workspace workspace = new Workspace(project)) {
            return ReplayJob.run(workspace, request, (done, of, day) -> {}).toJson();
        }
    }

    @Test
    void changesOfTheProjectFileDateAlarms() throws IOException {
        Project base = TinyLeague.create(folder.resolve("p"));
        Files.writeString(
                base.file(),
                Files.readString(base.file())
                        + """
                        changes:
                          - { at: 2016-12-01, what: a new ball }
                          - { at: 2010-01-01, what: long ago }
                        """);
        Project project = Projects.validate(base.folder(), Map.of());

        JsonNode document = compare(project, request(List.of("performance"), 0), new Stages());

        assertThat(document.path("known_changes").findValuesAsText("at")).containsExactly("2016-11-15", "2016-12-01");
        assertThat(document.path("known_changes").findValuesAsText("what")).containsExactly("", "a new ball");
        assertThat(policy(document, "performance").path("changes").path("dated").asInt()).isEqualTo(2);
        assertThat(PolicyHtml.page(document)).contains("a new ball");
    }

    @Test
    void policyThatIsNoneIsTold() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));

        assertThatThrownBy(() -> compare(project, request(List.of("every_tik"), 0), new Stages()))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("There is no policy (every_tik)")
                .hasMessageContaining("every_tick");
    }
}
