package dev.keelson.http.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor.
 *
 * @param name of the input or output
 * @param type of its elements
 * @param shape its dimensions, each at least 0
 * @param values its elements, the last dimension first to change: Boolean, Long, Double or String; null for a missing one
 */
record Tensor(String name, DataType type, List<Long> shape, List<@Nullable Object> values) {
    Tensor {
        shape = List.copyOf(shape);
        values = Collections.unmodifiableList(values); // handed over
        if (elements(shape) != values.size()) {
            throw new IllegalArgumentException(
                    "The tensor (%s) has %d elements, which its shape (%s) does not."
                            .formatted(name, values.size(), shape));
        }
    }

    /** How many elements a shape has; -1 when they are more than a list can hold. */
    static long elements(List<Long> shape) {
        long elements = 1;
        for (long each : shape) {
            if (each < 0 || (each > 0 && elements > Integer.MAX_VALUE / each)) {
                return -1;
            }
            elements *= each;
        }
        return elements;
    }

    /** One text for each row. */
    static Tensor texts(String name, List<String> texts) {
        return new Tensor(name, DataType.BYTES, List.of((long) texts.size()), new ArrayList<>(texts));
    }
}
