package dev.keelson.learn.tune;

import java.util.Map;
import java.util.Objects;

/** Reads proposed values that must be there. */
final class Values {
    private Values() {}

    static double number(Map<String, Object> values, String name) {
        return ((Number) Objects.requireNonNull(values.get(name), name)).doubleValue();
    }
}
