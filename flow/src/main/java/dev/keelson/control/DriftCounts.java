package dev.keelson.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * How often each verdict of the drift check was given.
 *
 * @param steps all steps
 * @param alarm steps with an alarm
 * @param warning with a warning
 * @param none without drift
 * @param insufficient with too little data to tell
 * @param off at which nobody looked
 */
public record DriftCounts(int steps, int alarm, int warning, int none, int insufficient, int off) {

    /** Counts. */
    public static DriftCounts of(List<StepRecord> timeline) {
        return new DriftCounts(
                timeline.size(),
                count(timeline, "alarm"),
                count(timeline, "warning"),
                count(timeline, "none"),
                count(timeline, "insufficient"),
                count(timeline, "off"));
    }

    private static int count(List<StepRecord> timeline, String verdict) {
        return (int) timeline.stream()
                .filter(step -> step.drift().equals(verdict))
                .count();
    }

    /** {@code 2 alarms of drift in 52 steps}, and of how many of them nothing can be said. */
    public String sentence() {
        if (off == steps) {
            return String.format(Locale.ROOT, "drift was not looked at in %,d %s", steps, plural("step", steps));
        }
        int looked = steps - off;
        String times = String.format(Locale.ROOT, "%,d %s", looked, plural(off == 0 ? "step" : "look", looked));
        String alarms = String.format(Locale.ROOT, "%,d %s of drift", alarm, plural("alarm", alarm));
        return insufficient == 0
                ? String.format(Locale.ROOT, "%s in %s", alarms, times)
                : String.format(Locale.ROOT, "%s; %,d of %s had too little data to tell", alarms, insufficient, times);
    }

    private static String plural(String noun, int n) {
        return n == 1 ? noun : noun + "s";
    }

    /** Reads what {@link #toJson} wrote. */
    public static DriftCounts fromJson(JsonNode node) {
        int alarm = node.path("alarm").asInt();
        int warning = node.path("warning").asInt();
        int none = node.path("none").asInt();
        int insufficient = node.path("insufficient").asInt();
        int off = node.path("off").asInt();
        return new DriftCounts(alarm + warning + none + insufficient + off, alarm, warning, none, insufficient, off);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("alarm", alarm)
                .put("warning", warning)
                .put("none", none)
                .put("insufficient", insufficient)
                .put("off", off);
    }
}
