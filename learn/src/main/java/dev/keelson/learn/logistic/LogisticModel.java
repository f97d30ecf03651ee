package dev.keelson.learn.logistic;

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

/**
 * A fitted multinomial logistic regression: {@code softmax(intercepts + coefficients * standardised row)}. Missing
 * values are imputed as in training. Predicting allocates nothing. Exponentials are those of {@link StrictMath}, so
 * that every machine gives the same bits.
 */
final class LogisticModel implements Model {
    private final List<String> features;
    private final Task.Classification task;
    private final Preprocessing preprocessing;
    private final double[] intercepts;
    private final double[] coefficients;

    /**
     * @param intercepts one for each class
     * @param coefficients output column of the preprocessing by class: {@code [column * classes + class]}
     */
    LogisticModel(
            List<String> features,
            Task.Classification task,
            Preprocessing preprocessing,
            double[] intercepts,
            double[] coefficients) {
        this.features = List.copyOf(features);
        this.task = task;
        this.preprocessing = preprocessing;
        this.intercepts = intercepts.clone();
        this.coefficients = coefficients.clone();
        if (preprocessing.medians().length != features.size()) {
            throw new IllegalArgumentException("The preprocessing knows %d features; the model has %d."
                    .formatted(preprocessing.medians().length, features.size()));
        }
        requireFinite(intercepts);
        requireFinite(coefficients);
        requireFinite(preprocessing.medians());
        requireFinite(preprocessing.means());
        requireFinite(preprocessing.scales());
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    /** For each class in turn the coefficients of the columns and then the intercept. */
    double[] point() {
        int k = intercepts.length;
        int width = preprocessing.width();
        double[] point = new double[k * (width + 1)];
        for (int j = 0; j < k; j++) {
            for (int c = 0; c < width; c++) {
                point[j * (width + 1) + c] = coefficients[c * k + j];
            }
            point[j * (width + 1) + width] = intercepts[j];
        }
        return point;
    }

    private static void requireFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("A number of the logistic model is missing or not finite.");
            }
        }
    }

    @Override
    public String format() {
        return LogisticCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return features;
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        int k = intercepts.length;
        System.arraycopy(intercepts, 0, out, 0, k);
        int width = preprocessing.width();
        for (int c = 0; c < width; c++) {
            double value = preprocessing.column(row, c);
            for (int j = 0; j < k; j++) {
                out[j] += coefficients[c * k + j] * value;
            }
        }
        double most = out[0];
        for (int j = 1; j < k; j++) {
            most = Math.max(most, out[j]);
        }
        double sum = 0;
        for (int j = 0; j < k; j++) {
            out[j] = StrictMath.exp(out[j] - most);
            sum += out[j];
        }
        for (int j = 0; j < k; j++) {
            out[j] /= sum;
        }
    }

    @Override
    public double[] importance() {
        int k = intercepts.length;
        double[] shares = new double[features.size()];
        double total = 0;
        for (int c = 0; c < preprocessing.width(); c++) {
            for (int j = 0; j < k; j++) {
                double size = Math.abs(coefficients[c * k + j]);
                shares[preprocessing.feature(c)] += size;
                total += size;
            }
        }
        for (int j = 0; j < shares.length && total > 0; j++) {
            shares[j] /= total;
        }
        return shares;
    }

    @Override
    public Map<String, byte[]> save() {
        int k = intercepts.length;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", LogisticCodec.VERSION);
        json.set("preprocessing", preprocessing.toJson());
        ArrayNode starts = json.putArray("intercepts");
        ArrayNode rows = json.putArray("coefficients");
        for (int j = 0; j < k; j++) {
            starts.add(intercepts[j]);
            ArrayNode row = rows.addArray();
            for (int c = 0; c < preprocessing.width(); c++) {
                row.add(coefficients[c * k + j]);
            }
        }
        return Map.of(LogisticCodec.FILE, CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
