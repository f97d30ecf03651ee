package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;

/** What a forest averages. */
final class RandomForestValuesTest extends ValueLearnerContract {

    @Override
    protected Learner learner() {
        return with(Map.of("trees", 60L));
    }

    @Override
    protected ModelCodec codec() {
        return new RandomForestProvider().codec();
    }

    private static Learner with(Map<String, Object> settings) {
        return new RandomForestLearner(RandomForestConfig.of(settings));
    }

    /** Rows of one feature, 0 or 1, of whom so many of ten are positive. */
    private static TrainingSet tens(int positiveOfZero, int positiveOfOne, List<String> classes) {
        double[] column = new double[20];
        int[] labels = new int[20];
        for (int i = 0; i < 20; i++) {
            column[i] = i < 10 ? 0 : 1;
            labels[i] = i % 10 < (i < 10 ? positiveOfZero : positiveOfOne) ? 1 : 0;
        }
        return new TrainingSet(new FeatureMatrix(List.of("x"), new double[][] {column}, 20), labels, classes, null);
    }

    @Test
    void forestOfTheLibraryIsEvaluatedBitByBit() throws Exception {
        TrainingSet set = rows(300, 21, new Task.Regression());
        Model model = learner().fit(set, 3);

        Booster booster = XGBoost.loadModel(model.save().get("model.ubj"));
        float[][] theirs = booster.predict(XGBoostLearner.matrix(set.features()));
        double[] ours = model.predictAll(set.features());

        for (int i = 0; i < theirs.length; i++) {
            assertThat((float) ours[i]).isEqualTo(theirs[i][0]);
        }
    }

    @Test
    void leavesHoldSmoothedShares() {
        TrainingSet two = tens(2, 9, List.of("no", "yes"));
        TrainingSet three = tens(2, 9, List.of("no", "yes", "maybe"));
        Map<String, Object> settings = Map.of("trees", 3L, "subsample", 1L, "colsample", 1L, "smoothing", 2L);
        double prior = 11.5 / 21;

        double[] ofTwo = with(settings).fit(two, 1).predictAll(two.features());
        double[] ofThree = with(settings).fit(three, 1).predictAll(three.features());

        assertThat(ofTwo[1]).isCloseTo((2 + 2 * prior) / 12, within(1e-6));
        assertThat(ofTwo[39]).isCloseTo((9 + 2 * prior) / 12, within(1e-6));
        double[] shares = { // without a row, trees of the third have no split
            (8 + 2 * 9.5 / 21.5) / 12, (2 + 2 * 11.5 / 21.5) / 12, (2 * 0.5 / 21.5) / 22
        };
        double sum = shares[0] + shares[1] + shares[2];
        for (int k = 0; k < 3; k++) {
            assertThat(ofThree[k]).isCloseTo(shares[k] / sum, within(1e-6));
        }
    }

    @Test
    void classesOfSeveralHaveAFileEachAndTwoHaveOne() {
        Model two = learner().fit(tens(2, 9, List.of("no", "yes")), 1);
        Model three = learner().fit(tens(2, 9, List.of("no", "yes", "maybe")), 1);

        assertThat(two.save()).containsOnlyKeys("model.ubj");
        assertThat(three.save()).containsOnlyKeys("model-0.ubj", "model-1.ubj", "model-2.ubj");
    }

    @Test
    void validationRowsTellTheLoss() {
        TrainingSet set = rows(200, 24, new Task.Regression());

        Fit fit = learner().fit(set, FitControl.on(rows(200, 25, new Task.Regression())), 3);

        assertThat(fit.steps()).isOne();
        assertThat(fit.losses()).hasSize(1).allMatch(loss -> loss < 4);
    }

    @Test
    void settingsAreReadAndTold() {
        RandomForestConfig config = RandomForestConfig.of(Map.of("trees", 7L, "monotone", "signal:1"));

        assertThat(config.settings())
                .containsOnlyKeys(RandomForestConfig.NAMES.toArray(String[]::new))
                .containsEntry("monotone", "signal:+1");
        assertThat(RandomForestConfig.of(config.settings())).isEqualTo(config);
        assertThatThrownBy(() -> RandomForestConfig.of(Map.of("trees", 0L, "tree", 3L)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.problems()).hasSize(2));
    }
}
