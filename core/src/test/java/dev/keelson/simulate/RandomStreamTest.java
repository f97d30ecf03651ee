package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomStreamTest {

    private static final int DRAWS = 100_000;

    @Test
    void equalKeysGiveEqualStreamsAndOthersUnrelatedOnes() {
        RandomStream one = RandomStream.of(1, 2, 3);
        RandomStream same = RandomStream.of(1, 2, 3);
        RandomStream swapped = RandomStream.of(1, 3, 2);

        double first = one.uniform();

        assertThat(same.uniform()).isEqualTo(first);
        assertThat(swapped.uniform()).isNotEqualTo(first);
        assertThat(RandomStream.of(2, 2, 3).uniform()).isNotEqualTo(first);
    }

    @Test
    void normalHasMeanZeroAndVarianceOne() {
        RandomStream random = RandomStream.of(5);

        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double value = random.normal();
            sum += value;
            squares += value * value;
        }

        assertThat(sum / DRAWS).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
        assertThat(squares / DRAWS).isCloseTo(1, within(5 * Math.sqrt(2.0 / DRAWS)));
    }

    @Test
    void poissonHasItsMeanAndVariance() {
        for (double mean : new double[] {0.1, 1.4, 13}) {
            RandomStream random = RandomStream.of(6);

            double sum = 0;
            double squares = 0;
            for (int i = 0; i < DRAWS; i++) {
                int count = random.poisson(mean);
                sum += count;
                squares += (count - mean) * (count - mean);
            }

            assertThat(sum / DRAWS).isCloseTo(mean, within(5 * Math.sqrt(mean / DRAWS)));
            assertThat(squares / DRAWS).isCloseTo(mean, within(5 * Math.sqrt((mean + 2 * mean * mean) / DRAWS)));
        }
    }

    @Test
    void permutationHoldsEachPlaceOnce() {
        int[] order = RandomStream.of(7).permutation(20);

        assertThat(order).hasSize(20).doesNotHaveDuplicates();
        assertThat(Arrays.stream(order)).allMatch(i -> i >= 0 && i < 20);
    }
}
