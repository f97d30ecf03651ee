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
 */
public record DriftFinding(Kind kind, String subject, boolean alarms, String sentence) {

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
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", kind.word())
                .put("subject", subject)
                .put("alarms", alarms)
                .put("sentence", sentence);
    }

    static DriftFinding fromJson(JsonNode node) {
        return new DriftFinding(
                Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                node.path("subject").asText(),
                node.path("alarms").asBoolean(),
                node.path("sentence").asText());
    }
}
