package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Distances that go through sorted samples in blocks, against their definitions at every value. */
final class BlocksTest {

    /** Normal values, whole numbers with many ties, or a heavy constant beside few others. */
    private static double[] sample(SplittableRandom random, int kind, double shift) {
        double[] values = new double[1 + random.nextInt(3_000)];
        for (int i = 0; i < values.length; i++) {
            double normal = random.nextGaussian();
            values[i] = switch (kind) {
                case 0 -> normal + shift;
                case 1 -> Math.rint(3 * normal) + shift;
                default -> random.nextDouble() < 0.9 ? 0 : normal + shift;
            };
        }
        return SortedSample.of(values);
    }

    /** Share of values at or below x. */
    private static double share(double[] sorted, double x) {
        return (double) Arrays.stream(sorted).filter(value -> value <= x).count() / sorted.length;
    }

    @Test
    void distancesAreThoseOfTheirDefinitions() {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] a = sample(random, seed % 3, 0);
            double[] b = sample(random, seed % 3, seed % 2 == 0 ? 0 : 0.4);
            double[] points = DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).sorted().distinct().toArray();
            double d = 0;
            double area = 0;
            for (int i = 0; i < points.length; i++) {
                double apart = Math.abs(share(a, points[i]) - share(b, points[i]));
                d = Math.max(d, apart);
                area += i + 1 < points.length ? apart * (points[i + 1] - points[i]) : 0;
            }

            assertThat(KolmogorovSmirnov.dSorted(a, b)).as("D of seed %d", seed).isCloseTo(d, within(1e-12));
            assertThat(Wasserstein1.distanceSorted(a, b)).as("distance of seed %d", seed).isCloseTo(area, within(1e-12));
            assertThat(KolmogorovSmirnov.dSorted(b, a)).isEqualTo(KolmogorovSmirnov.dSorted(a, b));
        }
    }

    @Test
    void infiniteValuesAreVerySmallOrLargeOnes() {
        double[] a = DoubleStream.concat(DoubleStream.of(Double.NEGATIVE_INFINITY), DoubleStream.iterate(0, x -> x + 1).limit(300))
                .toArray();
        double[] b = DoubleStream.concat(
                        DoubleStream.iterate(0, x -> x + 1).limit(300), DoubleStream.of(Double.POSITIVE_INFINITY))
                .toArray();

        assertThat(KolmogorovSmirnov.dSorted(a, b)).isCloseTo(1 / 301.0, within(1e-15));
    }
}
