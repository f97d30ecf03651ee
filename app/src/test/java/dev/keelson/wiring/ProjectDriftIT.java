package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.BaselineService;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.SimulateRequest;
import dev.keelson.monitor.DataChange;
import dev.keelson.monitor.DriftFinding;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a project can compare: what its champion was trained on, what it was asked, its sources and times of them. */
final class ProjectDriftIT {
    private static final Instant START = Instant.parse("2023-01-01T12:00:00Z");
    private static final int DAYS = 300;
    private static final int PER_DAY = 6;
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
                columns: { id: string, time: timestamp, strength: double, noise: double, league: string, result: { type: enum, values: [home, away] } }
            models:
              winner:
                label: games.result
                features: [strength, noise, league]
                learner: { xgboost: { rounds: 20, max_depth: 3 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            monitors:
              drift: { model: winner, current: "last 7d, at least 100 rows", policy: recommended, segments: [league], multivariate: true }
            """;

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    private Project project() throws IOException {
        StringBuilder csv = new StringBuilder("id,time,strength,noise,league,result\n");
        for (int i = 0; i < PER_DAY * DAYS; i++) {
            double strength = random.nextGaussian();
            csv.append("g%d,%s,%s,%s,%s,%s%n"
                    .formatted(
                            i,
                            START.plus(Duration.ofDays(i / PER_DAY)).plus(Duration.ofMinutes(i % PER_DAY)),
                            strength,
                            random.nextGaussian(),
                            i % 2 == 0 ? "E0" : "E1",
                            random.nextDouble() < 1 / (1 + Math.exp(-2 * strength)) ? "home" : "away"));
        }
        Files.writeString(folder.resolve("games.csv"), csv.toString());
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Project project = Projects.validate(folder, Map.of());
        RunPipeline.run(project, InstantSource.fixed(START.plus(Duration.ofDays(DAYS + 1))), line -> {});
        return project;
    }

    private LiveBackend open(Project project) {
        return LiveBackend.open(project, InstantSource.fixed(START.plus(Duration.ofDays(DAYS + 4))));
    }

    /** Asks the model, with the strengths of one league moved. */
    private void predict(LiveBackend backend, int day, int rows, double shift) {
        List<Map<String, @Nullable Object>> asked = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("id", "p" + day + "-" + i);
            row.put("time", START.plus(Duration.ofDays(day)).plus(Duration.ofMinutes(i)).toString());
            row.put("strength", random.nextGaussian() + (i % 2 == 0 ? shift : 0));
            row.put("noise", random.nextGaussian());
            row.put("league", i % 2 == 0 ? "E0" : "E1");
            asked.add(row);
        }
        backend.predict("winner", asked, PredictOptions.DEFAULT);
    }

    @Test
    void aModelsCheckTellsSegmentsAllColumnsTogetherAndItsAnswers() throws IOException {
        Project project = project();
        try (LiveBackend backend = open(project)) {
            predict(backend, DAYS - 20, 400, 0);
            predict(backend, DAYS + 3, 400, 3);

            DriftReport report = backend.checkDrift("winner");

            assertThat(report.details().segments()).isEqualTo(2);
            assertThat(report.details().findings())
                    .filteredOn(each -> each.kind() == DriftFinding.Kind.SEGMENT)
                    .extracting(DriftFinding::subject)
                    .containsExactly("league=E0, strength");
            assertThat(report.details().multivariate().auc()).isBetween(0.65, 0.95);
            assertThat(report.details().multivariate().importance()).containsKey("strength");
            assertThat(report.details().outputs()).extracting(each -> each.name()).containsExactly("home", "away");
            assertThat(report.details().findings())
                    .extracting(DriftFinding::kind)
                    .contains(DriftFinding.Kind.PREDICTIONS, DriftFinding.Kind.MULTIVARIATE);
            assertThat(report.verdict()).isEqualTo(DriftReport.Verdict.ALARM);
            assertThat(backend.reports("drift", "winner", 1)).hasSize(1);
        }
    }

    @Test
    void aFileIsToldFromOtherSides() {
        assertThat(List.of("a.csv", "in/a.CSV.gz", "a.parquet", "a.csv@7d", "a@b.csv@2024-01-01..")).allMatch(ProjectDrift::isFile);
        assertThat(List.of("champion", "served:tips@7d", "games@last.week", "a.csv.txt", "@", "")).noneMatch(ProjectDrift::isFile);
    }

    @Test
    void anyTwoOfItsTablesAreComparedAndKept() throws IOException {
        Project project = project();
        try (LiveBackend backend = open(project)) {
            JsonNode halves = backend.drift()
                    .compare(DriftRequest.of("winner", "games@2023-01-01..2023-06-01", "games@2023-06-01.."));
            JsonNode file = backend.drift().compare(DriftRequest.of(null, "games", "games.csv"));

            assertThat(halves.path("verdict").asText()).isEqualTo("none");
            assertThat(halves.path("reference").asText()).contains("games@").contains("from 2023-01-01T12:00:00Z");
            assertThat(halves.path("n_samples_reference").asInt()).isEqualTo(151 * PER_DAY);
            assertThat(halves.path("not_judged").path("id").asText()).contains("names rows");
            assertThat(file.path("verdict").asText()).isEqualTo("none");
            assertThat(backend.report(halves.path("id").asText())).isPresent();
            assertThat(backend.reports("drift", null, 10)).hasSize(2);
        }
    }

    @Test
    void aComparisonIsNamedByTheDaysOfTheProjectsZone() throws IOException {
        project();
        // 12:00 UTC is the next day there
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT.replace("timezone: UTC", "timezone: Pacific/Auckland"));
        try (LiveBackend backend = open(Projects.validate(folder, Map.of()))) {
            JsonNode halves = backend.drift()
                    .compare(DriftRequest.of("winner", "games@2023-01-02..2023-02-02", "games@2023-06-02..2023-07-02"));

            assertThat(halves.path("model").asText())
                    .containsPattern("games@[0-9a-f]{8} from 2023-06-02 to 2023-07-01 against games@[0-9a-f]{8} from 2023-01-02 to 2023-02-01");
        }
    }

    @Test
    void aBaselineIsASideByItsIdOrAsTheNewestOfItsSource() throws IOException {
        Project project = project();
        try (LiveBackend backend = open(project)) {
            predict(backend, DAYS + 3, 200, 3);
            JsonNode made = backend.baselines().create(new BaselineService.Request("winner", "training", "ann", "First."));
            backend.baselines().create(new BaselineService.Request("winner", "training", "ann", "Again."));

            JsonNode moved = backend.drift().compare(DriftRequest.of("winner", "baseline:winner.training.1", "served"));
            JsonNode newest = backend.drift().compare(DriftRequest.of(null, "champion", "baseline:winner.training@60d"));

            assertThat(made.at("/baselines/0/columns/2/categories").findValuesAsText("value")).containsExactlyInAnyOrder("E0", "E1");
            assertThat(moved.path("reference").asText()).isEqualTo("baseline winner.training.1");
            assertThat(moved.path("verdict").asText()).isEqualTo("alarm");
            assertThat(moved.path("features")).extracting(each -> each.path("name").asText())
                    .containsExactlyInAnyOrder("strength", "noise", "league");
            assertThat(newest.path("current").asText()).startsWith("baseline winner.training.2 from 2023-");
            assertThat(newest.path("verdict").asText()).as(newest.path("reason").asText()).isEqualTo("none");
            assertThatThrownBy(() -> backend.drift().compare(DriftRequest.of(null, "baseline:winner.training.7", "served")))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("winner.training.7");
        }
    }

    @Test
    void aFaultOfTrainingDataIsNoticedAndAcisReportsWhatTheModelWasAsked() throws IOException {
        Project project = project();
        try (LiveBackend backend = open(project)) {
            predict(backend, DAYS + 3, 200, 3);
            JsonNode simulated = backend.drift()
                    .simulate(new SimulateRequest(
                            DriftRequest.of("winner", null, null),
                            new DataChange.Texts(
                                    List.of("strength=1.5"), List.of(), List.of(), List.of(), List.of("noise"), List.of()),
                            1,
                            "changed.parquet",
                            true));
            JsonNode acis = backend.drift().acis("winner", 7, 100);

            assertThat(simulated.at("/report/verdict").asText()).isEqualTo("alarm");
            assertThat(simulated.at("/report/findings/0/sentence").asText()).contains("noise: a column that only the reference has");
            assertThat(folder.resolve("changed.parquet")).isRegularFile();
            assertThat(acis.path("n_samples_current").asInt()).isEqualTo(200);
            assertThat(acis.at("/summary/drift_detected").asBoolean()).isTrue();
            assertThat(acis.at("/ks_test/strength/drifted").asBoolean()).isTrue();
            assertThatThrownBy(() -> backend.drift().acis("winner", 7, 500))
                    .extracting(e -> ((KeelsonException) e).code())
                    .isEqualTo(ErrorCode.NOT_ENOUGH_ROWS);
        }
    }

    @Test
    void requestsReadFilesOfTheProjectsFolderOnly(@TempDir Path elsewhere) throws IOException {
        Project project = project();
        Path outside = Files.copy(folder.resolve("games.csv"), elsewhere.resolve("games.csv"));
        try (LiveBackend backend = open(project)) {
            assertThatThrownBy(() -> backend.drift().compare(DriftRequest.of(null, "games", outside.toString())))
                    .hasMessageContaining("lies outside of the project's folder");
            assertThatThrownBy(() -> backend.drift().compare(DriftRequest.of(null, "games", "../games.csv")))
                    .hasMessageContaining("lies outside of the project's folder");
            assertThatThrownBy(() -> backend.drift().compare(DriftRequest.of(null, "game", "games.csv")))
                    .hasMessageContaining("`game` is no file, no source, no dataset version and no time")
                    .hasMessageContaining("Maybe `games` was meant.");
            assertThat(backend.drift()
                            .anywhere(elsewhere)
                            .compare(DriftRequest.of(null, "games", "games.csv"))
                            .path("verdict")
                            .asText())
                    .isEqualTo("none");
        }
    }
}
