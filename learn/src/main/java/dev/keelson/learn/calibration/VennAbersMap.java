package dev.keelson.learn.calibration;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Venn-Abers calibration with its intervals; see {@link VennAbers}. Immutable and safe for use by several threads. */
public final class VennAbersMap implements CalibrationMap {
    private final int classes;
    private final VennAbersSteps[] pairs;

    VennAbersMap(int classes, VennAbersSteps[] pairs) {
        this.classes = classes;
        this.pairs = pairs;
    }

    /** Position of the pair of classes a &lt; b. */
    static int pair(int a, int b, int classes) {
        return a * (2 * classes - a - 1) / 2 + b - a - 1;
    }

    /** What the steps of a pair of classes read: with two classes the probability of the second itself. */
    static double share(double[] p, int offset, int zero, int one, int classes) {
        double first = p[offset + one];
        if (classes == 2) {
            return Math.min(1, first);
        }
        double both = p[offset + zero] + first;
        return both > 0 ? first / both : 0.5;
    }

    @Override
    public int classes() {
        return classes;
    }

    /**
     * The interval of a probability of class 1, with two classes.
     *
     * @param p 0 to 1
     * @throws IllegalStateException with more than two classes, which have an interval of each pair alone
     */
    public ProbabilityRange range(double p) {
        if (classes != 2) {
            throw new IllegalStateException(
                    "A map of %d classes has intervals of pairs of classes, not of one probability."
                            .formatted(classes));
        }
        return pairs[0].range(p);
    }

    /**
     * The interval of the probability of one class, given that it is this class or another.
     *
     * @param p probability vector of all classes
     * @param one class whose probability it is
     * @param other the other class
     */
    public ProbabilityRange range(double[] p, int one, int other) {
        if (p.length != classes || one == other || Math.min(one, other) < 0 || Math.max(one, other) >= classes) {
            throw new IllegalArgumentException(
                    "Classes %d and %d of %d probabilities; two of the %d classes and all probabilities are expected."
                            .formatted(one, other, p.length, classes));
        }
        int a = Math.min(one, other);
        int b = Math.max(one, other);
        ProbabilityRange range = pairs[pair(a, b, classes)].range(share(p, 0, a, b, classes));
        return one == b ? range : new ProbabilityRange(1 - range.upper(), 1 - range.lower());
    }

    @Override
    public void apply(double[] p, int offset, double[] work) {
        if (classes == 2) {
            double merged = pairs[0].range(p[offset + 1]).merged();
            p[offset] = 1 - merged;
            p[offset + 1] = merged;
            return;
        }
        Arrays.fill(work, 0, classes, 0);
        for (int a = 0; a < classes; a++) {
            for (int b = a + 1; b < classes; b++) {
                double merged = pairs[pair(a, b, classes)]
                        .range(share(p, offset, a, b, classes))
                        .merged();
                work[b] += 1 / merged;
                work[a] += 1 / (1 - merged);
            }
        }
        for (int k = 0; k < classes; k++) {
            work[k] = 1 / (work[k] - (classes - 2));
        }
        OneVsRestMap.normalise(work, classes, p, offset);
    }

    @Override
    public CalibrationParameters parameters() {
        SortedMap<String, List<Double>> values = new TreeMap<>();
        for (int a = 0; a < classes; a++) {
            for (int b = a + 1; b < classes; b++) {
                VennAbersSteps steps = pairs[pair(a, b, classes)];
                String suffix = suffix(a, b, classes);
                values.put("lower_x" + suffix, CalibrationParameters.list(steps.lowerX()));
                values.put("lower" + suffix, CalibrationParameters.list(steps.lower()));
                values.put("upper_x" + suffix, CalibrationParameters.list(steps.upperX()));
                values.put("upper" + suffix, CalibrationParameters.list(steps.upper()));
            }
        }
        return new CalibrationParameters(CalibrationMethod.VENN_ABERS, classes, values);
    }

    static VennAbersMap of(CalibrationParameters parameters) {
        int classes = parameters.classes();
        VennAbersSteps[] pairs = new VennAbersSteps[classes * (classes - 1) / 2];
        for (int a = 0; a < classes; a++) {
            for (int b = a + 1; b < classes; b++) {
                String suffix = suffix(a, b, classes);
                pairs[pair(a, b, classes)] = new VennAbersSteps(
                        parameters.numbers("lower_x" + suffix),
                        parameters.numbers("lower" + suffix),
                        parameters.numbers("upper_x" + suffix),
                        parameters.numbers("upper" + suffix));
            }
        }
        return new VennAbersMap(classes, pairs);
    }

    private static String suffix(int a, int b, int classes) {
        return classes == 2 ? "" : "." + a + "." + b;
    }
}
