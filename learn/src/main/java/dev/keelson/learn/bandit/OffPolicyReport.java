package dev.keelson.learn.bandit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Interval;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a policy would have earned, and whether that beats the current one.
 *
 * @param estimates by estimator
 * @param overlap how far the log tells anything of the policy
 * @param judge the estimator that decides
 * @param confidence of the intervals and of the bound
 * @param better whether it beats the current policy
 * @param sentence that in words
 * @param path sum of the differences that decide up to the end of each cluster, in the order of the log; for a curve
 */
public record OffPolicyReport(
        Map<Estimator, Estimate> estimates,
        Overlap overlap,
        Estimator judge,
        double confidence,
        boolean better,
        String sentence,
        List<Double> path) {

    /** The estimators. */
    public enum Estimator {
        /** Inverse propensity scores. */
        IPS,
        /** Self-normalised inverse propensity scores. */
        SNIPS,
        /** A model of the reward, corrected by inverse propensity scores. */
        DOUBLY_ROBUST,
        /** The reward of every action is known. */
        FULL_INFORMATION;

        /** As in documents. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An estimate.
     *
     * @param candidate reward of a decision by the policy
     * @param current reward of a decision by the current one
     * @param difference the first less the second
     * @param lowerBound one-sided, of the difference; negative infinity when nothing bounds it
     */
    public record Estimate(Interval candidate, Interval current, Interval difference, double lowerBound) {}

    /**
     * How far the log tells anything of the policy.
     *
     * @param rows decisions
     * @param clusters of them
     * @param effectiveRows {@code (sum w)^2 / sum w^2}: how many decisions of its own would tell as much
     * @param maxWeight the greatest weight, before clipping
     * @param meanWeight before clipping; 1 in expectation
     * @param clipped share of the decisions whose weight was clipped
     * @param leastPropensity of the actions that were taken
     * @param covers whether the 99 % interval of the mean weight holds 1
     */
    public record Overlap(
            int rows,
            int clusters,
            double effectiveRows,
            double maxWeight,
            double meanWeight,
            double clipped,
            double leastPropensity,
            boolean covers) {}

    /** Copies the map and the list. */
    public OffPolicyReport {
        estimates = Collections.unmodifiableMap(new EnumMap<>(estimates));
        path = List.copyOf(path);
    }

    /** The JSON document; an end that is infinite is null. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("better", better).put("sentence", sentence).put("judge", judge.key()).put("confidence", confidence);
        ObjectNode list = json.putObject("estimates");
        estimates.forEach((estimator, estimate) -> {
            ObjectNode node = list.putObject(estimator.key());
            interval(node.putObject("candidate"), estimate.candidate());
            interval(node.putObject("current"), estimate.current());
            interval(node.putObject("difference"), estimate.difference());
            finite(node, "lower_bound", estimate.lowerBound());
        });
        json.putObject("overlap")
                .put("rows", overlap.rows())
                .put("clusters", overlap.clusters())
                .put("effective_rows", overlap.effectiveRows())
                .put("max_weight", overlap.maxWeight())
                .put("mean_weight", overlap.meanWeight())
                .put("clipped", overlap.clipped())
                .put("least_propensity", overlap.leastPropensity())
                .put("covers", overlap.covers());
        path.forEach(json.putArray("path")::add);
        return json;
    }

    private static void interval(ObjectNode node, Interval interval) {
        finite(node, "estimate", interval.estimate());
        finite(node, "lower", interval.lower());
        finite(node, "upper", interval.upper());
    }

    private static void finite(ObjectNode node, String name, double value) {
        node.put(name, Double.isFinite(value) ? value : null);
    }
}
