package dev.keelson.monitor;

import dev.keelson.stats.AndersonDarling;
import dev.keelson.stats.Bins;
import dev.keelson.stats.ChiSquareTwoSample;
import dev.keelson.stats.EvidentlyCompat;
import dev.keelson.stats.Hellinger;
import dev.keelson.stats.JensenShannon;
import dev.keelson.stats.KolmogorovSmirnov;
import dev.keelson.stats.MannWhitney;
import dev.keelson.stats.NannyMlCompat;
import dev.keelson.stats.Proportion;
import dev.keelson.stats.Psi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Computes what {@link DriftMethod}s say of one column. */
final class MethodTests {
    /** NannyML's limits come from so many chunks of the reference. */
    private static final int CHUNKS = 10;

    private MethodTests() {}

    /** Rows of each category on both sides, in the order of the categories. */
    @SuppressWarnings("ArrayRecordComponent") // never leaves this class
    private record Counts(long[] reference, long[] current) {
        static Counts of(double[] reference, double[] current) {
            Map<Double, long[]> rows = new TreeMap<>();
            CategoryCells.counted(reference)
                    .forEach(each -> rows.computeIfAbsent(each.key(), key -> new long[2])[0] = each.rows());
            CategoryCells.counted(current)
                    .forEach(each -> rows.computeIfAbsent(each.key(), key -> new long[2])[1] = each.rows());
            return new Counts(
                    rows.values().stream().mapToLong(each -> each[0]).toArray(),
                    rows.values().stream().mapToLong(each -> each[1]).toArray());
        }
    }

    /**
     * Judges a column by itself.
     *
     * @param current the rows' values, ascending and finite
     * @param figures of these rows, tested on effective sizes
     * @param slack how far the share of values below a point may be off; 0 when all values are there
     */
    static MethodResult judge(
            String column, ColumnProfile profile, double[] current, ColumnFigures figures, double slack, DriftMethods methods) {
        boolean category = profile.texts() != null;
        DriftMethod method = methods.of(column, category);
        double[] reference = profile.sorted();
        if (reference.length == 0 || current.length == 0) {
            double threshold = methods.threshold(column, method).orElse(method.threshold());
            return MethodResult.of(method, method.word(), Double.NaN, method.isTest(), threshold);
        }
        return switch (method) {
            case EVIDENTLY -> evidently(column, profile, current, methods);
            case NANNYML_KS -> byChunks(column, method, profile, current, methods, window ->
                    NannyMlCompat.kolmogorovSmirnov(reference, window));
            case NANNYML_JENSEN_SHANNON -> byChunks(column, method, profile, current, methods, window -> {
                if (category) {
                    Counts counts = Counts.of(reference, window);
                    return NannyMlCompat.jensenShannon(counts.reference(), counts.current());
                }
                return NannyMlCompat.jensenShannon(reference, window);
            });
            case NANNYML_WASSERSTEIN -> byChunks(column, method, profile, current, methods, window ->
                    NannyMlCompat.wasserstein(reference, window));
            default -> MethodResult.of(
                    method,
                    method.word(),
                    value(method, profile, current, figures, slack),
                    method.isTest(),
                    methods.threshold(column, method).orElse(method.threshold()));
        };
    }

    private static double value(
            DriftMethod method, ColumnProfile profile, double[] current, ColumnFigures figures, double slack) {
        double[] reference = profile.sorted();
        double n = profile.design().referenceSize(reference.length);
        double m = profile.design().currentSize(current.length);
        boolean category = profile.texts() != null;
        return switch (method) {
            case KS -> slack == 0 && !Double.isNaN(figures.ks()) && n == reference.length && m == current.length
                    ? profile.design().allowing(KolmogorovSmirnov.testSorted(reference, current).pValue()) // exact while small, as SciPy
                    : figures.p();
            case CHI_SQUARE -> {
                Counts cells = cells(profile, current);
                yield profile.design()
                        .allowing(ChiSquareTwoSample.test(cells.reference(), cells.current(), n, m).pValue());
            }
            case MANN_WHITNEY -> profile.design().allowing(MannWhitney.testSorted(reference, current, n, m).pValue());
            case ANDERSON_DARLING -> profile.design().allowing(AndersonDarling.test(reference, current, n, m).pValue());
            case PSI -> {
                Counts cells = cells(profile, current);
                yield Math.max(0, Psi.ofCounts(cells.reference(), cells.current(), n, m).excess());
            }
            case JENSEN_SHANNON -> {
                Counts cells = cells(profile, current);
                yield JensenShannon.ofCounts(cells.reference(), cells.current(), n, m).excessDistance();
            }
            case HELLINGER -> {
                Counts cells = cells(profile, current);
                yield Hellinger.ofCounts(cells.reference(), cells.current(), n, m).excessDistance();
            }
            case WASSERSTEIN -> figures.effect();
            case PSI_CLASSIC -> figures.psi();
            case EVIDENTLY_PSI -> {
                Counts counts = Counts.of(reference, current);
                yield category
                        ? EvidentlyCompat.psiOfCounts(counts.reference(), counts.current())
                        : EvidentlyCompat.psi(reference, current);
            }
            case EVIDENTLY_JENSEN_SHANNON -> evidentlyJensenShannon(category, reference, current);
            case EVIDENTLY_WASSERSTEIN -> EvidentlyCompat.wasserstein(reference, current);
            case EVIDENTLY_CHI_SQUARE -> {
                Counts counts = Counts.of(reference, current);
                yield EvidentlyCompat.chiSquarePValue(counts.reference(), counts.current());
            }
            case NANNYML_CHI_SQUARE -> {
                Counts counts = Counts.of(reference, current);
                yield NannyMlCompat.chiSquarePValue(counts.reference(), counts.current());
            }
            case EVIDENTLY, NANNYML_KS, NANNYML_JENSEN_SHANNON, NANNYML_WASSERSTEIN ->
                throw new IllegalArgumentException("The method %s needs more than two samples.".formatted(method.word()));
        };
    }

