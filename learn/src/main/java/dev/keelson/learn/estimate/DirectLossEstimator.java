package dev.keelson.learn.estimate;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Loss of a regression before labels arrive: a second regression learns, on reference rows, how far the first one is off, from
 * the features and its prediction (direct loss estimation, DLE). It sees that rows move to where the model is worse, and
 * nothing of a relation that changes (concept drift).
 *
 * <p>Whether it sees anything at all is told by {@link #check}: on parts of the reference that it was not fitted to its estimate
 * must be nearer to the loss that came true than the plain mean is.
 *
 * <p>Immutable; safe for use by several threads.
 *
 * <p>Source: NannyML's DLE; there the learner is LightGBM with default parameters.
 */
public final class DirectLossEstimator {
    private final Model model;
    private final Loss loss;
    private final String predictionName;

    /** What is estimated of a row with truth y and prediction f. */
    public enum Loss {
        /** {@code |y - f|}; the mean is the mean absolute error. */
        ABSOLUTE,
        /** {@code (y - f)^2}; the root of the mean is the root mean squared error. */
        SQUARED,
        /** {@code |y - f| / |y|}; y must not be 0. */
        RELATIVE,
        /** {@code (ln(1 + y) - ln(1 + f))^2}; both must exceed -1. */
        SQUARED_LOG;

        double of(double truth, double prediction) {
            return switch (this) {
                case ABSOLUTE -> Math.abs(truth - prediction);
                case SQUARED -> (truth - prediction) * (truth - prediction);
                case RELATIVE -> Math.abs(truth - prediction) / Math.abs(truth);
                case SQUARED_LOG -> {
                    double difference = Math.log1p(truth) - Math.log1p(prediction);
                    yield difference * difference;
                }
            };
        }
    }

    /**
     * How good the estimates are on rows that were not fitted.
     *
     * @param error mean absolute difference of estimated and realised loss over parts of the reference
     * @param errorOfMean the same for the mean loss of the rows fitted
     * @param parts number of parts
     */
    public record Validity(double error, double errorOfMean, int parts) {
        /** Whether the estimate says more than the mean does. */
        public boolean useful() {
            return error < errorOfMean;
        }
    }

    private DirectLossEstimator(Model model, Loss loss, String predictionName) {
        this.model = model;
        this.loss = loss;
        this.predictionName = predictionName;
    }

    /**
     * Learns the loss.
     *
     * @param learner of values
     * @param features reference rows that the watched model was not fitted to
     * @param predictions what it told, finite, one for each row
     * @param truth what came true, finite, one for each row
     * @param seed of the fit
     */
    public static DirectLossEstimator fit(
            Learner learner, FeatureMatrix features, double[] predictions, double[] truth, Loss loss, long seed) {
        requireLengths(features, predictions, truth.length);
        double[] losses = losses(predictions, truth, loss);
        String name = freeName(features.names());
        TrainingSet rows = new TrainingSet(with(features, predictions, name), new Target.Numbers(losses, new Task.Regression()), null);
        return new DirectLossEstimator(learner.fit(rows, seed), loss, name);
    }

    /**
     * Estimated loss of each row, at least 0.
     *
     * @param features of rows without truth
     * @param predictions what the watched model told of them
     */
    public double[] perRow(FeatureMatrix features, double[] predictions) {
        requireLengths(features, predictions, predictions.length);
        double[] told = model.predictAll(with(features, predictions, predictionName));
        return Arrays.stream(told).map(value -> Math.max(0, value)).toArray();
    }

    /**
     * Estimated mean loss of a window, for squared losses too without the root.
     *
     * @param features of at least one row
     * @param predictions what the watched model told of them
     */
    public double mean(FeatureMatrix features, double[] predictions) {
        return Arrays.stream(perRow(features, predictions))
                .average()
                .orElseThrow(() -> new IllegalArgumentException("There is no row; at least one is needed."));
    }

    /** The loss that is estimated. */
    public Loss loss() {
        return loss;
    }

    /**
     * Asks on the reference itself: each of some successive parts is estimated by what the others taught.
     *
     * @param parts at least 2; at least as many rows are needed
     */
    public static Validity check(
            Learner learner,
            FeatureMatrix features,
            double[] predictions,
            double[] truth,
            Loss loss,
            int parts,
            long seed) {
        requireLengths(features, predictions, truth.length);
        int n = truth.length;
        if (parts < 2 || n < parts) {
            throw new IllegalArgumentException(
                    "%d rows cannot be parted into %d; at least 2 parts of one row each are needed.".formatted(n, parts));
        }
        double[] losses = losses(predictions, truth, loss);
        double error = 0;
        double errorOfMean = 0;
        for (int part = 0; part < parts; part++) {
            int from = (int) ((long) n * part / parts);
            int to = (int) ((long) n * (part + 1) / parts);
            int[] out = IntStream.range(from, to).toArray();
            int[] in = IntStream.range(0, n).filter(i -> i < from || i >= to).toArray();
            DirectLossEstimator fitted =
                    fit(learner, features.take(in), take(predictions, in), take(truth, in), loss, seed);
            double realised = Arrays.stream(take(losses, out)).average().orElseThrow();
            double mean = Arrays.stream(take(losses, in)).average().orElseThrow();
            error += Math.abs(fitted.mean(features.take(out), take(predictions, out)) - realised) / parts;
            errorOfMean += Math.abs(mean - realised) / parts;
        }
        return new Validity(error, errorOfMean, parts);
    }

    private static double[] losses(double[] predictions, double[] truth, Loss loss) {
        double[] losses = new double[truth.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = loss.of(truth[i], predictions[i]);
            if (!Double.isFinite(losses[i])) {
                throw new IllegalArgumentException("""
                        Row %d with the truth %s and the prediction %s has no %s loss.
                        Maybe another loss suits these values."""
                        .formatted(i, truth[i], predictions[i], loss));
            }
        }
        return losses;
    }

    private static double[] take(double[] values, int[] positions) {
        return Arrays.stream(positions).mapToDouble(i -> values[i]).toArray();
    }

    private static String freeName(List<String> names) {
        Set<String> taken = Set.copyOf(names);
        String name = "prediction";
        while (taken.contains(name)) {
            name += "_";
        }
        return name;
    }

    private static FeatureMatrix with(FeatureMatrix features, double[] predictions, String name) {
        List<String> names = new ArrayList<>(features.names());
        names.add(name);
        double[][] columns = Arrays.copyOf(features.columns(), features.width() + 1);
        columns[features.width()] = predictions;
        return new FeatureMatrix(names, columns, features.rows(), features.categories());
    }

    private static void requireLengths(FeatureMatrix features, double[] predictions, int truth) {
        if (features.rows() != predictions.length || features.rows() != truth) {
            throw new IllegalArgumentException("There are %d rows, %d predictions and %d truths; as many of each are needed."
                    .formatted(features.rows(), predictions.length, truth));
        }
    }
}
