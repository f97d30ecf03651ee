package dev.keelson.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a run was made with, line by line, against what there is now: whether training it again could give the same.
 *
 * @param runId the run
 * @param model its model
 * @param lines group by group
 */
public record RunCheck(String runId, String model, List<Line> lines) {
    public RunCheck {
        lines = List.copyOf(lines);
    }

    /** How then and now compare. */
    public enum State {
        /** Equal. */
        SAME,
        /** There, and another. */
        DIFFERENT,
        /** No longer there. */
        MISSING,
        /** The run did not record it, or it cannot be told now. */
        UNKNOWN;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One thing.
     *
     * @param group {@code data}, {@code definition}, {@code code}, {@code library}, {@code machine}, {@code repository},
     *     {@code variable} or {@code file}
     * @param name which
     * @param state how it compares
     * @param then what the run was made with, or null
     * @param now what there is, or null
     * @param matters whether another one may give another model
     * @param note more about it, or the empty text
     */
    public record Line(
            String group,
            String name,
            State state,
            @Nullable String then,
            @Nullable String now,
            boolean matters,
            String note) {

        /** Whether it stands in the way: it matters, and is another or gone. */
        public boolean fails() {
            return matters && (state == State.DIFFERENT || state == State.MISSING);
        }
    }

    /** Whether nothing that matters is another or gone. */
    public boolean holds() {
        return lines.stream().noneMatch(Line::fails);
    }

    /** The lines that stand in the way. */
    public List<Line> failures() {
        return lines.stream().filter(Line::fails).toList();
    }

    /** How many lines are in a state. */
    public long count(State state) {
        return lines.stream().filter(line -> line.state() == state).count();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("run", runId);
        node.put("model", model);
        node.put("holds", holds());
        for (State state : State.values()) {
            node.put(state.word(), count(state));
        }
        ArrayNode list = node.putArray("lines");
        for (Line line : lines) {
            list.addObject()
                    .put("group", line.group())
                    .put("name", line.name())
                    .put("state", line.state().word())
                    .put("then", line.then())
                    .put("now", line.now())
                    .put("matters", line.matters())
                    .put("note", line.note());
        }
        return node;
    }
}
