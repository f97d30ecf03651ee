package dev.keelson.sync;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far the writing of a table got.
 *
 * @param name its name in the project
 * @param from the source or own table whose rows they are
 * @param target the table they are written to, without a secret
 * @param state what can be said
 * @param rows how many rows were written since the beginning, those written again included
 * @param updatedAt when the last of them were, or null
 * @param problem why the last attempt failed, or null
 */
public record SyncStatus(
        String name,
        String from,
        String target,
        State state,
        long rows,
        @Nullable Instant updatedAt,
        @Nullable String problem) {
    /** What can be said. */
    public enum State {
        /** Nothing was ever written, or it is declared otherwise now: the next run writes everything. */
        NEW,
        /** Everything that there was then is written. */
        COMPLETE,
        /** It ended halfway: the next run goes on where it was. */
        INCOMPLETE
    }

    /** Of a table of which nothing was ever written. */
    public static SyncStatus none(SyncDefinition definition) {
        return new SyncStatus(
                definition.name(), definition.from().text(), definition.target().name().text(), State.NEW, 0, null, null);
    }

    /** The state in lower case. */
    public String word() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("from", from)
                .put("target", target)
                .put("state", word())
                .put("rows", rows)
                .put("updated_at", updatedAt == null ? null : updatedAt.toString())
                .put("problem", problem);
    }
}
