package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TwoSamplePropertyTest {

    private static long[] counts(SplittableRandom random, int cells) {
        long[] counts = random.longs(cells, 0, 1_000).toArray();
        counts[random.nextInt(cells)]++;
        return counts;
    }

    @Test
    void distancesOfCountsAreSymmetricAndNeverNegative() {
        for (int seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int cells = 1 + random.nextInt(20);
            long[] a = counts(random, cells);
            long[] b = counts(random, cells);

            assertThat(Psi.ofCounts(a, b).psi()).as("seed %d", seed).isNotNegative();
            assertThat(Psi.ofCounts(a, b).psi())
                    .as("seed %d", seed)
                    .isCloseTo(Psi.ofCounts(b, a).psi(), within(1e-10));
            assertThat(JensenShannon.ofCounts(a, b).divergence())
                    .as("seed %d", seed)
                    .isBetween(0.0, 1.0)
                    .isCloseTo(JensenShannon.ofCounts(b, a).divergence(), within(1e-12));
            assertThat(ChiSquareTwoSample.test(a, b).pValue())
                    .as("seed %d", seed)
                    .isBetween(0.0, 1.0);
            assertThat(ChiSquareTwoSample.test(a, b).statistic())
                    .as("seed %d", seed)
                    .isCloseTo(ChiSquareTwoSample.test(b, a).statistic(), within(1e-6));
        }
    }

    @Test
    void equalCountsShowNothing() {
        long[] counts = {10, 0, 250, 3};

        assertThat(Psi.ofCounts(counts, counts).psi()).isZero();
        assertThat(Psi.ofCounts(counts, counts).bins()).isEqualTo(3);
        assertThat(Psi.ofCounts(counts, counts).pValue()).isEqualTo(1);
        assertThat(JensenShannon.ofCounts(counts, counts).distance()).isZero();
        assertThat(ChiSquareTwoSample.test(counts, counts).pValue()).isEqualTo(1);
    }

    @Test
    void emptyBinIsSmoothed() {
        Psi.Result result = Psi.ofCounts(new long[] {100, 0}, new long[] {0, 100});

        assertThat(result.psi()).isFinite().isPositive();
        assertThat(JensenShannon.ofCounts(new long[] {100, 0}, new long[] {0, 100})
                        .distance())
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void missingValuesAreABinOfTheirOwn() {
        double[] reference = new SplittableRandom(1).doubles(1_000).toArray();
        double[] current = new SplittableRandom(2).doubles(1_000).toArray();
        Psi.Result before = Psi.numeric(reference, current);
        Arrays.fill(current, 0, 300, Double.NaN);

        Psi.Result after = Psi.numeric(reference, current);

        assertThat(after.bins()).isEqualTo(before.bins() + 1);
        assertThat(after.excess()).isGreaterThan(0.25);
    }

    @Test
    void manyCategoriesOfPureNoiseHaveNoExcess() {
        SplittableRandom random = new SplittableRandom(5);
        long[] reference = new long[200];
        long[] current = new long[200];
        for (int i = 0; i < 50_000; i++) {
            reference[(int) (200 * Math.pow(random.nextDouble(), 2))]++;
        }
        for (int i = 0; i < 500; i++) {
            current[(int) (200 * Math.pow(random.nextDouble(), 2))]++;
        }

        Psi.Result plain = Psi.ofCounts(reference, current);
        Psi.Result pooled = Psi.categorical(reference, current);

        assertThat(plain.psi()).isGreaterThan(0.1);
        assertThat(plain.excess()).isLessThan(0.1);
        assertThat(pooled.bins()).isEqualTo(51);
        assertThat(pooled.pValue()).isGreaterThan(0.001);
    }

    @Test
    void newCategoryShowsInItsOwnCell() {
        Psi.Result result = Psi.categorical(new long[] {500, 500, 0, 0}, new long[] {40, 40, 10, 10});

        assertThat(result.bins()).isEqualTo(3);
        assertThat(result.pValue()).isLessThan(1e-6);
    }

    @Test
    void classicReplacesEmptySharesOnly() {
        assertThat(Psi.classic(new long[] {1, 1}, new long[] {0, 1}))
                .isCloseTo((0.5 - 1e-4) * Math.log(0.5 / 1e-4) + 0.5 * Math.log(2), within(1e-12));
        assertThat(Psi.classicNumeric(new double[] {1, 2, 3, Double.NaN}, new double[] {3, 2, 1}))
                .isZero();
    }

    @Test
    void effectiveSizesWeakenEveryTest() {
        long[] reference = {500, 500, 500};
        long[] current = {80, 120, 130};
        double[] a = new SplittableRandom(1).doubles(400).sorted().toArray();
        double[] b = Arrays.stream(a).map(x -> x + 0.1).toArray();

        assertThat(Psi.ofCounts(reference, current, 150, 33).pValue())
                .isGreaterThan(Psi.ofCounts(reference, current).pValue());
        assertThat(ChiSquareTwoSample.test(reference, current, 150, 33).pValue())
                .isGreaterThan(ChiSquareTwoSample.test(reference, current).pValue());
        assertThat(KolmogorovSmirnov.testSorted(a, b, 40, 40).pValue())
                .isGreaterThan(KolmogorovSmirnov.testSorted(a, b).pValue());
        assertThat(KolmogorovSmirnov.testSorted(a, b, 40, 40).d())
                .isEqualTo(KolmogorovSmirnov.testSorted(a, b).d());
    }

    @Test
    void kolmogorovDistanceHasKnownValues() {
        assertThat(KolmogorovSmirnov.dSorted(new double[] {1, 2, 3}, new double[] {1, 2, 3}))
                .isZero();
        assertThat(KolmogorovSmirnov.dSorted(new double[] {1, 2, 3}, new double[] {4, 5}))
                .isEqualTo(1);
        assertThat(KolmogorovSmirnov.dSorted(new double[] {1, 1, 1, 2}, new double[] {1, 2, 2, 2}))
                .isEqualTo(0.5);
        assertThat(KolmogorovSmirnov.dSorted(new double[] {-0.0, 0.0}, new double[] {0.0, 0.0}))
                .isZero();
        assertThat(KolmogorovSmirnov.test(new double[] {Double.NaN, 1}, new double[] {1, Double.NaN, Double.NaN})
                        .d())
                .isZero();
    }

    @Test
    void kolmogorovDistanceIsTheSupremumOverAllPointsWithTiesAndInfiniteValues() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] a = tied(random);
            double[] b = tied(random);
            double widest = 0;
            for (double[] points : new double[][] {a, b}) {
                for (double x : points) {
                    double left = Arrays.stream(a).filter(value -> value <= x).count() / (double) a.length;
                    double right = Arrays.stream(b).filter(value -> value <= x).count() / (double) b.length;
                    widest = Math.max(widest, Math.abs(left - right));
                }
            }

            assertThat(KolmogorovSmirnov.dSorted(a, b)).as("seed %d", seed).isCloseTo(widest, within(1e-12));
        }
    }

    /** Few different values, infinite ones and the smallest double among them. */
    private static double[] tied(SplittableRandom random) {
        double[] values = {Double.NEGATIVE_INFINITY, -2, 0, Double.MIN_VALUE, 1, 3, Double.MAX_VALUE, Double.POSITIVE_INFINITY};
        return random.ints(1 + random.nextInt(20), 0, values.length)
                .mapToDouble(i -> values[i])
                .sorted()
                .toArray();
    }

    @Test
    void kolmogorovPValueIsUniformWithoutShift() {
        int below = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double p = KolmogorovSmirnov.test(
                            random.doubles(80).toArray(), random.doubles(60).toArray())
                    .pValue();
            below += p < 0.1 ? 1 : 0;
        }

        assertThat(below).isBetween(60, 130);
    }

    @Test
    void largeSampleLawIsUsedAboveTenThousand() {
        double[] a = new SplittableRandom(1).doubles(20_000).toArray();
        double[] b = new SplittableRandom(2).doubles(100).toArray();

        assertThat(KolmogorovSmirnov.test(a, b).exact()).isFalse();
        assertThat(KolmogorovSmirnov.test(Arrays.copyOf(a, 9_999), b).exact()).isTrue();
    }

    @Test
    void unsortedSampleIsRefusedWhereItCanBeSeen() {
        assertThatThrownBy(() -> KolmogorovSmirnov.dSorted(new double[] {2, 1}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not sorted");
        assertThatThrownBy(() -> KolmogorovSmirnov.dSorted(new double[0], new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> Wasserstein1.distance(new double[] {1, Double.POSITIVE_INFINITY}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Infinity");
    }

    @Test
    void wassersteinOfAMovedSampleIsTheMove() {
        double[] a = new SplittableRandom(3).doubles(500).toArray();
        double[] b = Arrays.stream(a).map(x -> x + 0.25).toArray();

        assertThat(Wasserstein1.distance(a, b)).isCloseTo(0.25, within(1e-12));
        assertThat(Wasserstein1.distance(b, a)).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void normedDistanceIsInReferenceDeviationsAndAbsentForAConstant() {
        double[] normal = new double[2_001];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = 7 * Normal.quantile((i + 0.5) / normal.length);
        }
        double[] moved = Arrays.stream(normal).map(x -> x + 0.7).toArray();
        double[] rare = {0, 0, 0, 0, 0, 0, 0, 0, 0, 10};

        assertThat(Wasserstein1.normed(normal, moved)).hasValueCloseTo(0.1, within(1e-4));
        assertThat(Wasserstein1.normed(rare, rare)).hasValue(0); // quartiles coincide: standard deviation
        assertThat(Wasserstein1.unitSorted(rare)).hasValueCloseTo(3.0, within(1e-12));
        assertThat(Wasserstein1.normed(new double[] {0.1, 0.1, 0.1}, new double[] {0.2}))
                .isEmpty();
    }

    @Test
    void rareCategoriesArePooled() {
        ChiSquareTwoSample.Result pooled =
                ChiSquareTwoSample.test(new long[] {500, 400, 3, 2, 1, 4, 2}, new long[] {52, 41, 1, 0, 0, 0, 1});
        ChiSquareTwoSample.Result allRare = ChiSquareTwoSample.test(new long[] {1, 2, 1}, new long[] {0, 1, 1});

        assertThat(pooled.cells()).isEqualTo(2);
        assertThat(pooled.method()).isEqualTo(ChiSquareTwoSample.Method.PEARSON);
        assertThat(allRare.method()).isEqualTo(ChiSquareTwoSample.Method.ONE_CELL);
        assertThat(allRare.pValue()).isEqualTo(1);
    }

    @Test
    void designEffectOfIndependentRowsIsAboutOneAndOfClusteredRowsAboutTheClusterSize() {
        SplittableRandom random = new SplittableRandom(8);
        long[][] independent = new long[12][10];
        long[][] clustered = new long[12][10];
        for (int w = 0; w < 12; w++) {
            for (int i = 0; i < 1_000; i++) {
                independent[w][random.nextInt(10)]++;
                clustered[w][random.nextInt(10)] += 20;
            }
        }

        DesignEffect one = DesignEffect.ofWindows(independent);
        DesignEffect twenty = DesignEffect.ofWindows(clustered);

        assertThat(one.value()).isBetween(1.0, 1.3);
        assertThat(twenty.value()).isBetween(14.0, 27.0);
        assertThat(twenty.referenceSize(240_000)).isCloseTo(240_000 / twenty.value(), within(1e-9));
        assertThat(twenty.currentSize(20_000)).isCloseTo(20_000 / twenty.value(), within(1e-9));
        // ten times the rows of a reference window hold no more clusters than ten windows' worth of design effect
        // allows
        assertThat(twenty.currentSize(200_000)).isLessThan(1.2 * twenty.currentSize(20_000));
        assertThat(DesignEffect.ofWindows(new long[][] {{5, 0}, {7, 0}}).value())
                .isEqualTo(1);
    }

    @Test
    void skippedTestsDoNotCountAmongTheTests() {
        double[] adjusted = BenjaminiHochberg.adjust(new double[] {0.01, Double.NaN, 0.04, Double.NaN});

        assertThat(adjusted[0]).isCloseTo(0.02, within(1e-12));
        assertThat(adjusted[1]).isNaN();
        assertThat(adjusted[2]).isCloseTo(0.04, within(1e-12));
        assertThat(BenjaminiHochberg.adjust(new double[0])).isEmpty();
        assertThatThrownBy(() -> BenjaminiHochberg.adjust(new double[] {1.5}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
