package dev.keelson.learn.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogisticContinuationTest {
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final LogisticLearner LEARNER =
            (LogisticLearner) new LogisticProvider().create(Map.of("l2", 1e-6));

    private static TrainingSet rows(double slope, long seed) {
        Random random = new Random(seed);
        int n = 400;
        double[] strength = new double[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            strength[i] = i % 20 == 0 ? Double.NaN : random.nextGaussian();
            double score = (Double.isNaN(strength[i]) ? 0 : slope * strength[i]) + random.nextGaussian();
            labels[i] = score > 0.5 ? 0 : score < -0.5 ? 2 : 1;
        }
        return new TrainingSet(new FeatureMatrix(List.of("strength"), new double[][] {strength}, n), labels, CLASSES, null);
    }

    private static double loss(Model model, TrainingSet rows) {
        double[] p = model.predictAll(rows.features());
        double sum = 0;
        for (int i = 0; i < rows.rows(); i++) {
            sum -= Math.log(p[i * 3 + rows.labels()[i]]);
        }
        return sum / rows.rows();
    }

    @Test
    void manyStepsEndWhereAFitWithTheSamePreprocessingEnds() {
        Model base = LEARNER.fit(rows(2, 1), 1);
        TrainingSet turned = rows(-2, 2);

        Model updated = LEARNER.goOn(base, turned, new Continuation(ContinuationMode.CONTINUE, 5_000, 1), 1);

        assertThat(loss(updated, turned)).isCloseTo(loss(LEARNER.fit(turned, 1), turned), within(1e-3));
    }

    @Test
    void everyStepLowersTheLossOfTheNewRowsHoweverLongItIsAskedToBe() {
        Model model = LEARNER.fit(rows(2, 1), 1);
        TrainingSet turned = rows(-2, 2);

        for (int i = 0; i < 10; i++) {
            Model next = LEARNER.goOn(model, turned, new Continuation(ContinuationMode.CONTINUE, 1, 1), 1);
            assertThat(loss(next, turned)).isLessThan(loss(model, turned));
            model = next;
        }
    }

    @Test
    void aShortStepChangesNextToNothing() {
        TrainingSet rows = rows(2, 1);
        Model base = LEARNER.fit(rows, 1);

        Model updated = LEARNER.goOn(base, rows(-2, 2), new Continuation(ContinuationMode.CONTINUE, 1, 1e-9), 1);

        assertThat(updated.predictAll(rows.features())).containsExactly(base.predictAll(rows.features()), within(1e-8));
    }

    @Test
    void aModelOfOtherClassesIsRefused() {
        TrainingSet rows = rows(2, 1);
        Model base = LEARNER.fit(rows, 1);
        TrainingSet other = new TrainingSet(rows.features(), rows.labels(), List.of("1", "X", "2"), null);

        assertThatThrownBy(() -> LEARNER.goOn(base, other, new Continuation(ContinuationMode.CONTINUE, 1, 0.1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[H, D, A]");
        assertThatThrownBy(() -> new Continuation(ContinuationMode.CONTINUE, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
