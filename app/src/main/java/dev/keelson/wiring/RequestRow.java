package dev.keelson.wiring;

import dev.keelson.data.SourceDefinition;
import dev.keelson.expression.ArrayRow;
import java.time.Instant;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A request checked against the source's schema.
 *
 * @param row its cells
 * @param entity what it is about: its key values joined by {@code |}
 * @param keys the keys it asks for that {@code entity} does not name, as {@link dev.keelson.serve.AskedKeys}
 * @param segment the first key value where there are several, or the empty text
 * @param eventTime when the event happens; null when the request does not say
 */
record RequestRow(ArrayRow row, String entity, String keys, String segment, @Nullable Instant eventTime) {

    /** What a row is about: its key values joined by {@code |}, as they stand in their columns or together. */
    static String entity(SourceDefinition source, Map<String, @Nullable Object> request) {
        if (request.get(EntityField.NAME) instanceof String named && !request.containsKey(source.key().getFirst())) {
            return named;
        }
        if (source.key().size() == 1) {
            return String.valueOf(request.get(source.key().getFirst()));
        }
        StringJoiner entity = new StringJoiner("|");
        source.key().forEach(key -> entity.add(String.valueOf(request.get(key))));
        return entity.toString();
    }
}
