package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Histogram;
import dev.keelson.stats.Psi;
import dev.keelson.stats.Wasserstein1;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ColumnProfileTest {

    private static ColumnProfile profile(double[] ordered) {
        return new ColumnProfile(ordered, ColumnProfile.sortedFinite(ordered, 0, ordered.length), null);
    }

    @Test
    void distanceIsTheNormedWassersteinDistance() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            double[] reference = sample(random, 12 + random.nextInt(300), seed);
            double[] window = sample(random, 1 + random.nextInt(60), seed);
            Arrays.sort(window);
            double[] sorted = reference.clone();
            Arrays.sort(sorted);

            double distance = profile(reference).distance(window);

            double unit = Wasserstein1.unitSorted(sorted).orElseThrow();
            assertThat(distance)
                    .as("seed %d", seed)
                    .isCloseTo(Wasserstein1.distanceSorted(sorted, window) / unit, within(1e-9));
        }
    }

    @Test
    void largeMeanDoesNotEatTheDigits() {
        double[] reference = IntStream.range(0, 20_000).mapToDouble(i -> 1.6e9 + i % 100).toArray();
        double[] window = IntStream.range(0, 100).mapToDouble(i -> 1.6e9 + i + 7).toArray();

        double distance = profile(reference).distance(window);

        assertThat(distance).isCloseTo(7 / (49.5 / 1.349), within(1e-3));
    }

    @Test
    void psiIsTheClassicOne() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            double[] reference = sample(random, 12 + random.nextInt(300), seed);
            double[] window = sample(random, 1 + random.nextInt(60), seed);
            double[] sorted = window.clone();
            Arrays.sort(sorted);

            double psi = profile(reference).psi(sorted);

            assertThat(psi).as("seed %d", seed).isEqualTo(Psi.classicNumeric(reference, window));
        }
    }

    @Test
    void histogramOfSortedSamplesIsTheSharedOne() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            double[] reference = sample(random, random.nextInt(300), seed);
            double[] window = sample(random, random.nextInt(60), seed);
            Histogram shared = Histogram.shared(reference, window, 20);
            Arrays.sort(reference);
            Arrays.sort(window);

            Histogram sorted = Histogram.sharedSorted(reference, 0, window, 0, 20);

            assertThat(sorted).as("seed %d", seed).isEqualTo(shared);
        }
    }

    @Test
    void constantReferenceMeasuresTheShareOfOtherValues() {
        ColumnProfile constant = profile(IntStream.range(0, 100).mapToDouble(i -> 3).toArray());

        assertThat(constant.distance(new double[] {3, 3, 3, 3})).isZero();
        assertThat(constant.distance(new double[] {3, 3, 3, 4})).isEqualTo(0.25);
    }

    @Test
    void bandOfSmallWindowsIsWider() {
        Random random = new Random(5);
        ColumnProfile profile = profile(random.doubles(6_000).toArray());

        // by the sizes alone it were three times as wide; but a band learned from twelve windows allows for that
        assertThat(profile.band(50).distance()).isGreaterThan(1.8 * profile.band(500).distance());
        assertThat(profile.band(50).missing()).isZero();
    }

    @Test
    void windowsWithoutValuesDoNotNarrowTheBand() {
        Random random = new Random(5);
        double[] full = random.doubles(3_000).toArray();
        double[] gaps = IntStream.range(0, 6_000)
                .mapToDouble(i -> i / 100 % 2 == 0 ? full[i / 200 * 100 + i % 100] : Double.NaN)
                .toArray();

        double band = profile(gaps).band(90).distance();

        assertThat(band).isGreaterThan(0.9 * profile(full).band(90).distance());
    }

    @Test
    void sizesRoundDownToAStepOfTheSquareRootOfTwo() {
        assertThat(IntStream.of(1, 2, 90, 91, 127, 128, 181, 182)
                        .map(ColumnProfile::sizeClass)
                        .toArray())
                .containsExactly(1, 2, 64, 90, 90, 128, 128, 181);
    }

    /** Continuous, with many ties, or nearly constant, by seed. */
    private static double[] sample(Random random, int n, long seed) {
        return IntStream.range(0, n)
                .mapToDouble(i -> switch ((int) (seed % 3)) {
                    case 0 -> random.nextGaussian() * 5 + 1_000;
                    case 1 -> i == 0 ? 9 : random.nextInt(7);
                    default -> i < 12 ? i : random.nextInt(10) == 0 ? random.nextGaussian() : 2;
                })
                .toArray();
    }

    @Test
    void bandOfMissingValuesOfALargeWindowAllowsForItsOwnChance() {
        Random random = new Random(5);
        double[] reference = new double[600_000];
        Arrays.setAll(reference, i -> random.nextDouble() < 0.2 ? Double.NaN : random.nextGaussian());

        double band = profile(reference).band(50_000).missing();

        double deviation = Math.sqrt(0.2 * 0.8 * (1 / 50_000.0 + 1 / 600_000.0)); // of the difference of both shares
        assertThat(band).isBetween(2 * deviation, 6 * deviation);
    }
}
