package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.AggregateExpression;
import dev.keelson.metrics.AreaFigures;
import dev.keelson.metrics.ClassFigures;
import dev.keelson.metrics.ValueFigures;
import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Clusters;
import dev.keelson.stats.Interval;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All metrics of some rows with their intervals. */
final class RowFigures {
    static final double CONFIDENCE = 0.95;
    static final int MOST_BLOCKS = 1_000;
    private static final int RESAMPLES = BcaBootstrap.DEFAULT_RESAMPLES;
    /** Additions that the resampling of one table may take: a few hundred milliseconds. */
    private static final double MOST_WORK = 2e8;

    /** Steps over sorted rows that the resampling of areas may take; beyond, the jackknife over blocks gives their ends. */
    private static final double MOST_PASSES = 5e7;

    private static final int FEWEST_BLOCKS = 50;

    private final JudgedRows rows;
    private final List<String> classNames;
    private final long seed;

    RowFigures(JudgedRows rows, List<String> classNames, long seed) {
        this.rows = rows;
        this.classNames = classNames;
        this.seed = seed;
    }

    /**
     * A metric.
     *
     * @param value NaN where it is not defined
     * @param method how its interval was found; null without one
     */
    record Measured(double value, double lower, double upper, BcaBootstrap.@Nullable Method method) {

        void put(ObjectNode to) {
            if (Double.isFinite(value)) {
                to.put("value", value + 0.0);
            } else {
                to.putNull("value");
            }
            if (method != null && Double.isFinite(lower) && Double.isFinite(upper)) {
                to.put("lower", lower + 0.0).put("upper", upper + 0.0);
                to.put("interval", method.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** Metric to what it is, those of one class as {@code class/<name>/<metric>}. */
    Map<String, Measured> measure() {
        Map<String, Measured> measured = new LinkedHashMap<>();
        if (rows.classes() == 0) {
            int[] cluster = blocks(ValueFigures.NAMES.size() + 1);
            put(measured, ValueFigures.NAMES, new ValueFigures(rows.predictions(), rows.targets(), cluster), cluster);
            return measured;
        }
        int[] cluster = blocks(4 * rows.classes() + 50);
        ClassFigures figures = new ClassFigures(rows.predictions(), rows.classes(), rows.labels(), cluster);
        put(measured, figures.names(), figures, cluster);
        double pass = (double) rows.count() * rows.classes();
        boolean fits = pass * (RESAMPLES + Clusters.count(cluster)) <= MOST_PASSES;
        int[] coarse = fits
                ? cluster
                : Clusters.blocks(rows.days(), (int) Math.clamp(MOST_PASSES / pass, FEWEST_BLOCKS, MOST_BLOCKS));
        AreaFigures areas = new AreaFigures(rows.predictions(), rows.classes(), rows.labels(), coarse);
        if (fits) {
            put(measured, areas.names(), areas, coarse);
        } else {
            put(
                    measured,
                    areas.names(),
                    areas,
                    coarse,
                    BcaBootstrap.jackknife(areas, Clusters.count(coarse), CONFIDENCE));
        }
        return measured;
    }

    private int[] blocks(int width) {
        return Clusters.blocks(
                rows.days(), (int) Math.clamp(MOST_WORK / ((double) RESAMPLES * width), FEWEST_BLOCKS, MOST_BLOCKS));
    }

    private void put(Map<String, Measured> to, List<String> names, BcaBootstrap.Figures figures, int[] cluster) {
        put(
                to,
                names,
                figures,
                cluster,
                BcaBootstrap.figures(figures, Clusters.count(cluster), RESAMPLES, CONFIDENCE, seed));
    }

    private void put(
            Map<String, Measured> to,
            List<String> names,
            BcaBootstrap.Figures figures,
            int[] cluster,
            List<Optional<BcaBootstrap.Result>> results) {
        double[] whole = BcaBootstrap.whole(figures, Clusters.count(cluster));
        for (int f = 0; f < names.size(); f++) {
            to.put(named(names.get(f)), measured(whole[f], results.get(f)));
        }
    }

    private String named(String name) {
        if (!name.startsWith("class/")) {
            return name;
        }
        int slash = name.lastIndexOf('/');
        int position = Integer.parseInt(name.substring("class/".length(), slash));
        return "class/" + classNames.get(position) + name.substring(slash);
    }

    private static Measured measured(double value, Optional<BcaBootstrap.Result> result) {
        if (result.isEmpty()) {
            return new Measured(value, Double.NaN, Double.NaN, null);
        }
        Interval interval = result.get().interval();
        return new Measured(value, interval.lower(), interval.upper(), result.get().method());
    }

    /** An expression over rows, from the totals of each cluster. */
    static Measured of(AggregateExpression expression, double[] sums, int clusters, long seed) {
        int width = expression.width();
        BcaBootstrap.Figures figures = new BcaBootstrap.Figures() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public void of(int[] times, double[] to) {
                double[] total = new double[width];
                for (int g = 0; g < times.length; g++) {
                    for (int k = 0; k < width && times[g] > 0; k++) {
                        total[k] += times[g] * sums[g * width + k];
                    }
                }
                double value = expression.value(total);
                to[0] = Double.isFinite(value) ? value : Double.NaN;
            }
        };
        return measured(
                BcaBootstrap.whole(figures, clusters)[0],
                BcaBootstrap.figures(figures, clusters, RESAMPLES, CONFIDENCE, seed).getFirst());
    }
}
