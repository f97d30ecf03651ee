package dev.keelson.learn.logistic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.preprocess.Preprocessing;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelJson;
import java.util.List;
import java.util.Map;

/** Reads logistic models from canonical JSON. */
public final class LogisticCodec implements ModelCodec {
    static final String FORMAT = "keelson-logistic";
    static final String FILE = "logistic.json";
    static final int VERSION = 1;

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        if (!(task instanceof Task.Classification classification)) {
            throw new IllegalArgumentException("A logistic model tells classes, not %s.".formatted(task.outputs()));
        }
        List<String> classes = classification.classes();
        JsonNode json = ModelJson.read(files, FILE, VERSION);
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
        return new LogisticModel(features, classification, preprocessing, intercepts, coefficients);
    }
}
