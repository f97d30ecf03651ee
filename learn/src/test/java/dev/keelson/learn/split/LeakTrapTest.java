package dev.keelson.learn.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Labels that sum the next 50 steps of pure noise: neighbours share nearly all of it, and nothing can be foretold. */
class LeakTrapTest {
    private static final int ROWS = 4_000;
    private static final int HORIZON = 50;

    private record Series(EventTimes times, double[] labels) {}

    private static Series series(long seed) {
        Random random = new Random(seed);
        double[] noise = new double[ROWS + HORIZON];
        for (int t = 0; t < noise.length; t++) {
            noise[t] = random.nextGaussian();
        }
        double[] labels = new double[ROWS];
        long[] event = new long[ROWS];
        long[] known = new long[ROWS];
        for (int t = 0; t < ROWS; t++) {
            for (int i = 1; i <= HORIZON; i++) {
                labels[t] += noise[t + i - 1];
            }
            event[t] = t;
            known[t] = event[t] + HORIZON;
        }
        return new Series(new EventTimes(event, known, IntStream.range(0, ROWS).toArray()), labels);
    }

    /** Mean label of the three training rows nearest in time. */
    private static double nearest(boolean[] trains, int row, double[] labels) {
        double sum = 0;
        int found = 0;
        for (int distance = 1; found < 3; distance++) {
            if (row >= distance && trains[row - distance]) {
                sum += labels[row - distance];
                found++;
            }
            if (row + distance < ROWS && trains[row + distance] && found < 3) {
                sum += labels[row + distance];
                found++;
            }
        }
        return sum / 3;
    }

    /** R2 of the mean label of the three training rows nearest in time, over all validated rows. */
    private static double r2(Splitter splitter, Series series) {
        double errors = 0;
        double sum = 0;
        double squares = 0;
        int n = 0;
        for (Fold fold : splitter.split(series.times(), IntStream.range(0, ROWS).toArray())) {
            boolean[] trains = new boolean[ROWS];
            for (int row : fold.train()) {
                trains[row] = true;
            }
            for (int row : fold.validation()) {
                double prediction = nearest(trains, row, series.labels());
                double label = series.labels()[row];
                errors += (label - prediction) * (label - prediction);
                sum += label;
                squares += label * label;
                n++;
            }
        }
        return 1 - errors / (squares - sum * sum / n);
    }

    @Test
    void shuffledFoldsSeeWhatIsNotThereAndPurgedOnesDoNot() {
        for (long seed = 0; seed < 4; seed++) {
            Series series = series(seed);

            assertThat(r2(new KFold(5, true, seed), series)).as("seed %d", seed).isGreaterThan(0.8);
            assertThat(r2(new PurgedKFold(5, HORIZON, HORIZON), series)).isLessThanOrEqualTo(0);
            assertThat(r2(new CombinatorialPurged(6, 2, HORIZON, HORIZON), series))
                    .isLessThanOrEqualTo(0);
            assertThat(r2(new WalkForward(4, 0, 0.4), series)).isLessThanOrEqualTo(0);
        }
    }

    @Test
    void unpurgedBlocksStillLeakAtTheirEdges() {
        Series series = series(0);

        double unpurged = r2(new KFold(80, false, 0), series);
        double purged = r2(new PurgedKFold(80, HORIZON, HORIZON), series);

        assertThat(unpurged).isGreaterThan(purged + 0.3);
        assertThat(purged).isLessThanOrEqualTo(0);
    }
}
