package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeReceipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunPipelineIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2017-07-01T12:00:00Z"));
    private static final String MODEL = "football-1x2-odds";

    @TempDir
    Path folder;

    @Test
    void secondRunSaysWhatIsUnchangedAndRedoesNothing() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        List<String> lines = new ArrayList<>();

        RunPipeline.RunReport first = RunPipeline.run(project, CLOCK, line -> {});
        RunPipeline.RunReport second = RunPipeline.run(project, CLOCK, lines::add);

        assertThat(first.steps()).extracting(RunPipeline.Step::name).contains("data", "features", "train");
        assertThat(second.steps()).filteredOn(step -> !step.name().equals("checks")).noneMatch(RunPipeline.Step::changed);
        assertThat(second.versions()).isEqualTo(first.versions());
        assertThat(lines).anyMatch(line -> line.startsWith("features:") && line.contains("unchanged"));
    }

    @Test
    void otherTimesMakeTheDatasetAnewAndTheRunSaysWhy() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        Path file = folder.resolve("p/keelson.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("known_after: *\\w+", "known_after: 2d"));
        Project changed = Projects.read(folder.resolve("p"), Map.of());
        List<String> lines = new ArrayList<>();

        RunPipeline.RunReport report = RunPipeline.run(changed, CLOCK, lines::add);

        assertThat(report.steps()).filteredOn(step -> step.name().equals("data")).allMatch(RunPipeline.Step::changed);
        assertThat(lines).anyMatch(line -> line.startsWith("data:") && line.contains("made anew: known_after was"));
        assertThat(RunPipeline.run(changed, CLOCK, line -> {}).steps())
                .filteredOn(step -> step.name().equals("data"))
                .noneMatch(RunPipeline.Step::changed);
    }

    @Test
    void predictionIsJournaledAndJoinedWithItsOutcome() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});

        AtomicReference<Instant> now = new AtomicReference<>(CLOCK.instant());
        try (LiveBackend backend = LiveBackend.open(project, now::get)) {
            Prediction prediction =
                    backend.predict(MODEL, List.of(row()), new PredictOptions(true, null)).getFirst();
            OutcomeEvent early = new OutcomeEvent(MODEL, prediction.entity(), "H", now.get());
            assertThatThrownBy(() -> backend.outcomes(List.of(early))).hasMessageContaining("cannot be known yet");
            now.set(Instant.parse("2017-07-08T20:00:00Z"));
            OutcomeEvent outcome = new OutcomeEvent(MODEL, prediction.entity(), "H", now.get());
            assertThat(backend.outcomes(List.of(outcome)))
                    .containsExactly(new OutcomeReceipt(outcome, true, null));

            assertThat(backend.notReadyReason()).isNull();
            assertThat(prediction.probabilities()).hasSize(3);
            assertThat(prediction.probabilities()[0] + prediction.probabilities()[1] + prediction.probabilities()[2])
                    .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-9));
            assertThat(backend.prediction(prediction.id()).orElseThrow().outcome()).isEqualTo("H");
        }
    }

    @Test
    void outcomeOfAMatchNeverPredictedIsKeptUnlessItsDayIsStillToCome() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            OutcomeEvent played = new OutcomeEvent(MODEL, "E0|2017-06-30|No|Body", "H", CLOCK.instant());
            OutcomeEvent coming = new OutcomeEvent(MODEL, "E0|2017-07-02|No|Body", "H", CLOCK.instant());

            assertThat(backend.outcomes(List.of(played)).getFirst().matched()).isFalse();
            assertThatThrownBy(() -> backend.outcomes(List.of(coming))).hasMessageContaining("cannot be known yet");
        }
    }

    @Test
    void entityOrRequestThatCannotBeIsRefusedWithItsField() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        Map<String, @Nullable Object> empty = row();
        empty.put("HomeTeam", " ");
        Map<String, @Nullable Object> itself = row();
        itself.put("AwayTeam", itself.get("HomeTeam"));
        Map<String, @Nullable Object> strange = row();
        strange.put("FTRR", 3);

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            for (String entity : List.of("E0|No|Body", "E0|2017-06-31|No|Body", "E0|2017-06-30||Body", "x")) {
                OutcomeEvent outcome = new OutcomeEvent(MODEL, entity, "H", CLOCK.instant());
                assertThatThrownBy(() -> backend.outcomes(List.of(outcome)))
                        .hasMessageStartingWith("outcomes[0].entity: The entity (" + entity + ") cannot be one of the model")
                        .hasMessageContaining("joined by |");
            }
            OutcomeEvent unknown =
                    new OutcomeEvent(MODEL, "01234567-89ab-cdef-0123-456789abcdef", "H", CLOCK.instant());
            assertThat(backend.outcomes(List.of(unknown)).getFirst().matched()).isFalse();
            assertThatThrownBy(() -> backend.predict(MODEL, List.of(row(), empty), PredictOptions.DEFAULT))
                    .hasMessageContaining("rows[1].HomeTeam: The key field (HomeTeam) must have a value, not an empty text.");
            assertThatThrownBy(() -> backend.predict(MODEL, List.of(strange), PredictOptions.DEFAULT))
                    .hasMessageContaining("There is no column (FTRR)")
                    .hasMessageNotContaining("FTR`");
            assertThat(backend.predict(MODEL, List.of(itself), PredictOptions.DEFAULT).getFirst().warnings())
                    .anyMatch(warning -> warning.contains("twice, as HomeTeam and as AwayTeam"));
        }
    }

    @Test
    void teamWithoutHistoryIsToldWithTheNearestName() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        String known;
        try (Workspace workspace = new Workspace(project)) {
            var version = workspace.datasets().latest("matches").orElseThrow();
            known = String.valueOf(workspace.datasets().read(version).vector("HomeTeam").get(0));
        }
        Map<String, @Nullable Object> row = row();
        row.put("HomeTeam", known + "x");
        row.put("AwayTeam", known);

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            Prediction mistyped =
                    backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT).getFirst();
            row.put("HomeTeam", known);
            Prediction right = backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT).getFirst();

            assertThat(mistyped.warnings()).singleElement().asString()
                    .startsWith("No history for team `%sx` (HomeTeam); did you mean `%s`?".formatted(known, known));
            assertThat(right.warnings()).singleElement().asString().startsWith("The row names the team");
        }
    }

    @Test
    void wrongFieldsAreToldAllAtOnceAndNothingIsLogged() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        Map<String, @Nullable Object> bad = row();
        bad.put("AvgH", 0.5);
        bad.put("FTR", "H");
        bad.put("HomeTeem", "x");
        bad.remove("AvgA");

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThatThrownBy(() -> backend.predict(MODEL, List.of(bad), PredictOptions.DEFAULT))
                    .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems()).hasSize(4))
                    .hasMessageContaining("least value allowed (1.01)")
                    .hasMessageContaining("known only after the event")
                    .hasMessageContaining("HomeTeam")
                    .hasMessageContaining("AvgA");
            assertThat(backend.predictions(dev.keelson.serve.PredictionQuery.of(MODEL, "champion"))).isEmpty();
        }
    }

    @Test
    void rollbackBringsBackWhatServedBeforeAndIsAudited() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        Path file = project.file();
        Files.writeString(
                file, Files.readString(file).replace("l2: 100", "l2: 300"));
        Project changed = TinyLeague.read(folder.resolve("p"));
        RunPipeline.run(changed, CLOCK, line -> {});

        try (LiveBackend backend = LiveBackend.open(changed, CLOCK)) {
            assertThat(backend.alias(MODEL, ModelVersion.CHALLENGER)).hasValueSatisfying(
                    version -> assertThat(version.kind()).isEqualTo(ModelVersion.Kind.CHANGE));
            assertThatThrownBy(() -> backend.promote(MODEL, 2, "ann", "looks better"))
                    .hasMessageContaining("Not enough evidence yet");
            backend.governance().promote(new Governance.Request(MODEL, 2, "ann", "looks better", true));
            ModelVersion back = backend.rollback(MODEL, "ann", "was not");

            assertThat(back.version()).isEqualTo(1);
            assertThatThrownBy(() -> backend.rollback(MODEL, "ann", "again"))
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRANSITION_REFUSED))
                    .hasMessageContaining("no version to roll back to")
                    .hasMessageContaining("keelson models rollback football-1x2-odds VERSION");
            assertThat(backend.audit(MODEL, 2)).extracting("action").containsExactly("rollback", "promote");
        }
    }

    @Test
    void changedModelStandsBesideTheLastChampionOnMatchesThatOneNeverSaw() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        Path data = folder.resolve("p/data/football/matches.csv.gz");
        byte[] all = Files.readAllBytes(data);
        TinyLeague.keepBefore(data, "2016-11-01");
        RunPipeline.run(project, CLOCK, line -> {});
        Files.write(data, all);
        Files.writeString(project.file(), Files.readString(project.file()).replace("l2: 100", "l2: 300"));
        Project changed = TinyLeague.read(folder.resolve("p"));

        RunPipeline.RunReport report = RunPipeline.run(changed, CLOCK, line -> {});

        ModelVersion version = java.util.Objects.requireNonNull(report.versions().get(MODEL));
        try (LiveBackend backend = LiveBackend.open(changed, CLOCK)) {
            Map<String, Double> metrics = backend.run(version.runId()).orElseThrow().metrics();
            assertThat(metrics)
                    .containsKeys(
                            "test_log_loss",
                            "baseline/frequencies/test_log_loss",
                            "baseline/market/test_log_loss",
                            "baseline/champion/test_log_loss");
            assertThat(metrics.get("baseline/champion/test_n")).isLessThan(metrics.get("test_n"));
        }
    }

    @Test
    void championPinnedToOtherDefinitionsIsRefusedByName() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        RunPipeline.run(project, CLOCK, line -> {});
        String text = Files.readString(project.file());
        Files.writeString(project.file(), text.replace("mean(goals_for) over last 38 events", "mean(goals_for) over last 19 events"));
        Project changed = TinyLeague.read(folder.resolve("p"));

        DefinitionPlan plan = ProjectDefinitions.plan(changed);
        try (LiveBackend backend = LiveBackend.open(changed, CLOCK)) {
            assertThatThrownBy(() -> backend.predict(MODEL, List.of(row()), PredictOptions.DEFAULT))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("trained by other definitions")
                    .hasMessageContaining("feature team_form:");
            assertThat(backend.notReadyReason()).contains("feature team_form:");
        }

        assertThat(plan.changes()).singleElement().satisfies(change -> assertThat(change.difference())
                .containsExactly(
                        "- mean(goals_for) over last 38 events", "+ mean(goals_for) over last 19 events"));
        assertThat(plan.materialize()).containsExactly("team_form");
        assertThat(plan.retrain()).contains("football-1x2", MODEL);
    }

    @Test
    void runRegistersDefinitionsOnceAndApplyFindsNothingLeft() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        assertThat(ProjectDefinitions.plan(project).changes()).isNotEmpty();

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(report.steps().getFirst().name()).isEqualTo("apply");
        assertThat(report.steps().getFirst().changed()).isTrue();
        assertThat(ProjectDefinitions.plan(project).isEmpty()).isTrue();
        ProjectDefinitions.apply(project, ProjectDefinitions.plan(project), CLOCK, "ann");
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            String run = backend.versions(MODEL).getFirst().runId();
            assertThat(backend.run(run).orElseThrow().provenance())
                    .contains("\"definitions\"", "label matches.FTR", "feature team_form:", "source matches");
        }
    }

    private static Map<String, @Nullable Object> row() {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("div", "E0");
        row.put("date", "2017-07-08");
        row.put("HomeTeam", "Nobody");
        row.put("AwayTeam", "Anybody");
        row.put("AvgH", 2.1);
        row.put("AvgD", 3.3);
        row.put("AvgA", 3.6);
        for (String bookmaker : List.of("B365", "BW", "IW", "PS", "WH", "VC")) {
            for (String outcome : List.of("H", "D", "A")) {
                row.put(bookmaker + outcome, null);
            }
        }
        return row;
    }

    @Test
    void serverStartsBesideADamagedModelAndSaysWhatToDo() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        ModelVersion version = Objects.requireNonNull(
                RunPipeline.run(project, CLOCK, line -> {}).versions().get(MODEL));
        Run run;
        try (Workspace workspace = new Workspace(project)) {
            run = workspace.catalog().read(tx -> tx.run(version.runId())).orElseThrow();
            assertThat(KeptFiles.faults(run, workspace.artifacts())).isEmpty();
            String root = "%s/%s/artifacts"
                    .formatted(
                            workspace.catalog()
                                    .read(tx -> tx.tracking().runInfo(run.id()))
                                    .orElseThrow()
                                    .experimentId(),
                            run.id());
            workspace.catalog().update(tx -> tx.files().delete(root));
        }

        try (LiveBackend live = LiveBackend.open(project, CLOCK);
                ProjectReading reading = ProjectReading.open(project)) {
            assertThat(live.notReadyReason())
                    .contains("The champion (" + version.label() + ") cannot be loaded", "it has no file model.json");
            assertThatThrownBy(() -> live.predict(MODEL, List.of(Map.of()), PredictOptions.DEFAULT))
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
                                assertThat(e.problems().getFirst().hint()).contains("keelson models rollback " + MODEL);
                            });
            Run now = reading.run(run.id()).orElseThrow();
            assertThat(reading.faults(now)).singleElement().asString().contains("no longer lists the files of its model");
            assertThat(reading.check(now).failures()).extracting(RunCheck.Line::name).contains("model");
        }
    }

    @Test
    void trainingWhoseExperimentIsDeletedSaysSo() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        try (Workspace workspace = new Workspace(project)) {
            workspace.catalog().update(tx -> {
                String id = tx.tracking().createExperiment(MODEL, null, Map.of(), CLOCK.instant()).id();
                tx.tracking().setExperimentLifecycle(id, Lifecycle.DELETED, CLOCK.instant());
            });
        }

        assertThatThrownBy(() -> RunPipeline.run(project, CLOCK, line -> {}))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
                    assertThat(e.problems().getFirst().hint()).contains("keelson experiments restore " + MODEL);
                });
    }
}
