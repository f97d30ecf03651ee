package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Something found besides how the values of one column lie.
 *
 * @param kind what
 * @param subject the column, or the segment and the column, such as {@code league=E0, elo}; empty for all columns together
 * @param alarms whether it alone makes the check alarm
 * @param sentence what was seen, with the numbers
 * @param effect of a column within a segment, as in {@link FeatureDrift}; else NaN
 * @param shift likewise
 */
public record DriftFinding(Kind kind, String subject, boolean alarms, String sentence, double effect, double shift) {
    /** One that is not about a segment. */
    public DriftFinding(Kind kind, String subject, boolean alarms, String sentence) {
        this(kind, subject, alarms, sentence, Double.NaN, Double.NaN);
    }

    /** Whether this says again what another one said, and not that the mean went the other way. */
    boolean repeats(DriftFinding earlier) {
        return kind == earlier.kind
                && subject.equals(earlier.subject)
                && !FeatureDrift.contradict(shift, effect, earlier.shift, earlier.effect);
    }

    DriftFinding alarming() {
        return new DriftFinding(kind, subject, true, sentence, effect, shift);
    }

    /** What was found. */
    public enum Kind {
        /** A column that only the reference has. */
        COLUMN_GONE,
        /** A column that only the current rows have. */
        COLUMN_NEW,
        /** A column of numbers on one side and of texts on the other. */
        TYPE_CHANGED,
        /** The share of missing values moved. */
        MISSING_SHARE,
        /** Categories that the reference never had. */
        NEW_CATEGORIES,
        /** A column moved within one segment. */
        SEGMENT,
        /** Rows as a whole can be told apart. */
        MULTIVARIATE,
        /** The model's outputs moved. */
        PREDICTIONS;

        /** Lower-case word, for JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind.word())
                .put("subject", subject)
                .put("alarms", alarms)
                .put("sentence", sentence);
        if (kind == Kind.SEGMENT) {
            FeatureDrift.number(node, "effect", effect);
            FeatureDrift.number(node, "shift", shift);
        }
        return node;
    }

    static DriftFinding fromJson(JsonNode node) {
        return new DriftFinding(
                Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                node.path("subject").asText(),
                node.path("alarms").asBoolean(),
                node.path("sentence").asText(),
                FeatureDrift.number(node, "effect"),
                FeatureDrift.number(node, "shift"));
    }
}
