package dev.keelson.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.RandomForestProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ensemble.EnsembleConfig;
import dev.keelson.learn.ensemble.EnsembleKind;
import dev.keelson.learn.ensemble.EnsembleLearner;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.learn.explain.MarginScale;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.tree.TreeModel;
import dev.keelson.learn.tree.TreeShap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Contributions in what real learners fitted: they sum to what the model predicts, where they claim to. */
final class ExplainedModelsTest {
    private static final int ROWS = 300;
    private static final List<Task> TASKS = List.of(
            new Task.Classification(List.of("no", "yes")),
            new Task.Classification(List.of("H", "D", "A")),
            new Task.Regression());
    private static final Map<String, Object> FEW = Map.of("rounds", 15L);

    private static TrainingSet rows(Task task) {
        Random random = new Random(1);
        double[][] columns = new double[4][ROWS];
        int[] labels = new int[ROWS];
        double[] values = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(15) == 0 ? Double.NaN : random.nextGaussian();
            }
            double known = Double.isNaN(columns[0][i]) ? 0 : columns[0][i];
            values[i] = known + (columns[1][i] > 0 ? known : 0) + 0.7 * random.nextGaussian();
            labels[i] = values[i] > 0.5 ? 0 : values[i] > -0.5 || task.outputs().size() == 2 ? 1 : 2;
        }
        FeatureMatrix features = new FeatureMatrix(List.of("a", "b", "c", "d"), columns, ROWS);
        Target target = task instanceof Task.Classification(List<String> classes)
                ? new Target.Classes(labels, classes)
                : new Target.Numbers(values, task);
        return new TrainingSet(features, target, null);
    }

    private static Learner learner(LearnerProvider provider) {
        return provider.create(
                provider.name().equals("random_forest")
                        ? Map.of("trees", 10L)
                        : List.of("xgboost", "lightgbm").contains(provider.name()) ? FEW : Map.of());
    }

    private static LearnerProvider upper(Task task) {
        return task instanceof Task.Regression ? new LinearProvider() : new LogisticProvider();
    }

    private static Model fit(Learner learner, Task task) {
        return learner.fit(rows(task), FitControl.NONE, 3).model();
    }

    private static void assertAdditive(Model model, Task task) {
        Explainer explainer = Objects.requireNonNull(model.explainer());
        FeatureMatrix rows = rows(task).features();
        int width = rows.width();
        double[] row = new double[width];
        double[] told = new double[explainer.length()];
        double[] predicted = new double[model.outputs().size()];
        double[] again = new double[predicted.length];
        for (int i = 0; i < 100; i++) {
            rows.row(i, row);
            explainer.explain(row, told);
            double[] margins = new double[explainer.margins().size()];
            for (int k = 0; k < margins.length; k++) {
                for (int j = 0; j <= width; j++) {
                    margins[k] += told[k * (width + 1) + j];
                }
            }
            model.predict(row, predicted);
            explainer.scale().predict(margins, again);

            assertThat(again).as("%s, %s, row %d", model.format(), task, i).containsExactly(predicted, within(2e-6));
        }
    }

    @Test
    void contributionsOfTreesAreThoseOfTheEvaluatorAndSumToThePrediction() {
        for (LearnerProvider provider : List.of(new XGBoostProvider(), new LightGbmProvider(), new RandomForestProvider())) {
            for (Task task : TASKS) {
                TreeModel model = (TreeModel) fit(learner(provider), task);
                double[] row = {0.3, Double.NaN, -1, 2};
                Explainer explainer = Objects.requireNonNull(model.explainer());
                TreeShap shap = new TreeShap(model.ensemble());
                double[] ours = new double[explainer.length()];
                double[] theirs = new double[shap.length()];

                explainer.explain(row, ours);
                shap.explain(row, theirs);

                assertThat(ours).containsExactly(theirs);
                assertAdditive(model, task);
            }
        }
    }

    @Test
    void aBlendOfLibrariesAndAStackOfTwoClassesOrValuesAreExact() {
        for (Task task : TASKS) {
            List<LearnerProvider> providers = List.of(new XGBoostProvider(), new LightGbmProvider(), upper(task));
            List<EnsembleModel.Member> members = providers.stream()
                    .map(provider -> new EnsembleModel.Member(provider.name(), fit(learner(provider), task)))
                    .toList();
            Model blend = new EnsembleModel(members, new double[] {0.5, 0.2, 0.3}, 1);
            Model stack = fit(ensemble(EnsembleKind.STACKING, providers), task);

            assertAdditive(blend, task);
            if (task.outputs().size() == 3) {
                assertThat(stack.explainer()).isNull(); // the logarithm of one of three probabilities is no sum
            } else {
                assertAdditive(stack, task);
            }
        }
    }

    @Test
    void aMeanOfProbabilitiesIsNoSumOfLogOdds() {
        Task task = TASKS.getFirst();
        Model votes = fit(ensemble(EnsembleKind.VOTING, List.of(new XGBoostProvider(), new LogisticProvider())), task);
        Model forests =
                fit(ensemble(EnsembleKind.VOTING, List.of(new RandomForestProvider(), new RandomForestProvider())), task);

        assertThat(votes.explainer()).isNull();
        assertThat(Objects.requireNonNull(forests.explainer()).scale()).isEqualTo(MarginScale.PROBABILITY);
        assertAdditive(forests, task);
    }

    private static Learner ensemble(EnsembleKind kind, List<LearnerProvider> providers) {
        List<Learner> members = providers.stream().map(ExplainedModelsTest::learner).toList();
        return new EnsembleLearner(EnsembleConfig.of(kind, members.size(), Map.of()), members, 0, 0);
    }
}
