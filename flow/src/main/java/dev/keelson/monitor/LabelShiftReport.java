package dev.keelson.monitor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Interval;
import dev.keelson.stats.LabelShift;
import dev.keelson.stats.LabelShiftConfig;
import dev.keelson.stats.LabelShiftDetector;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Have the shares of the outcomes moved since the first champion was trained? A sequential detector with a bounded rate
 * of false alarms; see {@link LabelShiftDetector}.
 *
 * @param verdict {@code stable}, {@code not_enough_evidence} or {@code shifted}
 * @param label the class that moved most
 * @param before its share in the reference
 * @param lower lower end of its share since the start, NaN before any outcome
 * @param since its share since the start, NaN before any outcome
 * @param upper upper end, NaN before any outcome
 * @param start when the shift most likely began, or null
 * @param outcomes outcomes since then
 * @param outcomesMissing about how many more are needed, or null
 * @param sentence all of it in one sentence
 */
public record LabelShiftReport(
        String verdict,
        String label,
        double before,
        double lower,
        double since,
        double upper,
        @Nullable LocalDate start,
        long outcomes,
        @Nullable Long outcomesMissing,
        String sentence) {

    /** Whether a shift is shown. */
    public boolean shifted() {
        return verdict.equals("shifted");
    }

    /**
     * Checks.
     *
     * @param classes the label's values
     * @param reference how often each occurred in the reference
     * @param days the match days since, ascending
     * @param counts outcomes of each match day by class
     */
    public static LabelShiftReport of(List<String> classes, long[] reference, List<LocalDate> days, long[][] counts) {
        LabelShift shift = LabelShiftDetector.detect(reference, counts, LabelShiftConfig.defaults());
        int moved = 0;
        for (int c = 1; c < classes.size(); c++) {
            if (shift.classes().get(c).logEvidence() > shift.classes().get(moved).logEvidence()) {
                moved = c;
            }
        }
        LabelShift.ClassShare share = shift.classes().get(moved);
        Interval since = share.since();
        LocalDate start = shift.startEpoch().isPresent() ? days.get(shift.startEpoch().getAsInt()) : null;
        String label = classes.get(moved);
        String numbers = since == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "share of %s %.1f %% before, %.1f %% [%.1f, %.1f] in %d outcomes since %s",
                        label,
                        100 * share.before().estimate(),
                        100 * since.estimate(),
                        100 * since.lower(),
                        100 * since.upper(),
                        shift.outcomesSinceStart(),
                        start);
        Long missing = shift.outcomesMissing().isPresent() ? shift.outcomesMissing().getAsLong() : null;
        String verdict;
        String sentence;
        switch (shift.verdict()) {
            case LabelShift.Verdict.Stable ignored -> {
                verdict = "stable";
                sentence = "The shares of the outcomes are as before.";
            }
            case LabelShift.Verdict.NotEnoughEvidence ignored -> {
                verdict = "not_enough_evidence";
                sentence = numbers.isEmpty()
                        ? "Not enough evidence yet: no outcome has arrived."
                        : "Not enough evidence yet: " + numbers
                                + (missing == null ? "." : "; about " + missing + " more matches.");
            }
            case LabelShift.Verdict.Shifted ignored -> {
                verdict = "shifted";
                sentence = "The outcomes have shifted: " + numbers + ".";
            }
        }
        return new LabelShiftReport(
                verdict,
                label,
                share.before().estimate(),
                since == null ? Double.NaN : since.lower(),
                since == null ? Double.NaN : since.estimate(),
                since == null ? Double.NaN : since.upper(),
                start,
                shift.outcomesSinceStart(),
                missing,
                sentence);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("verdict", verdict);
        node.put("label", label);
        FeatureDrift.number(node, "share_before", before);
        FeatureDrift.number(node, "share_since", since);
        FeatureDrift.number(node, "lower", lower);
        FeatureDrift.number(node, "upper", upper);
        node.put("since", start == null ? null : start.toString());
        node.put("outcomes", outcomes);
        if (outcomesMissing == null) {
            node.putNull("outcomes_missing");
        } else {
            node.put("outcomes_missing", outcomesMissing);
        }
        node.put("sentence", sentence);
        return node;
    }
}
