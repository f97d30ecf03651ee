package dev.keelson.learn.linear;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.preprocess.Preprocessing;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelJson;
import java.util.List;
import java.util.Map;

/** Reads linear models from canonical JSON. */
public final class LinearCodec implements ModelCodec {
    static final String FORMAT = "keelson-linear";
    static final String FILE = "linear.json";
    static final int VERSION = 1;

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        if (!(task instanceof Task.Regression)) {
            throw new IllegalArgumentException("A linear model tells one value, not %s.".formatted(task.outputs()));
        }
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        return new LinearModel(
                features,
                Preprocessing.fromJson(json.path("preprocessing")),
                json.path("intercept").asDouble(Double.NaN),
                ModelJson.numbers(json.path("coefficients")));
    }
}
