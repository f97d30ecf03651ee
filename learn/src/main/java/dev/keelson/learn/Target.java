package dev.keelson.learn;

import java.util.List;

/** What is to be learned of each row. The arrays are not copied and must not change. */
public sealed interface Target {

    /** Number of rows. */
    int rows();

    /** What a model fitted to it tells. */
    Task task();

    /** The rows at the given positions, in that order; positions may repeat. */
    Target take(int[] positions);

    /**
     * The class of each row.
     *
     * @param labels 0 to {@code names.size() - 1}
     * @param names names of the classes, in order; at least 2. A class may be without rows
     */
    record Classes(int[] labels, List<String> names) implements Target {

        /** Checks the range. */
        public Classes {
            names = new Task.Classification(names).classes();
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || labels[i] >= names.size()) {
                    throw new IllegalArgumentException("""
                            The label of row %d (%d) must be between 0 and %d.
                            Maybe the row has no label yet.""".formatted(i, labels[i], names.size() - 1));
                }
            }
        }

        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Task.Classification task() {
            return new Task.Classification(names);
        }

        @Override
        public Classes take(int[] positions) {
            int[] taken = new int[positions.length];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = labels[positions[i]];
            }
            return new Classes(taken, names);
        }
    }

    /**
     * The value of each row.
     *
     * @param values finite
     * @param task {@link Task.Regression} or {@link Task.Quantiles}
     */
    record Numbers(double[] values, Task task) implements Target {

        /** Checks the values. */
        public Numbers {
            if (task instanceof Task.Classification) {
                throw new IllegalArgumentException("Values cannot be classified; labels are needed.");
            }
            for (int i = 0; i < values.length; i++) {
                if (!Double.isFinite(values[i])) {
                    throw new IllegalArgumentException("""
                            The target of row %d (%s) must be finite.
                            Maybe the row has no label yet, or its label divides by zero.\
                            """.formatted(i, values[i]));
                }
            }
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public Numbers take(int[] positions) {
            double[] taken = new double[positions.length];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = values[positions[i]];
            }
            return new Numbers(taken, task);
        }
    }
}
