package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BinsTest {

    @Test
    void distinctValuesSpreadEvenly() {
        double[] reference = IntStream.rangeClosed(1, 100).asDoubleStream().toArray();

        Bins bins = Bins.ofReference(reference);

        assertThat(bins.size()).isEqualTo(10);
        assertThat(bins.cuts()).containsExactly(10, 20, 30, 40, 50, 60, 70, 80, 90);
        assertThat(bins.counts(reference)).containsExactly(10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0);
    }

    @Test
    void outerBinsAreOpenAndMissingValuesHaveTheirOwnCell() {
        Bins bins =
                Bins.ofReference(IntStream.rangeClosed(1, 100).asDoubleStream().toArray());

        long[] counts =
                bins.counts(new double[] {-1e300, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 101, Double.NaN});

        assertThat(counts).containsExactly(2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1);
    }

    @Test
    void heavyValueGetsItsOwnBin() {
        double[] reference = new double[100];
        Arrays.setAll(reference, i -> i < 40 ? 5 : i / 10.0); // 40 % are exactly 5

        Bins bins = Bins.ofReference(reference);
        int cell = bins.indexOf(5);

        assertThat(bins.indexOf(Math.nextDown(5.0))).isEqualTo(cell - 1);
        assertThat(bins.indexOf(Math.nextUp(5.0))).isEqualTo(cell + 1);
        assertThat(bins.counts(reference)[cell]).isEqualTo(41); // 50 / 10 is 5 too
    }

    @Test
    void constantReferenceKeepsRoomForNewValuesOnBothSides() {
        Bins bins = Bins.ofReference(new double[] {3, 3, 3, 3});

        assertThat(bins.size()).isEqualTo(3);
        assertThat(bins.counts(new double[] {2, 3, 3, 4})).containsExactly(1, 2, 1, 0);
    }

    @Test
    void negativeZeroIsZero() {
        Bins bins = Bins.ofReference(new double[] {-0.0, 0.0, -0.0, 0.0, 1, 2});

        assertThat(bins.indexOf(-0.0)).isEqualTo(bins.indexOf(0.0));
        assertThat(bins.counts(new double[] {-0.0, 0.0})[bins.indexOf(0.0)]).isEqualTo(2);
    }

    @Test
    void everyValueFallsIntoOneCellWhicheverWayItIsCounted() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int levels = 1 + random.nextInt(30);
            double[] reference = random.doubles(1 + random.nextInt(200))
                    .map(u -> Math.floor(u * levels) - 5)
                    .toArray();
            double[] current = random.doubles(random.nextInt(200))
                    .map(u -> Math.floor(u * levels * 2) - 10)
                    .toArray();
            Bins bins = Bins.ofReference(reference, 2 + random.nextInt(12));
            double[] sorted = current.clone();
            Arrays.sort(sorted);

            long[] counts = bins.counts(current);

            assertThat(Arrays.stream(counts).sum()).as("seed %d", seed).isEqualTo(current.length);
            assertThat(bins.countsOfSorted(sorted, 0)).as("seed %d", seed).containsExactly(counts);
            assertThat(Bins.ofCuts(bins.cuts())).isEqualTo(bins);
        }
    }

    @Test
    void emptyReferenceIsRefused() {
        assertThatThrownBy(() -> Bins.ofReference(new double[] {Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void histogramCountsBothSidesOverTheSameBins() {
        double[] reference = {0, 1, 2, 3, 4, Double.NaN};
        double[] current = {2, 2, 9, Double.POSITIVE_INFINITY, Double.NaN, Double.NaN};

        Histogram histogram = Histogram.shared(reference, current, 5);

        assertThat(histogram.bins()).hasSize(5);
        assertThat(histogram.bins().stream().mapToLong(Histogram.Bin::reference).sum())
                .isEqualTo(5);
        assertThat(histogram.bins().stream().mapToLong(Histogram.Bin::current).sum())
                .isEqualTo(4);
        assertThat(histogram.referenceMissing()).isEqualTo(1);
        assertThat(histogram.currentMissing()).isEqualTo(2);
    }

    @Test
    void histogramGivesFewWholeNumbersOneBinEach() {
        Histogram histogram = Histogram.shared(new double[] {0, 0, 1, 3}, new double[] {3}, 20);

        assertThat(histogram.bins())
                .containsExactly(
                        new Histogram.Bin(-0.5, 0.5, 2, 0),
                        new Histogram.Bin(0.5, 1.5, 1, 0),
                        new Histogram.Bin(1.5, 2.5, 0, 0),
                        new Histogram.Bin(2.5, 3.5, 1, 1));
    }

    @Test
    void histogramOfOddShapesHasFiniteEdges() {
        for (double[] values :
                new double[][] {{0.1}, {1e300, -1e300}, {1e-300, 2e-300}, {1e17, 1e17}, {-1.5, -1.5, Double.NaN}}) {
            Histogram histogram = Histogram.shared(values, values, 7);

            assertThat(histogram.bins()).allSatisfy(bin -> {
                assertThat(bin.lower()).isFinite();
                assertThat(bin.upper()).isFinite().isGreaterThan(bin.lower());
            });
        }
        assertThat(Histogram.shared(new double[0], new double[] {Double.NaN}, 7).bins())
                .isEmpty();
    }
}
