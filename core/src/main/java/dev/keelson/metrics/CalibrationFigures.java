package dev.keelson.metrics;

import dev.keelson.stats.Clusters;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether the probabilities of one class can be taken at their word: as a whole, in their spread, and bin by bin.
 *
 * <p>The calibration error (ECE) of perfectly calibrated forecasts is not 0: finitely many outcomes scatter. Its noise floor is
 * what it comes to, on average, when outcomes are drawn from the very probabilities; only what lies above is an error of the
 * model. The slope is that of a logistic regression of the outcome on the logit of the probability: below 1 the model is too
 * sure of itself, above 1 not sure enough. Intervals treat rows of one cluster as one observation; the floor takes rows for
 * independent, so clustered rows have a higher one.
 *
 * <p>Source: Cox, D. R. (1958), Two further applications of a model for binary regression, Biometrika 45, for slope and
 * intercept; Bröcker, J. and Smith, L. A. (2007), Increasing the reliability of reliability diagrams, Weather and Forecasting
 * 22, for the resampling; Liang, K.-Y. and Zeger, S. L. (1986), Biometrika 73, for the errors of clustered rows.
 *
 * @param inTheLarge share that came true less the mean probability, with its interval; 0 is right
 * @param slope with its interval, 1 is right; null where it has no finite value, because all outcomes are alike or the
 *     probabilities tell them apart completely or are all equal
 * @param intercept of that regression, on the scale of log odds, with its interval; 0 is right; null where the slope is
 * @param ece calibration error over 15 bins of equal count, 0 to 1
 * @param eceFloor what it comes to on average without any error of the model
 * @param ecePValue chance of an error at least this large without any
 */
