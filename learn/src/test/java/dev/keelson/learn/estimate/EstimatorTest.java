package dev.keelson.learn.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.estimate.DirectLossEstimator.Loss;
import dev.keelson.learn.estimate.ExpectedConfusion.Metric;
import dev.keelson.learn.linear.LinearConfig;
import dev.keelson.learn.linear.LinearLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Estimates without labels against what came true. */
final class EstimatorTest {

    /** Rows of a model that is too sure of itself: chance of truth, what it says, what it decides, what came true. */
    private static final class Rows {
        final double[] said;
        final boolean[] decided;
        final boolean[] truth;

        Rows(int n, double centre, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            said = new double[n];
            decided = new boolean[n];
            truth = new boolean[n];
            for (int i = 0; i < n; i++) {
                double z = centre + 1.2 * random.nextGaussian();
                double chance = 1 / (1 + Math.exp(-z));
                said[i] = 1 / (1 + Math.exp(-2 * z));
                decided[i] = said[i] >= 0.5;
                truth[i] = random.nextDouble() < chance;
            }
        }

        double accuracy() {
            int right = 0;
            for (int i = 0; i < truth.length; i++) {
                right += truth[i] == decided[i] ? 1 : 0;
            }
            return (double) right / truth.length;
        }
    }

    @Test
    void calibratedConfidenceTellsThePerformanceOfShiftedRows() {
        Rows reference = new Rows(6_000, 0, 1);
        ConfidenceBasedEstimator estimator = ConfidenceBasedEstimator.fit(
                reference.said, reference.truth, ConfidenceBasedEstimator.Config.defaults(3));
        int covered = 0;
        int windows = 60;
        double change = 0;
        for (int w = 0; w < windows; w++) {
            Rows window = new Rows(500, 1.5, 100 + w);
            Estimate estimate = estimator.estimate(Metric.ACCURACY, window.said, window.decided);
            covered += estimate.interval().contains(window.accuracy()) ? 1 : 0;
            change += (estimate.value() - reference.accuracy()) / windows;
        }

        assertThat(estimator.calibrates()).isTrue();
        assertThat(estimator.errorAfter()).isLessThan(0.5 * estimator.errorBefore());
        assertThat(covered).isGreaterThanOrEqualTo(52);
        assertThat(change).isGreaterThan(0.05); // rows of a middle far from 0 are easier
    }

    @Test
    void fewReferenceRowsWidenTheInterval() {
        Rows window = new Rows(2_000, 0, 9);
        Rows few = new Rows(400, 0, 2);
        Rows many = new Rows(8_000, 0, 2);
        ConfidenceBasedEstimator.Config config = ConfidenceBasedEstimator.Config.defaults(3);

        Estimate uncertain = ConfidenceBasedEstimator.fit(few.said, few.truth, config).rocAuc(window.said);
        Estimate certain = ConfidenceBasedEstimator.fit(many.said, many.truth, config).rocAuc(window.said);

        assertThat(uncertain.calibrationError()).isGreaterThan(certain.calibrationError()).isPositive();
        assertThat(uncertain.interval().width()).isGreaterThan(certain.interval().width());
        assertThat(certain.value()).isBetween(0.7, 0.85);
    }

    @Test
    void rightProbabilitiesAreLeftAlone() {
        SplittableRandom random = new SplittableRandom(8);
        double[] p = random.doubles(4_000).toArray();
        boolean[] truth = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            truth[i] = random.nextDouble() < p[i];
        }

        ConfidenceBasedEstimator estimator =
                ConfidenceBasedEstimator.fit(p, truth, ConfidenceBasedEstimator.Config.defaults(1));

