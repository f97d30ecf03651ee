package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.monitor.DecayCheck.Report;
import dev.keelson.monitor.DecayCheck.Verdict;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecayCheckTest {
    private static final double EXPECTED = 0.98;
    private static final double SPREAD = 0.12;

    @Test
    void nothingIsJudgedBeforeThirtyMatchDays() {
        Report report = DecayCheck.check(losses(1, 29, 5), EXPECTED, 0.01, 0.05);

        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.epochsMissing()).isOne();
        assertThat(report.reason()).isEqualTo("29 of at least 30 settled match days; too early to judge.");
    }

    @Test
    void withoutAnyOutcomeTheObservedLossIsUnknown() {
        Report report = DecayCheck.check(new double[0], EXPECTED, 0.01, 0.05);

        assertThat(report.observed()).isNaN();
        assertThat(report.toJson().get("observed").isNull()).isTrue();
        assertThat(report.epochsMissing()).isEqualTo(30);
    }

    @Test
    void withoutATestPeriodThereIsNothingToCompareWith() {
        Report report = DecayCheck.check(losses(1, 100, 3), Double.NaN, 0, 0.05);

        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.reason()).isEqualTo("The run has no test period to compare with.");
        assertThat(report.epochsMissing()).isNull();
    }

    @Test
    void grossDecayIsSeenAtTheFirstLook() {
        Report report = DecayCheck.check(losses(1, 30, 0.4), EXPECTED, 0.01, 0.05);

        assertThat(report.verdict()).isEqualTo(Verdict.DECAYED);
        assertThat(report.lower()).isPositive();
        assertThat(report.epochsMissing()).isZero();
        assertThat(report.reason()).startsWith("Worse than tolerated: loss 1.3").contains("on 30 match days, 0.9800 when");
    }

    @Test
    void betterThanTestedIsWithinTheTolerance() {
        Report report = DecayCheck.check(losses(1, 100, -0.1), EXPECTED, 0.01, 0.05);

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.epochsMissing()).isNull();
        assertThat(report.toJson().get("match_days_missing").isNull()).isTrue();
    }

    @Test
    void suspicionSaysHowManyMoreMatchDaysItTakes() {
        double[] suspicious = exact(40, EXPECTED * 1.05 + 0.04, 0.15);
        Report report = DecayCheck.check(suspicious, EXPECTED, 0.005, 0.05);
        int missing = Objects.requireNonNull(report.epochsMissing());

        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.reason()).contains("about " + missing + " more match days.");
        assertThat(DecayCheck.check(exact(even(40 + missing + 4), EXPECTED * 1.05 + 0.04, 0.15), EXPECTED, 0.005, 0.05)
                        .verdict())
                .isEqualTo(Verdict.DECAYED);
        assertThat(DecayCheck.check(exact(even(40 + missing - 6), EXPECTED * 1.05 + 0.04, 0.15), EXPECTED, 0.005, 0.05)
                        .verdict())
                .isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
    }

    @Test
    void uncertainTestLossCanMakeAnyNumberTooSmall() {
        Report report = DecayCheck.check(exact(60, EXPECTED * 1.05 + 0.01, 0.05), EXPECTED, 0.05, 0.05);

        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.epochsMissing()).isNull();
    }

    @Test
    void championAtTheEdgeOfTheToleranceIsRarelyCalledDecayed() {
        int paths = 400;
        int alarms = 0;
        for (int path = 0; path < paths; path++) {
            Random random = new Random(path);
            double tested = EXPECTED + 0.01 * random.nextGaussian();
            double[] all = new double[180];
            for (int i = 0; i < all.length; i++) {
                all[i] = EXPECTED * 1.05 + SPREAD * random.nextGaussian();
            }
            boolean decayed = false;
            for (int n = 30; n <= 180 && !decayed; n += 2) {
                decayed = DecayCheck.check(Arrays.copyOf(all, n), tested, 0.01, 0.05).verdict() == Verdict.DECAYED;
            }
            alarms += decayed ? 1 : 0;
        }

        assertThat((double) alarms / paths).isLessThanOrEqualTo(0.02);
    }

    @Test
    void realDecayIsFoundWithinASeason() {
        int found = 0;
        for (int path = 0; path < 100; path++) {
            found += DecayCheck.check(losses(path, 150, EXPECTED * 0.15), EXPECTED, 0.01, 0.05).verdict()
                            == Verdict.DECAYED
                    ? 1
                    : 0;
        }

        assertThat(found).isGreaterThanOrEqualTo(90);
    }

    private static int even(int n) {
        return n / 2 * 2;
    }

    private static double[] losses(long seed, int n, double worse) {
        Random random = new Random(seed);
        return IntStream.range(0, n).mapToDouble(i -> EXPECTED + worse + SPREAD * random.nextGaussian()).toArray();
    }

    /** Mean as given, spread about as given, for an even n. */
    private static double[] exact(int n, double mean, double spread) {
        return IntStream.range(0, n).mapToDouble(i -> mean + (i % 2 == 0 ? spread : -spread)).toArray();
    }
}
