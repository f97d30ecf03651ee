package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DecayCheck.Verdict;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Has a model become worse in any of some metrics? Each is compared with what it was when the version was tested, or where
 * nothing was tested with what it was on the first 30 settled days, by a one-sided bound that holds at all looks at once.
 *
 * <p>What went well for a year must not hide what goes wrong now, so judging begins anew every 30 settled days: the b-th of these
 * judgements has a chance of {@code 1 / (b (b + 1))} of the whole chance of a false alarm, 1 %, which the metrics share.
 *
 * @param verdict the worst of those of the metrics
 * @param reason in sentences
 * @param against what it was compared with
 * @param judgements of each metric
 */
public record DecayReport(Verdict verdict, String reason, String against, List<Judgement> judgements) {
    /** Copies the list. */
    public DecayReport {
        judgements = List.copyOf(judgements);
    }

    /**
     * What a metric was to be.
     *
     * @param value when it was tested
     * @param error standard error of it, at least 0
     */
    public record Expected(double value, double error) {}

    /**
     * What came of one metric.
     *
     * @param expected when it was tested; NaN when that is not known
     * @param observed since; NaN without settled predictions
     * @param tolerated the worst value within the tolerance
     * @param lower bound of how much worse than tolerated it is; NaN before it can be judged
     * @param since first day of what was observed; null without settled predictions
     * @param days settled days since
     * @param labels settled predictions on them
     * @param labelsMissing about how many more decide if it stays as bad as it looks; null when none would, or that is not known
     */
    public record Judgement(
            PerformanceMetric metric,
            Verdict verdict,
            double expected,
            double observed,
            double tolerated,
            double lower,
            @Nullable LocalDate since,
            int days,
            int labels,
            @Nullable Integer labelsMissing,
            String reason) {

        ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("metric", metric.key()).put("verdict", verdict.word());
            number(node, "expected", expected);
            number(node, "observed", observed);
            number(node, "tolerated", tolerated);
            number(node, "lower_bound_of_excess", lower);
            node.put("since", since == null ? null : since.toString());
            node.put("days", days).put("labels", labels).put("labels_missing", labelsMissing).put("reason", reason);
            return node;
        }

