package dev.keelson.train;

import dev.keelson.metrics.LogLoss;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Whether a model tells more of the test period than something that knows no row: how often each class occurred among
 * the rows before it, or their mean.
 *
 * <p>The loss (log loss, of a number the squared error) less that of the reference, row by row, and the 95 % interval of its
 * mean. Rows count as one cluster within blocks as long as the label takes to become known, a day at least: outcomes
 * that overlap are not evidence of their own. Below 0 throughout is a signal, unless the label is the same in every row or
 * the difference is: an interval of no width is no evidence.
 *
 * @param reference what it is compared with: {@code frequencies} or {@code mean}
 * @param loss {@code log loss} or {@code squared error}
 * @param difference of the mean losses, model less reference, and its interval
 * @param blocks number of clusters
 * @param blockDays length of each
 * @param constant whether the label is the same in every row, so that there is nothing to tell
 */
public record Signal(
        String reference, String loss, Interval difference, int blocks, int blockDays, boolean constant) {
    private static final double CONFIDENCE = 0.95;
    private static final String NAME = "signal";
    private static final String DIFFERENCE = NAME + "_difference";
    private static final String NUMBER = NAME + "_of_number";
    private static final String BLOCKS = NAME + "_blocks";
    private static final String CONSTANT = NAME + "_constant_label";
    private static final String BLOCK_DAYS = NAME + "_block_days";

    /** Whether the model is better beyond chance. */
    public boolean found() {
        return found(difference, constant);
    }

    private static boolean found(Interval difference, boolean constant) {
        return !constant && difference.upper() < 0 && difference.upper() > difference.lower();
    }

    /**
     * The one in the metrics of a training.
     *
     * @return empty when they have none, as those of a refresh
     */
    public static Optional<Signal> of(Map<String, Double> metrics) {
        Double estimate = metrics.get(DIFFERENCE);
        if (estimate == null) {
            return Optional.empty();
        }
        boolean number = metrics.getOrDefault(NUMBER, 0.0) > 0;
        Interval difference = new Interval(
                metrics.getOrDefault(DIFFERENCE + "_lower", Double.NEGATIVE_INFINITY),
                estimate,
                metrics.getOrDefault(DIFFERENCE + "_upper", Double.POSITIVE_INFINITY),
                CONFIDENCE);
        return Optional.of(new Signal(
                number ? "mean" : "frequencies",
                number ? "squared error" : "log loss",
                difference,
                metrics.getOrDefault(BLOCKS, 1.0).intValue(),
                metrics.getOrDefault(BLOCK_DAYS, 1.0).intValue(),
                metrics.getOrDefault(CONSTANT, 0.0) > 0));
    }

    /** What it concludes, in one sentence without a full stop: {@code no signal: ...} or {@code signal: ...}. */
    public String text() {
        if (constant) {
            return reference.equals("mean")
                    ? "no signal: the label is the same number in every row"
                    : "no signal: the label has one class only";
        }
        String verdict = found()
                ? "signal: better than the " + reference
                : difference.upper() == difference.lower() && difference.upper() != 0
                ? "no signal: the same difference from the %s in every row is no evidence".formatted(reference)
                : difference.lower() > 0
                        ? "no signal: worse than the " + reference
                        : "no signal: not better than the %s beyond chance".formatted(reference);
        return verdict
                + String.format(
                        Locale.ROOT,
                        " (%s %+.4g, 95 %% interval %+.4g to %+.4g by %d %s of %s)",
                        loss,
                        difference.estimate(),
                        difference.lower(),
                        difference.upper(),
                        blocks,
                        blocks == 1 ? "block" : "blocks",
                        blockDays == 1 ? "a day" : blockDays + " days");
    }

    /** Puts it among the metrics of a model of classes. */
    static void put(
            SortedMap<String, Double> metrics,
            ModelDefinition definition,
            HoldoutForecast test,
            double[] frequencies,
            boolean constant) {
        double[] ours = LogLoss.perRow(test.probabilities(), test.classes(), test.labels());
        double[] theirs = LogLoss.perRow(frequencies, test.classes(), test.labels());
        put(metrics, definition, ours, theirs, test.day(), constant);
    }

    /** Puts it among the metrics of a model of numbers. */
    static void put(
            SortedMap<String, Double> metrics,
            ModelDefinition definition,
            HoldoutValues test,
            double[] means,
            boolean constant) {
        metrics.put(NUMBER, 1.0);
        put(
                metrics,
                definition,
                ValueScores.squares(test.predictions(), test.targets()),
                ValueScores.squares(means, test.targets()),
                test.day(),
                constant);
    }

    private static void put(
            SortedMap<String, Double> metrics,
            ModelDefinition definition,
            double[] ours,
            double[] theirs,
            int[] day,
            boolean constant) {
        int length = blockDays(definition.label().delay());
        int[] block = new int[day.length];
        for (int i = 0; i < day.length; i++) {
            block[i] = Math.floorDiv(day[i] - day[0], length);
        }
        ClusteredMean mean = ClusteredMean.ofDifference(ours, theirs, block);
        Interval interval = mean.interval(CONFIDENCE);
        metrics.put(NAME, found(interval, constant) ? 1.0 : 0.0);
        if (constant) {
            metrics.put(CONSTANT, 1.0);
        }
        metrics.put(BLOCKS, (double) mean.clusters());
        metrics.put(BLOCK_DAYS, (double) length);
        Scores.putFinite(metrics, DIFFERENCE, interval.estimate());
        Scores.putFinite(metrics, DIFFERENCE + "_lower", interval.lower());
        Scores.putFinite(metrics, DIFFERENCE + "_upper", interval.upper());
    }

    private static int blockDays(Duration delay) {
        return Math.toIntExact(Math.max(1, delay.plusDays(1).minusNanos(1).toDays()));
    }
}
