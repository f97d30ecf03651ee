package dev.keelson.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Replay.Scored;
import dev.keelson.metrics.Accuracy;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.OddsMargin;
import dev.keelson.metrics.Rps;
import dev.keelson.metrics.Staking;
import dev.keelson.metrics.StakingRule;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Policies and baselines on the same settled events: losses with intervals clustered by match day, and profit of flat
 * stakes of one unit on the outcome with the best expected value, where it is positive.
 */
public final class Comparison {
    private static final double CONFIDENCE = 0.95;

    private Comparison() {}

    /**
     * What really happened, and at which prices.
     *
     * @param odds decimal odds by class by entity; no entry when there are none
     * @param frequencies class frequencies known before the event, by entity
     */
    public record Truth(Map<String, double[]> odds, Map<String, double[]> frequencies) {}

    /**
     * One row of the comparison.
     *
     * @param n settled events scored
     * @param logLoss mean with its interval
     * @param brier sum over the classes, mean with its interval
     * @param rps mean with its interval
     * @param accuracy share of hits with its interval
     * @param profit units won by flat stakes
     * @param bets number of bets
     * @param losses log loss of each event, for paired differences
     * @param days match day of each event
     */
    public record Row(
            int n,
            Interval logLoss,
            Interval brier,
            Interval rps,
            Interval accuracy,
            double profit,
            int bets,
            double[] losses,
            int[] days) {

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("n", n);
            put(node, "log_loss", logLoss);
            put(node, "brier", brier);
            put(node, "rps", rps);
            put(node, "accuracy", accuracy);
            node.put("profit", profit);
            node.put("bets", bets);
            return node;
        }

        /** JSON knows neither NaN (no event) nor infinity (one match day): null stands for both. */
        private static void put(ObjectNode node, String name, Interval interval) {
            node.set(name, number(interval.estimate()));
            node.putArray(name + "_interval").add(number(interval.lower())).add(number(interval.upper()));
        }

        private static JsonNode number(double value) {
            return Double.isFinite(value)
                    ? JsonNodeFactory.instance.numberNode(value)
                    : JsonNodeFactory.instance.nullNode();
        }
    }

    /**
     * Compares.
     *
     * @param classes number of classes
     * @param policies name to its predictions, at least one; all of the same events in the same order, days not falling
     * @param truth prices and frequencies
     * @return the policies, then {@code market} (when there are odds) and {@code frequencies}
     */
    public static Map<String, Row> of(int classes, Map<String, List<Scored>> policies, Truth truth) {
        Map<String, Row> rows = new LinkedHashMap<>();
        policies.forEach((name, scored) -> rows.put(name, row(classes, scored, truth)));
        List<Scored> events = policies.values().iterator().next();
        List<Scored> market = new ArrayList<>();
        List<Scored> frequencies = new ArrayList<>();
        for (Scored event : events) {
            double[] odds = truth.odds().get(event.entity());
            if (odds != null) {
                double[] p = OddsMargin.proportional(odds);
                if (!Double.isNaN(p[0])) {
                    market.add(new Scored(event.entity(), event.day(), 0, p, event.outcome()));
                }
            }
            double[] shares = truth.frequencies().get(event.entity());
            if (shares != null) {
                frequencies.add(new Scored(event.entity(), event.day(), 0, shares, event.outcome()));
            }
        }
        if (!market.isEmpty()) {
            rows.put("market", row(classes, market, truth));
        }
        rows.put("frequencies", row(classes, frequencies, truth));
        return rows;
    }

    private static Row row(int k, List<Scored> all, Truth truth) {
        List<Scored> settled = all.stream().filter(s -> s.settled()).toList();
        int n = settled.size();
        if (n == 0) {
            Interval none = new Interval(Double.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY, CONFIDENCE);
            return new Row(0, none, none, none, none, 0, 0, new double[0], new int[0]);
        }
        double[] p = new double[n * k];
        double[] odds = new double[n * k];
        int[] labels = new int[n];
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            Scored event = settled.get(i);
            System.arraycopy(event.probabilities(), 0, p, i * k, k);
            double[] prices = truth.odds().get(event.entity());
            for (int c = 0; c < k; c++) {
                odds[i * k + c] = prices == null ? Double.NaN : prices[c];
            }
            labels[i] = (int) event.outcome();
            days[i] = event.day();
        }
        double[] losses = LogLoss.perRow(p, k, labels);
        Staking staking = Staking.simulate(new StakingRule.Flat(1, 0, true), 1000, p, k, odds, labels, days);
        return new Row(
                n,
                interval(losses, days),
                interval(Brier.perRow(p, k, labels), days),
                interval(Rps.perRow(p, k, labels), days),
                interval(Accuracy.perRow(p, k, labels), days),
                staking.profit(),
                staking.bets(),
                losses,
                days);
    }

    private static Interval interval(double[] scores, int[] days) {
        return ClusteredMean.of(scores, days).interval(CONFIDENCE);
    }

    /**
     * Says in one sentence whether retraining paid: the paired difference in log loss to never retraining, with its
     * interval clustered by match day.
     */
    public static String verdict(Map<String, Row> rows) {
        Row own = rows.get(LoopPolicy.THIS_POLICY.word());
        Row never = rows.get(LoopPolicy.NEVER_RETRAIN.word());
        if (own == null || never == null || own.n() == 0 || !Arrays.equals(own.days(), never.days())) {
            return "Whether retraining paid was not compared.";
        }
        Interval gain =
                ClusteredMean.ofDifference(never.losses(), own.losses(), own.days()).interval(CONFIDENCE);
        String numbers = String.format(
                Locale.ROOT,
                "log loss %.4f against %.4f when never retraining, gain %.4f [%.4f, %.4f] a match over %d matches",
                own.logLoss().estimate(),
                never.logLoss().estimate(),
                gain.estimate(),
                gain.lower(),
                gain.upper(),
                own.n());
        if (gain.lower() > 0) {
            return "Retraining paid: " + numbers + ".";
        }
        if (gain.upper() < 0) {
            return "Retraining did harm: " + numbers + ".";
        }
        return "No evidence that retraining paid: " + numbers + ".";
    }

    /**
     * Suspects a leak when a model beats the market's prices beyond chance: on the same events its log loss is lower with the
     * whole interval. Honest models of public data do not; the likeliest cause is a feature that saw its own event.
     *
     * @return the alarm in one sentence, or empty
     */
    public static Optional<String> leakAlarm(Map<String, Row> rows) {
        Row own = rows.get(LoopPolicy.THIS_POLICY.word());
        Row market = rows.get("market");
        if (own == null || market == null || own.n() == 0 || !Arrays.equals(own.days(), market.days())) {
            return Optional.empty();
        }
        Interval gain =
                ClusteredMean.ofDifference(market.losses(), own.losses(), own.days()).interval(CONFIDENCE);
        if (gain.lower() <= 0) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "Suspected leak: the model beats the market by %.4f [%.4f, %.4f] log loss a match over %d matches.\n"
                        + "Maybe a feature sees its own event, or a price was taken after it.",
                gain.estimate(),
                gain.lower(),
                gain.upper(),
                own.n()));
    }
}
