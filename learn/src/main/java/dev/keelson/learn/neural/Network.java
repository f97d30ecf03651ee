package dev.keelson.learn.neural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The shape of a network. Its weights are one flat array of floats, parted by {@link #tensors}. */
public sealed interface Network {

    /** Numbers that it reads for each row. */
    int inputs();

    /** Numbers that it gives for each row: one for each output of the task. */
    int outputs();

    /** The parts of its weights, one after another from 0. */
    List<Tensor> tensors();

    /** Where dropout applies: numbers for each row of each mask. */
    List<Integer> masks();

    /** Number of weights. */
    default int size() {
        Tensor last = tensors().getLast();
        return Math.addExact(last.offset(), last.size());
    }

    /**
     * Layers one after another: {@code activation(norm(weight * x + bias))}, then the outputs {@code weight * x + bias}.
     * In a saved model the norm is part of weight and bias.
     *
     * @param inputs numbers that it reads, at least 1
     * @param hidden units of each hidden layer, each at least 1; empty for a linear model
     * @param activation of the hidden layers
     * @param batchNorm whether sums are standardised over the rows of a batch, then scaled and shifted
     * @param outputs numbers that it gives, at least 1
     */
    record Dense(int inputs, List<Integer> hidden, Activation activation, boolean batchNorm, int outputs)
            implements Network {

        /** Added to the variance over a batch. */
        public static final double NORM_EPSILON = 1e-5;

        /** Checks the ranges. */
        public Dense {
            hidden = List.copyOf(hidden);
            requirePositive(inputs, outputs);
            hidden.forEach(Network::requirePositive);
        }

        @Override
        public List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>();
            int at = 0;
            int width = inputs;
            for (int l = 0; l < hidden.size(); l++) {
                int units = hidden.get(l);
                at = add(tensors, "hidden.%d.weight".formatted(l), at, units, width);
                at = add(tensors, "hidden.%d.bias".formatted(l), at, units, 0);
                if (batchNorm) {
                    at = add(tensors, "norm.%d.weight".formatted(l), at, units, 0);
                    at = add(tensors, "norm.%d.bias".formatted(l), at, units, 0);
                }
                width = units;
            }
            at = add(tensors, "output.weight", at, outputs, width);
            add(tensors, "output.bias", at, outputs, 0);
            return tensors;
        }

        @Override
        public List<Integer> masks() {
            return hidden;
        }

        /** The same without norms, as it is saved. */
        Dense folded() {
            return new Dense(inputs, hidden, activation, false, outputs);
        }
    }

    /**
     * Layers of long short-term memory over the steps of a sequence, then the outputs {@code weight * x + bias} of the
     * last layer's state after the last step. Gates are in the order input, forget, cell, output.
     *
     * @param steps steps of the sequence, oldest first, at least 1
     * @param channels numbers that it reads in each step, at least 1
     * @param units size of the state of a layer, at least 1
     * @param layers layers, 1 to 64
     * @param outputs numbers that it gives, at least 1
     */
    record Recurrent(int steps, int channels, int units, int layers, int outputs) implements Network {

        /** Gates of a unit. */
        public static final int GATES = 4;

        private static final int MOST_LAYERS = 64;

        /** Checks the ranges. */
        public Recurrent {
            requirePositive(steps, channels, units, layers, outputs);
            if (layers > MOST_LAYERS) {
                throw new IllegalArgumentException("There are %d layers, more than %d.".formatted(layers, MOST_LAYERS));
            }
        }

        @Override
        public int inputs() {
            return Math.multiplyExact(steps, channels);
        }

        @Override
        public List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>();
            int at = 0;
            for (int l = 0; l < layers; l++) {
                at = add(tensors, "lstm.%d.weight_ih".formatted(l), at, GATES * units, l == 0 ? channels : units);
                at = add(tensors, "lstm.%d.weight_hh".formatted(l), at, GATES * units, units);
                at = add(tensors, "lstm.%d.bias".formatted(l), at, GATES * units, 0);
            }
            at = add(tensors, "output.weight", at, outputs, units);
            add(tensors, "output.bias", at, outputs, 0);
            return tensors;
        }

        /** One for each layer, the same at every step. */
        @Override
        public List<Integer> masks() {
            return Collections.nCopies(layers, units);
        }
    }

    private static int add(List<Tensor> tensors, String name, int at, int rows, int columns) {
        Tensor tensor = new Tensor(name, at, rows, columns);
        tensors.add(tensor);
        return Math.addExact(at, tensor.size());
    }

    private static void requirePositive(int... sizes) {
        for (int size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException("A size of a network (%d) must be at least 1.".formatted(size));
            }
        }
    }

    /** As JSON: {@code kind} and the sizes. */
    default ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case Dense dense -> {
                json.put("kind", "dense");
                json.put("inputs", dense.inputs);
                ArrayNode hidden = json.putArray("hidden");
                dense.hidden.forEach(hidden::add);
                json.put("activation", dense.activation.id());
            }
            case Recurrent recurrent -> {
                json.put("kind", "lstm");
                json.put("steps", recurrent.steps);
                json.put("channels", recurrent.channels);
                json.put("units", recurrent.units);
                json.put("layers", recurrent.layers);
            }
        }
        json.put("outputs", outputs());
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if the kind is unknown or a size impossible
     */
    static Network fromJson(JsonNode json) {
        String kind = json.path("kind").asText();
        int outputs = json.path("outputs").asInt();
        return switch (kind) {
            case "dense" -> {
                List<Integer> hidden = new ArrayList<>();
                json.path("hidden").forEach(units -> hidden.add(units.asInt()));
                Activation activation = Activation.of(json.path("activation").asText());
                yield new Dense(json.path("inputs").asInt(), hidden, activation, false, outputs);
            }
            case "lstm" ->
                new Recurrent(
                        json.path("steps").asInt(),
                        json.path("channels").asInt(),
                        json.path("units").asInt(),
                        json.path("layers").asInt(),
                        outputs);
            default -> throw new IllegalArgumentException("The network (%s) must be dense or lstm.".formatted(kind));
        };
    }
}
