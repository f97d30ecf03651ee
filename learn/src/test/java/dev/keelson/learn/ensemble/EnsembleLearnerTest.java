package dev.keelson.learn.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.baseline.BaselineLearner;
import dev.keelson.learn.linear.LinearConfig;
import dev.keelson.learn.linear.LinearLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EnsembleLearnerTest {
    private static final Task COIN = new Task.Classification(List.of("no", "yes"));
    private static final Learner LOGISTIC = new LogisticLearner(LogisticConfig.defaults());
    private static final Learner FREQUENCIES = new BaselineLearner(List.of());

    private static JsonNode document(Model model) throws IOException {
        return new JsonMapper().readTree(model.save().get("ensemble.json"));
    }

    @Test
    void softVoteIsTheWeightedMean() {
        TrainingSet rows = Ensembles.rows(100, 2, 1, 1, COIN);
        double[] row = {0.7, -0.2};
        double[] out = new double[2];
        double[] first = new double[2];
        double[] second = new double[2];

        Ensembles.of(EnsembleKind.VOTING, Map.of("weights", "3, 1"), LOGISTIC, FREQUENCIES)
                .fit(rows, 1)
                .predict(row, out);
        LOGISTIC.fit(rows, 1).predict(row, first);
        FREQUENCIES.fit(rows, 2).predict(row, second);

        assertThat(out[1]).isCloseTo(0.75 * first[1] + 0.25 * second[1], within(1e-15));
    }

    @Test
    void hardVoteCountsTheMostProbableClasses() {
        Combination votes = new Combination.Votes(new double[] {0.5, 0.3, 0.2});
        double[] out = new double[3];

        votes.apply(new double[] {0.2, 0.5, 0.3, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8}, out);

        assertThat(out).containsExactly(0.3, 0.5, 0.2);
    }

    @Test
    void greedySelectionMixesMembersThatErrApart() {
        TrainingSet rows = Ensembles.rows(2, 1, 1, 1, new Task.Regression());
        double[] truth = rows.values();
        double[] above = {truth[0] + 1, truth[1] + 1};
        double[] below = {truth[0] - 2, truth[1] - 2};
        double[] far = {truth[0] + 9, truth[1] + 9};

        GreedySelection selection = GreedySelection.of(List.of(far, above, below), rows, 10);

        assertThat(selection.picks()).containsExactly(1, 2, 1); // + 1, then (1 - 2) / 2, then (1 - 2 + 1) / 3 = 0
        assertThat(selection.weights(3)).containsExactly(new double[] {0, 2.0 / 3, 1.0 / 3}, within(1e-15));
        assertThat(selection.losses()).hasSize(10);
    }

    @Test
    void ofEqualMembersTheFirstIsTaken() {
        TrainingSet rows = Ensembles.rows(5, 1, 1, 1, new Task.Regression());
        double[] same = {1, 2, 3, 4, 5};

        GreedySelection selection = GreedySelection.of(List.of(same, same.clone()), rows, 20);

        assertThat(selection.picks()).containsExactly(0);
    }

    @Test
    void membersThatWereNotPickedAreNotKept() throws IOException {
        TrainingSet rows = Ensembles.rows(400, 2, 2, 1, COIN);

        JsonNode json = document(Ensembles.of(EnsembleKind.GREEDY, Map.of("rounds", 1L), FREQUENCIES, LOGISTIC)
                .fit(rows, 1));

        assertThat(json.path("members")).hasSize(1);
        assertThat(json.path("members").path(0).path("learner").asText()).isEqualTo("logistic");
        assertThat(json.path("rounds").asInt()).isEqualTo(1);
        assertThat(json.path("out_of_fold_rows").asInt()).isEqualTo(400);
    }

    @Test
    void bagHasAModelForEachFold() {
        TrainingSet rows = Ensembles.rows(200, 2, 1, 1, COIN);

        Model bag = Ensembles.of(EnsembleKind.BAGGING, Map.of("folds", 4L), LOGISTIC).fit(rows, 1);

        assertThat(bag.save().keySet())
                .contains("0-logistic/0-logistic/logistic.json", "0-logistic/3-logistic/logistic.json")
                .hasSize(6);
        assertThat(Ensembles.CODEC
                        .load(bag.features(), bag.task(), bag.save())
                        .predictAll(rows.features()))
                .containsExactly(bag.predictAll(rows.features()));
    }

    @Test
    void tooFewRowsAreVotedOnByTheGivenWeights() throws IOException {
        TrainingSet rows = Ensembles.rows(3, 2, 1, 1, COIN);

        JsonNode json = document(Ensembles.of(
                        EnsembleKind.STACKING, Map.of("weights", "1,0.25"), LOGISTIC, FREQUENCIES)
                .fit(rows, 1));

        assertThat(json.path("combine").asText()).isEqualTo("mean");
        assertThat(json.path("out_of_fold_rows").asInt()).isZero();
        assertThat(json.path("members").path(0).path("weight").asDouble()).isEqualTo(0.8);
    }

    @Test
    void quantilesAreAveragedAndSelectedButNotStacked() {
        Task quantiles = new Task.Quantiles(List.of(0.1, 0.9));
        TrainingSet rows = Ensembles.rows(100, 2, 1, 1, quantiles);
        double[] out = new double[2];

        Ensembles.of(EnsembleKind.GREEDY, Map.of(), FREQUENCIES, FREQUENCIES)
                .fit(rows, 1)
                .predict(new double[] {0, 0}, out);

        assertThat(out[0]).isLessThan(out[1]);
        assertThat(Ensembles.of(EnsembleKind.STACKING, Map.of(), FREQUENCIES).supports(quantiles)).isFalse();
        assertThat(Ensembles.of(EnsembleKind.VOTING, Map.of("vote", "hard"), FREQUENCIES).supports(quantiles))
                .isFalse();
    }

    @Test
    void stackIsAtLeastAsGoodAsItsBestMember() {
        Task value = new Task.Regression();
        TrainingSet rows = Ensembles.rows(500, 3, 3, 1, value);
        TrainingSet later = Ensembles.rows(500, 3, 3, 2, value);
        Learner linear = new LinearLearner(LinearConfig.of(Map.of()));
        Learner shrunk = new LinearLearner(LinearConfig.of(Map.of("alpha", 5.0)));

        Model stack = Ensembles.of(EnsembleKind.STACKING, Map.of(), shrunk, FREQUENCIES).fit(rows, 1);

        double best = ValidationLoss.of(
                later, linear.fit(rows, 1).predictAll(later.features()));
        double reached = ValidationLoss.of(later, stack.predictAll(later.features()));
        assertThat(reached).isLessThan(1.02 * best);
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatThrownBy(() -> EnsembleConfig.of(EnsembleKind.VOTING, 2, Map.of("weights", "1")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("voting.weights (1)");
        assertThatThrownBy(() -> EnsembleConfig.of(EnsembleKind.GREEDY, 2, Map.of("split", "purged", "folds", 1L)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("greedy.folds (1)");
        assertThatThrownBy(() -> EnsembleConfig.of(EnsembleKind.GREEDY, 2, Map.of("split", "purged")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("purged_kfold");
        assertThatThrownBy(() -> EnsembleConfig.of(EnsembleKind.BAGGING, 1, Map.of("rounds", 2L)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("rounds");
    }
}
