package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;

/** A comparison of policies as one HTML file. */
public final class PolicyHtml {
    private PolicyHtml() {}

    /** The file. */
    public static String page(JsonNode document) {
        return document.toString();
    }
}
