package dev.keelson.learn.logistic;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.learn.Model;
import dev.keelson.learn.preprocess.Preprocessing;
import dev.keelson.learn.spi.ModelCodec;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Reads logistic models from canonical JSON. */
public final class LogisticCodec implements ModelCodec {
    static final String FORMAT = "keelson-logistic";
    static final String FILE = "logistic.json";
    static final int VERSION = 1;

    private static final JsonMapper MAPPER = new JsonMapper();

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, List<String> classes, Map<String, byte[]> files) {
        byte[] bytes = files.get(FILE);
        if (bytes == null) {
            throw new IllegalArgumentException("The model has no file %s; it has %s.".formatted(FILE, files.keySet()));
        }
        JsonNode json;
        try {
            json = MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("The file %s is not JSON.".formatted(FILE), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file %s cannot be read.".formatted(FILE), e);
        }
        if (json.path("format_version").asInt() != VERSION) {
            throw new IllegalArgumentException("The file %s has format_version %s; %d is expected."
                    .formatted(FILE, json.path("format_version"), VERSION));
        }
        Preprocessing preprocessing = Preprocessing.fromJson(json.path("preprocessing"));
        double[] intercepts = new double[classes.size()];
        double[] coefficients = new double[classes.size() * preprocessing.width()];
        JsonNode rows = json.path("coefficients");
        for (int k = 0; k < classes.size(); k++) {
            intercepts[k] = json.path("intercepts").path(k).asDouble(Double.NaN);
            for (int c = 0; c < preprocessing.width(); c++) {
                coefficients[c * classes.size() + k] = rows.path(k).path(c).asDouble(Double.NaN);
            }
        }
        return new LogisticModel(features, classes, preprocessing, intercepts, coefficients);
    }
}
