package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class GroupSequentialTest {

    @Test
    void fiveLooksHaveTheBoundsOfTheLiterature() {
        double[] bounds = GroupSequential.obrienFleming(5, 0.05);

        assertThat(bounds).containsExactly(new double[] {4.562, 3.226, 2.634, 2.281, 2.040}, within(1e-3));
        assertThat(GroupSequential.pocock(5, 0.05)).containsOnly(new double[] {2.413}, within(1e-3));
    }

    @Test
    void oneLookIsTheOrdinaryTest() {
        assertThat(GroupSequential.obrienFleming(1, 0.05)).containsExactly(new double[] {1.959964}, within(1e-5));
        assertThat(GroupSequential.lanDeMets(new double[] {1}, 0.05)).containsExactly(new double[] {1.644854}, within(1e-5));
    }

    @Test
    void spendingAtFiveEqualLooksHasTheBoundsOfTheLiterature() {
        // one-sided 0.025, in the tables of two-sided 0.05
        assertThat(GroupSequential.lanDeMets(new double[] {0.2, 0.4, 0.6, 0.8, 1}, 0.025))
                .containsExactly(new double[] {4.8769, 3.3569, 2.6803, 2.2898, 2.0310}, within(1e-3));
    }

    @Test
    void boundsAreReachedAsOftenAsPlanned() {
        double[] shares = {0.1, 0.25, 0.3, 0.7, 0.9, 1};
        double[] bounds = GroupSequential.lanDeMets(shares, 0.05);
        SplittableRandom random = new SplittableRandom(7);
        int reached = 0;
        int paths = 200_000;
        for (int path = 0; path < paths; path++) {
            double sum = 0;
            double before = 0;
            for (int k = 0; k < shares.length; k++) {
                sum += Math.sqrt(shares[k] - before) * random.nextGaussian();
                before = shares[k];
                if (sum / Math.sqrt(shares[k]) >= bounds[k]) {
                    reached++;
                    break;
                }
            }
        }

        assertThat((double) reached / paths).isCloseTo(0.05, within(0.002));
    }

    @Test
    void anEarlyLookSpendsNearlyNothing() {
        double[] bounds = GroupSequential.lanDeMets(new double[] {0.001, 0.5, 1}, 0.05);

        assertThat(bounds[0]).isInfinite();
        assertThat(bounds[1]).isGreaterThan(bounds[2]);
    }

    @Test
    void whatIsNoPlanIsRefused() {
        assertThatThrownBy(() -> GroupSequential.obrienFleming(0, 0.05)).hasMessageContaining("looks (0)");
        assertThatThrownBy(() -> GroupSequential.lanDeMets(new double[] {0.5, 0.4}, 0.05)).hasMessageContaining("(0.4)");
        assertThatThrownBy(() -> GroupSequential.lanDeMets(new double[] {1.2}, 0.05)).hasMessageContaining("(1.2)");
        assertThatThrownBy(() -> GroupSequential.lanDeMets(new double[] {1}, 0.6)).hasMessageContaining("(0.6)");
    }
}
