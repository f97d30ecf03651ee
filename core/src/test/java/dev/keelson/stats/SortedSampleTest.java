package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SortedSampleTest {

    @Test
    void orderIsThatOfTheLibrarySort() {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] values = new double[1_990 + random.nextInt(3_000)];
            for (int i = 0; i < values.length; i++) {
                double bits = Double.longBitsToDouble(random.nextLong()); // any double, NaN among them
                values[i] = seed % 2 == 0 ? bits : Math.rint(10 * random.nextDouble()) - 5;
            }
            values[0] = -0.0;
            values[1] = 0.0;
            values[2] = Double.NEGATIVE_INFINITY;
            values[3] = Double.POSITIVE_INFINITY;
            values[4] = Double.NaN;
            double[] expected =
                    Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
            Arrays.sort(expected);
            double[] before = values.clone();

            double[] sorted = SortedSample.of(values);

            assertThat(Arrays.equals(sorted, expected)).as("seed %d", seed).isTrue();
            assertThat(Arrays.equals(values, before))
                    .as("seed %d left its input alone", seed)
                    .isTrue();
        }
    }

    @Test
    void valuesThatDifferInTheirLastBitsAreOrdered() {
        SplittableRandom random = new SplittableRandom(4);
        double[] near = new double[10_000];
        for (int i = 0; i < near.length; i++) {
            double value = Double.longBitsToDouble(Double.doubleToRawLongBits(1e6) + random.nextInt(1 << 20));
            near[i] = i % 2 == 0 ? value : -value;
        }
        double[] expected = near.clone();
        Arrays.sort(expected);

        assertThat(SortedSample.of(near)).isEqualTo(expected);
    }

    @Test
    void largeSamplesOfAnyValuesAreInOrder() {
        for (int seed = 0; seed < 9; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] values = new double[30_000 + random.nextInt(60_000)];
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (seed % 3) {
                    case 0 -> Double.longBitsToDouble(random.nextLong()); // any double, NaN and infinities among them
                    case 1 -> 1_000 + random.nextDouble() / 1_000; // one piece, few bits apart
                    default -> random.nextGaussian();
                };
            }
            values[0] = -0.0;
            values[1] = 0.0;
            double[] expected = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();

            double[] sorted = SortedSample.ofFinite(values, 0, values.length, 1);
            double[] third = SortedSample.ofFinite(values, 1, values.length, 3);

            assertThat(Arrays.equals(sorted, expected)).as("seed %d", seed).isTrue();
            int[] kept = {0};
            assertThat(third).hasSize((int) Arrays.stream(values).filter(v -> kept[0]++ % 3 == 1 && Double.isFinite(v)).count());
        }
    }

    @Test
    void constantAndEmptySamplesStayAsTheyAre() {
        double[] constant = new double[5_000];
        Arrays.fill(constant, -3.5);

        assertThat(SortedSample.of(constant)).containsOnly(-3.5).hasSize(5_000);
        assertThat(SortedSample.of(new double[] {Double.NaN})).isEmpty();
    }
}
