package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.ModelDefinition.Weighting;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learners made of learners, and rows that do not count the same. */
class TrainingEnsembleTest {
    private static final TrainingTable TABLE = TrainingFixture.table(400, 1);
    private static final TrainingMode FULL = new TrainingMode.Full();

    private static ModelDefinition definition(Weighting weighting, LearnerDefinition... learners) {
        ModelDefinition base = TrainingFixture.definition(Arrays.asList(learners));
        return base.toBuilder()
                .weighting(weighting)
                .build();
    }

    private static LearnerDefinition ensemble(String name, Map<String, Object> settings) {
        return new LearnerDefinition(
                name, settings, List.of(TrainingFixture.learner(1), TrainingFixture.learner(500)));
    }

    private static TrainingOutcome run(ModelDefinition definition, TrainingTable table, int threads) {
        return TrainingFixture.training(threads).run(TrainingFixture.request(definition, table, FULL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"voting", "stacking", "greedy", "bagging"})
    void ensembleIsTrainedCalibratedSavedAndLoaded(String kind) {
        ModelDefinition definition = definition(new Weighting.Equal(), ensemble(kind, Map.of()));

        TrainingOutcome outcome = run(definition, TABLE, 1);

        assertThat(run(definition, TABLE, 2).bundle().listing())
                .isEqualTo(outcome.bundle().listing());
        EnsembleModel loaded = outcome.bundle().load(TrainingFixture.training(1).codecs());
        double[] p = loaded.predictAll(TABLE.features());
        assertThat(loaded.members().getFirst().learner()).isEqualTo(kind);
        assertThat(Arrays.stream(p)).hasSize(1_200).allMatch(value -> value > 0 && value < 1);
        assertThat(outcome.bundle().files().keySet()).contains("members/0-" + kind + "/ensemble.json");
        assertThat(Objects.requireNonNull(outcome.metrics().get("test_log_loss"))).isLessThan(1.05);
        assertThat(outcome.provenance().settings()).containsEntry("0." + kind + ".1.logistic.l2", "500.0");
    }

    @Test
    void countThatATimeLimitReachedMakesTheSameModelAgain() {
        ModelDefinition whole = definition(new Weighting.Equal(), ensemble("greedy", Map.of()));
        ModelDefinition limited = whole.withTimeLimit(Duration.ofNanos(1));

        TrainingOutcome stopped = run(limited, TABLE, 2);
        Integer reached = stopped.parameters().members();
        TrainingOutcome again = TrainingFixture.training(1)
                .run(TrainingFixture.request(limited, TABLE, new TrainingMode.Full(reached)));
        TrainingOutcome refreshed = TrainingFixture.training(1)
                .run(TrainingFixture.request(limited, TABLE, new TrainingMode.Refresh(stopped.parameters())));
        TrainingOutcome stored = TrainingOutcome.fromJson(stopped.toJson(), stopped.bundle());

        assertThat(reached).isEqualTo(1);
        assertThat(again.bundle().listing()).isEqualTo(stopped.bundle().listing());
        assertThat(again.metrics()).isEqualTo(stopped.metrics());
        assertThat(refreshed.bundle().listing()).isEqualTo(stopped.bundle().listing());
        assertThat(stored.parameters()).isEqualTo(stopped.parameters());
        assertThat(run(whole, TABLE, 1).parameters().members()).isNull();
        assertThat(run(whole.withTimeLimit(Duration.ofDays(1)), TABLE, 1).parameters().members())
                .isEqualTo(2);
    }

    @Test
    void ensembleMayBeAMemberOfABlend() {
        ModelDefinition definition = definition(
                new Weighting.Equal(), ensemble("voting", Map.of("weights", "2,1")), TrainingFixture.learner(30));

        TrainingOutcome outcome = run(definition, TABLE, 1);

        assertThat(outcome.parameters().weights()).hasSize(2);
        assertThat(outcome.metrics()).containsKey("member/0-voting/oof_log_loss");
    }

    @Test
    void wrongSettingsOfMembersAndEnsemblesAreReported() {
        Training training = TrainingFixture.training(1);

        assertThat(training.problems(definition(new Weighting.Equal(), ensemble("greedy", Map.of("rounds", 0L)))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("greedy.rounds (0)"));
        assertThat(training.problems(definition(
                        new Weighting.Equal(),
                        new LearnerDefinition(
                                "stacking",
                                Map.of(),
                                List.of(TrainingFixture.learner(1), new LearnerDefinition("forest", Map.of()))))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("forest"));
    }

    @Test
    void membersBelongToTheTrainingsKey() {
        ModelDefinition two = definition(new Weighting.Equal(), ensemble("voting", Map.of()));
        ModelDefinition other = definition(
                new Weighting.Equal(),
                new LearnerDefinition(
                        "voting", Map.of(), List.of(TrainingFixture.learner(1), TrainingFixture.learner(400))));

        assertThat(TrainingKey.of(TrainingFixture.request(two, TABLE, FULL)))
                .isNotEqualTo(TrainingKey.of(TrainingFixture.request(other, TABLE, FULL)))
                .isNotEqualTo(TrainingKey.of(TrainingFixture.request(
                        definition(new Weighting.Balanced(), ensemble("voting", Map.of())), TABLE, FULL)));
    }

    @Test
    void balancedClassesCountTheSameWhateverTheirRows() {
        int[] rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        TrainingTable table = relabelled(new int[] {0, 0, 0, 0, 0, 0, 0, 1, 1, 1}, null);

        double[] weights = Objects.requireNonNull(
                RowWeights.of(definition(new Weighting.Balanced(), TrainingFixture.learner(1)), table, rows));

        assertThat(weights).startsWith(10.0 / 2 / 7).endsWith(10.0 / 2 / 3);
        assertThat(Arrays.stream(weights).sum()).isEqualTo(10);
    }

    @Test
    void weightsOfAColumnReachTheLearner() {
        double[] weights = new double[TABLE.rows()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = TABLE.labels()[i] == 2 ? 5 : 1;
        }
        ModelDefinition weighted = definition(new Weighting.Column("w"), TrainingFixture.learner(1));

        TrainingOutcome outcome = run(weighted, relabelled(TABLE.labels(), weights), 1);
        TrainingOutcome plain = run(definition(new Weighting.Equal(), TrainingFixture.learner(1)), TABLE, 1);

        assertThat(away(outcome)).isGreaterThan(away(plain) + 0.1);
    }

    private static double away(TrainingOutcome outcome) {
        double[] p = outcome.bundle().load(TrainingFixture.training(1).codecs()).predictAll(TABLE.features());
        double sum = 0;
        for (int i = 2; i < p.length; i += 3) {
            sum += p[i];
        }
        return sum / TABLE.rows();
    }

    @Test
    void missingWeightIsNamed() {
        double[] weights = new double[TABLE.rows()];
        Arrays.fill(weights, 1);
        weights[3] = Double.NaN;
        ModelDefinition weighted = definition(new Weighting.Column("w"), TrainingFixture.learner(1));

        assertThatThrownBy(() -> run(weighted, relabelled(TABLE.labels(), weights), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("m3")
                .hasMessageContaining("(NaN)");
    }

    private static TrainingTable relabelled(int[] labels, double @Nullable [] weights) {
        int[] rows = IntStream.range(0, labels.length).toArray();
        return new TrainingTable(
                TABLE.features().take(rows),
                labels,
                new double[0],
                Arrays.copyOf(TABLE.eventTime(), labels.length),
                Arrays.copyOf(TABLE.knownAt(), labels.length),
                Arrays.copyOf(TABLE.day(), labels.length),
                null,
                Map.of(),
                TABLE.rowIds().subList(0, labels.length),
                weights, null, null);
    }

    @Test
    void presetsTakeTheLearnersThereAre() {
        Set<String> few = Set.of("xgboost", "logistic", "linear");
        LearnerDefinition best =
                LearnerPresets.of("best", false, few).getFirst();
        List<LearnerDefinition> fast = LearnerPresets.of("fast", true, few);
        LearnerDefinition all = LearnerPresets.of(
                        "n1v1", false, Set.of("xgboost", "lightgbm", "mlp"))
                .getFirst();

        assertThat(best.members()).extracting(LearnerDefinition::name)
                .containsExactly("xgboost", "xgboost", "logistic", "logistic");
        assertThat(fast).extracting(LearnerDefinition::name).containsExactly("xgboost", "linear");
        assertThat(all.members()).extracting(LearnerDefinition::name).containsExactly("lightgbm", "xgboost", "mlp");
        assertThat(all.settings()).containsEntry("weights", "1, 0.9, 0.8");
    }
}
