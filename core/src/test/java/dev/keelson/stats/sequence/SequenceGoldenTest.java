package dev.keelson.stats.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sequences of results against fractions, all orders and SciPy; the tables tell how and the tolerance. */
final class SequenceGoldenTest {
    private static final double NEAR = 1e-10;

    private static ResultSequence sequence(Golden row) {
        List<String> names = IntStream.range(0, row.whole(0)).mapToObj(Integer::toString).toList();
        return new ResultSequence(names, row.wholes(1));
    }

    private static void near(double value, double expected, String what, Golden row) {
        if (Double.isNaN(expected)) {
            return; // the table tells none
        }
        assertThat(value).as("%s of %s", what, row).isCloseTo(expected, within(NEAR * Math.max(1e-6, Math.abs(expected))));
    }

    @Test
    void chancesOfStreaksAreExact() {
        for (Golden row : Golden.rows("stats/streak_probability.csv")) {
            near(LongStreak.probability(row.whole(0), row.number(2), row.whole(3)), row.number(4), "by chance", row);
            near(LongStreak.probabilityOfOrder(row.whole(0), row.whole(1), row.whole(3)), row.number(5), "by order", row);
        }
    }

    @Test
    void unequalChancesOfStreaksAreExact() {
        for (Golden row : Golden.rows("stats/streak_chances.csv")) {
            double[] chances = Golden.sample(row.whole(0), row.whole(1), 0.1, 0.8, 0);

            near(LongStreak.probability(chances, row.whole(2)), row.number(3), "probability", row);
        }
    }

    @Test
    void runsAreCountedAndJudged() {
        for (Golden row : Golden.rows("stats/runs_test.csv")) {
            ChanceTest test = RunsTest.test(sequence(row), 1);

            assertThat(test.statistic()).isEqualTo(row.number(2));
            near(test.expected(), row.number(3), "mean", row);
            if (row.text(5).equals(test.method().word())) {
                near(test.pValue(), row.number(4), "p", row);
            } else { // three categories of up to 200 results are shuffled
                assertThat(test.pValue()).as("p of %s", row).isCloseTo(row.number(4), within(0.03));
            }
        }
    }

    @Test
    void transitionsAndEntropyAgreeWithScipy() {
        for (Golden row : Golden.rows("stats/transitions.csv")) {
            ResultSequence sequence = sequence(row);

            ChanceTest test = Objects.requireNonNull(TransitionMatrix.of(sequence, 1).test());
            SequenceEntropy entropy = SequenceEntropy.of(sequence, 1);

            near(test.statistic(), row.number(2), "statistic", row);
            assertThat(test.method().word()).isEqualTo(row.text(4));
            near(test.pValue(), row.number(3), "p", row);
            near(entropy.plain(), row.number(5), "entropy", row);
            near(entropy.corrected(), Math.min(entropy.most(), row.number(6)), "corrected", row);
            near(entropy.gain(), row.number(7), "gain", row);
            near(Objects.requireNonNull(entropy.test()).pValue(), row.number(8), "p of the gain", row);
        }
    }

    @Test
    void serialCorrelationAgreesWithNumpy() {
        for (Golden row : Golden.rows("stats/serial_correlation.csv")) {
            double[] drawn = Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(3));
            double[] values = drawn.clone();
            for (int i = 1; i < values.length && row.whole(4) == 1; i++) {
                values[i] = drawn[i] + 0.1 * drawn[i - 1];
            }

            SerialCorrelation serial = SerialCorrelation.of(values, row.whole(2), 1);

            double[] expected = row.numbers(5);
            assertThat(serial.correlations()).hasSize(expected.length);
            for (int lag = 0; lag < expected.length; lag++) {
                near(serial.correlations()[lag], expected[lag], "r", row);
            }
            near(serial.test().statistic(), row.number(6), "q", row);
            near(serial.test().pValue(), row.number(7), "p", row);
        }
    }

    @Test
    void sharesAgreeWithScipy() {
        for (Golden row : Golden.rows("stats/shares.csv")) {
            ChanceTest test = Shares.test(row.counts(0), row.numbers(1));

            near(test.statistic(), row.number(2), "statistic", row);
            near(test.pValue(), row.number(3), "p", row);
            assertThat(test.method().word()).isEqualTo(row.text(4));
        }
    }

    @Test
    void statedChancesAreJudgedByTheirOwnLaw() {
        for (Golden row : Golden.rows("stats/stated_chances.csv")) {
            double[] chances = Golden.sample(row.whole(0), row.whole(1), 0.1, 0.8, 0);

            ChanceTest test = Shares.stated(chances, row.whole(2));

            near(test.expected(), row.number(3), "mean", row);
            near(test.pValue(), row.number(4), "p", row);
        }
    }

    @Test
    void expectedStreaksAreThoseOfAllOrders() {
        int[] lengths = new int[7];
        int orders = 0;
        for (int bits = 0; bits < 1 << 10; bits++) {
            if (Integer.bitCount(bits) != 6) {
                continue;
            }
            int each = bits;
            int[] values = IntStream.range(0, 10).map(i -> 1 - (each >> i & 1)).toArray();
            orders++;
            new ResultSequence(List.of("won", "lost"), values)
                    .streaks().stream().filter(streak -> streak.category() == 0).forEach(streak -> lengths[streak.length()]++);
        }

        for (int length = 1; length <= 6; length++) {
            assertThat(LongStreak.expected(10, 6, length)).isCloseTo((double) lengths[length] / orders, within(1e-12));
        }
        assertThat(Arrays.stream(lengths).sum()).isPositive();
    }
}