public record CalibrationFigures(
        Interval inTheLarge, @Nullable Interval slope, @Nullable Interval intercept, double ece, double eceFloor, double ecePValue) {
    private static final double CLIP = 1e-12;
    private static final int STEPS = 100;
    private static final double LARGEST_SLOPE = 1e3;

    /** Calibration error that the noise does not explain, at least 0. */
    public double eceExcess() {
        return Math.max(0, ece - eceFloor);
    }

    /**
     * Figures of some rows.
     *
     * @param p probability of the class, 0 to 1 each, at least one
     * @param positive whether it came true, same length
     * @param cluster identity of each row's cluster, such as its day; any ints in any order
     * @param draws of outcomes for the noise floor, at least 20
     * @param confidence of intervals, strictly between 0 and 1
     * @param seed of the draws
     */
    public static CalibrationFigures of(
            double[] p, boolean[] positive, int[] cluster, int draws, double confidence, long seed) {
        if (p.length == 0 || p.length != positive.length || p.length != cluster.length) {
            throw new IllegalArgumentException(
                    "There are %d probabilities, %d outcomes and %d clusters; as many of each and at least one are needed."
                            .formatted(p.length, positive.length, cluster.length));
        }
        if (draws < 20) {
            throw new IllegalArgumentException("The number of draws (%d) must be at least 20.".formatted(draws));
        }
        double[] residuals = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0 && p[i] <= 1)) {
                throw new IllegalArgumentException(
                        "The probability of row %d (%s) must be between 0 and 1.".formatted(i, p[i]));
            }
            residuals[i] = (positive[i] ? 1 : 0) - p[i];
        }
        double ece = ece(p, positive);
        SplittableRandom random = new SplittableRandom(seed);
        double sum = 0;
        int atLeast = 0;
        boolean[] drawn = new boolean[p.length];
        for (int d = 0; d < draws; d++) {
            for (int i = 0; i < p.length; i++) {
                drawn[i] = random.nextDouble() < p[i];
            }
            double error = ece(p, drawn);
            sum += error;
            atLeast += error >= ece ? 1 : 0;
        }
        Coefficients line = line(p, positive, Clusters.index(cluster), confidence);
        return new CalibrationFigures(
                ClusteredMean.of(residuals, cluster).interval(confidence),
                line == null ? null : line.slope(),
                line == null ? null : line.intercept(),
                ece,
                sum / draws,
                (atLeast + 1.0) / (draws + 1));
    }

    private static double ece(double[] p, boolean[] positive) {
        double[] both = new double[2 * p.length];
        int[] labels = new int[p.length];
        for (int i = 0; i < p.length; i++) {
            both[2 * i] = 1 - p[i];
            both[2 * i + 1] = p[i];
            labels[i] = positive[i] ? 1 : 0;
        }
        return ReliabilityBins.ofClass(
                        both, 2, labels, 1, ReliabilityBins.Binning.EQUAL_COUNT, ReliabilityBins.DEFAULT_COUNT)
                .ece();
    }

    private record Coefficients(Interval intercept, Interval slope) {}

    /** Newton's method on the two coefficients; errors from the outer product of the clusters' scores. */
    private static @Nullable Coefficients line(double[] p, boolean[] positive, int[] cluster, double confidence) {
        double[] x = Arrays.stream(p)
                .map(value -> Math.max(CLIP, Math.min(1 - CLIP, value)))
                .map(value -> Math.log(value) - Math.log1p(-value))
                .toArray();
        double intercept = 0;
        double slope = 1;
        for (int step = 0; step < STEPS; step++) {
            double[] sums = sums(x, positive, intercept, slope);
            double determinant = sums[2] * sums[4] - sums[3] * sums[3];
            if (!(determinant > 1e-12 * sums[2] * sums[4]) || Math.abs(slope) > LARGEST_SLOPE) {
                return null;
            }
            double up = (sums[4] * sums[0] - sums[3] * sums[1]) / determinant;
            double steeper = (sums[2] * sums[1] - sums[3] * sums[0]) / determinant;
            double shrink = Math.min(1, 5 / Math.max(Math.abs(up), Math.abs(steeper))); // far steps overshoot
            intercept += shrink * up;
            slope += shrink * steeper;
            if (Math.max(Math.abs(up), Math.abs(steeper)) < 1e-10) {
                double[] errors = errors(x, positive, cluster, intercept, slope, sums, determinant);
                return Double.isFinite(errors[0]) && Double.isFinite(errors[1])
                        ? new Coefficients(around(intercept, errors[0], confidence), around(slope, errors[1], confidence))
                        : null;
            }
        }
        return null;
    }

    /** Both scores, then the three different entries of the information. */
    private static double[] sums(double[] x, boolean[] positive, double intercept, double slope) {
        double[] sums = new double[5];
        for (int i = 0; i < x.length; i++) {
            double q = 1 / (1 + Math.exp(-(intercept + slope * x[i])));
            double residual = (positive[i] ? 1 : 0) - q;
            double weight = q * (1 - q);
            sums[0] += residual;
            sums[1] += residual * x[i];
            sums[2] += weight;
            sums[3] += weight * x[i];
            sums[4] += weight * x[i] * x[i];
        }
        return sums;
    }

    private static Interval around(double value, double error, double confidence) {
        double half = Interval.normalQuantile(confidence) * error;
        return new Interval(value - half, value, value + half, confidence);
    }

    /** Standard errors of intercept and slope; NaN with one cluster. */
    private static double[] errors(
            double[] x,
            boolean[] positive,
            int[] cluster,
            double intercept,
            double slope,
            double[] information,
            double determinant) {
        int clusters = Clusters.count(cluster);
        double[] ofIntercept = new double[clusters]; // what each cluster moves them by
        double[] ofSlope = new double[clusters];
        for (int i = 0; i < x.length; i++) {
            double q = 1 / (1 + Math.exp(-(intercept + slope * x[i])));
            double residual = (positive[i] ? 1 : 0) - q;
            ofIntercept[cluster[i]] += residual * (information[4] - information[3] * x[i]) / determinant;
            ofSlope[cluster[i]] += residual * (information[2] * x[i] - information[3]) / determinant;
        }
        double few = clusters < 2 ? Double.NaN : clusters / (clusters - 1.0);
        return new double[] {
            Math.sqrt(few * Arrays.stream(ofIntercept).map(v -> v * v).sum()),
            Math.sqrt(few * Arrays.stream(ofSlope).map(v -> v * v).sum())
        };
    }
}
