package dev.keelson.learn.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import dev.keelson.learn.bandit.OffPolicyEvaluation.Settings;
import dev.keelson.learn.bandit.OffPolicyReport.Estimate;
import dev.keelson.learn.bandit.OffPolicyReport.Estimator;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class OffPolicyEvaluationTest {
    private static double[] best(double[] x) {
        return StakeWorld.always(StakeWorld.best(x));
    }

    private static double[] quarter(double[] x) {
        return StakeWorld.always(1);
    }

    private static double[] all(double[] x) {
        return StakeWorld.always(3);
    }

    private static Estimate estimate(OffPolicyReport report, Estimator estimator) {
        return Objects.requireNonNull(report.estimates().get(estimator));
    }

    @Test
    void estimatesOfAHandfulOfDecisionsAreThoseOfTheFormulas() {
        double[][] context = {{0}, {0}, {0}, {0}};
        LoggedDecisions log = new LoggedDecisions(
                context, new int[] {0, 1, 1, 0}, new double[] {0.5, 0.25, 0.5, 0.8}, new double[] {0, 2, -1, 0},
                new int[] {0, 1, 2, 3});
        double[][] target = {{0.2, 0.8}, {0.2, 0.8}, {0.2, 0.8}, {0.2, 0.8}};

        OffPolicyReport report = OffPolicyEvaluation.evaluate(
                log, null, new double[] {0, 1}, target, null, null, new Settings(100, 0.95, 200, 1));

        double ips = (0.8 / 0.25 * 2 - 0.8 / 0.5) / 4;
        double total = 0.2 / 0.5 + 0.8 / 0.25 + 0.8 / 0.5 + 0.2 / 0.8;
        assertThat(estimate(report, Estimator.IPS).candidate().estimate()).isCloseTo(ips, within(1e-12));
        assertThat(estimate(report, Estimator.SNIPS).candidate().estimate())
                .isCloseTo(4 * ips / total, within(1e-12));
        assertThat(estimate(report, Estimator.IPS).current().estimate()).isCloseTo(0.25, within(1e-12));
        assertThat(report.overlap().maxWeight()).isCloseTo(3.2, within(1e-12));
        assertThat(report.better()).isFalse();
        assertThat(report.sentence()).contains("no lower bound from 4 days");
    }

    @Test
    void clippingIsToldAndLowersTheBound() {
        LoggedDecisions log = new StakeWorld(1).log(60, 10);
        double[][] target = StakeWorld.of(log, OffPolicyEvaluationTest::all);

        OffPolicyReport free = OffPolicyEvaluation.evaluate(
                log, null, StakeWorld.ACTIONS, target, null, null, new Settings(100, 0.95, 200, 1));
        OffPolicyReport clipped = OffPolicyEvaluation.evaluate(
                log, null, StakeWorld.ACTIONS, target, null, null, new Settings(3, 0.95, 200, 1));

        assertThat(free.overlap().clipped()).isZero();
        assertThat(clipped.overlap().clipped()).isBetween(0.02, 0.1);
        assertThat(clipped.overlap().maxWeight()).isCloseTo(10, within(1e-9));
        assertThat(estimate(clipped, Estimator.IPS).lowerBound())
                .isLessThan(estimate(clipped, Estimator.IPS).difference().lower());
    }

    @Test
    void intervalsHoldTheTrueValueAsOftenAsTheySay() {
        double truth = StakeWorld.value(OffPolicyEvaluationTest::best);
        double difference = truth - StakeWorld.value(OffPolicyEvaluationTest::quarter);
        int seeds = 200;
        Map<Estimator, Integer> held = new EnumMap<>(Estimator.class);
        Map<Estimator, Integer> heldDifference = new EnumMap<>(Estimator.class);
        double robust = 0;
        double weighted = 0;

        for (int seed = 0; seed < seeds; seed++) {
            LoggedDecisions log = new StakeWorld(seed).log(50, 10);
            OffPolicyReport report = OffPolicyEvaluation.evaluate(
                    log, null, StakeWorld.ACTIONS, StakeWorld.of(log, OffPolicyEvaluationTest::best), StakeWorld.of(log, OffPolicyEvaluationTest::quarter), null,
                    new Settings(100, 0.95, 300, seed));
            report.estimates().forEach((estimator, estimate) -> {
                held.merge(estimator, estimate.candidate().contains(truth) ? 1 : 0, Integer::sum);
                heldDifference.merge(estimator, estimate.difference().contains(difference) ? 1 : 0, Integer::sum);
            });
            robust += estimate(report, Estimator.DOUBLY_ROBUST).candidate().width();
            weighted += estimate(report, Estimator.IPS).candidate().width();
        }

        // three standard errors of 200 draws at 95 %, and 1 % for a bootstrap of 50 days
        assertThat(held).hasSize(3).allSatisfy((estimator, count) -> assertThat(count).isBetween(179, 199));
        assertThat(heldDifference).allSatisfy((estimator, count) -> assertThat(count).isBetween(179, 199));
        assertThat(robust).isLessThan(1.1 * weighted);
    }

    @Test
    void policyThatIsNoBetterIsAcceptedNoMoreOftenThanNominal() {
        int seeds = 200;
        int accepted = 0;
        // it earns what the current policy earns, by other decisions: the second value means nothing
        Function<double[], double[]> candidate = x -> x[1] > 0 ? StakeWorld.always(2) : StakeWorld.always(0);
        Function<double[], double[]> current = x -> x[1] > 0 ? StakeWorld.always(0) : StakeWorld.always(2);

        for (int seed = 0; seed < seeds; seed++) {
            LoggedDecisions log = new StakeWorld(1000 + seed).log(50, 10);
            accepted += OffPolicyEvaluation.evaluate(
                                    log, null, StakeWorld.ACTIONS, StakeWorld.of(log, candidate),
                                    StakeWorld.of(log, current), null, new Settings(100, 0.95, 300, seed))
                            .better()
                    ? 1
                    : 0;
        }

        assertThat(accepted).isLessThanOrEqualTo(19); // 5 % of 200 and three standard errors
    }

    @Test
    void worsePolicyIsRefusedInSoManyWords() {
        LoggedDecisions log = new StakeWorld(2).log(100, 10);

        OffPolicyReport report = OffPolicyEvaluation.evaluate(
                log, null, StakeWorld.ACTIONS, StakeWorld.of(log, OffPolicyEvaluationTest::all), StakeWorld.of(log, OffPolicyEvaluationTest::quarter), null,
                Settings.of(1));

        assertThat(report.better()).isFalse();
        assertThat(report.sentence()).matches("does not beat the current one: lower bound -0\\.\\d{3}");
    }

    @Test
    void policyLearntFromALogBeatsAPoorOneOnALaterLog() {
        StakeWorld world = new StakeWorld(3);
        LoggedDecisions log = world.log(300, 10);
        LoggedDecisions later = world.log(100, 10);
        BanditPolicy policy = BanditLearner.of(
                        BanditSettings.of(Algorithm.THOMPSON), StakeWorld.ACTIONS, StakeWorld.CONTEXT, log)
                .policy();

        OffPolicyReport report = OffPolicyEvaluation.evaluate(
                later, log, StakeWorld.ACTIONS, StakeWorld.of(later, policy::propensities), StakeWorld.of(later, OffPolicyEvaluationTest::all),
                null, Settings.of(1));

        assertThat(report.better()).isTrue();
        assertThat(report.sentence()).startsWith("beats the current one: lower bound 0.");
        assertThat(report.judge()).isEqualTo(Estimator.DOUBLY_ROBUST);
        assertThat(report.toJson().at("/overlap/covers").asBoolean()).isTrue();
    }

    @Test
    void logThatNeverDoesWhatThePolicyDoesTellsNothing() {
        LoggedDecisions all = new StakeWorld(4).log(60, 10);
        int[] nothing = new int[all.rows()];
        double[] certain = new double[all.rows()];
        Arrays.fill(certain, 1);
        LoggedDecisions log =
                new LoggedDecisions(all.context(), nothing, certain, new double[all.rows()], all.cluster());

        OffPolicyReport report = OffPolicyEvaluation.evaluate(
                log, all, StakeWorld.ACTIONS, StakeWorld.of(log, OffPolicyEvaluationTest::best), null, null, Settings.of(1));

        assertThat(report.better()).isFalse();
        assertThat(report.sentence()).contains("the log cannot tell");
    }
}
