package dev.keelson.learn;

import dev.keelson.learn.explain.Explainer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fitted model. Immutable; safe for use by several threads. A prediction depends on the row alone, not on other
 * rows, their order or earlier calls, and a saved and loaded model predicts the same bits.
 */
public interface Model {

    /** Names the {@link dev.keelson.learn.spi.ModelCodec} that loads what {@link #save} returns. */
    String format();

    /** The features it reads, in order. */
    List<String> features();

    /** What it tells of a row. */
    Task task();

    /** The numbers a prediction holds, in order: the classes of a classifier. */
    default List<String> outputs() {
        return task().outputs();
    }

    /**
     * The classes it predicts, in order.
     *
     * @throws IllegalStateException if it is not a classifier
     */
    default List<String> classes() {
        if (task() instanceof Task.Classification classification) {
            return classification.classes();
        }
        throw new IllegalStateException("The model (%s) predicts %s, not classes.".formatted(format(), outputs()));
    }

    /**
     * Prediction of one row: the probability of each class, which sum to 1 up to rounding; the value; or the quantiles,
     * not falling.
     *
     * @param row values in the order of {@link #features}; {@code NaN} is missing
     * @param out receives one number for each of {@link #outputs}
     * @throws IllegalArgumentException if the length of the row differs or a value is infinite
     */
    void predict(double[] row, double[] out);

    /**
     * Predictions of many rows.
     *
     * @param rows holds at least this model's features, in any order
     * @return {@code rows * outputs}, row by row
     * @throws IllegalArgumentException if a feature is absent
     */
    default double[] predictAll(FeatureMatrix rows) {
        FeatureMatrix mine = rows.names().equals(features()) ? rows : rows.select(features());
        int outputs = outputs().size();
        double[] all = new double[Math.multiplyExact(mine.rows(), outputs)];
        double[] row = new double[mine.width()];
        double[] out = new double[outputs];
        for (int i = 0; i < mine.rows(); i++) {
            mine.row(i, row);
            predict(row, out);
            System.arraycopy(out, 0, all, i * outputs, outputs);
        }
        return all;
    }

    /**
     * Share of each feature in what the model does, in the order of {@link #features}; sums to 1, or all 0 for a
     * constant model.
     */
    double[] importance();

    /**
     * Number of rows whose quantiles fell before they were put in order; 0 of models that cannot tell any such.
     *
     * @param rows holds at least this model's features, in any order
     */
    default int crossed(FeatureMatrix rows) {
        return 0;
    }

    /** The models that it is made of, in order; none of a model that stands on its own. */
    default List<Model> parts() {
        return List.of();
    }

    /**
     * Whether its predictions are made by a network or by a library of another language. Servers have such models predict by
     * threads of their own, so that no other model waits for them.
     */
    default boolean byEngine() {
        return parts().stream().anyMatch(Model::byEngine);
    }

    /** Keeps what it holds outside the heap open, until the answer is closed: {@link #release} waits for that. */
    default Hold hold() {
        return Hold.of(parts().stream().map(Model::hold).toList());
    }

    /**
     * Lets go of what it holds outside the heap, as soon as nothing predicts with it or {@linkplain #hold holds} it. It still
     * predicts, and opens that anew when it does.
     */
    default void release() {
        parts().forEach(Model::release);
    }

    /** A claim on what a model holds outside the heap, to be closed once. */
    @FunctionalInterface
    interface Hold extends AutoCloseable {
        /** Of a model that holds nothing there. */
        Hold NONE = () -> {};

        @Override
        void close();

        /** All of them together. */
        static Hold of(List<Hold> holds) {
            return holds.stream().allMatch(NONE::equals) ? NONE : () -> holds.forEach(Hold::close);
        }
    }

    /** Exact contributions of its features, or null where no sum of contributions makes its prediction. */
    default @Nullable Explainer explainer() {
        return null;
    }

    /** The model as files: name (path with {@code /}) to content. Plain data, never serialised objects. */
    Map<String, byte[]> save();
}
