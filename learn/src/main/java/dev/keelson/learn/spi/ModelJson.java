package dev.keelson.learn.spi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;

/** Reads the JSON files in which models are saved. */
public final class ModelJson {
    private static final JsonMapper MAPPER = new JsonMapper();

    private ModelJson() {}

    /**
     * A file of a saved model.
     *
     * @param files name to content
     * @param name the file wanted
     * @param version the {@code format_version} it must have
     * @throws IllegalArgumentException if it is absent, no JSON, or of another version
     */
    public static JsonNode read(Map<String, byte[]> files, String name, int version) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("The model has no file %s; it has %s.".formatted(name, files.keySet()));
        }
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file %s is not JSON.".formatted(name), e);
        }
        if (json.path("format_version").asInt() != version) {
            throw new IllegalArgumentException("The file %s has format_version %s; %d is expected."
                    .formatted(name, json.path("format_version"), version));
        }
        return json;
    }

    /** The numbers of an array; {@code NaN} where an item is not a number. */
    public static double[] numbers(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.path(i).asDouble(Double.NaN);
        }
        return values;
    }
}
