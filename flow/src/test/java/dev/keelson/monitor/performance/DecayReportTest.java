package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.monitor.DecayCheck.Verdict;
import dev.keelson.monitor.performance.DecayReport.Expected;
import dev.keelson.monitor.performance.DecayReport.Judgement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DecayReportTest {
    private static final int PER_DAY = 20;
    private static final int FIRST_DAY = (int) LocalDate.of(2026, 1, 1).toEpochDay();
    private static final Map<PerformanceMetric, Double> LOSS_AND_HITS = by(PerformanceMetric.LOG_LOSS, PerformanceMetric.ACCURACY);

    private static Map<PerformanceMetric, Double> by(PerformanceMetric... metrics) {
        Map<PerformanceMetric, Double> by = new LinkedHashMap<>();
        for (PerformanceMetric metric : metrics) {
            by.put(metric, 0.05);
        }
        return by;
    }

    /** Right chances of two classes until a day; from then on a share of the outcomes is turned round. */
    private static PerformanceRows rows(int days, int turnedFrom, double share, int unknownFrom, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = days * PER_DAY;
        double[] told = new double[2 * n];
        double[] happened = new double[n];
        int[] day = new int[n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            double p = 1 / (1 + Math.exp(-1.5 * random.nextGaussian()));
            told[2 * i] = 1 - p;
            told[2 * i + 1] = p;
            boolean turned = i / PER_DAY >= turnedFrom && random.nextDouble() < share;
            happened[i] = random.nextDouble() < p != turned ? 1 : 0;
            day[i] = FIRST_DAY + i / PER_DAY;
            event[i] = day[i] * 86_400_000_000L;
            known[i] = event[i] + 3_600_000_000L;
            if (i / PER_DAY >= unknownFrom) {
                happened[i] = Double.NaN;
                known[i] = Long.MAX_VALUE;
            }
        }
        return new PerformanceRows(
                2, told, happened, day, event, known, Collections.nCopies(n, new double[0]), Collections.nCopies(n, ""));
    }

    private static Instant after(int days) {
        return LocalDate.ofEpochDay(FIRST_DAY + days).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static DecayReport check(PerformanceRows rows, int days) {
        return DecayReport.of(rows, LOSS_AND_HITS, Map.of(), after(days));
    }

    @Test
    void withoutATestItsFirstThirtySettledDaysAreWhatItIsHeldAgainst() {
        DecayReport early = check(rows(20, 99, 0, 99, 1), 20);
        DecayReport soon = check(rows(40, 99, 0, 99, 1), 40);
        DecayReport judged = check(rows(90, 99, 0, 99, 3), 90);

        assertThat(early.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(early.reason()).contains("nothing to compare the log loss with yet");
        assertThat(soon.judgements().getFirst().labelsMissing()).isEqualTo(20 * PER_DAY);
        assertThat(judged.verdict()).isNotEqualTo(Verdict.DECAYED);
        assertThat(judged.judgements()).allSatisfy(each -> assertThat(each.lower()).isNegative());
        assertThat(judged.against()).isEqualTo("its first 30 settled days, 2026-01-01 to 2026-01-30");
        assertThat(judged.judgements()).extracting(Judgement::metric)
                .containsExactly(PerformanceMetric.LOG_LOSS, PerformanceMetric.ACCURACY);
    }

    @Test
    void aGoodYearDoesNotHideABadQuarter() {
        DecayReport report = check(rows(330, 240, 0.35, 999, 2), 330);

        Judgement loss = report.judgements().getFirst();
        assertThat(report.verdict()).isEqualTo(Verdict.DECAYED);
        assertThat(loss.since()).isAfterOrEqualTo(LocalDate.ofEpochDay(FIRST_DAY + 180));
        assertThat(loss.observed()).isGreaterThan(loss.tolerated());
        assertThat(loss.reason()).startsWith("Worse than tolerated: log loss");
    }

    @Test
    void aYearOfDailyLooksWithoutDecayRarelyAlarms() {
        int alarms = 0;
        for (long seed = 0; seed < 40; seed++) {
            boolean alarmed = false;
            for (int days = 60; days <= 360 && !alarmed; days += 20) {
                PerformanceRows rows = rows(days, 999, 0, 999, seed);
                alarmed = check(rows, days).verdict() == Verdict.DECAYED;
            }
            alarms += alarmed ? 1 : 0;
        }

        assertThat(alarms).isLessThanOrEqualTo(2); // 1 % of 40 seeds, and room for chance
    }

    @Test
    void whatLooksWorseSaysHowManyMoreLabelsDecide() {
        DecayReport report = DecayReport.of(
                rows(45, 0, 0.1, 999, 5), by(PerformanceMetric.LOG_LOSS), Map.of(PerformanceMetric.LOG_LOSS, new Expected(0.50, 0.02)), after(45));

        Judgement loss = report.judgements().getFirst();
        assertThat(loss.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(loss.tolerated()).isCloseTo(0.525, within(1e-12));
        assertThat(loss.labelsMissing()).isPositive();
        assertThat(loss.reason()).contains("more labels decide.");
        assertThat(report.against()).isEqualTo("the test period of its run");
    }

    @Test
    void daysThatStillWaitForOutcomesAreLeftForLater() {
        PerformanceRows rows = rows(80, 999, 0, 78, 4);

        Judgement loss = check(rows, 80).judgements().getFirst();

        assertThat(loss.labels()).isEqualTo(48 * PER_DAY); // 80 less 30 of the reference less 2 without outcomes
    }

    @Test
    void aMetricOfWhichMoreIsBetterDecaysDownwards() {
        DecayReport report = DecayReport.of(
                rows(60, 0, 0.35, 999, 6),
                by(PerformanceMetric.ROC_AUC, PerformanceMetric.F1),
                Map.of(PerformanceMetric.ROC_AUC, new Expected(0.85, 0.01), PerformanceMetric.F1, new Expected(0.75, 0.01)),
                after(60));

        assertThat(report.judgements()).allSatisfy(each -> {
            assertThat(each.verdict()).isEqualTo(Verdict.DECAYED);
            assertThat(each.tolerated()).isCloseTo(0.95 * each.expected(), within(1e-12));
            assertThat(each.toJson().path("lower_bound_of_excess").asDouble()).isPositive();
        });
    }
}
