package dev.keelson.learn.neural;

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

/** A trained network with its preprocessing. It predicts without any library, to the same bits on every machine. */
final class NeuralModel implements Model {
    private final List<String> features;
    private final Network network;
    private final float[] weights;
    private final Inputs inputs;
    private final Outputs outputs;
    private final double[] importance;
    private final Forward forward;

    NeuralModel(
            List<String> features,
            Network network,
            float[] weights,
            Inputs inputs,
            Outputs outputs,
            double[] importance) {
        this.features = List.copyOf(features);
        this.network = network;
        this.weights = weights.clone();
        this.inputs = inputs;
        this.outputs = outputs;
        this.importance = importance.clone();
        if (inputs.preprocessing().medians().length != features.size()
                || importance.length != features.size()
                || inputs.columns().length != network.inputs()
                || outputs.task().outputs().size() != network.outputs()) {
            throw new IllegalArgumentException(
                    "The network reads %d inputs of %d features and gives %d outputs; it is to read %d features and tell %s."
                            .formatted(
                                    network.inputs(),
                                    inputs.preprocessing().medians().length,
                                    network.outputs(),
                                    features.size(),
                                    outputs.task().outputs()));
        }
        forward = Forward.of(network, this.weights);
    }

    Network network() {
        return network;
    }

    float[] weights() {
        return weights.clone();
    }

    Inputs inputs() {
        return inputs;
    }

    /** How the network's outputs and the targets belong together. */
    Outputs outputsOf() {
        return outputs;
    }

    @Override
    public String format() {
        return NeuralCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return features;
    }

    @Override
    public Task task() {
        return outputs.task();
    }

    @Override
    public boolean byEngine() {
        return true;
    }

    @Override
    public void predict(double[] row, double[] out) {
        FeatureMatrix.requireRow(row, features);
        float[] read = new float[network.inputs()];
        inputs.read(row, read, 0);
        outputs.finish(forward.outputs(read), out);
    }

    /**
     * Shares of the features in the absolute gradient of the predictions, by standard deviation of the feature, over
     * training rows.
     */
    @Override
    public double[] importance() {
        return importance.clone();
    }

    @Override
    public Map<String, byte[]> save() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", NeuralCodec.VERSION);
        json.set("network", network.toJson());
        json.set("task", outputs.task().toJson());
        json.set("preprocessing", inputs.preprocessing().toJson());
        ArrayNode columns = json.putArray("columns");
        for (int column : inputs.columns()) {
            columns.add(column);
        }
        json.put("mean", outputs.mean());
        json.put("scale", outputs.scale());
        ArrayNode shares = json.putArray("importance");
        for (double share : importance) {
            shares.add(share);
        }
        return Map.of(
                NeuralCodec.FILE,
                CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8),
                NeuralCodec.WEIGHTS,
                SafeTensors.write(network.tensors(), weights));
    }
}
