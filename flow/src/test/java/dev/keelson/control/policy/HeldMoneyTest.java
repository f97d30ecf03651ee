package dev.keelson.control.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.control.Requests;
import dev.keelson.control.policy.LossMatrix.Candidate;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.train.BacktestDefinition.Portfolio;
import dev.keelson.train.BacktestDefinition.Rebalance;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two assets, one price a day: A doubles each day, B halves. */
class HeldMoneyTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final Portfolio BEST =
            new Portfolio("close", -1, new Rebalance(Rebalance.Unit.DAILY, null), 1, 0);

    /** Ranks by its only feature, times a sign. */
    private record Ranking(double sign) implements Model {
        @Override
        public String format() {
            return "ranking";
        }

        @Override
        public List<String> features() {
            return List.of("x");
        }

        @Override
        public Task task() {
            return new Task.Regression();
        }

        @Override
        public void predict(double[] row, double[] out) {
            out[0] = sign * row[0];
        }

        @Override
        public double[] importance() {
            return new double[] {1};
        }

        @Override
        public Map<String, byte[]> save() {
            return Map.of();
        }
    }

    /** Rows of some days: of A with feature 1, then of B with feature 0. */
    private static PeriodRows rows(int from, int to) {
        int n = 2 * (to - from);
        long[] times = new long[n];
        int[] days = new int[n];
        double[][] features = new double[n][];
        String[] assets = new String[n];
        double[] prices = new double[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            int day = from + i / 2;
            boolean a = i % 2 == 0;
            times[i] = START.plus(Duration.ofDays(day)).getEpochSecond() * 1_000_000;
            days[i] = Math.toIntExact(START.getEpochSecond() / 86_400) + day;
            features[i] = new double[] {a ? 1 : 0};
            assets[i] = a ? "A" : "B";
            prices[i] = a ? Math.pow(2, day) : Math.pow(0.5, day);
            known[i] = times[i] + 1_000;
        }
        List<String> names = IntStream.range(0, n).mapToObj(i -> "%s-%d".formatted(assets[i], days[i])).toList();
        Requests requests = new Requests(
                names, Collections.nCopies(n, ""), Collections.nCopies(n, ""), times, days, features, new double[n][0], new double[0][]);
        return new PeriodRows(requests, new double[n], known, new double[0][], new PeriodRows.Quotes(assets, prices));
    }

    private static LossMatrix matrix(Portfolio portfolio) {
        MatrixFilling filling = new MatrixFilling(MatrixFilling.SQUARED_ERROR, ZoneOffset.UTC, portfolio);
        filling.add(START, START.plus(Duration.ofDays(2)), rows(0, 2));
        filling.add(START.plus(Duration.ofDays(2)), START.plus(Duration.ofDays(4)), rows(2, 4));
        return filling.fill(
                List.of(new Candidate(0, "a", Double.NaN, Double.NaN, 1), new Candidate(1, "b", Double.NaN, Double.NaN, 1)),
                List.of(new Ranking(-1), new Ranking(1)));
    }

    @Test
    void whatIsHeldBringsItsReturnOnTheDayOfItsChoice() {
        LossMatrix matrix = matrix(BEST);

        assertThat(matrix.hasMoney()).isTrue();
        assertThat(matrix.money(0, 0)).isCloseTo(-0.5, within(1e-12)); // held B
        assertThat(matrix.money(0, 1)).isCloseTo(-0.5, within(1e-12));
        assertThat(matrix.money(1, 0)).isNaN(); // it may have seen that
        assertThat(matrix.money(1, 2)).isCloseTo(1, within(1e-12)); // held A
        assertThat(matrix.money(1, 3)).isZero(); // no later price
    }

    @Test
    void aPolicyHoldsWhatItsVersionRanksHighest() {
        LossMatrix matrix = matrix(BEST);

        double[] never = ReferencePolicies.never(matrix).moneys(matrix);
        double[] always = ReferencePolicies.every(1, matrix).moneys(matrix);

        assertThat(never).containsExactly(new double[] {-0.5, -0.5, -0.5, 0}, within(1e-12));
        assertThat(always).containsExactly(new double[] {-0.5, -0.5, 1, 0}, within(1e-12));
    }

    @Test
    void costsArePaid() {
        Portfolio dear = new Portfolio("close", -1, new Rebalance(Rebalance.Unit.DAILY, null), 1, 0.1);

        assertThat(matrix(dear).money(1, 2)).isLessThan(1);
    }
}
