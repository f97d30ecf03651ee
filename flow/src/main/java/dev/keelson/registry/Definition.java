package dev.keelson.registry;

import dev.keelson.id.Sha256;
import java.util.List;
import java.util.Locale;

/**
 * One definition of the project file: what it says, not where.
 *
 * @param kind what it defines
 * @param name its name; of a feature {@code view:feature}, of a label {@code source.label}
 * @param text what it says, line by line
 * @param essence what of it changes values when it changes; a source's checks, for one, change none that are loaded
 * @param uses the definitions it builds on, as {@link #id}
 */
public record Definition(Kind kind, String name, String text, String essence, List<String> uses) {
    /** What can be defined, in the order of building. */
    public enum Kind {
        /** A table of events. */
        SOURCE,
        /** Who features are about. */
        ENTITY,
        /** A view, without its features. */
        VIEW,
        /** A feature of a view. */
        FEATURE,
        /** What can be predicted. */
        LABEL,
        /** A model with the features it asks for. */
        MODEL;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Definition {
        uses = List.copyOf(uses);
    }

    /** A definition all of which matters. */
    public static Definition of(Kind kind, String name, String text, List<String> uses) {
        return new Definition(kind, name, text, text, uses);
    }

    /** {@code kind name}: no two definitions of a project share it. */
    public String id() {
        return id(kind, name);
    }

    /** The id of the definition of a kind and a name. */
    public static String id(Kind kind, String name) {
        return kind.word() + " " + name;
    }

    /** The hash of its text. */
    public String sha256() {
        return new Sha256().add("keelson-definition-1").add(kind.word()).add(name).add(text).hex();
    }

    /** The hash of what changes values. */
    public String essenceSha256() {
        return new Sha256().add("keelson-essence-1").add(kind.word()).add(name).add(essence).hex();
    }
}
