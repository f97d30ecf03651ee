package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What bets on predictions earn, and are expected to earn. */
final class MoneyFiguresTest {
    private static final long DAY = 86_400_000_000L;

    private static PerformanceRows rows(double[] p, double[] happened, int[] day, List<Bet> bets) {
        int n = p.length;
        double[] told = new double[2 * n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            told[2 * i] = 1 - p[i];
            told[2 * i + 1] = p[i];
            event[i] = day[i] * DAY;
            known[i] = Double.isNaN(happened[i]) ? Long.MAX_VALUE : event[i] + 1;
        }
        return new PerformanceRows(2, told, happened, day, event, known, Collections.nCopies(n, new double[0]), Collections.nCopies(n, ""), bets);
    }

    private static void figure(JsonNode node, double value, double lower, double upper) {
        assertThat(node.path("value").asDouble()).isCloseTo(value, within(1e-9));
        assertThat(node.path("lower").asDouble()).isCloseTo(lower, within(1e-9));
        assertThat(node.path("upper").asDouble()).isCloseTo(upper, within(1e-9));
    }

    @Test
    void figuresAndTheirIntervalsTakeTheBetsOfADayTogether() {
        int[] day = {1, 1, 2, 2, 3};
        List<Bet> bets = List.of(
                new Bet(1, 2.0, 10, 1.9, 10), new Bet(1, 3.0, 10, Double.NaN, -10), new Bet(0, 1.5, 20, 1.6, 10), new Bet(1, 2.5, 10, 2.5, -10),
                new Bet(1, 2.0, 30, 1.8, 30));

        JsonNode told = MoneyFigures.settled(rows(new double[5], new double[5], day, bets)).toJson();

        // numpy and scipy.stats.t, by the formulas of the class
        assertThat(told.path("bets").asInt()).isEqualTo(5);
        assertThat(told.path("staked").asDouble()).isEqualTo(80);
        figure(told.path("profit"), 30, -124.89549827098062, 184.89549827098062);
        figure(told.path("roi"), 0.375, -1.147702300409727, 1.897702300409727);
        figure(told.path("clv"), 0.02531067251461988, -0.16516640448459446, 0.21578774951383423);
        assertThat(told.path("clv_bets").asInt()).isEqualTo(4);
    }

    @Test
    void expectedProfitIsThatOfTheChances() {
        List<Bet> bets = List.of(new Bet(1, 2.0, 10, Double.NaN, Double.NaN), Bet.NONE, new Bet(0, 4.0, 5, Double.NaN, Double.NaN));
        double[] chances = {0.4, 0.6, 0.5, 0.5, 0.3, 0.7};

        MoneyFigures.Expected told =
                MoneyFigures.expected(rows(new double[3], new double[] {0, 0, 0}, new int[3], bets), chances, new double[0][], 1);

        double half = Interval.normalQuantile(0.95) * Math.sqrt(100 * 4 * 0.24 + 25 * 16 * 0.21);
        assertThat(told.bets()).isEqualTo(2);
        assertThat(told.staked()).isEqualTo(15);
        assertThat(told.profit().estimate()).isCloseTo(10 * (2 * 0.6 - 1) + 5 * (4 * 0.3 - 1), within(1e-12));
        assertThat(told.profit().lower()).isCloseTo(told.profit().estimate() - half, within(1e-12));
        assertThat(told.toJson().at("/roi/value").asDouble()).isCloseTo(told.profit().estimate() / 15, within(1e-12));
    }

    /** Forty weeks of fifty bets at fair odds of known chances; in the last weeks others come true than are likely. */
    private static JsonNode report(int turned) {
        Random random = new Random(6);
        int n = 2_000;
        double[] p = new double[n];
        double[] happened = new double[n];
        int[] day = new int[n];
        List<Bet> bets = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            day[i] = 4 + 7 * (i / 50) + i % 5; // 1970-01-05 is a Monday
            p[i] = 0.2 + 0.6 * random.nextDouble();
            happened[i] = random.nextDouble() < (i >= n - 50 * turned ? 1 - p[i] : p[i]) ? 1 : 0;
            bets.add(new Bet(1, 1.05 / p[i], 10, 1 / p[i], Double.NaN).when((int) happened[i]));
        }
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Integer.compare(day[a], day[b]));
        PerformanceRows rows = rows(p, happened, day, bets).take(Arrays.stream(order).mapToInt(i -> i).toArray());
        return PerformanceReport.of(
                rows,
                new PerformanceReport.Asked(
                        WindowLength.WEEK, ZoneOffset.UTC, Instant.EPOCH.plusSeconds(86_400L * 400), List.of("lost", "won"), WindowEstimates.Learners.NONE, 1));
    }

    @Test
    void whatIsExpectedIsEarnedWhileTheChancesHold() {
        JsonNode told = report(0);
        JsonNode last = told.path("windows").path(39).path("money");

        assertThat(told.at("/money/settled/bets").asInt()).isEqualTo(2_000);
        assertThat(told.at("/money/settled/clv/value").asDouble()).isCloseTo(0.05, within(1e-9));
        assertThat(told.at("/estimates/coverage/profit/of").asInt()).isEqualTo(16);
        assertThat(told.at("/estimates/coverage/profit/within").asInt()).isGreaterThanOrEqualTo(14);
        assertThat(told.at("/estimates/believable").asText()).as(told.path("estimates").toString()).isEqualTo("yes");
        assertThat(last.path("bets").asInt()).isEqualTo(50);
        assertThat(last.at("/expected/roi/value").asDouble()).isCloseTo(0.05, within(0.1));
        assertThat(told.path("windows").path(0).at("/money/expected").isNull()).isTrue();
    }

    @Test
    void expectedProfitIsNotBelievedOnceItFails() {
        JsonNode told = report(10);

        assertThat(told.at("/estimates/believable").asText()).isEqualTo("no");
        assertThat(told.at("/estimates/coverage/profit/within").asInt()).isLessThan(told.at("/estimates/coverage/profit/of").asInt());
    }

    @Test
    void withoutBetsNothingIsSaidOfMoney() {
        PerformanceRows rows = rows(new double[] {0.5}, new double[] {1}, new int[] {1}, List.of(Bet.NONE));
        JsonNode told = PerformanceReport.of(
                rows,
                new PerformanceReport.Asked(WindowLength.WEEK, ZoneOffset.UTC, Instant.EPOCH, List.of("lost", "won"), WindowEstimates.Learners.NONE, 1));

        assertThat(told.has("money")).isFalse();
        assertThat(told.path("windows").path(0).has("money")).isFalse();
    }

    @Test
    void oddsAndStakesThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new Bet(0, 1, 10, Double.NaN, Double.NaN)).hasMessageContaining("odds (1.0) must be above 1");
        assertThatThrownBy(() -> new Bet(0, 2, 0, Double.NaN, Double.NaN)).hasMessageContaining("stake (0.0) above 0");
        assertThatThrownBy(() -> new Bet(0, 2, 1, 0.9, Double.NaN)).hasMessageContaining("closing odds (0.9)");
    }
}