        private static void number(ObjectNode node, String name, double value) {
            node.put(name, Double.isFinite(value) ? (Double) value : null);
        }
    }

    /**
     * Checks.
     *
     * @param rows answers of one version, in the order of their events
     * @param worseBy of each metric that is judged the relative worsening that matters, above 0; all of the kind of the rows
     * @param tested what they were when the version was tested, as far as it was
     * @param now days of which outcomes are still to come are left for later
     */
    public static DecayReport of(
            PerformanceRows rows,
            Map<PerformanceMetric, Double> worseBy,
            Map<PerformanceMetric, Expected> tested,
            Instant now) {
        int looks = worseBy.size();
        PerformanceRows settled = settledDays(rows, now);
        int[] days = Arrays.stream(settled.day()).distinct().toArray();
        List<Judgement> judgements = new ArrayList<>();
        boolean all = tested.keySet().containsAll(worseBy.keySet());
        int cut = days.length <= DecayCheck.LEAST ? settled.count() : first(settled, days[DecayCheck.LEAST]);
        PerformanceRows reference = settled.take(IntStream.range(0, cut).toArray());
        PerformanceRows since = settled.take(IntStream.range(cut, settled.count()).toArray());
        worseBy.forEach((metric, by) -> {
            Expected known = tested.get(metric);
            judgements.add(
                    known != null
                            ? judge(metric, settled, Target.of(metric, known, by), looks)
                            : judge(metric, since, Target.of(metric, expected(metric, reference, days.length), by), looks));
        });
        String against = all
                ? "the test period of its run"
                : days.length <= DecayCheck.LEAST
                        ? "its first %d settled days".formatted(DecayCheck.LEAST)
                        : "its first %d settled days, %s to %s"
                                .formatted(DecayCheck.LEAST, LocalDate.ofEpochDay(days[0]), LocalDate.ofEpochDay(days[DecayCheck.LEAST - 1]));
        Verdict worst = judgements.stream().map(Judgement::verdict).max(Enum::compareTo).orElse(Verdict.NOT_ENOUGH_EVIDENCE);
        return new DecayReport(worst, reason(worst, judgements), against, judgements);
    }

    private static int first(PerformanceRows rows, int day) {
        return (int) Arrays.stream(rows.day()).takeWhile(each -> each < day).count();
    }

    private static @Nullable Expected expected(PerformanceMetric metric, PerformanceRows reference, int days) {
        if (days < DecayCheck.LEAST) {
            return null;
        }
        Figure figure = metric.of(reference);
        return Double.isFinite(figure.value()) ? new Expected(figure.value(), figure.standardError(reference.day())) : null;
    }

    /** Labelled rows of days that have nearly all of their outcomes, or are older than any outcome took. */
    static PerformanceRows settledDays(PerformanceRows rows, Instant now) {
        DelayLaw delay = DelayLaw.of(rows, now);
        long longest = delay.quantile(delay.ever());
        Map<Integer, int[]> counts = new HashMap<>();
        for (int i = 0; i < rows.count(); i++) {
            int[] count = counts.computeIfAbsent(rows.day()[i], day -> new int[2]);
            count[0]++;
            boolean late = longest != Long.MAX_VALUE && rows.event()[i] + longest < Micros.of(now);
            count[1] += rows.labelled(i) || late ? 1 : 0;
        }
        return rows.take(IntStream.range(0, rows.count())
                .filter(rows::labelled)
                .filter(i -> {
                    int[] count = counts.get(rows.day()[i]);
                    return count != null && count[1] >= DelayLaw.MATURE * count[0];
                })
                .toArray());
    }

    /**
     * What a metric is held against.
     *
     * @param expected NaN where there is nothing to compare with, or a limit stands by itself
     * @param tolerated the worst value that is good enough
     * @param error standard error of it, at least 0
     * @param words both in a sentence
     */
    record Target(double expected, double tolerated, double error, String words) {
        static @Nullable Target of(PerformanceMetric metric, @Nullable Expected expected, double worseBy) {
            if (expected == null) {
                return null;
            }
            double factor = metric.higherIsBetter() ? 1 - worseBy : 1 + worseBy;
            double tolerated = expected.value() * factor;
            String words = String.format(
                    Locale.ROOT,
                    "%.4f when it was judged, %s %.4f is tolerated",
                    expected.value(),
                    metric.higherIsBetter() ? "down to" : "up to",
                    tolerated);
            return new Target(expected.value(), tolerated, expected.error() * factor, words);
        }

        static Target limit(PerformanceMetric metric, double limit) {
            return new Target(Double.NaN, limit, 0, "%s is the limit".formatted(LimitReport.condition(metric, limit)));
        }
    }

    /**
     * Judges a metric, anew every 30 days.
     *
     * @param rows of settled days
     * @param looks how many metrics share the chance of a false alarm
     */
    static Judgement judge(PerformanceMetric metric, PerformanceRows rows, @Nullable Target expected, int looks) {
        int[] days = Arrays.stream(rows.day()).distinct().toArray();
        if (expected == null || days.length < DecayCheck.LEAST) {
            return early(metric, rows, days, expected);
        }
        Judgement found = null;
        for (int b = 1; days.length - (b - 1) * DecayCheck.LEAST >= DecayCheck.LEAST; b++) {
            int from = first(rows, days[(b - 1) * DecayCheck.LEAST]);
            double alpha = DecayCheck.ALPHA / looks / (b * (b + 1.0));
            Judgement next =
                    judge(metric, rows.take(IntStream.range(from, rows.count()).toArray()), expected, alpha);
            boolean surer = found == null || found.verdict() != Verdict.DECAYED || next.lower() > found.lower();
            found = surer ? next : found; // the newest, unless it has decayed before
        }
        return Objects.requireNonNull(found, "there are enough days for one");
    }

    private static Judgement early(PerformanceMetric metric, PerformanceRows rows, int[] days, @Nullable Target expected) {
        int more = DecayCheck.LEAST - days.length;
        Integer labels = more > 0 && days.length > 0 ? (Integer) (int) Math.ceil(more * rows.count() / (double) days.length) : null;
        String reason = expected == null
                ? "There is nothing to compare the %s with yet: %d settled days come first.".formatted(metric.words(), DecayCheck.LEAST)
                : "%s: %d of at least %d settled days; too early to judge%s."
                        .formatted(
                                metric.words(),
                                days.length,
                                DecayCheck.LEAST,
                                labels == null ? "" : ", about %,d more labels".formatted(labels));
        return new Judgement(
                metric,
                Verdict.NOT_ENOUGH_EVIDENCE,
                expected == null ? Double.NaN : expected.expected(),
                rows.count() == 0 ? Double.NaN : metric.of(rows).value(),
                Double.NaN,
                Double.NaN,
                days.length == 0 ? null : LocalDate.ofEpochDay(days[0]),
                days.length,
                rows.count(),
                labels,
                reason);
    }

    /** One judgement of rows of enough days. */
    private static Judgement judge(
            PerformanceMetric metric, PerformanceRows rows, Target target, double alpha) {
        Figure figure = metric.of(rows);
        double[] byDay = figure.byCluster(rows.day());
        LocalDate since = LocalDate.ofEpochDay(rows.day()[0]);
        if (Double.isNaN(figure.value())) {
            return new Judgement(
                    metric, Verdict.NOT_ENOUGH_EVIDENCE, target.expected(), Double.NaN, target.tolerated(), Double.NaN, since,
                    byDay.length, rows.count(), null,
                    "The %s is not defined on the settled predictions.".formatted(metric.words()));
        }
        int sign = metric.higherIsBetter() ? -1 : 1;
        DecayCheck.Bound bound = DecayCheck.bound(
                Arrays.stream(byDay).map(each -> sign * each).toArray(),
                sign * target.tolerated(),
                target.error(),
                alpha);
        Verdict verdict = bound.lower() > 0
                ? Verdict.DECAYED
                : bound.excess() > 0 ? Verdict.NOT_ENOUGH_EVIDENCE : Verdict.NONE;
        Integer missing = bound.missing();
        Integer labels = verdict == Verdict.NOT_ENOUGH_EVIDENCE && missing != null
                ? (Integer) (int) Math.ceil(missing * rows.count() / (double) byDay.length)
                : null;
        String numbers = String.format(
                Locale.ROOT,
                "%s %.4f on %,d labels of %d days since %s, %s",
                metric.words(),
                figure.value(),
                rows.count(),
                byDay.length,
                since,
                target.words());
        String reason = switch (verdict) {
            case DECAYED -> "Worse than tolerated: " + numbers + ".";
            case NOT_ENOUGH_EVIDENCE -> "Looks worse, not enough evidence: " + numbers
                    + (labels == null ? "." : "; about %,d more labels decide.".formatted(labels));
            case NONE -> "Within the tolerance: " + numbers + ".";
        };
        return new Judgement(
                metric, verdict, target.expected(), figure.value(), target.tolerated(), bound.lower(), since, byDay.length, rows.count(), labels, reason);
    }

    private static String reason(Verdict worst, List<Judgement> judgements) {
        return judgements.stream()
                .filter(each -> each.verdict() == worst)
                .map(Judgement::reason)
                .collect(Collectors.joining(" "));
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("verdict", verdict.word()).put("reason", reason).put("against", against);
        ArrayNode list = node.putArray("metrics");
        judgements.forEach(each -> list.add(each.toJson()));
        return node;
    }
}
