package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.id.Sha256;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person decided about a row of a source. Decisions are only ever added; one is undone by another that reverts it.
 * A row is known by its text, so that a decision holds in every later reading of the same row.
 *
 * @param id 16 hexadecimal digits, made of everything else
 * @param source name of the source
 * @param row id of the row, see {@link Review#rowId}; that of the reverted decision's row for a revert
 * @param action what was decided
 * @param cells corrected cells: column to new text; empty unless the action is CORRECT
 * @param before texts of the same cells as they stand in the source
 * @param rawLine the row as it stands in the source
 * @param place where it stood: {@code matches.csv:12:7}
 * @param finding what had been found wrong with it
 * @param actor who decided
 * @param reason why, not blank
 * @param at when
 * @param reverts id of the decision that this one undoes; null unless the action is REVERT
 */
public record ReviewDecision(
        String id,
        String source,
        String row,
        Action action,
        Map<String, String> cells,
        Map<String, String> before,
        String rawLine,
        String place,
        String finding,
        String actor,
        String reason,
        Instant at,
        @Nullable String reverts) {
    private static final Pattern PLACE = Pattern.compile("(.*?):(\\d{1,9})(?::(\\d{1,9}))?");

    public ReviewDecision {
        cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
        before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
        if ((action == Action.CORRECT) == cells.isEmpty()) {
            throw new IllegalArgumentException("cells must be named for CORRECT, and only for it.");
        }
        if ((action == Action.REVERT) == (reverts == null)) {
            throw new IllegalArgumentException("reverts must be named for REVERT, and only for it.");
        }
        if (actor.isBlank() || reason.isBlank()) {
            throw new IllegalArgumentException("actor and reason must not be blank.");
        }
    }

    /** What can be decided about a row. */
    public enum Action {
        /** The row is right as it is: it is loaded although a rule says otherwise, and no longer marked. */
        ACCEPT,
        /** The row is loaded with other cells, which must keep the rules. */
        CORRECT,
        /** The row is not loaded; if it was, the next version is without it. */
        REJECT,
        /** An earlier decision no longer holds. */
        REVERT
    }

    /** A decision with its id. */
    static ReviewDecision of(
            String source,
            QuarantinedRow row,
            Action action,
            Map<String, String> cells,
            Map<String, String> before,
            String actor,
            String reason,
            Instant at) {
        return identified(new ReviewDecision(
                "",
                source,
                Review.rowId(row),
                action,
                cells,
                before,
                row.rawLine(),
                row.location().toString(),
                row.reason(),
                actor,
                reason,
                at,
                null));
    }

    /** The decision that undoes another. */
    static ReviewDecision reverting(ReviewDecision decision, String actor, String reason, Instant at) {
        return identified(new ReviewDecision(
                "",
                decision.source(),
                decision.row(),
                Action.REVERT,
                Map.of(),
                Map.of(),
                decision.rawLine(),
                decision.place(),
                decision.finding(),
                actor,
                reason,
                at,
                decision.id()));
    }

    /** The row that was decided about, as it was found. */
    public QuarantinedRow found() {
        Matcher parts = PLACE.matcher(place);
        boolean known = parts.matches();
        return new QuarantinedRow(
                ErrorCode.BAD_CELL,
                known ? parts.group(1) : place,
                known ? Math.max(1, Integer.parseInt(parts.group(2))) : 1,
                known && parts.group(3) != null ? Integer.parseInt(parts.group(3)) : 0,
                null,
                null,
                finding,
                null,
                rawLine);
    }

    private static ReviewDecision identified(ReviewDecision decision) {
        Sha256 sha = new Sha256().add("keelson review 1").add(decision.toJson().toString());
        return decision.withId(sha.hex().substring(0, 16));
    }

    private ReviewDecision withId(String name) {
        return new ReviewDecision(
                name, source, row, action, cells, before, rawLine, place, finding, actor, reason, at, reverts);
    }

    /** As a JSON object with the record's fields in {@code snake_case}; absent ones are left out. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id);
        json.put("source", source);
        json.put("row", row);
        json.put("action", action.name().toLowerCase(Locale.ROOT));
        if (!cells.isEmpty()) {
            ObjectNode changes = json.putObject("cells");
            cells.forEach((column, text) -> changes.putObject(column)
                    .put("before", before.getOrDefault(column, ""))
                    .put("after", text));
        }
        json.put("raw_line", rawLine);
        json.put("place", place);
        json.put("finding", finding);
        json.put("actor", actor);
        json.put("reason", reason);
        json.put("at", at.toString());
        if (reverts != null) {
            json.put("reverts", reverts);
        }
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if a field is missing or wrong
     */
    public static ReviewDecision fromJson(JsonNode json) {
        Map<String, String> cells = new LinkedHashMap<>();
        Map<String, String> before = new LinkedHashMap<>();
        json.path("cells").properties().forEach(cell -> {
            cells.put(cell.getKey(), cell.getValue().path("after").asText());
            before.put(cell.getKey(), cell.getValue().path("before").asText());
        });
        JsonNode reverts = json.get("reverts");
        return new ReviewDecision(
                json.required("id").asText(),
                json.required("source").asText(),
                json.required("row").asText(),
                Action.valueOf(json.required("action").asText().toUpperCase(Locale.ROOT)),
                cells,
                before,
                json.required("raw_line").asText(),
                json.required("place").asText(),
                json.required("finding").asText(),
                json.required("actor").asText(),
                json.required("reason").asText(),
                Instant.parse(json.required("at").asText()),
                reverts == null ? null : reverts.asText());
    }
}
