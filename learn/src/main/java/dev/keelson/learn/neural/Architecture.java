package dev.keelson.learn.neural;

import dev.keelson.learn.preprocess.Preprocessing;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What kind of network is made for the features of a training set. */
sealed interface Architecture {

    /** A network and what it reads. */
    record Plan(Network network, Inputs inputs) {}

    /**
     * The network for some features.
     *
     * @throws dev.keelson.error.KeelsonException BAD_VALUE if the names do not make sequences
     */
    Plan plan(List<String> features, Preprocessing preprocessing, int outputs);

    /** The settings by their names in project files. */
    SortedMap<String, Object> settings();

    /** A multi-layer perceptron. */
    record Perceptron(List<Integer> hidden, Activation activation, boolean batchNorm) implements Architecture {

        @Override
        public Plan plan(List<String> features, Preprocessing preprocessing, int outputs) {
            int[] columns = new int[preprocessing.width()];
            for (int c = 0; c < columns.length; c++) {
                columns[c] = c;
            }
            return new Plan(
                    new Network.Dense(columns.length, hidden, activation, batchNorm, outputs),
                    new Inputs(preprocessing, columns));
        }

        @Override
        public SortedMap<String, Object> settings() {
            SortedMap<String, Object> settings = new TreeMap<>();
            settings.put("hidden", String.join(",", hidden.stream().map(String::valueOf).toList()));
            settings.put("activation", activation.id());
            settings.put("batch_norm", batchNorm);
            return settings;
        }
    }

    /** Long short-term memory over lags. */
    record Lstm(int units, int layers) implements Architecture {

        @Override
        public Plan plan(List<String> features, Preprocessing preprocessing, int outputs) {
            Sequences sequences = Sequences.of(features, preprocessing);
            return new Plan(
                    new Network.Recurrent(sequences.steps(), sequences.channels(), units, layers, outputs),
                    sequences.inputs());
        }

        @Override
        public SortedMap<String, Object> settings() {
            SortedMap<String, Object> settings = new TreeMap<>();
            settings.put("units", (long) units);
            settings.put("layers", (long) layers);
            return settings;
        }
    }
}
