package dev.keelson.registry.alert;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which alerts are asked for; those that came last first.
 *
 * @param states in any of them; all when it is empty
 * @param kind of that kind, or null
 * @param model of that model, or null
 * @param before that came last before it, or null
 * @param limit at most so many, 1 or more
 */
public record AlertQuery(
        Set<Alert.State> states, @Nullable String kind, @Nullable String model, @Nullable Instant before, int limit) {
    public AlertQuery {
        states = Set.copyOf(states);
        if (limit < 1) {
            throw new IllegalArgumentException("At most %d alerts?".formatted(limit));
        }
    }
}
