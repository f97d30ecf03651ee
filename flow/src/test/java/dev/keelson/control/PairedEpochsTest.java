package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedEpochsTest {

    @Test
    void eventsOfADayAreOneEpoch() {
        PairedEpochs epochs = PairedEpochs.of(
                new int[] {10, 10, 17},
                new double[] {1.0, 0.6, 0.9},
                new double[] {0.8, 0.5, 1.0},
                new boolean[] {true, false, true},
                new boolean[] {true, true, true});

        assertThat(epochs.gains()).hasSize(2);
        assertThat(epochs.gains().get(0)).isCloseTo(0.15, within(1e-12));
        assertThat(epochs.gains().get(1)).isCloseTo(-0.1, within(1e-12));
        assertThat(epochs.events()).isEqualTo(3);
        assertThat(epochs.days()).isEqualTo(7);
        assertThat(epochs.championAccuracy()).isEqualTo(2.0 / 3);
        assertThat(epochs.challengerAccuracy()).isOne();
        assertThat(epochs.mean()).isCloseTo(0.025, within(1e-12));
        assertThat(epochs.standardDeviation()).isCloseTo(0.25 / Math.sqrt(2), within(1e-12));
    }

    @Test
    void withoutEventsNothingIsKnown() {
        PairedEpochs epochs =
                PairedEpochs.of(new int[0], new double[0], new double[0], new boolean[0], new boolean[0]);

        assertThat(epochs.mean()).isNaN();
        assertThat(epochs.standardDeviation()).isNaN();
        assertThat(epochs.championAccuracy()).isNaN();
        assertThat(epochs.days()).isZero();
    }

    @Test
    void fallingDaysAndRaggedArraysAreRefused() {
        assertThatThrownBy(() -> PairedEpochs.of(
                        new int[] {2, 1}, new double[2], new double[2], new boolean[2], new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("day must not descend, but 1 follows 2.");
        assertThatThrownBy(() -> PairedEpochs.of(
                        new int[] {1, 2}, new double[1], new double[2], new boolean[2], new boolean[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
