package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one baseline says of a window.
 *
 * @param source as the project file names it
 * @param frozen whether it stays the same while time passes
 * @param baseline id of the baseline
 * @param from event time of its first row; null where rows do not tell
 * @param to event time of its last row, or where the window begins that came before; null where rows do not tell
 * @param rows rows compared
 * @param leftOut rows of the baseline that lie in the window judged, and were left out
 * @param verdict what the rule says
 * @param reason one sentence with the counts
 * @param columns those that moved, worst first
 */
public record BaselineVerdict(
        String source,
        boolean frozen,
        String baseline,
        @Nullable Instant from,
        @Nullable Instant to,
        int rows,
        int leftOut,
        DriftReport.Verdict verdict,
        String reason,
        List<String> columns) {
    private static final int SHOWN = 3;

    /** Copies the list. */
    public BaselineVerdict {
        columns = List.copyOf(columns);
    }

    private boolean moved() {
        return verdict == DriftReport.Verdict.ALARM || verdict == DriftReport.Verdict.WARNING;
    }

    /** That the baselines disagree about a window, and what it means; empty when they agree or one cannot tell. */
    static Optional<String> disagreement(List<BaselineVerdict> all) {
        if (all.stream().anyMatch(each -> each.verdict == DriftReport.Verdict.INSUFFICIENT)) {
            return Optional.empty();
        }
        Optional<BaselineVerdict> frozen = all.stream().filter(BaselineVerdict::frozen).findFirst();
        Optional<BaselineVerdict> rolling = all.stream().filter(each -> !each.frozen).findFirst();
        if (frozen.isEmpty() || rolling.isEmpty() || frozen.get().moved() == rolling.get().moved()) {
            return Optional.empty();
        }
        BaselineVerdict far = frozen.get();
        BaselineVerdict near = rolling.get();
        return Optional.of(
                far.moved()
                        ? "Against `%s` %s moved (%s), against `%s` nothing did: creep, which a baseline that rolls on hides, or that one is too short to see it."
                                .formatted(far.source, far.named(), far.verdict.word(), near.source)
                        : "Against `%s` %s moved (%s), against `%s` nothing did: it left what came just before and lies where the frozen baseline has been."
                                .formatted(near.source, near.named(), near.verdict.word(), far.source));
    }

    private String named() {
        return String.join(", ", columns.subList(0, Math.min(SHOWN, columns.size())))
                + (columns.size() > SHOWN ? " and %d more".formatted(columns.size() - SHOWN) : "");
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("source", source)
                .put("frozen", frozen)
                .put("baseline", baseline)
                .put("from", from == null ? null : from.toString())
                .put("to", to == null ? null : to.toString())
                .put("rows", rows)
                .put("left_out", leftOut)
                .put("verdict", verdict.word())
                .put("reason", reason);
        ArrayNode list = node.putArray("columns");
        columns.forEach(list::add);
        return node;
    }

    private static @Nullable Instant instant(JsonNode text) {
        return text.isTextual() ? Instant.parse(text.textValue()) : null;
    }

    static BaselineVerdict fromJson(JsonNode node) {
        List<String> columns = new ArrayList<>();
        node.path("columns").forEach(each -> columns.add(each.asText()));
        return new BaselineVerdict(
                node.path("source").asText(),
                node.path("frozen").asBoolean(),
                node.path("baseline").asText(),
                instant(node.path("from")),
                instant(node.path("to")),
                node.path("rows").asInt(),
                node.path("left_out").asInt(),
                DriftReport.Verdict.valueOf(node.path("verdict").asText().toUpperCase(Locale.ROOT)),
                node.path("reason").asText(),
                columns);
    }
}
