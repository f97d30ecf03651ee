package dev.keelson.learn.ensemble;

import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import java.util.Arrays;
import java.util.List;

/** What makes one prediction of those of the members. */
sealed interface Combination {

    /** The name in files. */
    String key();

    /**
     * Combines.
     *
     * @param told prediction of each member, one after the other
     * @param out receives the combined one
     */
    void apply(double[] told, double[] out);

    /** Share of each member in the combination, summing to 1. */
    double[] shares();

    /**
     * The weighted mean.
     *
     * @param weights of the members, each at least 0, summing to 1
     */
    record Mean(double[] weights) implements Combination {
        static final String KEY = "mean";

        static Mean equal(int members) {
            double[] weights = new double[members];
            Arrays.fill(weights, 1.0 / members);
            return new Mean(weights);
        }

        @Override
        public String key() {
            return KEY;
        }

        @Override
        public void apply(double[] told, double[] out) {
            int outputs = told.length / weights.length;
            for (int k = 0; k < outputs; k++) {
                double sum = 0;
                for (int m = 0; m < weights.length; m++) {
                    sum += weights[m] * told[m * outputs + k];
                }
                out[k] = sum;
            }
        }

        @Override
        public double[] shares() {
            return weights.clone();
        }
    }

    /**
     * The share of the weight that votes for each class: a member votes for its most probable one, of equals the first.
     *
     * @param weights of the members, each at least 0, summing to 1
     */
    record Votes(double[] weights) implements Combination {
        static final String KEY = "votes";

        @Override
        public String key() {
            return KEY;
        }

        @Override
        public void apply(double[] told, double[] out) {
            int outputs = told.length / weights.length;
            Arrays.fill(out, 0, outputs, 0);
            for (int m = 0; m < weights.length; m++) {
                int best = 0;
                for (int k = 1; k < outputs; k++) {
                    if (told[m * outputs + k] > told[m * outputs + best]) {
                        best = k;
                    }
                }
                out[best] += weights[m];
            }
        }

        @Override
        public double[] shares() {
            return weights.clone();
        }
    }

    /**
     * A model of the members' predictions.
     *
     * @param meta reads {@link MetaFeatures}
     */
    record Stack(Model meta, MetaFeatures inputs) implements Combination {
        static final String KEY = "stack";

        static Stack of(Model meta, List<String> members, Task task) {
            MetaFeatures inputs = MetaFeatures.of(members, task);
            if (!meta.features().equals(inputs.names()) || !meta.task().equals(task)) {
                throw new IllegalArgumentException("The upper model reads %s and tells %s; %s and %s are expected."
                        .formatted(meta.features(), meta.outputs(), inputs.names(), task.outputs()));
            }
            return new Stack(meta, inputs);
        }

        @Override
        public String key() {
            return KEY;
        }

        @Override
        public void apply(double[] told, double[] out) {
            double[] row = new double[inputs.names().size()];
            inputs.row(told, row);
            meta.predict(row, out);
        }

        @Override
        public double[] shares() {
            double[] importance = meta.importance();
            double[] shares = new double[inputs.members()];
            for (int c = 0; c < importance.length; c++) {
                shares[c / inputs.width()] += importance[c];
            }
            return shares;
        }
    }
}
