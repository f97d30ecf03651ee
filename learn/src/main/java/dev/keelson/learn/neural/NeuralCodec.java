package dev.keelson.learn.neural;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.preprocess.Preprocessing;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelJson;
import java.util.List;
import java.util.Map;

/** Reads neural networks from canonical JSON (shape and preprocessing) and a safetensors file (weights). */
public final class NeuralCodec implements ModelCodec {
    static final String FORMAT = "keelson-neural";
    static final String FILE = "neural.json";
    static final String WEIGHTS = "weights.safetensors";
    static final int VERSION = 1;

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        byte[] file = files.get(WEIGHTS);
        if (file == null) {
            throw new IllegalArgumentException(
                    "The model has no file %s; it has %s.".formatted(WEIGHTS, files.keySet()));
        }
        Task trained = Task.fromJson(json.path("task"));
        if (!trained.equals(task)) {
            throw new IllegalArgumentException(
                    "The network tells %s, not %s.".formatted(trained.outputs(), task.outputs()));
        }
        Network network = Network.fromJson(json.path("network"));
        int[] columns = new int[json.path("columns").size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = json.path("columns").path(i).asInt(-2);
        }
        return new NeuralModel(
                features,
                network,
                SafeTensors.read(tensors(network), file),
                new Inputs(Preprocessing.fromJson(json.path("preprocessing")), columns),
                new Outputs(task, json.path("mean").asDouble(Double.NaN), json.path("scale").asDouble(Double.NaN)),
                ModelJson.numbers(json.path("importance")));
    }

    private static List<Tensor> tensors(Network network) {
        try {
            return network.tensors();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("The network %s is too large.".formatted(network.toJson()), e);
        }
    }
}
