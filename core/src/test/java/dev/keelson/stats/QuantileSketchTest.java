package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class QuantileSketchTest {

    /** Three shapes: smooth, skewed with ties, and ascending. */
    private static double[] values(int shape, int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return switch (shape) {
            case 0 -> random.doubles(n).map(u -> -Math.log1p(-u)).toArray();
            case 1 -> random.doubles(n).map(u -> Math.floor(30 * u * u)).toArray();
            default -> random.doubles(n).sorted().toArray();
        };
    }

    /** Largest distance of the sketch's distribution function from the true one. */
    private static double worst(QuantileSketch sketch, double[] sorted) {
        QuantileSketch.Points points = sketch.points();
        double worst = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i + 1 == sorted.length || sorted[i + 1] > sorted[i]) {
                worst = Math.max(worst, Math.abs((i + 1.0) / sorted.length - points.share(sorted[i])));
            }
        }
        return worst;
    }

    @Test
    void ranksAreWithinTheErrorThatTheSketchTells() {
        int outside = 0;
        int all = 0;
        for (int seed = 0; seed < 20; seed++) {
            for (int shape = 0; shape < 3; shape++) {
                double[] sample = values(shape, 30_000, seed);
                QuantileSketch sketch = new QuantileSketch(256);
                sketch.addAll(sample);
                Arrays.sort(sample);

                outside += worst(sketch, sample) > sketch.uniformError(0.9) ? 1 : 0;
                all++;
                assertThat(sketch.rankError(0.99)).isLessThan(0.03);
                assertThat(sketch.uniformError(0.99)).isBetween(sketch.rankError(0.99), 0.05);
            }
        }

        assertThat(outside).isLessThanOrEqualTo(all / 10);
    }

    @Test
    void sketchOfDefaultSizeIsWithinHalfAPercentAndSmall() {
        QuantileSketch sketch = new QuantileSketch();
        double[] sample = values(0, 500_000, 1);
        sketch.addAll(sample);
        Arrays.sort(sample);

        assertThat(worst(sketch, sample)).isLessThan(sketch.uniformError(0.99)).isLessThan(0.005);
        assertThat(sketch.uniformError(0.99)).isLessThan(0.006);
        assertThat(sketch.kept()).isLessThan(8_000);
        assertThat(sketch.toBytes()).hasSizeLessThan(64_000);
        assertThat(sketch.least()).isEqualTo(sample[0]);
        assertThat(sketch.greatest()).isEqualTo(sample[sample.length - 1]);
    }

    @Test
    void everyValueIsStoodFor() {
        for (int n : new int[] {1, 63, 64, 65, 2_047, 2_048, 2_049, 100_003}) {
            QuantileSketch sketch = new QuantileSketch(64);
            sketch.addAll(values(1, n, n));

            assertThat(sketch.count()).isEqualTo(n);
            long[] ranks = sketch.points().ranks();
            assertThat(ranks[ranks.length - 1]).isEqualTo(n);
            assertThat(sketch.points().values()).isSorted();
        }
    }

    @Test
    void mergedPartsTellAsMuchAsTheWhole() {
        double[] sample = values(0, 300_000, 9);
        QuantileSketch merged = new QuantileSketch(512);
        for (int part = 0; part < 60; part++) {
            QuantileSketch sketch = new QuantileSketch(512);
            sketch.addAll(Arrays.copyOfRange(sample, part * 5_000, (part + 1) * 5_000));
            merged.merge(sketch);
        }
        Arrays.sort(sample);

        assertThat(merged.count()).isEqualTo(sample.length);
        assertThat(worst(merged, sample)).isLessThan(merged.uniformError(0.99));
        assertThat(merged.uniformError(0.99)).isLessThan(0.03);
        assertThat(merged.kept()).isLessThan(3_500);
    }

    @Test
    void fewValuesAreExact() {
        QuantileSketch sketch = new QuantileSketch();
        sketch.addAll(new double[] {3, 1, Double.NaN, 2, -0.0, Double.POSITIVE_INFINITY});

        assertThat(sketch.exact()).isTrue();
        assertThat(sketch.missing()).isEqualTo(1);
        assertThat(sketch.rankError(0.99)).isZero();
        assertThat(sketch.uniformError(0.99)).isZero();
        assertThat(sketch.points().quantile(0.5)).isEqualTo(2);
        assertThat(sketch.points().quantile(0)).isEqualTo(0);
        assertThat(sketch.points().quantile(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(sketch.points().share(2.5)).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void bytesHoldAllOfIt() {
        QuantileSketch sketch = new QuantileSketch(128);
        sketch.addAll(values(0, 10_000, 3));
        QuantileSketch read = QuantileSketch.ofBytes(sketch.toBytes());
        sketch.addAll(values(0, 10_000, 4));
        read.addAll(values(0, 10_000, 4));

        assertThat(read.toBytes()).isEqualTo(sketch.toBytes());
        byte[] cut = Arrays.copyOf(sketch.toBytes(), 200);
        assertThatThrownBy(() -> QuantileSketch.ofBytes(cut)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QuantileSketch.ofBytes(new byte[100])).hasMessageContaining("no sketch");
    }

    @Test
    void testOfSketchesIsTheExactOneWhileTheyHoldAllValues() {
        double[] a = values(1, 900, 5);
        double[] b = values(1, 700, 6);
        QuantileSketch left = new QuantileSketch();
        QuantileSketch right = new QuantileSketch();
        left.addAll(a);
        right.addAll(b);

        KolmogorovSmirnov.Result exact = KolmogorovSmirnov.test(a, b);
        KolmogorovSmirnov.SketchResult result = KolmogorovSmirnov.test(left, right, 0.99);

        assertThat(result.d()).isCloseTo(exact.d(), within(1e-12));
        assertThat(result.error()).isZero();
        assertThat(result.pValue()).isEqualTo(exact.pValue());
        assertThat(result.pValueAtMost()).isEqualTo(exact.pValue());
    }

    @Test
    void testOfSketchesHoldsItsDistanceAndItsLevel() {
        int outside = 0;
        int rejected = 0;
        int shifted = 0;
        for (int seed = 0; seed < 50; seed++) {
            double[] a = values(0, 30_000, seed);
            double[] b = values(0, 20_000, 1_000 + seed);
            double[] moved = Arrays.stream(b).map(x -> x + 0.1).toArray();
            QuantileSketch left = new QuantileSketch();
            QuantileSketch right = new QuantileSketch();
            QuantileSketch away = new QuantileSketch();
            left.addAll(a);
            right.addAll(b);
            away.addAll(moved);

            KolmogorovSmirnov.SketchResult result = KolmogorovSmirnov.test(left, right, 0.99);
            outside += Math.abs(result.d() - KolmogorovSmirnov.test(a, b).d()) > result.error() ? 1 : 0;
            rejected += result.pValueAtMost() <= 0.05 ? 1 : 0;
            shifted += KolmogorovSmirnov.test(left, away, 0.99).pValueAtMost() <= 0.001 ? 1 : 0;
        }

        assertThat(outside).isLessThanOrEqualTo(1);
        assertThat(rejected).isLessThanOrEqualTo(3);
        assertThat(shifted).isEqualTo(50);
    }

    @Test
    void sketchesOfOtherSizesAreRefused() {
        assertThatThrownBy(() -> new QuantileSketch(10)).hasMessageContaining("(10)");
        assertThatThrownBy(() -> new QuantileSketch(64).merge(new QuantileSketch(128))).hasMessageContaining("128");
        assertThatThrownBy(() -> new QuantileSketch().points()).hasMessageContaining("empty");
    }
}
