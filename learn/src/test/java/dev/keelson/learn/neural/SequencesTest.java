package dev.keelson.learn.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.preprocess.Preprocessing;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequencesTest {

    private static Sequences of(List<String> names, int... indicators) {
        int width = names.size() + indicators.length;
        return Sequences.of(
                names, new Preprocessing(new double[names.size()], new double[width], new double[width], indicators));
    }

    @Test
    void lagsAreStepsTheOldestFirst() {
        Sequences sequences = of(List.of("a_lag1", "a_lag2", "a_lag10", "b_lag10", "b_lag2", "b_lag1"));

        assertThat(sequences.steps()).isEqualTo(3);
        assertThat(sequences.channels()).isEqualTo(2);
        assertThat(sequences.inputs().columns()).containsExactly(2, 3, 1, 4, 0, 5);
    }

    @Test
    void featureWithoutLagIsTheLastStepOfItsSequence() {
        assertThat(of(List.of("x", "x_lag1")).inputs().columns()).containsExactly(1, 0);
    }

    @Test
    void featureOfNoSequenceIsRepeated() {
        assertThat(of(List.of("x_lag1", "fixed", "x_lag2")).inputs().columns()).containsExactly(2, 1, 0, 1);
    }

    @Test
    void withoutSequencesThereIsOneStep() {
        Sequences sequences = of(List.of("a", "b"));

        assertThat(sequences.steps()).isEqualTo(1);
        assertThat(sequences.inputs().columns()).containsExactly(0, 1);
    }

    @Test
    void indicatorsAreChannelsOfTheirOwn() {
        Sequences sequences = of(List.of("a_lag1", "a_lag2", "b"), 1);

        assertThat(sequences.channels()).isEqualTo(3);
        assertThat(sequences.inputs().columns()).containsExactly(1, 2, 3, 0, 2, -1);
    }

    @Test
    void differentLagsAreRefused() {
        assertThatThrownBy(() -> of(List.of("a_lag1", "a_lag2", "b_lag1", "b_lag2", "b_lag3")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("The sequence a has the lags [1, 2], the sequence b has [1, 2, 3]");
        assertThatThrownBy(() -> of(List.of("a", "a_lag0"))).hasMessageContaining("same step of the sequence a");
    }
}
