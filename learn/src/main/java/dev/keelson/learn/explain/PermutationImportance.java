package dev.keelson.learn.explain;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.RegressionErrors;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What features are worth to a model: how much its loss on rows that it was not fitted on grows when their values are
 * shuffled among the rows. Log loss of classes, squared error of values, mean pinball loss of quantiles. Features of a group
 * are shuffled together, which keeps what they have in common: of features that say the same, each alone is worth little.
 *
 * <p>The interval is that of the mean increase over the rows, clustered, each row's increase being its mean over the
 * shuffles; it holds for this model, not for another training. The same seed gives the same numbers, whichever other groups
 * there are.
 *
 * <p>Sources: Breiman, L. (2001), Random forests, Machine Learning 45; Fisher, A., Rudin, C. and Dominici, F. (2019), All
 * models are wrong, but many are useful, Journal of Machine Learning Research 20, for any model.
 */
public final class PermutationImportance {
    private static final double CONFIDENCE = 0.95;

    private PermutationImportance() {}

    /**
     * What happened.
     *
     * @param labels class of each row; empty for values
     * @param values value of each row; empty for classes
     * @param cluster of each row, whose rows move together, such as its day
     */
    public record Truth(int[] labels, double[] values, int[] cluster) {}

    /**
     * A group of features.
     *
     * @param name of the group, such as the one feature's
     * @param features their names
     */
    public record Group(String name, List<String> features) {
        /** Checks that there is one. */
        public Group {
            features = List.copyOf(features);
            if (features.isEmpty()) {
                throw new IllegalArgumentException("The group (%s) has no feature.".formatted(name));
            }
        }

        /** A feature on its own. */
        public static Group of(String feature) {
            return new Group(feature, List.of(feature));
        }
    }

    /**
     * What a group is worth.
     *
     * @param increase mean increase of the loss, with its 95 % interval; below 0 when the model does better without
     */
    public record Worth(String name, Interval increase) {}

    /**
     * Measures.
     *
     * @param rows at least one, which the model was not fitted on
     * @param repeats shuffles of each group, at least 1
     * @return one for each group, in the order of the groups
     */
    public static List<Worth> of(
            Model model, FeatureMatrix rows, Truth truth, List<Group> groups, int repeats, long seed) {
        int n = rows.rows();
        if (n < 1 || repeats < 1 || truth.labels().length + truth.values().length != n || truth.cluster().length != n) {
            throw new IllegalArgumentException(
                    "There are %d rows, %d labels, %d values, %d clusters and %d shuffles; as many of each and at least one are needed."
                            .formatted(n, truth.labels().length, truth.values().length, truth.cluster().length, repeats));
        }
        FeatureMatrix mine = rows.names().equals(model.features()) ? rows : rows.select(model.features());
        double[] before = losses(model, mine, truth);
        List<Worth> worths = new ArrayList<>();
        for (Group group : groups) {
            List<Integer> columns = new ArrayList<>();
            for (String feature : group.features()) {
                int column = mine.names().indexOf(feature);
                if (column < 0) {
                    throw new IllegalArgumentException(
                            "There is no feature (%s); there are %s.".formatted(feature, mine.names()));
                }
                columns.add(column);
            }
            SplittableRandom random = new SplittableRandom(seed * 31 + columns.hashCode());
            double[] increase = new double[n];
            for (int r = 0; r < repeats; r++) {
                double[] after = losses(model, shuffled(mine, columns, order(n, random)), truth);
                for (int i = 0; i < n; i++) {
                    increase[i] += (after[i] - before[i]) / repeats;
                }
            }
            worths.add(new Worth(group.name(), interval(increase, truth.cluster())));
        }
        return worths;
    }

    private static Interval interval(double[] increase, int[] cluster) {
        ClusteredMean mean = ClusteredMean.of(increase, cluster);
        Interval interval = mean.interval(CONFIDENCE);
        boolean finite = Double.isFinite(interval.lower()) && Double.isFinite(interval.upper());
        return finite ? interval : new Interval(mean.mean(), mean.mean(), mean.mean(), CONFIDENCE);
    }

    private static int[] order(int n, SplittableRandom random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static FeatureMatrix shuffled(FeatureMatrix rows, List<Integer> columns, int[] order) {
        double[][] values = rows.columns().clone();
        for (int column : columns) {
            double[] from = values[column];
            double[] to = new double[order.length];
            for (int i = 0; i < order.length; i++) {
                to[i] = from[order[i]];
            }
            values[column] = to;
        }
        return new FeatureMatrix(rows.names(), values, rows.rows());
    }

    private static double[] losses(Model model, FeatureMatrix rows, Truth truth) {
        double[] told = model.predictAll(rows);
        return switch (model.task()) {
            case Task.Classification(List<String> classes) -> LogLoss.perRow(told, classes.size(), truth.labels());
            case Task.Regression() -> {
                double[] errors = new double[rows.rows()];
                for (int i = 0; i < errors.length; i++) {
                    double error = told[i] - truth.values()[i];
                    errors[i] = error * error;
                }
                yield errors;
            }
            case Task.Quantiles(List<Double> levels) -> {
                double[] errors = new double[rows.rows()];
                for (int i = 0; i < errors.length; i++) {
                    for (int k = 0; k < levels.size(); k++) {
                        double quantile = told[i * levels.size() + k];
                        errors[i] += RegressionErrors.pinball(quantile, truth.values()[i], levels.get(k)) / levels.size();
                    }
                }
                yield errors;
            }
        };
    }
}
