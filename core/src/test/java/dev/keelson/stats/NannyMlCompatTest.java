package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected values: numpy 1.24.2 ({@code histogram_bin_edges(bins="doane")}) and SciPy 1.10.1, to 1e-9. */
final class NannyMlCompatTest {
    private static final double NEAR = 1e-9;

    private final double[] reference = sorted(IntStream.range(0, 400)
            .mapToDouble(i -> Math.pow(i * 7_919 % 997 / 997.0, 2) * 10)
            .toArray());
    private final double[] current = sorted(
            IntStream.range(0, 150).mapToDouble(i -> i * 104_729 % 991 / 991.0 * 12 - 1).toArray());
    private final long[] before = {50, 30, 20, 0};
    private final long[] now = {20, 25, 10, 5};

    private static double[] sorted(double[] values) {
        Arrays.sort(values);
        return values;
    }

    @Test
    void distancesOfQuantitiesAgreeWithItsFormulas() {
        assertThat(NannyMlCompat.jensenShannon(reference, current)).isCloseTo(0.3787453120692985, within(NEAR));
        assertThat(NannyMlCompat.wasserstein(reference, current)).isCloseTo(1.562894468388775, within(NEAR));
        assertThat(NannyMlCompat.kolmogorovSmirnov(reference, current)).isCloseTo(0.2125, within(NEAR));
    }

    @Test
    void figuresOfCategoriesAgreeWithItsFormulas() {
        assertThat(NannyMlCompat.jensenShannon(before, now)).isCloseTo(0.24848668547350544, within(NEAR));
        assertThat(NannyMlCompat.chiSquarePValue(before, now)).isCloseTo(0.006070717361711215, within(NEAR));
        // two categories: with Yates' correction
        assertThat(NannyMlCompat.chiSquarePValue(new long[] {60, 40}, new long[] {20, 30}))
                .isCloseTo(0.03227734609479707, within(NEAR));
        assertThat(NannyMlCompat.chiSquarePValue(new long[] {60, 0}, new long[] {20, 0})).isEqualTo(1);
    }

    @Test
    void evidentlysFiguresOfCategoriesAgreeWithItsFormulas() {
        assertThat(EvidentlyCompat.psiOfCounts(before, now)).isCloseTo(0.6717606445346931, within(NEAR));
        assertThat(EvidentlyCompat.jensenShannonOfCounts(before, now)).isCloseTo(0.2068787358022595, within(NEAR));
    }

    @Test
    void largeReferencesAreJudgedOverBinsNearTheTrueDistance() {
        double[] large = sorted(IntStream.range(0, 20_000).mapToDouble(i -> i * 7_919 % 19_997 / 19_997.0).toArray());
        double[] moved = Arrays.stream(large).map(x -> x + 0.1).toArray();

        assertThat(NannyMlCompat.kolmogorovSmirnov(large, moved)).isCloseTo(0.1, within(0.002));
        // what lies beyond the reference's range is not seen by the bins: the area ends there
        assertThat(NannyMlCompat.wasserstein(large, moved)).isCloseTo(0.095, within(0.002));
    }
}
