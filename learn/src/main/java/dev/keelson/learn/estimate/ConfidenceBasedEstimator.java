package dev.keelson.learn.estimate;

import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationRows;
import dev.keelson.learn.calibration.Calibrator;
import dev.keelson.learn.calibration.Isotonic;
import dev.keelson.learn.calibration.Platt;
import dev.keelson.learn.estimate.ExpectedConfusion.Metric;
import dev.keelson.metrics.Auc;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Performance of a classifier before labels arrive, from its own probabilities (confidence-based performance
 * estimation, CBPE). It assumes that the chance of an outcome given the features is as in the reference (no concept drift) and
 * that the probabilities stay calibrated on the rows that are judged; ask {@link DomainClassifier} whether these still are rows
 * like the reference's.
 *
 * <p>Probabilities are calibrated first where that lowers the calibration error of held-out reference rows, on average over ten
 * stratified splits: by isotonic regression when a split leaves it enough rows, else by Platt's sigmoid. The interval holds the
 * scatter of outcomes (Poisson binomial; Hanley and McNeil's formula for the ROC curve) and that of the calibration, from
 * fits to resampled reference rows.
 *
 * <p>Immutable; safe for use by several threads.
 *
 * <p>Source: NannyML's CBPE; interval: our own, in place of its three sampling errors.
 */
public final class ConfidenceBasedEstimator {
    private static final int SPLITS = 10;
    private static final int HELD_OUT_OF = 10; // one row in ten
    private static final int BINS = 10;
    private static final double SEPARATED = 0.999;

    private final Config config;
    private final CalibrationMap map;
    private final List<CalibrationMap> resampled;
    private final double errorBefore;
    private final double errorAfter;

    /**
     * How to estimate.
     *
     * @param resamples fits of the calibration to resampled rows, at least 0
     * @param confidence of intervals, strictly between 0 and 1
     * @param seed of splits and resamples
     */
    public record Config(int resamples, double confidence, long seed) {
        /** Checks the ranges. */
        public Config {
            if (resamples < 0 || !(confidence > 0 && confidence < 1)) {
                throw new IllegalArgumentException("resamples (%d) must be at least 0 and confidence (%s) strictly between 0 and 1."
                        .formatted(resamples, confidence));
            }
        }

        /** 30 resamples, 95 %. */
        public static Config defaults(long seed) {
            return new Config(30, 0.95, seed);
        }
    }

    private ConfidenceBasedEstimator(
            Config config, CalibrationMap map, List<CalibrationMap> resampled, double errorBefore, double errorAfter) {
        this.config = config;
        this.map = map;
        this.resampled = List.copyOf(resampled);
        this.errorBefore = errorBefore;
        this.errorAfter = errorAfter;
    }

    /**
     * Learns how far the probabilities are to be trusted.
     *
     * @param p probability of the positive class on reference rows that the model was not fitted to, 0 to 1, at least one
     * @param positive what came true, same length
     */
    public static ConfidenceBasedEstimator fit(double[] p, boolean[] positive, Config config) {
        if (p.length == 0 || p.length != positive.length) {
            throw new IllegalArgumentException(
                    "There are %d probabilities and %d outcomes; as many of both and at least one are needed."
                            .formatted(p.length, positive.length));
        }
        int[] labels = new int[p.length];
        Arrays.setAll(labels, i -> positive[i] ? 1 : 0);
        return fit(CalibrationRows.binary(p, labels, null), config);
    }

    /**
     * The same of two or more classes: each is calibrated against the rest, and the errors are means over the classes.
     *
     * @param rows reference rows that the model was not fitted to, at least one
     */
    public static ConfidenceBasedEstimator fit(CalibrationRows rows, Config config) {
        int n = rows.rows();
        int classes = rows.classes();
        SplittableRandom random = new SplittableRandom(config.seed);
        double separation = Auc.oneVersusRest(rows.p(), classes, rows.labels()).orElse(1);
        int fewest = fewest(rows);
        if (fewest < 2 * HELD_OUT_OF || separation > SEPARATED) {
            double error = error(rows.p(), classes, rows.labels());
            return new ConfidenceBasedEstimator(config, CalibrationMap.none(classes), List.of(), error, error);
        }
        Calibrator calibrator = calibrator(n, fewest);
        double before = 0;
        double after = 0;
        for (int split = 0; split < SPLITS; split++) {
            int[] order = shuffled(rows.labels(), classes, random);
            int[] held = IntStream.range(0, n).filter(i -> i % HELD_OUT_OF == 0).map(i -> order[i]).toArray();
            int[] kept = IntStream.range(0, n).filter(i -> i % HELD_OUT_OF != 0).map(i -> order[i]).toArray();
            CalibrationMap trial = calibrator.fit(rows.take(kept));
            CalibrationRows judged = rows.take(held);
            before += error(judged.p(), classes, judged.labels()) / SPLITS;
            after += error(applied(trial, judged.p()), classes, judged.labels()) / SPLITS;
        }
        if (after >= before) {
            return new ConfidenceBasedEstimator(config, CalibrationMap.none(classes), List.of(), before, after);
        }
        List<CalibrationMap> resampled = new ArrayList<>();
        for (int r = 0; r < config.resamples; r++) {
            CalibrationRows drawn = rows.take(random.ints(n, 0, n).toArray());
            int least = fewest(drawn);
            if (least > 0) {
                resampled.add(calibrator(n, least).fit(drawn));
            }
        }
        return new ConfidenceBasedEstimator(config, calibrator.fit(rows), resampled, before, after);
    }

    /** Rows of the rarest class, or of all others where those are fewer. */
    private static int fewest(CalibrationRows rows) {
        int[] counts = new int[rows.classes()];
        for (int label : rows.labels()) {
            counts[label]++;
        }
        return Arrays.stream(counts).map(count -> Math.min(count, rows.rows() - count)).min().orElse(0);
    }

    private static Calibrator calibrator(int rows, int minority) {
        Isotonic isotonic = Isotonic.defaults();
        boolean enough = rows * (HELD_OUT_OF - 1L) / HELD_OUT_OF >= isotonic.leastRows()
                && minority * (HELD_OUT_OF - 1L) / HELD_OUT_OF > isotonic.leastOfEachOutcome();
        return enough ? isotonic : new Platt();
    }

    /** Positions in random order, the classes spread evenly. */
    private static int[] shuffled(int[] labels, int classes, SplittableRandom random) {
        int[] order = new int[labels.length];
        int at = 0;
        for (int label = 0; label < classes; label++) {
            int from = at;
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] == label) {
                    int j = from + random.nextInt(at - from + 1); // inside-out shuffle
                    order[at] = order[j];
                    order[j] = i;
                    at++;
                }
            }
        }
        return order;
    }

    /** Mean calibration error of the classes; of two that of the second. */
    private static double error(double[] p, int classes, int[] labels) {
        return IntStream.range(classes == 2 ? 1 : 0, classes)
                .mapToDouble(c -> ReliabilityBins.ofClass(p, classes, labels, c, ReliabilityBins.Binning.EQUAL_COUNT, BINS)
                        .ece())
                .average()
                .orElseThrow();
    }

    private static double[] applied(CalibrationMap map, double[] p) {
        double[] applied = map.applied(p);
        Arrays.setAll(applied, i -> Math.max(0, Math.min(1, applied[i])));
        return applied;
    }

    private static double[] calibrated(CalibrationMap map, double[] p) {
        double[] both = new double[2 * p.length];
        for (int i = 0; i < p.length; i++) {
            both[2 * i] = 1 - p[i];
            both[2 * i + 1] = p[i];
        }
        double[] applied = applied(map, both);
        double[] positive = new double[p.length];
        Arrays.setAll(positive, i -> applied[2 * i + 1]);
        return positive;
    }

    /**
     * The chances of rows, as far as they are to be trusted.
     *
     * @param p the model's probabilities, {@code rows * classes}, row by row
     * @return same shape, each 0 to 1
     */
    public double[] chances(double[] p) {
        return applied(map, p);
    }

    /**
     * The same by a calibration that was fitted to resampled rows; they scatter as the calibration does.
     *
     * @param resample any number from 0 on; they come again after {@link Config#resamples}
     */
    public double[] chances(double[] p, int resample) {
        return applied(resampled.isEmpty() ? map : resampled.get(resample % resampled.size()), p);
    }

    /** Whether probabilities are calibrated before they are used. */
    public boolean calibrates() {
        return errorAfter < errorBefore;
    }

    /** Calibration error of held-out reference rows as the model tells them, 0 to 1. */
    public double errorBefore() {
        return errorBefore;
    }

    /** The same after calibration; as large where calibration was not tried. */
    public double errorAfter() {
        return errorAfter;
    }

    /**
     * Estimates a metric of decisions.
     *
     * @param p the model's probability of the positive class, 0 to 1 each, at least one
     * @param decided whether each row was decided positive
     */
    public Estimate estimate(Metric metric, double[] p, boolean[] decided) {
        ExpectedConfusion confusion = ExpectedConfusion.of(calibrated(map, p), decided);
        return estimate(
                confusion.value(metric),
                confusion.standardDeviation(metric),
                each -> ExpectedConfusion.of(calibrated(each, p), decided).value(metric),
                0,
                1);
    }

    /**
     * Estimates the area under the ROC curve; rows are ordered by the model's own probabilities.
     *
     * @param p the model's probability of the positive class, 0 to 1 each, at least one
     */
    public Estimate rocAuc(double[] p) {
        double[] chances = calibrated(map, p);
        double auc = ExpectedConfusion.rocAuc(p, chances);
        double positives = Arrays.stream(chances).sum();
        return estimate(
                auc,
                DomainClassifier.standardError(auc, positives, p.length - positives),
                each -> ExpectedConfusion.rocAuc(p, calibrated(each, p)),
                0,
                1);
    }

    /**
     * Estimates the profit of bets, in the unit of the stakes: {@code stake * (odds * outcome - 1)}, summed.
     *
     * @param p the model's probability that a bet is won, 0 to 1 each, at least one
     * @param odds decimal, at least 1
     * @param stakes at least 0; 0 where no bet is made
     */
    public Estimate profit(double[] p, double[] odds, double[] stakes) {
        if (p.length == 0 || p.length != odds.length || p.length != stakes.length) {
            throw new IllegalArgumentException("There are %d probabilities, %d odds and %d stakes; as many of each are needed."
                    .formatted(p.length, odds.length, stakes.length));
        }
        double[] chances = calibrated(map, p);
        double variance = 0;
        for (int i = 0; i < p.length; i++) {
            double won = stakes[i] * odds[i];
            variance += won * won * chances[i] * (1 - chances[i]);
        }
        return estimate(
                profitOf(chances, odds, stakes),
                Math.sqrt(variance),
                each -> profitOf(calibrated(each, p), odds, stakes),
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY);
    }

    private static double profitOf(double[] chances, double[] odds, double[] stakes) {
        double profit = 0;
        for (int i = 0; i < chances.length; i++) {
            profit += stakes[i] * (odds[i] * chances[i] - 1);
        }
        return profit;
    }

    private Estimate estimate(
            double value, double sampling, ToDoubleFunction<CalibrationMap> metric, double least, double most) {
        double[] values = resampled.stream().mapToDouble(metric).toArray();
        double mean = Arrays.stream(values).average().orElse(0);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double calibration = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
        double half = Interval.normalQuantile(config.confidence) * Math.hypot(sampling, calibration);
        Interval interval = new Interval(
                Math.max(least, value - half), value, Math.min(most, value + half), config.confidence);
        return new Estimate(value, sampling, calibration, interval);
    }
}
