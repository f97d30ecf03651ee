package dev.keelson.registry.tracking;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of the found runs is read: a page that shows three metrics reads three.
 *
 * @param metrics names, or null for all
 * @param params names, or null for all
 * @param tags names, or null for all
 * @param inputs whether data sets and logged models are read
 */
public record Detail(@Nullable Set<String> metrics, @Nullable Set<String> params, @Nullable Set<String> tags, boolean inputs) {
    /** Everything. */
    public static final Detail ALL = new Detail(null, null, null, true);
    /** The run alone. */
    public static final Detail NONE = new Detail(Set.of(), Set.of(), Set.of(), false);
}
