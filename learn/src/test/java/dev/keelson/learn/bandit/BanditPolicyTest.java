package dev.keelson.learn.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BanditPolicyTest {

    @Test
    void twoNormalsHaveTheClosedForm() {
        double[] chances = BestOfNormals.chances(new double[] {0.3, 0.1}, new double[] {0.5, 1.2});

        double expected = org.apache.commons.statistics.distribution.NormalDistribution.of(0, 1)
                .cumulativeProbability(0.2 / 1.3);
        assertThat(chances[0]).isCloseTo(expected, within(1e-10));
        assertThat(chances[0] + chances[1]).isCloseTo(1, within(1e-15));
    }

    @Test
    void spreadsFarApartHaveTheClosedForm() {
        double[] chances = BestOfNormals.chances(new double[] {0.3, 0.1}, new double[] {1e-6, 1});

        double expected = org.apache.commons.statistics.distribution.NormalDistribution.of(0, 1)
                .cumulativeProbability(0.2);
        assertThat(chances[0]).isCloseTo(expected, within(1e-9));
    }

    @Test
    void equalNormalsAreEquallyLikely() {
        double[] chances = BestOfNormals.chances(new double[] {2, 2, 2, 2}, new double[] {0.1, 0.1, 0.1, 0.1});

        assertThat(chances).containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(1e-10));
    }

    @Test
    void knownRewardIsBestWhenTheOthersLieBelow() {
        double[] chances = BestOfNormals.chances(new double[] {0, -1, 0.5}, new double[] {0, 1, 2});

        assertThat(chances[0]).isCloseTo(0.841344746068543 * 0.401293674317076, within(1e-9));
        assertThat(Arrays.stream(chances).sum()).isCloseTo(1, within(1e-12));
    }

    @Test
    void severalNormalsAgreeWithDraws() {
        double[] means = {0, 0.1, -0.2, 0.3};
        double[] spreads = {0, 0.5, 1, 0.05};
        SplittableRandom random = new SplittableRandom(3);
        int[] wins = new int[4];
        for (int i = 0; i < 40_000; i++) {
            int best = 0;
            double highest = Double.NEGATIVE_INFINITY;
            for (int a = 0; a < 4; a++) {
                double draw = means[a] + spreads[a] * random.nextGaussian();
                if (draw > highest) {
                    highest = draw;
                    best = a;
                }
            }
            wins[best]++;
        }

        double[] chances = BestOfNormals.chances(means, spreads);

        for (int a = 0; a < 4; a++) {
            assertThat(chances[a]).isCloseTo(wins[a] / 40_000.0, within(0.01));
        }
    }

    @Test
    void updatesGiveTheRegressionOfAllRows() {
        RidgePosterior posterior = new RidgePosterior(2, 0.5);
        double[][] rows = {{1, 0.5}, {1, -1}, {1, 2}, {1, 0.1}};
        double[] rewards = {1, -0.5, 2.5, 0.4};
        double[][] gram = {{0.5, 0}, {0, 0.5}};
        double[] moments = new double[2];

        for (int i = 0; i < 4; i++) {
            posterior.add(rows[i], rewards[i]);
            for (int j = 0; j < 2; j++) {
                moments[j] += rows[i][j] * rewards[i];
                for (int k = 0; k < 2; k++) {
                    gram[j][k] += rows[i][j] * rows[i][k];
                }
            }
        }

        Arm arm = posterior.arm();
        double det = gram[0][0] * gram[1][1] - gram[0][1] * gram[1][0];
        assertThat(arm.coefficients()[0])
                .isCloseTo((gram[1][1] * moments[0] - gram[0][1] * moments[1]) / det, within(1e-12));
        assertThat(arm.coefficients()[1])
                .isCloseTo((gram[0][0] * moments[1] - gram[1][0] * moments[0]) / det, within(1e-12));
        assertThat(arm.error(new double[] {1, 0})).isCloseTo(Math.sqrt(arm.noise() * gram[1][1] / det), within(1e-12));
    }

    @Test
    void updateStaysSoundWithColumnsThatSayTheSame() {
        RidgePosterior posterior = new RidgePosterior(3, 1e-6);

        for (int i = 0; i < 100_000; i++) {
            double x = 1e3 * Math.sin(i);
            posterior.add(new double[] {1, x, x}, 2 * x);
        }

        assertThat(posterior.arm().mean(new double[] {1, 5, 5})).isCloseTo(10, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void eachActionKeepsAChanceAndTheySumToOne(Algorithm algorithm) {
        BanditPolicy policy = policy(algorithm);

        double[] p = policy.propensities(new double[] {0.8, Double.NaN});

        assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-15));
        assertThat(Arrays.stream(p).min().getAsDouble()).isGreaterThanOrEqualTo(0.1 / 4 - 1e-12);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void documentHoldsThePolicyToTheBit(Algorithm algorithm) throws Exception {
        BanditPolicy policy = policy(algorithm);
        ObjectMapper mapper = new ObjectMapper();

        String written = policy.toJson().toString();
        BanditPolicy read = BanditPolicy.fromJson(mapper.readTree(written));

        assertThat(read.toJson().toString()).isEqualTo(written);
        assertThat(read.propensities(new double[] {0.3, -0.2})).isEqualTo(policy.propensities(new double[] {0.3, -0.2}));
        assertThat(policy(algorithm).toJson().toString()).isEqualTo(written);
    }

    @Test
    void documentOfSomethingElseIsRefused() throws Exception {
        assertThatThrownBy(() -> BanditPolicy.fromJson(new ObjectMapper().readTree("{\"format\":\"other\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keelson-bandit");
    }

    @Test
    void drawsFollowThePropensitiesAndTheKeyAlone() {
        double[] p = {0.1, 0, 0.6, 0.3};
        int[] counts = new int[4];

        for (int i = 0; i < 20_000; i++) {
            counts[Draws.action(p, Draws.uniform(7, "bet-" + i))]++;
        }

        assertThat(counts[1]).isZero();
        assertThat(counts[2] / 20_000.0).isCloseTo(0.6, within(0.012));
        assertThat(counts[0] / 20_000.0).isCloseTo(0.1, within(0.012));
        assertThat(Draws.uniform(7, "bet-1")).isEqualTo(Draws.uniform(7, "bet-1")).isNotEqualTo(Draws.uniform(8, "bet-1"));
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void bothReachTheBestPolicyWhileRandomStakesDoNot(Algorithm algorithm) {
        int rounds = 6000;
        StakeWorld world = new StakeWorld(11);
        BanditLearner learner = BanditLearner.empty(
                new BanditSettings(algorithm, 0.05, 1, 1), StakeWorld.ACTIONS, StakeWorld.CONTEXT, 0.5);
        double late = 0;
        double random = 0;
        int right = 0;
        int clear = 0;

        for (int t = 0; t < rounds; t++) {
            double[] x = world.context();
            double[] p = learner.policy().propensities(x);
            int action = Draws.action(p, world.uniform());
            learner.update(x, action, StakeWorld.rewards(world.won(x))[action]);
            double[] expected = StakeWorld.expected(x);
            double best = expected[StakeWorld.best(x)];
            if (t >= rounds / 2) {
                for (int a = 0; a < p.length; a++) {
                    late += p[a] * (best - expected[a]);
                    random += (best - expected[a]) / p.length;
                }
            }
        }
        BanditPolicy policy = learner.policy();
        for (double edge = -0.9; edge < 0; edge += 0.1) {
            double[] p = policy.propensities(new double[] {edge, 0});
            right += p[0] > 0.5 ? 1 : 0;
            clear++;
        }

        assertThat(late).isLessThan(0.25 * random);
        assertThat(right).isGreaterThanOrEqualTo(clear - 2); // where the edge is negative nothing is staked
    }

    private static BanditPolicy policy(Algorithm algorithm) {
        LoggedDecisions log = new StakeWorld(5).log(20, 20);
        return BanditLearner.of(BanditSettings.of(algorithm), StakeWorld.ACTIONS, List.of("edge", "noise"), log).policy();
    }
}