    private static double evidentlyJensenShannon(boolean category, double[] reference, double[] current) {
        Counts counts = Counts.of(reference, current);
        return category
                ? EvidentlyCompat.jensenShannonOfCounts(counts.reference(), counts.current())
                : EvidentlyCompat.jensenShannon(reference, current);
    }

    /** The most frequent categories and the others, or ten bins at reference quantiles. */
    private static Counts cells(ColumnProfile profile, double[] current) {
        CategoryCells cells = profile.cells();
        if (cells != null) {
            return new Counts(cells.counts(profile.sorted()), cells.counts(current));
        }
        Bins bins = Bins.ofSortedReference(profile.sorted(), Bins.DEFAULT_COUNT);
        return new Counts(bins.countsOfSorted(profile.sorted(), 0), bins.countsOfSorted(current, 0));
    }

    private static MethodResult evidently(String column, ColumnProfile profile, double[] current, DriftMethods methods) {
        double[] reference = profile.sorted();
        boolean category = profile.texts() != null;
        Counts counts = Counts.of(reference, current);
        EvidentlyCompat.Method chosen =
                EvidentlyCompat.method(profile.ordered().length, counts.reference().length, category);
        boolean isTest = switch (chosen) {
            case KS, CHI_SQUARE, Z_TEST -> true;
            case WASSERSTEIN, JENSEN_SHANNON -> false;
        };
        double value = switch (chosen) {
            case KS -> KolmogorovSmirnov.testSorted(reference, current).pValue();
            case CHI_SQUARE -> EvidentlyCompat.chiSquarePValue(counts.reference(), counts.current());
            case Z_TEST -> counts.reference().length < 2
                    ? 1
                    : Proportion.test(counts.reference()[0], reference.length, counts.current()[0], current.length)
                            .pValue();
            case WASSERSTEIN -> EvidentlyCompat.wasserstein(reference, current);
            case JENSEN_SHANNON -> evidentlyJensenShannon(category, reference, current);
        };
        double threshold = methods.threshold(column, DriftMethod.EVIDENTLY).orElse(isTest ? 0.05 : 0.1);
        return MethodResult.of(
                DriftMethod.EVIDENTLY,
                "evidently_" + chosen.name().toLowerCase(java.util.Locale.ROOT),
                value,
                isTest,
                threshold);
    }

    /** Drift beyond mean plus three standard deviations (divisor n) of what ten chunks of the reference show. */
    private static MethodResult byChunks(
            String column,
            DriftMethod method,
            ColumnProfile profile,
            double[] current,
            DriftMethods methods,
            ToDoubleFunction<double[]> distance) {
        double threshold = methods.threshold(column, method).orElseGet(() -> {
            List<Double> values = new ArrayList<>();
            double[] ordered = profile.ordered();
            int size = Math.max(1, ordered.length / CHUNKS);
            for (int from = 0; from < ordered.length; from += size) {
                double[] chunk = ColumnProfile.sortedFinite(ordered, from, Math.min(ordered.length, from + size));
                if (chunk.length > 0) {
                    values.add(distance.applyAsDouble(chunk));
                }
            }
            double mean = values.stream().mapToDouble(each -> each).average().orElse(0);
            double squares = values.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
            return mean + 3 * Math.sqrt(squares / values.size());
        });
        double value = distance.applyAsDouble(current);
        return new MethodResult(method, method.word(), value, false, threshold, value > threshold);
    }
}
