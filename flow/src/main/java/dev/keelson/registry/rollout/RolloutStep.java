package dev.keelson.registry.rollout;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a rollout. What a step let in stays in at all later ones.
 *
 * @param share part of the keys that the candidate answers, 0 to 1
 * @param groups the clients it is about: names, or beginnings of names that end in {@code *}; empty for all
 * @param hold how long it lasts before the next one begins by itself; null for until a person says so
 */
public record RolloutStep(double share, List<String> groups, @Nullable Duration hold) {
    public RolloutStep {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("The share (%s) must be between 0 and 1.".formatted(share));
        }
        if (hold != null && (hold.isNegative() || hold.isZero())) {
            throw new IllegalArgumentException("The hold (%s) must be positive.".formatted(hold));
        }
        groups = List.copyOf(groups);
        if (groups.stream().anyMatch(group -> group.isBlank() || group.equals("*"))) {
            throw new IllegalArgumentException("A group of clients needs a name; for all clients leave groups out.");
        }
    }

    /** A step of all clients. */
    public RolloutStep(double share, @Nullable Duration hold) {
        this(share, List.of(), hold);
    }

    /** Whether it is about a client; a request that names none is in no group. */
    public boolean isAbout(@Nullable String client) {
        if (groups.isEmpty()) {
            return true;
        }
        if (client == null) {
            return false;
        }
        for (String group : groups) {
            if (group.endsWith("*")
                    ? client.startsWith(group.substring(0, group.length() - 1))
                    : client.equals(group)) {
                return true;
            }
        }
        return false;
    }
}
