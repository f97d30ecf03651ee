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
 * Performance of a binary classifier before labels arrive, from its own probabilities (confidence-based performance
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
        int minority = Math.min(Arrays.stream(labels).sum(), p.length - Arrays.stream(labels).sum());
        CalibrationRows rows = CalibrationRows.binary(p, labels, null);
        SplittableRandom random = new SplittableRandom(config.seed);
        double separation = Auc.binary(p, positive).orElse(1);
        if (minority < 2 * HELD_OUT_OF || separation > SEPARATED) {
            double error = error(p, labels);
            return new ConfidenceBasedEstimator(config, CalibrationMap.none(2), List.of(), error, error);
        }
        Calibrator calibrator = calibrator(p.length, minority);
        double before = 0;
        double after = 0;
        for (int split = 0; split < SPLITS; split++) {
            int[] order = shuffled(labels, random);
            int[] held = IntStream.range(0, order.length).filter(i -> i % HELD_OUT_OF == 0).map(i -> order[i]).toArray();
            int[] kept = IntStream.range(0, order.length).filter(i -> i % HELD_OUT_OF != 0).map(i -> order[i]).toArray();
            CalibrationMap trial = calibrator.fit(rows.take(kept));
            double[] raw = Arrays.stream(held).mapToDouble(i -> p[i]).toArray();
            int[] truth = Arrays.stream(held).map(i -> labels[i]).toArray();
            before += error(raw, truth) / SPLITS;
            after += error(calibrated(trial, raw), truth) / SPLITS;
        }
        if (after >= before) {
            return new ConfidenceBasedEstimator(config, CalibrationMap.none(2), List.of(), before, after);
        }
        List<CalibrationMap> resampled = new ArrayList<>();
        for (int r = 0; r < config.resamples; r++) {
            CalibrationRows drawn = rows.take(random.ints(p.length, 0, p.length).toArray());
            int positives = Arrays.stream(drawn.labels()).sum();
            if (positives > 0 && positives < p.length) {
                resampled.add(calibrator(p.length, Math.min(positives, p.length - positives)).fit(drawn));
            }
        }
        return new ConfidenceBasedEstimator(config, calibrator.fit(rows), resampled, before, after);
    }

    private static Calibrator calibrator(int rows, int minority) {
        Isotonic isotonic = Isotonic.defaults();
        boolean enough = rows * (HELD_OUT_OF - 1L) / HELD_OUT_OF >= isotonic.leastRows()
                && minority * (HELD_OUT_OF - 1L) / HELD_OUT_OF > isotonic.leastOfEachOutcome();
        return enough ? isotonic : new Platt();
    }

    /** Positions in random order, the two classes spread evenly. */
    private static int[] shuffled(int[] labels, SplittableRandom random) {
        int[] order = new int[labels.length];
        int at = 0;
        for (int label = 0; label < 2; label++) {
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

    private static double error(double[] p, int[] labels) {
        double[] both = CalibrationRows.binary(p, labels, null).p();
        return ReliabilityBins.ofClass(both, 2, labels, 1, ReliabilityBins.Binning.EQUAL_COUNT, BINS).ece();
    }

    private static double[] calibrated(CalibrationMap map, double[] p) {
        double[] both = new double[2 * p.length];
        for (int i = 0; i < p.length; i++) {
            both[2 * i] = 1 - p[i];
            both[2 * i + 1] = p[i];
        }
        double[] applied = map.applied(both);
        double[] positive = new double[p.length];
        Arrays.setAll(positive, i -> Math.max(0, Math.min(1, applied[2 * i + 1])));
        return positive;
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
