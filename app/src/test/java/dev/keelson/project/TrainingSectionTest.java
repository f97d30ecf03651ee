package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingPolicy.OnFinding;
import dev.keelson.train.UpdateDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSectionTest {
    @TempDir
    Path folder;

    private static String text(String lines) {
        return FootballProject.with(FootballProject.LEARNER, FootballProject.LEARNER + "\n    " + lines);
    }

    private Project read(String lines) {
        return FootballProject.read(folder, text(lines));
    }

    private List<Problem> problems(String lines) {
        return catchThrowableOfType(KeelsonException.class, () -> read(lines)).problems();
    }

    @Test
    void aModelThatSaysNothingStopsAtGatesAndWarnsOfDrift() {
        TrainingPolicy policy = read("").policy("football-1x2");

        assertThat(policy).isEqualTo(TrainingPolicy.DEFAULT);
        assertThat(policy.gates()).isEqualTo(OnFinding.STOP);
        assertThat(policy.drift()).isEqualTo(OnFinding.WARN);
        assertThat(policy.reinforce())
                .isEqualTo(new ReinforceDefinition(0.7, 10, Duration.ofDays(7), 3, 20, 0.01));
    }

    @Test
    void everythingIsReadAsWritten() {
        TrainingPolicy policy = read(
                        "before_training: { gates: warn, drift: stop, leaks: stop }\n    update: { mode: refit, rounds: 7, recent: 60d, old: 90d, margin: 0.1 }"
                                + "\n    reinforce: { confidence: 0.8, min_samples: 4, window: 3d, weight: 5, rounds: 6, learning_rate: 0.05 }")
                .policy("football-1x2");

        assertThat(policy)
                .isEqualTo(new TrainingPolicy(
                        OnFinding.WARN,
                        OnFinding.STOP,
                        OnFinding.STOP,
                        new UpdateDefinition(
                                ContinuationMode.REFIT, 7, null, Duration.ofDays(60), Duration.ofDays(90), 0.1),
                        new ReinforceDefinition(0.8, 4, Duration.ofDays(3), 5, 6, 0.05),
                        RetrainDefinition.DEFAULT));
        assertThat(policy.update().learningRate()).isEqualTo(0.1);
    }

    @Test
    void retrainingAndItsModesAreRead() {
        RetrainDefinition read = read("""
                retrain: { cool_down: 2d, budget: 4 per 30d, on_new_data: 10%, shadow: 7d, canary: 5%, hold: 36h, give_up: 90d }
                    modes: { retrain: suggest, stakes: observe }""").policy("football-1x2").retrain();

        assertThat(read)
                .isEqualTo(new RetrainDefinition(
                        Duration.ofDays(2),
                        new RetrainDefinition.Budget(4, Duration.ofDays(30)),
                        new RetrainDefinition.NewData(null, 0.1),
                        Duration.ofDays(7),
                        0.05,
                        Duration.ofHours(36),
                        Duration.ofDays(90),
                        Map.of(
                                RetrainDefinition.Action.RETRAIN, RetrainDefinition.Mode.SUGGEST,
                                RetrainDefinition.Action.STAKES, RetrainDefinition.Mode.OBSERVE)));
        assertThat(read.mode(RetrainDefinition.Action.PROMOTE)).isEqualTo(RetrainDefinition.Mode.ACT);
    }

    @Test
    void itIsNoPartOfTheDefinitionOfTheModel() {
        String plain = DefinitionJson.canonical(read("").models().getFirst());

        assertThat(DefinitionJson.canonical(read("update: { rounds: 7 }").models().getFirst()))
                .isEqualTo(plain);
    }

    @Test
    void valuesOutOfRangeAreTold() {
        assertThat(problems("update: { rounds: 0 }")).hasSize(1);
        assertThat(problems("retrain: { budget: 0 per 30d }")).hasSize(1);
        assertThat(problems("retrain: { on_new_data: some }")).hasSize(1);
        assertThat(problems("retrain: { canary: 0% }")).hasSize(1);
        assertThat(problems("retrain: { hold: 1d }")).hasSize(1);
        assertThat(problems("modes: { promote: never }")).hasSize(1);
        assertThat(problems("update: { learning_rate: 0 }")).hasSize(1);
        assertThat(problems("update: { recent: 0d }")).hasSize(1);
        assertThat(problems("reinforce: { confidence: 1 }")).hasSize(1);
        assertThat(problems("reinforce: { weight: 1 }")).hasSize(1);
        assertThat(problems("before_training: { gates: ignore }")).hasSize(1);
        assertThat(problems("update: { round: 3 }").getFirst().hint()).contains("rounds");
    }
}
