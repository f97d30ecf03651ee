package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.metrics.OddsMargin.Method;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Facts that hold for every market, far from real ones too. Failures name their seed. */
class OddsMarginPropertyTest {
    @Test
    void probabilitiesAddUpToOneAndKeepTheOrderOfTheOdds() {
        for (long seed = 0; seed < 300; seed++) {
            double[] odds = market(new Random(seed));
            for (Method method : Method.values()) {
                double[] p = OddsMargin.implied(method, odds, odds.length);

                assertThat(Arrays.stream(p).sum()).as("seed %d, %s", seed, method).isCloseTo(1, within(1e-12));
                for (int i = 0; i < p.length; i++) {
                    assertThat(p[i]).as("seed %d, %s", seed, method).isBetween(0.0, 1.0);
                    for (int j = 0; j < i; j++) {
                        assertThat(Double.compare(odds[i], odds[j]) * (p[i] - p[j]))
                                .as("seed %d, %s", seed, method)
                                .isLessThanOrEqualTo(1e-12);
                    }
                }
            }
        }
    }

    @Test
    void powerIsOnePowerForAllOutcomes() {
        for (long seed = 0; seed < 300; seed++) {
            double[] odds = market(new Random(seed));

            double[] p = OddsMargin.power(odds);

            double k = -Math.log(p[0]) / Math.log(odds[0]);
            for (int i = 1; i < p.length; i++) {
                assertThat(-Math.log(p[i]) / Math.log(odds[i])).as("seed %d", seed).isCloseTo(k, within(1e-8 * k));
            }
        }
    }

    @Test
    void shinHasOneShareOfInsidersForAllOutcomes() {
        for (long seed = 0; seed < 300; seed++) {
            double[] odds = market(new Random(seed));
            double sum = Arrays.stream(odds).map(price -> 1 / price).sum();
            if (sum <= 1) {
                continue;
            }

            double[] p = OddsMargin.shin(odds);

            // the defining equation (1 - z) p^2 + z p = b^2 / sum, solved for z
            double[] z = new double[p.length];
            for (int i = 0; i < p.length; i++) {
                z[i] = (1 / (odds[i] * odds[i]) / sum - p[i] * p[i]) / (p[i] * (1 - p[i]));
            }
            for (double each : z) {
                assertThat(each).as("seed %d", seed).isBetween(-1e-9, 1.0).isCloseTo(z[0], within(1e-6));
            }
        }
    }

    /** Two to twelve outcomes, margins from -20 % to 150 %, long shots and sure things among them. */
    private static double[] market(Random random) {
        int n = 2 + random.nextInt(11);
        double[] odds = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            odds[i] = Math.exp(-3 * random.nextGaussian());
            sum += odds[i];
        }
        double margin = 0.8 + 1.7 * random.nextDouble();
        for (int i = 0; i < n; i++) {
            odds[i] = Math.max(1.02, Math.min(5_000, sum / odds[i] / margin));
        }
        return odds;
    }
}
