package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SimultaneousKellyTest {

    @Test
    void oneEventIsStakedLikeOutcomesThatExcludeEachOther() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] p = probabilities(random);
            double[] odds = random.doubles(3, 1.2, 6).toArray();

            double[] stakes = SimultaneousKelly.stakes(List.of(new SimultaneousKelly.Event(p, odds)), 1)[0];

            double cover = 1 / odds[0] + 1 / odds[1] + 1 / odds[2];
            if (cover > 1) { // otherwise many stakes are as good as each other
                assertThat(stakes).as("seed %d", seed).containsExactly(Kelly.exclusive(p, odds), within(1e-4));
            }
        }
    }

    @Test
    void noSmallChangeGrowsFaster() {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] p = random.doubles(4, 0.3, 0.8).toArray();
            double[] odds = random.doubles(4, 1.3, 4).toArray();
            List<SimultaneousKelly.Event> events = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                events.add(new SimultaneousKelly.Event(new double[] {p[i]}, new double[] {odds[i]}));
            }

            double[][] found = SimultaneousKelly.stakes(events, 1);

            double[] stakes = {found[0][0], found[1][0], found[2][0], found[3][0]};
            double best = growth(stakes, p, odds);
            for (int i = 0; i < 4; i++) {
                for (double change : new double[] {-1e-3, 1e-3}) {
                    double[] other = stakes.clone();
                    other[i] = Math.max(0, other[i] + change);
                    assertThat(growth(other, p, odds)).as("seed %d", seed).isLessThanOrEqualTo(best + 1e-9);
                }
            }
        }
    }

    @Test
    void aDayOfFortyMatchesIsStakedWithinTheBank() {
        SplittableRandom random = new SplittableRandom(7);
        List<SimultaneousKelly.Event> events = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            double[] p = probabilities(random);
            events.add(new SimultaneousKelly.Event(p, new double[] {1.02 / p[0], 0.95 / p[1], 0.9 / p[2]}));
        }

        double[][] stakes = SimultaneousKelly.stakes(events, 1);

        double total = 0;
        for (double[] event : stakes) {
            total += event[0] + event[1] + event[2];
        }
        assertThat(total).isBetween(0.1, 1.0);
    }

    private static double[] probabilities(SplittableRandom random) {
        double a = 0.2 + random.nextDouble();
        double b = 0.2 + random.nextDouble();
        double c = 0.2 + random.nextDouble();
        return new double[] {a / (a + b + c), b / (a + b + c), c / (a + b + c)};
    }

    private static double growth(double[] stakes, double[] p, double[] odds) {
        double growth = 0;
        for (int state = 0; state < 16; state++) {
            double chance = 1;
            double wealth = 1;
            for (int i = 0; i < 4; i++) {
                boolean won = (state >> i & 1) == 1;
                chance *= won ? p[i] : 1 - p[i];
                wealth += stakes[i] * (won ? odds[i] - 1 : -1);
            }
            growth += chance * Math.log(wealth);
        }
        return growth;
    }
}
