package dev.keelson.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A decision that changed (or refused to change) what serves: who, when, why, on what evidence.
 *
 * @param sequence position in the trail from 1; 0 before it is stored
 * @param at when
 * @param actor who: {@code system}, {@code replay} or a person's name
 * @param action what: {@code register}, {@code promote}, {@code hold}, {@code reject}, {@code rollback}
 * @param model about which model
 * @param version about which version, or null
 * @param reason one sentence
 * @param evidence JSON document of the numbers it rests on
 */
public record AuditEntry(
        long sequence,
        Instant at,
        String actor,
        String action,
        String model,
        @Nullable Integer version,
        String reason,
        String evidence) {}
