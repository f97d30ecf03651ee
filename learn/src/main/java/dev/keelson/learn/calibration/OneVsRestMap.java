package dev.keelson.learn.calibration;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** One curve for the second of two classes, or one for each of more classes, normalised. */
record OneVsRestMap(CalibrationMethod method, int classes, List<BinaryCurve> curves) implements CalibrationMap {

    OneVsRestMap {
        curves = List.copyOf(curves);
    }

    /** The classes that get a curve. */
    static int[] positives(int classes) {
        return classes == 2 ? new int[] {1} : IntStream.range(0, classes).toArray();
    }

    static void requireCounts(
            CalibrationMethod method, int classes, int positive, CalibrationRows.Binary binary, int rows, int each) {
        int ones = binary.count(1);
        int zeros = binary.count(0);
        if (ones + zeros >= rows && Math.min(ones, zeros) >= each) {
            return;
        }
        throw new KeelsonException(
                ErrorCode.NOT_ENOUGH_ROWS,
                String.format(
                        Locale.ROOT,
                        "%,d rows, %,d of class %d and %,d of %s, are too few for %s calibration: %,d and %,d of each are needed.",
                        ones + zeros,
                        ones,
                        positive,
                        zeros,
                        classes == 2 ? "class 0" : "the others",
                        method.key(),
                        rows,
                        each),
                each <= 1
                        ? "Maybe temperature or platt suits, which can do with one class."
                        : "Maybe platt, beta or temperature suits so few rows.");
    }

    @Override
    public void apply(double[] p, int offset, double[] work) {
        if (classes == 2) {
            double corrected = curves.getFirst().at(p[offset + 1]);
            p[offset] = 1 - corrected;
            p[offset + 1] = corrected;
            return;
        }
        for (int k = 0; k < classes; k++) {
            work[k] = curves.get(k).at(p[offset + k]);
        }
        normalise(work, classes, p, offset);
    }

    /** Writes corrected values with sum 1; leaves the vector when they are all 0. */
    static void normalise(double[] corrected, int classes, double[] p, int offset) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += corrected[k];
        }
        if (sum > 0) {
            for (int k = 0; k < classes; k++) {
                p[offset + k] = corrected[k] / sum;
            }
        }
    }

    @Override
    public CalibrationParameters parameters() {
        SortedMap<String, List<Double>> values = new TreeMap<>();
        for (int i = 0; i < curves.size(); i++) {
            switch (curves.get(i)) {
                case SigmoidCurve sigmoid -> {
                    add(values, "a", sigmoid.a());
                    add(values, "b", sigmoid.b());
                }
                case BetaCurve beta -> {
                    add(values, "a", beta.a());
                    add(values, "b", beta.b());
                    add(values, "c", beta.c());
                }
                case IsotonicCurve curve -> {
                    int positive = positives(classes)[i];
                    values.put("x." + positive, CalibrationParameters.list(curve.x()));
                    values.put("y." + positive, CalibrationParameters.list(curve.y()));
                }
            }
        }
        return new CalibrationParameters(method, classes, values);
    }

    private static void add(SortedMap<String, List<Double>> values, String name, double value) {
        values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    static OneVsRestMap of(CalibrationParameters parameters) {
        int[] positives = positives(parameters.classes());
        List<BinaryCurve> curves = new ArrayList<>();
        for (int i = 0; i < positives.length; i++) {
            curves.add(curve(parameters, i, positives));
        }
        return new OneVsRestMap(parameters.method(), parameters.classes(), curves);
    }

    private static BinaryCurve curve(CalibrationParameters parameters, int index, int[] positives) {
        int count = positives.length;
        return switch (parameters.method()) {
            case PLATT ->
                new SigmoidCurve(
                        parameters.numbers("a", count)[index], parameters.numbers("b", count)[index]);
            case BETA ->
                new BetaCurve(
                        parameters.numbers("a", count)[index],
                        parameters.numbers("b", count)[index],
                        parameters.numbers("c", count)[index]);
            case ISOTONIC ->
                IsotonicCurve.of(
                        parameters.numbers("x." + positives[index]), parameters.numbers("y." + positives[index]));
            case NONE, TEMPERATURE, VENN_ABERS ->
                throw new IllegalArgumentException("The method %s has no curve of each class."
                        .formatted(parameters.method().key()));
        };
    }
}
