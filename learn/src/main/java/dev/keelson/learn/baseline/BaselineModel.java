package dev.keelson.learn.baseline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What rows of training said on the whole, or what a feature says itself: the same prediction for every row (class
 * frequencies, mean, quantiles), or some features handed through (the last value, the market's probabilities) with the
 * constant where one of them is missing.
 */
final class BaselineModel implements Model {
    private final List<String> features;
    private final Task task;
    private final double[] constant;
    private final int[] through;

    /**
     * @param constant one number for each output
     * @param through position of the feature handed through for each output; empty for none
     */
    BaselineModel(List<String> features, Task task, double[] constant, int[] through) {
        this.features = List.copyOf(features);
        this.task = task;
        this.constant = constant.clone();
        this.through = through.clone();
        int outputs = task.outputs().size();
        boolean fits = constant.length == outputs && (through.length == 0 || through.length == outputs);
        for (int feature : through) {
            fits &= feature >= 0 && feature < features.size();
        }
        for (double value : constant) {
            fits &= Double.isFinite(value);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "The baseline has %d constants and hands %d features through; %d finite ones are expected."
                            .formatted(constant.length, through.length, outputs));
        }
    }

    @Override
    public String format() {
        return BaselineCodec.FORMAT;
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
        if (!told(row)) {
            System.arraycopy(constant, 0, out, 0, constant.length);
            return;
        }
        double sum = 0;
        for (int k = 0; k < through.length; k++) {
            out[k] = row[through[k]];
            sum += out[k];
        }
        for (int k = 0; k < through.length && task instanceof Task.Classification; k++) {
            out[k] /= sum;
        }
    }

    private boolean told(double[] row) {
        boolean positive = false;
        for (int feature : through) {
            double value = row[feature];
            if (Double.isNaN(value) || (task instanceof Task.Classification && value < 0)) {
                return false;
            }
            positive |= value > 0;
        }
        return through.length > 0 && (positive || !(task instanceof Task.Classification));
    }

    /** Equal shares for the features handed through, 0 for all others. */
    @Override
    public double[] importance() {
        double[] shares = new double[features.size()];
        for (int feature : through) {
            shares[feature] += 1.0 / through.length;
        }
        return shares;
    }

    @Override
    public Map<String, byte[]> save() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", BaselineCodec.VERSION);
        ArrayNode constants = json.putArray("constant");
        for (double value : constant) {
            constants.add(value);
        }
        ArrayNode positions = json.putArray("through");
        for (int feature : through) {
            positions.add(feature);
        }
        return Map.of(BaselineCodec.FILE, CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8));
    }
}
