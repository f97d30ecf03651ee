package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.performance.DecayReport.Judgement;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Is a model still good enough, whatever it was when it was tested? A limit is breached when a one-sided bound on the mean over
 * settled days lies beyond it: an asymptotic confidence sequence that holds at all looks at once, begun anew every 30 days, as in
 * {@link DecayReport}. With a chance of at most 1 % for all limits together over the whole life of a version a metric that keeps its
 * limit is called breached. Fewer than 30 settled days are too few to know.
 *
 * @param verdict the worst of those of the limits
 * @param judgements of each limit, whose {@link Judgement#tolerated} it is once it can be judged
 * @param limits the worst value of each metric that is good enough
 */
public record LimitReport(Verdict verdict, List<Judgement> judgements, Map<PerformanceMetric, Double> limits) {
    /** Copies both. */
    public LimitReport {
        judgements = List.copyOf(judgements);
        limits = Map.copyOf(limits);
    }

    /** What is known of a limit. */
    public enum Verdict {
        /** Kept, as far as can be seen. */
        KEPT,
        /** Too few settled days, or it looks breached and that may be chance. */
        NOT_ENOUGH_EVIDENCE,
        /** Beyond the limit. */
        BREACHED;

        /** Lower-case word, for JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Verdict of(DecayCheck.Verdict verdict) {
            return switch (verdict) {
                case NONE -> KEPT;
                case NOT_ENOUGH_EVIDENCE -> NOT_ENOUGH_EVIDENCE;
                case DECAYED -> BREACHED;
            };
        }
    }

    /**
     * Checks.
     *
     * @param rows answers of one version, in the order of their events
     * @param limits at least one, all of metrics of the kind of the rows
     * @param now days of which outcomes are still to come are left for later
     */
    public static LimitReport of(PerformanceRows rows, Map<PerformanceMetric, Double> limits, Instant now) {
        if (limits.isEmpty()) {
            throw new IllegalArgumentException("There are no limits; at least one is needed.");
        }
        PerformanceRows settled = DecayReport.settledDays(rows, now);
        List<Judgement> judgements = new ArrayList<>();
        limits.forEach((metric, limit) ->
                judgements.add(DecayReport.judge(metric, settled, DecayReport.Target.limit(metric, limit), limits.size())));
        Verdict worst = judgements.stream()
                .map(each -> Verdict.of(each.verdict()))
                .max(Enum::compareTo)
                .orElse(Verdict.NOT_ENOUGH_EVIDENCE);
        return new LimitReport(worst, judgements, limits);
    }

    /** A limit as the project file writes it, such as {@code brier <= 0.3}. */
    public static String condition(PerformanceMetric metric, double limit) {
        return "%s %s %s"
                .formatted(
                        metric.key(),
                        metric.higherIsBetter() ? ">=" : "<=",
                        BigDecimal.valueOf(limit).stripTrailingZeros().toPlainString());
    }

    /** The JSON document: {@code verdict}, {@code reason}, and of each of {@code metrics} its limit and what came of it. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("verdict", verdict.word());
        node.put(
                "reason",
                judgements.stream()
                        .filter(each -> Verdict.of(each.verdict()) == verdict)
                        .map(LimitReport::reason)
                        .collect(Collectors.joining(" ")));
        ArrayNode list = node.putArray("metrics");
        for (Judgement each : judgements) {
            Double limit = limits.get(each.metric());
            ObjectNode json = list.addObject();
            json.put("metric", each.metric().key());
            json.put("limit", limit);
            json.put("condition", limit == null ? "" : condition(each.metric(), limit));
            json.put("verdict", Verdict.of(each.verdict()).word());
            json.put("observed", Double.isFinite(each.observed()) ? (Double) each.observed() : null);
            json.put("lower_bound_of_excess", Double.isFinite(each.lower()) ? (Double) each.lower() : null);
            json.put("since", each.since() == null ? null : each.since().toString());
            json.put("days", each.days()).put("labels", each.labels()).put("labels_missing", each.labelsMissing());
            json.put("reason", reason(each));
        }
        return node;
    }

    private static String reason(Judgement each) {
        return each.reason()
                .replace("Worse than tolerated: ", "Beyond the limit: ")
                .replace("Within the tolerance: ", "The limit is kept: ");
    }
}
