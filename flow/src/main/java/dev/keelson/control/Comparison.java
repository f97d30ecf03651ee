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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Policies and baselines on the same settled events: losses with intervals clustered by match day, and of models of classes the
 * profit of flat stakes of one unit on the outcome with the best expected value, where it is positive.
 */
public final class Comparison {
    private static final double CONFIDENCE = 0.95;
    private static final List<String> OF_CLASSES = List.of("log_loss", "brier", "rps", "accuracy");
    private static final List<String> OF_NUMBERS = List.of("rmse", "mae");

    private Comparison() {}

    /**
     * What really happened, and at which prices.
     *
     * @param odds decimal odds by class by entity; no entry when there are none
     * @param base class frequencies known before the event, or the mean of the numbers, by entity
     */
    public record Truth(Map<String, double[]> odds, Map<String, double[]> base) {}

    /**
     * One row of the comparison.
     *
     * @param n settled events scored
     * @param scores means with their intervals, in order, lower is better except for {@code accuracy}, a share. Of models of classes
     *     {@code log_loss}, {@code brier} (sum over the classes), {@code rps}, {@code accuracy}; of numbers {@code rmse} (the root of the mean
     *     and of its bounds) and {@code mae}
     * @param profit units won by flat stakes; NaN of models of numbers
     * @param bets number of bets
     * @param losses log loss or squared error of each event, for paired differences
     * @param days match day of each event
     */
    public record Row(
            int n, Map<String, Interval> scores, double profit, int bets, double[] losses, int[] days) {
        public Row {
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }

        /**
         * One score.
         *
         * @throws IllegalArgumentException if a row of such a model does not have it
         */
        public Interval score(String name) {
            Interval score = scores.get(name);
            if (score == null) {
                throw new IllegalArgumentException("There is no score (%s), only %s.".formatted(name, scores.keySet()));
            }
            return score;
        }

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("n", n);
            scores.forEach((name, interval) -> put(node, name, interval));
            if (Double.isFinite(profit)) {
                node.put("profit", profit);
                node.put("bets", bets);
            }
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
     * @param classes number of classes; 0 of a model of numbers
     * @param policies name to its predictions, at least one; all of the same events in the same order, days not falling
     * @param truth prices and frequencies
     * @return the policies, then {@code market} (when there are odds) and {@code frequencies}, of numbers {@code mean}
     */
    public static Map<String, Row> of(int classes, Map<String, List<Scored>> policies, Truth truth) {
        Map<String, Row> rows = new LinkedHashMap<>();
        policies.forEach((name, scored) -> rows.put(name, row(classes, scored, truth)));
        List<Scored> events = policies.values().iterator().next();
        List<Scored> market = new ArrayList<>();
        List<Scored> base = new ArrayList<>();
        for (Scored event : events) {
            double[] odds = truth.odds().get(event.entity());
            if (odds != null) {
                double[] p = OddsMargin.proportional(odds);
                if (!Double.isNaN(p[0])) {
                    market.add(new Scored(event.entity(), event.day(), 0, p, event.outcome()));
                }
            }
            double[] known = truth.base().get(event.entity());
            if (known != null) {
                base.add(new Scored(event.entity(), event.day(), 0, known, event.outcome()));
            }
        }
        if (!market.isEmpty()) {
            rows.put("market", row(classes, market, truth));
        }
        rows.put(classes == 0 ? "mean" : "frequencies", row(classes, base, truth));
        return rows;
    }

    private static Row row(int k, List<Scored> all, Truth truth) {
        List<Scored> settled = all.stream().filter(s -> s.settled()).toList();
        if (settled.isEmpty()) {
            Interval none = new Interval(Double.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY, CONFIDENCE);
            Map<String, Interval> scores = new LinkedHashMap<>();
            (k == 0 ? OF_NUMBERS : OF_CLASSES).forEach(name -> scores.put(name, none));
            return new Row(0, scores, k == 0 ? Double.NaN : 0, 0, new double[0], new int[0]);
        }
        int[] days = settled.stream().mapToInt(Scored::day).toArray();
        return k == 0 ? numbers(settled, days) : classes(k, settled, days, truth);
    }

    private static Row numbers(List<Scored> settled, int[] days) {
        double[] errors = settled.stream()
                .mapToDouble(event -> event.probabilities()[0] - event.outcome())
                .toArray();
        double[] squared = Arrays.stream(errors).map(error -> error * error).toArray();
        Interval mean = interval(squared, days);
        Map<String, Interval> scores = new LinkedHashMap<>();
        scores.put("rmse", new Interval(
                Math.sqrt(Math.max(0, mean.lower())), Math.sqrt(mean.estimate()), Math.sqrt(mean.upper()), CONFIDENCE));
        scores.put("mae", interval(Arrays.stream(errors).map(Math::abs).toArray(), days));
        return new Row(errors.length, scores, Double.NaN, 0, squared, days);
    }

    private static Row classes(int k, List<Scored> settled, int[] days, Truth truth) {
        int n = settled.size();
        double[] p = new double[n * k];
        double[] odds = new double[n * k];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            Scored event = settled.get(i);
            System.arraycopy(event.probabilities(), 0, p, i * k, k);
            double[] prices = truth.odds().get(event.entity());
            for (int c = 0; c < k; c++) {
                odds[i * k + c] = prices == null ? Double.NaN : prices[c];
            }
            labels[i] = (int) event.outcome();
        }
        double[] losses = LogLoss.perRow(p, k, labels);
        Staking staking = Staking.simulate(new StakingRule.Flat(1, 0, true), 1000, p, k, odds, labels, days);
        Map<String, Interval> scores = new LinkedHashMap<>();
        scores.put("log_loss", interval(losses, days));
        scores.put("brier", interval(Brier.perRow(p, k, labels), days));
        scores.put("rps", interval(Rps.perRow(p, k, labels), days));
        scores.put("accuracy", interval(Accuracy.perRow(p, k, labels), days));
        return new Row(n, scores, staking.profit(), staking.bets(), losses, days);
    }

    private static double mean(double[] losses) {
        return Arrays.stream(losses).average().orElse(Double.NaN);
    }

    private static Interval interval(double[] scores, int[] days) {
        return ClusteredMean.of(scores, days).interval(CONFIDENCE);
    }

    /**
     * Says in one sentence whether retraining paid: the paired difference in log loss, of numbers in squared error, to never
     * retraining, with its interval clustered by match day.
     */
    public static String verdict(Map<String, Row> rows) {
        Row own = rows.get(LoopPolicy.THIS_POLICY.word());
        Row never = rows.get(LoopPolicy.NEVER_RETRAIN.word());
        if (own == null || never == null || own.n() == 0 || !Arrays.equals(own.days(), never.days())) {
            return "Whether retraining paid was not compared.";
        }
        Interval gain =
                ClusteredMean.ofDifference(never.losses(), own.losses(), own.days()).interval(CONFIDENCE);
        boolean classes = own.scores().containsKey("log_loss");
        String numbers = String.format(
                Locale.ROOT,
                classes
                        ? "log loss %.4f against %.4f when never retraining, gain %.4f [%.4f, %.4f] an event over %d events"
                        : "squared error %.4g against %.4g when never retraining, gain %.3g [%.3g, %.3g] an event over %d events",
                mean(own.losses()),
                mean(never.losses()),
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
                "Suspected leak: the model beats the market by %.4f [%.4f, %.4f] log loss an event over %d events.\n"
                        + "Maybe a feature sees its own event, or a price was taken after it.",
                gain.estimate(),
                gain.lower(),
                gain.upper(),
                own.n()));
    }
}
