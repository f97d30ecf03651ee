package dev.keelson.registry.tracking;

import java.util.regex.Pattern;

/** The shapes of {@link ModelReference}s. */
final class ReferenceText {
    static final Pattern LABEL = Pattern.compile("(.*\\S)\\s+v([0-9]{1,9})");
    static final Pattern NUMBER = Pattern.compile("[vV]?([0-9]{1,9})");
    static final Pattern MODEL = Pattern.compile("models:/+(.+)");
    static final Pattern RUN = Pattern.compile("runs:/+([^/]+)(?:/(.*))?");

    private ReferenceText() {}
}
