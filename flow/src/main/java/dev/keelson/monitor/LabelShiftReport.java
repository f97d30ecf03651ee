package dev.keelson.monitor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Interval;
import dev.keelson.stats.LabelShift;
import dev.keelson.stats.LabelShiftConfig;
import dev.keelson.stats.LabelShiftDetector;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
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
 * @param start when the shift most likely began, or null while none is shown or suspected
 * @param outcomes outcomes since then, or all of them without a start
 * @param outcomesMissing about how many more are needed, or null
 * @param classes every class before and since (or in all outcomes), in order
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
        List<ClassChange> classes,
        String sentence) {
    private static final LabelShiftConfig CONFIG = LabelShiftConfig.defaults();

    public LabelShiftReport {
        classes = List.copyOf(classes);
    }

    /**
     * One class before and since the most likely start, or in all outcomes without one.
     *
     * @param label the class
     * @param before its share in the reference
     * @param lower lower end of its share since, NaN before any outcome
     * @param since its share since, NaN before any outcome
     * @param upper upper end, NaN before any outcome
     */
    public record ClassChange(String label, double before, double lower, double since, double upper) {

        static ClassChange of(String label, LabelShift.ClassShare share) {
            Interval since = share.since();
            return new ClassChange(
                    label,
                    share.before().estimate(),
                    since == null ? Double.NaN : since.lower(),
                    since == null ? Double.NaN : since.estimate(),
                    since == null ? Double.NaN : since.upper());
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "share of %s %.1f %% before, %.1f %% [%.1f, %.1f]",
                    label,
                    100 * before,
                    100 * since,
                    100 * lower,
                    100 * upper);
        }
    }

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
        LabelShiftWatch watch = new LabelShiftWatch(classes, reference);
        return watch.report(days, Arrays.asList(counts));
    }

    static LabelShiftDetector detector(long[] reference) {
        return new LabelShiftDetector(reference, CONFIG);
    }

    /** What a detector says after so many days. */
    static LabelShiftReport of(List<String> classes, List<LocalDate> days, LabelShift shift) {
        int moved = 0;
        for (int c = 1; c < classes.size(); c++) {
            if (shift.classes().get(c).logEvidence() > shift.classes().get(moved).logEvidence()) {
                moved = c;
            }
        }
        List<ClassChange> changes = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            changes.add(ClassChange.of(classes.get(c), shift.classes().get(c)));
        }
        ClassChange most = changes.get(moved);
        LocalDate start = shift.startEpoch().isPresent() ? days.get(shift.startEpoch().getAsInt()) : null;
        String numbers = shift.outcomes() == 0
                ? ""
                : String.format(Locale.ROOT, "%s in %,d outcomes", most, shift.outcomesSinceStart())
                        + (start == null ? "" : " since " + start)
                        + changes.stream()
                                .filter(change -> !change.label().equals(most.label()))
                                .map(change -> "; " + change)
                                .collect(Collectors.joining());
        Long missing = shift.outcomesMissing().isPresent() ? shift.outcomesMissing().getAsLong() : null;
        String verdict;
        String sentence;
        switch (shift.verdict()) {
            case LabelShift.Verdict.Stable ignored -> {
                verdict = "stable";
                sentence = String.format(
                        Locale.ROOT,
                        "The shares of the outcomes are as before, within %.0f points: %s.",
                        100 * CONFIG.tolerance(),
                        numbers);
            }
            case LabelShift.Verdict.NotEnoughEvidence ignored -> {
                verdict = "not_enough_evidence";
                sentence = numbers.isEmpty()
                        ? "Not enough evidence yet: no outcome has arrived."
                        : "Not enough evidence yet: " + numbers
                                + (missing == null ? "." : String.format(Locale.ROOT, "; about %,d more outcomes.", missing));
            }
            case LabelShift.Verdict.Shifted ignored -> {
                verdict = "shifted";
                sentence = "The outcomes have shifted: " + numbers + ".";
            }
        }
        return new LabelShiftReport(
                verdict,
                most.label(),
                most.before(),
                most.lower(),
                most.since(),
                most.upper(),
                start,
                shift.outcomesSinceStart(),
                missing,
                changes,
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
        ArrayNode all = node.putArray("classes");
        for (ClassChange change : classes) {
            ObjectNode each = all.addObject();
            each.put("label", change.label());
            FeatureDrift.number(each, "share_before", change.before());
            FeatureDrift.number(each, "share_since", change.since());
            FeatureDrift.number(each, "lower", change.lower());
            FeatureDrift.number(each, "upper", change.upper());
        }
        node.put("sentence", sentence);
        return node;
    }
}