        if (!estimator.calibrates()) {
            assertThat(estimator.estimate(Metric.ACCURACY, p, truth).value())
                    .isEqualTo(ExpectedConfusion.of(p, truth).value(Metric.ACCURACY));
        }
        assertThat(Math.abs(estimator.errorBefore() - estimator.errorAfter())).isLessThan(0.02);
    }

    @Test
    void profitOfFairBetsIsNothing() {
        double[] p = {0.5, 0.25, 0.9};
        ConfidenceBasedEstimator estimator = ConfidenceBasedEstimator.fit(
                p, new boolean[] {true, false, true}, ConfidenceBasedEstimator.Config.defaults(1));

        Estimate profit = estimator.profit(p, new double[] {2, 4, 1 / 0.9}, new double[] {10, 5, 0});

        assertThat(profit.value()).isCloseTo(0, within(1e-12));
        assertThat(profit.samplingError()).isCloseTo(Math.sqrt(400 * 0.25 + 400 * 0.1875), within(1e-12));
        assertThat(profit.interval().lower()).isNegative();
    }

    private static FeatureMatrix matrix(double[]... columns) {
        List<String> names = List.of("a", "b", "c").subList(0, columns.length);
        return new FeatureMatrix(names, columns, columns[0].length);
    }

    private static double[] normals(SplittableRandom random, int n, double mean) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = mean + random.nextGaussian();
        }
        return values;
    }

    @Test
    void domainClassifierTellsShiftedRowsAndNamesTheColumn() {
        SplittableRandom random = new SplittableRandom(4);
        LogisticLearner learner = new LogisticLearner(LogisticConfig.defaults());
        FeatureMatrix reference = matrix(normals(random, 2_000, 0), normals(random, 2_000, 0));
        FeatureMatrix same = matrix(normals(random, 500, 0), normals(random, 500, 0));
        FeatureMatrix moved = matrix(normals(random, 500, 0), normals(random, 500, 1));
        FeatureMatrix far = matrix(normals(random, 500, 0), normals(random, 500, 4));

        DomainClassifier quiet = DomainClassifier.of(learner, reference, same, 5, 1);
        DomainClassifier drifted = DomainClassifier.of(learner, reference, moved, 5, 1);
        DomainClassifier elsewhere = DomainClassifier.of(learner, reference, far, 5, 1);

        assertThat(quiet.auc()).isCloseTo(0.5, within(4 * quiet.standardError()));
        assertThat(quiet.drifted()).isFalse();
        assertThat(quiet.standardError()).isBetween(0.012, 0.017);
        assertThat(drifted.auc()).isCloseTo(0.7602, within(0.04)); // normal distribution function of 1 / sqrt(2)
        assertThat(drifted.drifted()).isTrue();
        assertThat(drifted.estimable()).isTrue();
        assertThat(drifted.importance().get(1)).isGreaterThan(0.8);
        assertThat(elsewhere.estimable()).isFalse();
    }

    @Test
    void domainClassifierRefusesRowsOfOtherFeatures() {
        SplittableRandom random = new SplittableRandom(4);
        LogisticLearner learner = new LogisticLearner(LogisticConfig.defaults());
        FeatureMatrix two = matrix(normals(random, 20, 0), normals(random, 20, 0));

        assertThatThrownBy(() -> DomainClassifier.of(learner, two, matrix(normals(random, 20, 0)), 5, 1))
                .hasMessageContaining("[a, b]");
        assertThatThrownBy(() -> DomainClassifier.of(learner, two, two, 30, 1)).hasMessageContaining("30 folds");
    }

    /** A model that tells a constant 0 while the truth scatters more, the larger the feature. */
    private static double[] scatter(SplittableRandom random, double[] feature) {
        double[] truth = new double[feature.length];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = Math.abs(feature[i]) * random.nextGaussian();
        }
        return truth;
    }

    @Test
    void directLossFollowsRowsToWhereTheModelIsWorse() {
        SplittableRandom random = new SplittableRandom(6);
        LinearLearner learner = new LinearLearner(new LinearConfig(1e-3, 0, 10_000));
        double[] feature = random.doubles(5_000, 0, 4).toArray();
        double[] predictions = new double[feature.length];
        DirectLossEstimator estimator = DirectLossEstimator.fit(
                learner, matrix(feature), predictions, scatter(random, feature), Loss.ABSOLUTE, 1);
        double[] later = random.doubles(1_000, 3, 4).toArray();

        double estimated = estimator.mean(matrix(later), new double[later.length]);

        assertThat(estimated).isCloseTo(3.5 * Math.sqrt(2 / Math.PI), within(0.15));
        assertThat(estimator.perRow(matrix(new double[] {-5}), new double[] {0})).containsExactly(0);
        assertThat(estimator.loss()).isEqualTo(Loss.ABSOLUTE);
    }

    @Test
    void directLossKnowsWhetherItSeesAnything() {
        SplittableRandom random = new SplittableRandom(7);
        LinearLearner learner = new LinearLearner(new LinearConfig(1e-3, 0, 10_000));
        double[] rising = new double[6_000]; // later rows are harder
        double[] blind = normals(random, rising.length, 0);
        for (int i = 0; i < rising.length; i++) {
            rising[i] = 4.0 * i / rising.length;
        }
        double[] truth = scatter(random, rising);
        double[] predictions = new double[rising.length];

        assertThat(DirectLossEstimator.check(learner, matrix(rising), predictions, truth, Loss.SQUARED, 12, 1).useful())
                .isTrue();
        DirectLossEstimator.Validity unseen =
                DirectLossEstimator.check(learner, matrix(blind), predictions, truth, Loss.SQUARED, 12, 1);
        assertThat(unseen.error()).isGreaterThan(0.9 * unseen.errorOfMean());
    }

    @Test
    void lossesThatAreNoNumbersAreRefused() {
        LinearLearner learner = new LinearLearner(new LinearConfig(1e-3, 0, 10_000));
        FeatureMatrix one = matrix(new double[] {1, 2});

        assertThatThrownBy(() -> DirectLossEstimator.fit(learner, one, new double[2], new double[2], Loss.RELATIVE, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 0 with the truth 0.0");
        assertThatThrownBy(() -> DirectLossEstimator.fit(learner, one, new double[1], new double[2], Loss.ABSOLUTE, 1))
                .hasMessageContaining("1 predictions");
    }
}
