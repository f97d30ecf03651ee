package dev.keelson.learn;

import dev.keelson.learn.split.EventTimes;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.Splitter;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a learner fits: features, the target of each row, and how much each row counts. The arrays are not copied and
 * must not change.
 *
 * @param features at least one row and one feature
 * @param target one for each row
 * @param weights weight of each row, finite and at least 0 with a positive sum; null when every row counts 1
 * @param times when each row happened, for learners that part the rows once more; null when that is not known
 */
public record TrainingSet(
        FeatureMatrix features, Target target, double @Nullable [] weights, @Nullable EventTimes times) {

    /** Checks shapes and ranges. */
    public TrainingSet(
            FeatureMatrix features, Target target, double @Nullable [] weights, @Nullable EventTimes times) {
        if (features.width() == 0) {
            throw new IllegalArgumentException("There is no feature; at least one is needed.");
        }
        if (target.rows() == 0 || target.rows() != features.rows()) {
            throw new IllegalArgumentException(
                    "There are %d labels for %d rows; as many of both and at least one are needed."
                            .formatted(target.rows(), features.rows()));
        }
        if (weights != null) {
            requireWeights(weights, target.rows());
        }
        if (times != null && times.rows() != target.rows()) {
            throw new IllegalArgumentException(
                    "There are %d times for %d rows.".formatted(times.rows(), target.rows()));
        }
        this.features = features;
        this.target = target;
        this.weights = weights;
        this.times = times;
    }

    /** Rows whose times are not known. */
    public TrainingSet(FeatureMatrix features, Target target, double @Nullable [] weights) {
        this(features, target, weights, null);
    }

    /**
     * Rows of classes.
     *
     * @param features at least one row and one feature
     * @param labels class of each row, 0 to {@code classes.size() - 1}
     * @param classes names of the classes, in order; at least 2. A class may be without rows
     * @param weights weight of each row; null when every row counts 1
     */
    public TrainingSet(FeatureMatrix features, int[] labels, List<String> classes, double @Nullable [] weights) {
        this(features, new Target.Classes(labels, classes), weights);
    }

    private static void requireWeights(double[] weights, int rows) {
        if (weights.length != rows) {
            throw new IllegalArgumentException("There are %d weights for %d rows.".formatted(weights.length, rows));
        }
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "The weight of row %d (%s) must be at least 0 and finite.".formatted(i, weights[i]));
            }
            sum += weights[i];
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The weights sum to %s; a positive, finite sum is needed.".formatted(sum));
        }
    }

    /** Number of rows. */
    public int rows() {
        return target.rows();
    }

    /** What a model fitted to it tells. */
    public Task task() {
        return target.task();
    }

    /** Weight of a row; 1 when none are given. */
    public double weight(int row) {
        return weights == null ? 1 : weights[row];
    }

    /**
     * Class of each row.
     *
     * @throws IllegalStateException if the target is not a class
     */
    public int[] labels() {
        return classified().labels();
    }

    /**
     * Names of the classes.
     *
     * @throws IllegalStateException if the target is not a class
     */
    public List<String> classes() {
        return classified().names();
    }

    /**
     * Value of each row.
     *
     * @throws IllegalStateException if the target is not a number
     */
    public double[] values() {
        if (target instanceof Target.Numbers numbers) {
            return numbers.values();
        }
        throw new IllegalStateException("The rows have classes, not values.");
    }

    /**
     * Mean of the values, by weight.
     *
     * @throws IllegalStateException if the target is not a number
     */
    public double mean() {
        double[] values = values();
        double sum = 0;
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            sum += weight(i) * values[i];
            total += weight(i);
        }
        return sum / total;
    }

    private Target.Classes classified() {
        if (target instanceof Target.Classes classified) {
            return classified;
        }
        throw new IllegalStateException("The rows have values, not classes.");
    }

    /**
     * Sum of the weights of each class, in the order of the classes.
     *
     * @throws IllegalStateException if the target is not a class
     */
    public double[] classWeights() {
        int[] labels = labels();
        double[] sums = new double[classes().size()];
        for (int i = 0; i < labels.length; i++) {
            sums[labels[i]] += weight(i);
        }
        return sums;
    }

    /** The rows at the given positions, in that order; at least one. */
    public TrainingSet take(int[] positions) {
        double[] taken = weights == null ? null : new double[positions.length];
        for (int i = 0; taken != null && i < positions.length; i++) {
            taken[i] = weight(positions[i]);
        }
        return new TrainingSet(
                features.take(positions), target.take(positions), taken, times == null ? null : times.take(positions));
    }

    /**
     * The rows parted; without times they count as happening one after the other.
     *
     * @throws dev.keelson.error.KeelsonException NOT_ENOUGH_ROWS as the splitter says
     */
    public List<Fold> folds(Splitter splitter) {
        int[] all = IntStream.range(0, rows()).toArray();
        return splitter.split(times == null ? EventTimes.inOrder(rows()) : times, all);
    }
}
