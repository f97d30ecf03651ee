package dev.keelson.wiring;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The versions of all datasets that a model is made of.
 *
 * <p>As a text that is the id of the version of the model's own source, and where its features are made of other sources
 * as well, {@code ;SOURCE=ID} for each of them in the order of their names.
 *
 * @param own id of the version of the source whose rows the model has, or {@code none}
 * @param others id of the version of each other source, by source
 */
record DataRead(String own, Map<String, String> others) {
    private static final String NONE = "none";

    DataRead {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /**
     * Of a model.
     *
     * @param ids id of the latest version by source; sources without data are missing
     */
    static DataRead of(ModelPlan plan, Map<String, String> ids) {
        String source = plan.source().name();
        Map<String, String> others = new LinkedHashMap<>();
        plan.service().eventSources().stream()
                .filter(name -> !name.equals(source))
                .sorted()
                .forEach(name -> others.put(name, ids.getOrDefault(name, NONE)));
        return new DataRead(ids.getOrDefault(source, NONE), others);
    }

    /** From its text. */
    static DataRead parse(String text) {
        String[] parts = text.split(";", -1);
        Map<String, String> others = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("(%s) names no dataset versions.".formatted(text));
            }
            others.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        return new DataRead(parts[0], others);
    }

    /** The text. */
    String text() {
        StringBuilder text = new StringBuilder(own);
        others.forEach((source, id) -> text.append(';').append(source).append('=').append(id));
        return text.toString();
    }
}
