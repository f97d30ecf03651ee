package dev.keelson.learn.ensemble;

import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Knows its training rows by heart and nothing else: perfect where it has been, a coin elsewhere. Counts what it remembers. */
final class MemoryLearner implements Learner {
    final AtomicInteger remembered = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of();
    }

    @Override
    public boolean supports(Task task) {
        return task instanceof Task.Classification;
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        Map<Double, Integer> labels = new HashMap<>();
        for (int i = 0; i < rows.rows(); i++) {
            labels.put(rows.features().value(i, 0), rows.labels()[i]);
        }
        return Fit.of(new Memory(rows.features().names(), rows.task(), labels));
    }

    private final class Memory implements Model {
        private final List<String> features;
        private final Task task;
        private final Map<Double, Integer> labels;

        Memory(List<String> features, Task task, Map<Double, Integer> labels) {
            this.features = features;
            this.task = task;
            this.labels = labels;
        }

        @Override
        public String format() {
            return "memory";
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
            Integer label = labels.get(row[0]);
            asked.incrementAndGet();
            if (label != null) {
                remembered.incrementAndGet();
            }
            out[0] = label == null ? 0.5 : label == 0 ? 0.999 : 0.001;
            out[1] = 1 - out[0];
        }

        @Override
        public double[] importance() {
            return new double[features.size()];
        }

        @Override
        public Map<String, byte[]> save() {
            return Map.of();
        }
    }
}
