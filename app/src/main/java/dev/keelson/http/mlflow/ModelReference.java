package dev.keelson.http.mlflow;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a source {@code models:/...} of a version points to: a version of a model, of which it is a copy, or a logged model.
 *
 * @param name of the registered model; empty for a logged one
 * @param version of it; 0 for a logged one
 * @param loggedModel its id, or null
 */
record ModelReference(String name, int version, @Nullable String loggedModel) {
    private static final Pattern VERSION = Pattern.compile("models:/+([^/]+)/([1-9]\\d{0,8})/?");
    private static final Pattern LOGGED = Pattern.compile("models:/+(m-[A-Za-z0-9]+)/?");

    /** What a source points to; null when it points elsewhere, or by an alias or stage, which move. */
    static @Nullable ModelReference of(String source) {
        Matcher version = VERSION.matcher(source);
        if (version.matches()) {
            return new ModelReference(version.group(1), Integer.parseInt(version.group(2)), null);
        }
        Matcher logged = LOGGED.matcher(source);
        return logged.matches() ? new ModelReference("", 0, logged.group(1)) : null;
    }
}
