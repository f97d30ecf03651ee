package dev.keelson.features;

import dev.keelson.features.internal.KeyTemplate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A key that is made of several fields, such as {@code {sport}_{market}}. Immutable.
 */
public final class CompositeKey {
    private final String text;
    private final KeyTemplate template;

    private CompositeKey(String text, KeyTemplate template) {
        this.text = text;
        this.template = template;
    }

    /** From how a view or a model spells it; empty for the name of a column, and without one. */
    public static Optional<CompositeKey> of(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        KeyTemplate template = KeyTemplate.of(text);
        return template.columns().size() == 1 && template.columns().getFirst().equals(text)
                ? Optional.empty()
                : Optional.of(new CompositeKey(text, template));
    }

    /** How it is spelled. */
    public String text() {
        return text;
    }

    /** Its fields, in order. */
    public List<String> parts() {
        return template.columns();
    }

    /** The key of the values of its fields; null when one has none. */
    public @Nullable String join(Function<String, @Nullable String> values) {
        return template.join(part -> values.apply(template.columns().get(part)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CompositeKey key && key.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
