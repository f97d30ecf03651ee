package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.BrierSkill;
import dev.keelson.metrics.CalibrationFigures;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Whether served probabilities can be taken at their word: skill, slope, intercept, error above its noise floor, and the old rule of Brier > 0.3. */
final class CalibrationReport {
    /** Newest settled rows that are looked at; more would tell the same. */
    static final int MOST = 10_000;

    /** Fewer tell nothing. */
    static final int LEAST = 50;

    private static final int DRAWS = 200;
    private static final int RESAMPLES = 1_000;
    private static final double CONFIDENCE = 0.95;
    /** The rule of N1V1, on the scale of one class: 0 to 1. */
    private static final double BRIER_RULE = 0.3;

    private static final double SIGNIFICANT = 0.05;

    private CalibrationReport() {}

    /**
     * The document, or one that says why there is none.
     *
     * @param settled rows of classes, all with outcomes, oldest first
     * @param names of the classes
     */
    static ObjectNode of(PerformanceRows settled, List<String> names, long seed) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        int n = settled.count();
        PerformanceRows rows = settled.take(IntStream.range(Math.max(0, n - MOST), n).toArray());
        json.put("rows", rows.count());
        if (rows.count() < LEAST) {
            json.put("verdict", "insufficient");
            json.put("sentence", "%d settled predictions are too few to judge the calibration; %d are needed.".formatted(rows.count(), LEAST));
            return json;
        }
        double brier = Brier.of(rows.told(), rows.classes(), rows.labels());
        json.put("brier", brier);
        json.put("brier_rule", brier / rows.classes() > BRIER_RULE);
        Interval skill = skill(rows, seed);
        if (skill != null) {
            PerformanceReport.put(json.putObject("brier_skill"), skill);
        }
        ArrayNode classes = json.putArray("classes");
        StringBuilder wrong = new StringBuilder();
        int first = rows.classes() == 2 ? 1 : 0;
        for (int c = first; c < rows.classes(); c++) {
            wrong.append(ofClass(classes.addObject().put("class", names.get(c)), rows, c, rows.classes() - first, names.get(c), seed));
        }
        boolean useless = skill != null && skill.upper() < 0;
        json.put("verdict", wrong.isEmpty() && !useless ? "calibrated" : "miscalibrated");
        json.put("sentence", sentence(rows, skill, wrong.toString().strip(), brier));
        return json;
    }

    private static @Nullable Interval skill(PerformanceRows rows, long seed) {
        double[] shares = new double[rows.classes()];
        for (int label : rows.labels()) {
            shares[label] += 1.0 / rows.count();
        }
        boolean several = Arrays.stream(shares).filter(share -> share > 0).count() > 1;
        boolean days = Arrays.stream(rows.day()).distinct().count() > 1;
        return several && days
                ? BrierSkill.againstShares(rows.told(), shares, rows.labels(), rows.day(), RESAMPLES, CONFIDENCE, seed)
                        .interval()
                : null;
    }

    /** Puts the figures of a class; what is wrong with it in a sentence, or nothing. */
    private static String ofClass(ObjectNode node, PerformanceRows rows, int c, int judged, String name, long seed) {
        double[] p = rows.column(c);
        boolean[] positive = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            positive[i] = rows.happened()[i] == c;
        }
        CalibrationFigures figures = CalibrationFigures.of(p, positive, rows.day(), DRAWS, CONFIDENCE, seed);
        PerformanceReport.put(node.putObject("in_the_large"), figures.inTheLarge());
        if (figures.slope() != null && figures.intercept() != null) {
            PerformanceReport.put(node.putObject("slope"), figures.slope());
            PerformanceReport.put(node.putObject("intercept"), figures.intercept());
        }
        node.put("ece", figures.ece());
        node.put("ece_noise_floor", figures.eceFloor());
        node.put("ece_p", figures.ecePValue());
        ArrayNode bins = node.putArray("bins");
        ReliabilityBins.ofClass(
                        rows.told(), rows.classes(), rows.labels(), c, ReliabilityBins.Binning.EQUAL_COUNT, ReliabilityBins.DEFAULT_COUNT)
                .bins()
                .forEach(bin -> {
                    ObjectNode each = bins.addObject().put("rows", bin.count()).put("forecast", bin.meanForecast());
                    each.put("observed", bin.observed().estimate())
                            .put("lower", bin.observed().lower())
                            .put("upper", bin.observed().upper());
                });
        String found = wrong(figures, judged, name);
        node.put("sentence", found.isEmpty() ? "%s: nothing beyond chance.".formatted(name) : found.strip());
        return found;
    }

    private static String wrong(CalibrationFigures figures, int judged, String name) {
        StringBuilder wrong = new StringBuilder();
        Interval large = figures.inTheLarge();
        if (large.lower() > 0 || large.upper() < 0) {
            wrong.append(String.format(
                    Locale.ROOT,
                    " %s happens %.1f points %s than predicted (%+.1f to %+.1f).",
                    name,
                    100 * Math.abs(large.estimate()),
                    large.estimate() > 0 ? "more often" : "less often",
                    100 * large.lower(),
                    100 * large.upper()));
        }
        Interval slope = figures.slope();
        if (slope != null && (slope.upper() < 1 || slope.lower() > 1)) {
            wrong.append(String.format(
                    Locale.ROOT,
                    " It is %s of %s: slope %.2f (%.2f to %.2f), 1 is right.",
                    slope.upper() < 1 ? "too sure" : "not sure enough",
                    name,
                    slope.estimate(),
                    slope.lower(),
                    slope.upper()));
        }
        if (figures.ecePValue() * judged < SIGNIFICANT && figures.eceExcess() > 0) {
            wrong.append(String.format(
                    Locale.ROOT,
                    " The calibration error of %s is %.3f where chance makes %.3f.",
                    name,
                    figures.ece(),
                    figures.eceFloor()));
        }
        return wrong.toString();
    }

    private static String sentence(
            PerformanceRows rows, @Nullable Interval skill, String wrong, double brier) {
        String told = wrong.isEmpty()
                ? "On %,d settled predictions the probabilities can be taken at their word, as far as can be seen.".formatted(rows.count())
                : wrong;
        if (skill != null) {
            told += String.format(
                    Locale.ROOT,
                    " Against the plain shares of the classes it saves %.1f %% of the Brier score (%.1f to %.1f).",
                    100 * skill.estimate(),
                    100 * skill.lower(),
                    100 * skill.upper());
            if (skill.upper() < 0) {
                told += " It is worse than telling those shares.";
            }
        }
        if (brier / rows.classes() > BRIER_RULE) {
            told += String.format(
                    Locale.ROOT, " Its Brier score of one class (%.3f) is above 0.3, which no model reaches that knows anything.", brier / rows.classes());
        }
        return told;
    }
}
