package dev.keelson.learn.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearPoolTest {

    @Test
    void weightsOfAnExactMixtureAreFound() {
        Random random = new Random(1);
        double[] a = random.doubles(50).toArray();
        double[] b = random.doubles(50).toArray();
        double[] c = random.doubles(50).toArray();
        double[] y = new double[50];
        for (int i = 0; i < 50; i++) {
            y[i] = 0.5 * a[i] + 0.2 * b[i] + 0.3 * c[i];
        }

        double[] weights = LinearPool.fit(List.of(a, b, c), y);

        assertThat(weights[0]).isCloseTo(0.5, within(1e-6));
        assertThat(weights[1]).isCloseTo(0.2, within(1e-6));
        assertThat(weights[2]).isCloseTo(0.3, within(1e-6));
        double[] pooled = LinearPool.combine(List.of(a, b, c), weights);
        for (int i = 0; i < 50; i++) {
            assertThat(pooled[i]).isCloseTo(y[i], within(1e-6));
        }
    }

    @Test
    void weightsStayOnTheSimplex() {
        double[] weights = LinearPool.fit(
                List.of(new double[] {1, 2, 3}, new double[] {3, 2, 1}, new double[] {0, 0, 0}),
                new double[] {10, 20, 30});

        assertThat(weights).containsExactly(1, 0, 0);
    }

    @Test
    void equalMembersShareTheWeight() {
        double[] one = {1, 2};

        assertThat(LinearPool.fit(List.of(one, one.clone()), new double[] {5, 5})).containsExactly(0.5, 0.5);
        assertThat(LinearPool.fit(List.of(one), new double[] {5, 5})).containsExactly(1);
    }

    @Test
    void lengthsMustAgree() {
        assertThatThrownBy(() -> LinearPool.fit(List.of(new double[2]), new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LinearPool.fit(List.of(), new double[3])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LinearPool.combine(List.of(new double[2]), new double[2]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
