package dev.keelson.learn.neural;

/**
 * A part of a network's weights, which are one flat array.
 *
 * @param name name in saved models, such as {@code hidden.0.weight}
 * @param offset position of its first number
 * @param rows first dimension
 * @param columns second dimension; 0 for a vector
 */
public record Tensor(String name, int offset, int rows, int columns) {

    /** How many numbers it has. */
    public int size() {
        return columns == 0 ? rows : Math.multiplyExact(rows, columns);
    }

    /** Whether it has two dimensions; those shrink by weight decay, vectors (biases, norms) do not. */
    public boolean isMatrix() {
        return columns > 0;
    }
}
