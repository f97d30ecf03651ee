package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.RunCheck;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of training a run again.
 *
 * @param check what the run was made with against what there is
 * @param trained whether it was trained again; not where data or definitions are others
 * @param parts what was made, part by part
 */
public record Reproduced(RunCheck check, boolean trained, List<Part> parts) {
    public Reproduced {
        parts = List.copyOf(parts);
    }

    /** How the parts of two trainings compare. */
    public enum State {
        /** The same bytes, or the same numbers to the last bit. */
        IDENTICAL,
        /** Others. */
        DIFFERENT,
        /** They cannot be compared, for a reason that is told. */
        UNKNOWN;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A part.
     *
     * @param group {@code model}, {@code training}, {@code importance}, {@code metric}, {@code param} or {@code file}
     * @param name a file's path or a metric's name; {@code all} for all that are equal
     * @param state how it compares
     * @param at where it differs first, or the empty text
     * @param then what the run has there, or null
     * @param now what the new training has there, or null
     * @param note more about it, or the empty text
     */
    public record Part(
            String group,
            String name,
            State state,
            String at,
            @Nullable String then,
            @Nullable String now,
            String note) {}

    /** Whether it was trained, every part that can be compared is identical, and the stored files are those of the run. */
    public boolean identical() {
        return trained
                && parts.stream().noneMatch(part -> part.state() == State.DIFFERENT)
                && check.failures().stream().noneMatch(line -> line.group().equals("file"));
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = check.toJson();
        ObjectNode document = node.objectNode();
        document.put("run", check.runId());
        document.put("model", check.model());
        document.put("trained", trained);
        document.put("identical", identical());
        ArrayNode list = document.putArray("parts");
        for (Part part : parts) {
            list.addObject()
                    .put("group", part.group())
                    .put("name", part.name())
                    .put("state", part.state().word())
                    .put("at", part.at())
                    .put("then", part.then())
                    .put("now", part.now())
                    .put("note", part.note());
        }
        document.set("check", node);
        return document;
    }
}
