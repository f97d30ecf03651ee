package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.monitor.performance.LimitReport.Verdict;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LimitReportTest {
    private static final int PER_DAY = 20;
    private static final int FIRST_DAY = (int) LocalDate.of(2026, 1, 1).toEpochDay();

    /** Answers of which each is right with a chance. */
    private static LimitReport check(int days, double right, Map<PerformanceMetric, Double> limits, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = days * PER_DAY;
        double[] told = new double[2 * n];
        double[] happened = new double[n];
        int[] day = new int[n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            told[2 * i] = 0.3;
            told[2 * i + 1] = 0.7;
            happened[i] = random.nextDouble() < right ? 1 : 0;
            day[i] = FIRST_DAY + i / PER_DAY;
            event[i] = day[i] * 86_400_000_000L;
            known[i] = event[i] + 3_600_000_000L;
        }
        PerformanceRows rows = new PerformanceRows(
                2, told, happened, day, event, known, Collections.nCopies(n, new double[0]), Collections.nCopies(n, ""));
        Instant now = LocalDate.ofEpochDay(FIRST_DAY + days).atStartOfDay(ZoneOffset.UTC).toInstant();
        return LimitReport.of(rows, limits, now);
    }

    @Test
    void aLimitIsBreachedWhenTheBoundLiesBeyondIt() {
        LimitReport report = check(60, 0.5, Map.of(PerformanceMetric.ACCURACY, 0.65, PerformanceMetric.BRIER, 0.9), 1);

        assertThat(report.verdict()).isEqualTo(Verdict.BREACHED);
        assertThat(report.toJson().path("metrics")).hasSize(2);
        report.toJson().path("metrics").forEach(each -> {
            boolean accuracy = each.path("metric").asText().equals("accuracy");
            assertThat(each.path("verdict").asText()).isEqualTo(accuracy ? "breached" : "kept");
            assertThat(each.path("condition").asText()).isEqualTo(accuracy ? "accuracy >= 0.65" : "brier <= 0.9");
            assertThat(each.path("reason").asText()).startsWith(accuracy ? "Beyond the limit: accuracy" : "The limit is kept: Brier score");
            assertThat(each.path("lower_bound_of_excess").asDouble() > 0).isEqualTo(accuracy);
        });
    }

    @Test
    void whatIsBeyondTheLimitByChanceIsNotKnownYet() {
        LimitReport report = check(40, 0.6, Map.of(PerformanceMetric.ACCURACY, 0.63), 3);

        assertThat(report.judgements().getFirst().observed()).isLessThan(0.63);
        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.toJson().at("/metrics/0/labels_missing").asInt()).isPositive();
    }

    @Test
    void tooFewLabelsAreNotKnown() {
        LimitReport report = check(20, 0.1, Map.of(PerformanceMetric.ACCURACY, 0.9), 1);

        assertThat(report.verdict()).isEqualTo(Verdict.NOT_ENOUGH_EVIDENCE);
        assertThat(report.toJson().path("reason").asText()).contains("20 of at least 30 settled days", "about 200 more labels");
    }

    @Test
    void aKeptLimitIsSeldomCalledBreachedHoweverOftenOneLooks() {
        int breached = 0;
        for (int seed = 0; seed < 200; seed++) {
            boolean any = false;
            for (int days = 30; days <= 120; days += 15) {
                any |= check(days, 0.65, Map.of(PerformanceMetric.ACCURACY, 0.65), seed).verdict() == Verdict.BREACHED;
            }
            breached += any ? 1 : 0;
        }

        assertThat(breached).isLessThanOrEqualTo(6); // 2 of 200 are claimed at most; 7 would come by chance in 0.5 % of tries
    }

    @Test
    void withoutALimitNothingCanBeJudged() {
        assertThatThrownBy(() -> check(1, 0.5, Map.of(), 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no limits");
    }
}
