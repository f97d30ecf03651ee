package dev.keelson.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.MaxDrawdown;
import dev.keelson.metrics.SharpeRatio;
import dev.keelson.metrics.SortinoRatio;
import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Numbers of a backtest, into its document and its metrics at once. */
final class MoneyReport {
    static final double CONFIDENCE = 0.95;
    private static final double DAYS_A_YEAR = 365.25;

    final SortedMap<String, Double> metrics = new TreeMap<>();
    final ObjectNode document = JsonNodeFactory.instance.objectNode();
    final ObjectNode totals = document.objectNode();

    /** A number of the totals; null where it is not defined. */
    void total(String name, double value) {
        put(totals, name, value);
        metric(name, value);
    }

    void total(String name, OptionalDouble value) {
        total(name, value.orElse(Double.NaN));
    }

    /** A number with its interval; null where it is not defined. */
    void total(String name, @Nullable Estimate estimate) {
        totals.set(name, estimate == null ? null : estimate.toJson());
        if (estimate != null) {
            metric(name, estimate.value);
            if (estimate.isInterval()) {
                metric(name + "_lower", estimate.lower);
                metric(name + "_upper", estimate.upper);
            }
        }
    }

    void metric(String name, double value) {
        Scores.putFinite(metrics, Backtest.PREFIX + name, value);
    }

    static void put(ObjectNode to, String name, double value) {
        if (Double.isFinite(value)) {
            to.put(name, value + 0.0); // no negative zero
        } else {
            to.putNull(name);
        }
    }

    /**
     * Ratios of returns.
     *
     * @param days length of time that the returns cover
     */
    void ratios(double[] returns, double days, Backtest.Trials trials) {
        OptionalDouble sharpe = SharpeRatio.of(returns);
        double aYear = returns.length * DAYS_A_YEAR / days;
        total("sharpe", sharpe);
        put(totals, "sharpe_annual", sharpe.orElse(Double.NaN) * Math.sqrt(aYear));
        total("sortino", SortinoRatio.of(returns, 0));
        total("psr", SharpeRatio.probability(returns, 0));
        // The trials' own ratios are not known, so their variance is what worthless ones would have.
        double variance = returns.length > 1 ? 1.0 / (returns.length - 1) : 0;
        put(
                totals,
                "deflated_sharpe",
                SharpeRatio.deflated(returns, trials.count(), variance).orElse(Double.NaN));
        ObjectNode tried = document.putObject("trials");
        tried.put("count", trials.count());
        tried.put("recipes", trials.recipes());
        tried.put("tuning", trials.tuning());
    }

    /**
     * The greatest fall.
     *
     * @param wealth the curve, the start first
     * @param at day or moment of each
     * @param day epoch day of each
     */
    void drawdown(double[] wealth, List<String> at, int[] day) {
        MaxDrawdown worst = MaxDrawdown.of(wealth);
        int end = worst.to();
        while (end < wealth.length && wealth[end] < wealth[worst.from()]) {
            end++;
        }
        boolean recovered = end < wealth.length;
        int days = day[recovered ? end : wealth.length - 1] - day[worst.from()];
        ObjectNode fall = totals.putObject("max_drawdown");
        fall.put("share", worst.share());
        fall.put("from", at.get(worst.from()));
        fall.put("low", at.get(worst.to()));
        fall.put("recovered", recovered ? at.get(end) : null);
        fall.put("days", days);
        metric("max_drawdown", worst.share());
        metric("max_drawdown_days", days);
    }

    /** How far a curve is below its high at each point, as a share of the high; above 1 where it is below 0. */
    static double[] drawdowns(double[] wealth) {
        double[] falls = new double[wealth.length];
        double high = wealth[0];
        for (int i = 0; i < wealth.length; i++) {
            high = Math.max(high, wealth[i]);
            falls[i] = 1 - wealth[i] / high;
        }
        return falls;
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    /**
     * A number with its interval.
     *
     * @param value the number
     * @param lower lower end
     * @param upper upper end
     * @param method how the interval was found
     */
    record Estimate(double value, double lower, double upper, BcaBootstrap.Method method) {
        /** A sum of rows over a sum of rows, or null where there is nothing below. */
        static @Nullable Estimate ratio(double[] top, double[] bottom, int[] cluster, long seed) {
            if (!(Arrays.stream(bottom).sum() > 0)) {
                return null;
            }
            return of(
                    BcaBootstrap.ratio(top, bottom, cluster, BcaBootstrap.DEFAULT_RESAMPLES, CONFIDENCE, seed), 1);
        }

        /** The mean of values times a factor, or null without values. */
        static @Nullable Estimate mean(double[] values, int[] cluster, double factor, long seed) {
            return values.length == 0
                    ? null
                    : of(BcaBootstrap.mean(values, cluster, BcaBootstrap.DEFAULT_RESAMPLES, CONFIDENCE, seed), factor);
        }

        private static Estimate of(BcaBootstrap.Result result, double factor) {
            Interval interval = result.interval();
            return new Estimate(
                    factor * interval.estimate(),
                    factor * interval.lower(),
                    factor * interval.upper(),
                    result.method());
        }

        /** Whether there is an interval: not with one cluster, nor without any variation. */
        boolean isInterval() {
            return method != BcaBootstrap.Method.POINT;
        }

        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            put(json, "value", value);
            put(json, "lower", isInterval() ? lower : Double.NaN);
            put(json, "upper", isInterval() ? upper : Double.NaN);
            json.put("confidence", CONFIDENCE);
            json.put("method", method.name().toLowerCase(Locale.ROOT));
            return json;
        }

        /** Such as {@code -1.20 %, 95 % interval -4.10 % to 1.70 %}. */
        String percentText() {
            return isInterval()
                    ? "%s, 95 %% interval %s to %s".formatted(percent(value), percent(lower), percent(upper))
                    : percent(value);
        }
    }
}
