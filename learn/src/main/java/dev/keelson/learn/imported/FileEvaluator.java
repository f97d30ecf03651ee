package dev.keelson.learn.imported;

import java.util.List;
import java.util.Set;

/**
 * What one model file computes. Safe for use by several threads. What it tells of a row depends on that row alone.
 */
public interface FileEvaluator extends AutoCloseable {

    /** Numbers it reads of a row; 0 when the file does not say. */
    int width();

    /** Names of these numbers, in order; empty when the file does not name them. */
    List<String> inputs();

    /** What the numbers that it tells stand for, in order: labels of classes; empty when the file does not name them. */
    List<String> labels();

    /**
     * Positions of the numbers that stand for categories, as {@link dev.keelson.frame.CategoryKey} makes them; the others are
     * quantities.
     */
    default Set<Integer> categories() {
        return Set.of();
    }

    /** How its numbers become a prediction, as far as the file says. */
    default FileLink link() {
        return FileLink.NONE;
    }

    /** What the file holds, in one sentence, for messages. */
    String description();

    /**
     * The numbers that it tells of a row, as they are in the file's output.
     *
     * @param row in the order of the file; {@code NaN} is missing
     * @throws IllegalArgumentException if it tells nothing of such a row
     */
    double[] evaluate(double[] row);

    /** Lets go of what it holds outside the heap. Nothing may be evaluated any more, nor at that moment. */
    @Override
    default void close() {}
}
