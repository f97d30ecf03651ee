package dev.keelson.learn.baseline;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a model must beat. Without features it predicts the frequencies of the classes (half a row added to each), the
 * mean, or the quantiles of the training rows; with features it hands them through: one for a value (the last value),
 * one for each class for probabilities (the market's, normalised to sum 1).
 */
public final class BaselineLearner implements Learner {
    static final String NAME = "baseline";

    private static final double ADDED = 0.5;

    private final List<String> through;

    /**
     * @param through names of the features to hand through, in the order of the outputs; empty for none
     */
    public BaselineLearner(List<String> through) {
        this.through = List.copyOf(through);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("features", String.join(",", through));
    }

    @Override
    public boolean supports(Task task) {
        return through.isEmpty() || through.size() == task.outputs().size();
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException BAD_VALUE if a feature to hand through is absent or their number does not fit
     */
    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (!supports(rows.task())) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The baseline hands %d features through %s; %d are needed, one for each of %s."
                            .formatted(
                                    through.size(),
                                    through,
                                    rows.task().outputs().size(),
                                    rows.task().outputs()),
                    null);
        }
        List<String> names = rows.features().names();
        int[] positions = through.stream()
                .mapToInt(name -> {
                    if (!names.contains(name)) {
                        throw new KeelsonException(
                                ErrorCode.BAD_VALUE,
                                "The baseline hands a feature (%s) through that the model does not read.".formatted(name),
                                Suggestion.sentence(name, names).orElse(null));
                    }
                    return names.indexOf(name);
                })
                .toArray();
        double[] constant = switch (rows.task()) {
            case Task.Classification _ -> frequencies(rows);
            case Task.Regression _ -> new double[] {rows.mean()};
            case Task.Quantiles quantiles ->
                quantiles.levels().stream()
                        .mapToDouble(level -> quantile(rows, level))
                        .toArray();
        };
        return Fit.of(new BaselineModel(names, rows.task(), constant, positions));
    }

    private static double[] frequencies(TrainingSet rows) {
        double[] sums = rows.classWeights();
        double total = 0;
        for (double sum : sums) {
            total += sum + ADDED;
        }
        for (int k = 0; k < sums.length; k++) {
            sums[k] = (sums[k] + ADDED) / total;
        }
        return sums;
    }

    /** Least value at or below which at least the share {@code level} of the weight lies. */
    private static double quantile(TrainingSet rows, double level) {
        double[] values = rows.values();
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted((a, b) -> Double.compare(values[a], values[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            total += rows.weight(i);
        }
        double below = 0;
        for (int i : order) {
            below += rows.weight(i);
            if (below >= level * total) {
                return values[i];
            }
        }
        return values[order[order.length - 1]];
    }
}
