package dev.keelson.registry;

import dev.keelson.registry.Definition.Kind;
import java.time.Instant;

/**
 * A definition as it was registered.
 *
 * @param kind what it defines
 * @param name its name
 * @param version from 1, by kind and name
 * @param sha256 hash of the text
 * @param essenceSha256 hash of what of it changes values
 * @param text what it says
 * @param registeredAt since when it counts
 * @param removed whether this version says that the definition is no more; its text is that of the version before
 */
public record DefinitionVersion(
        Kind kind,
        String name,
        int version,
        String sha256,
        String essenceSha256,
        String text,
        Instant registeredAt,
        boolean removed) {
    public DefinitionVersion {
        if (version < 1) {
            throw new IllegalArgumentException("version (%d) must be at least 1.".formatted(version));
        }
    }

    /** The id of the definition. */
    public String id() {
        return Definition.id(kind, name);
    }
}
