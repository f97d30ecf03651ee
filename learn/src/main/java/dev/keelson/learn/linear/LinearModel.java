package dev.keelson.learn.linear;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.preprocess.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A fitted linear regression: {@code intercept + coefficients * standardised row}. Predicting allocates nothing. */
final class LinearModel implements Model {
    private static final Task TASK = new Task.Regression();

    private final List<String> features;
    private final Preprocessing preprocessing;
    private final double intercept;
    private final double[] coefficients;

    LinearModel(List<String> features, Preprocessing preprocessing, double intercept, double[] coefficients) {
        this.features = List.copyOf(features);
        this.preprocessing = preprocessing;
        this.intercept = intercept;
        this.coefficients = coefficients.clone();
        boolean finite = Double.isFinite(intercept);
        for (double coefficient : coefficients) {
            finite &= Double.isFinite(coefficient);
        }
        if (!finite
                || preprocessing.medians().length != features.size()
                || preprocessing.width() != coefficients.length) {
            throw new IllegalArgumentException(
                    "The linear model has %d finite coefficients expected for %d features; it has %d, or one is not finite."
                            .formatted(preprocessing.width(), features.size(), coefficients.length));
        }
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    double intercept() {
        return intercept;
    }

    double[] coefficients() {
        return coefficients.clone();
    }

    @Override
    public String format() {
        return LinearCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return features;
    }

    @Override
    public Task task() {
        return TASK;
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        double sum = intercept;
        for (int c = 0; c < coefficients.length; c++) {
            sum += coefficients[c] * preprocessing.column(row, c);
        }
        out[0] = sum;
    }

    /** Shares of the absolute coefficients of standardised features. */
    @Override
    public double[] importance() {
        double[] shares = new double[features.size()];
        double total = 0;
        for (int c = 0; c < coefficients.length; c++) {
            shares[preprocessing.feature(c)] += Math.abs(coefficients[c]);
            total += Math.abs(coefficients[c]);
        }
        for (int j = 0; j < shares.length && total > 0; j++) {
            shares[j] /= total;
        }
        return shares;
    }

    @Override
    public Map<String, byte[]> save() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", LinearCodec.VERSION);
        json.set("preprocessing", preprocessing.toJson());
        json.put("intercept", intercept);
        ArrayNode numbers = json.putArray("coefficients");
        for (double coefficient : coefficients) {
            numbers.add(coefficient);
        }
        return Map.of(LinearCodec.FILE, CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
