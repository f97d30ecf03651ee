package dev.keelson.learn.tune;

import java.util.List;
import java.util.stream.Collectors;

/**
 * When a parameter is active: when another one is and has one of some values.
 *
 * @param parent name of the other parameter
 * @param values at least one
 */
public record Condition(String parent, List<Object> values) {

    /** Copies the values. */
    public Condition {
        values = List.copyOf(values);
    }

    /** When {@code parent} has one of {@code values}. */
    public static Condition when(String parent, Object... values) {
        return new Condition(parent, List.of(values));
    }

    /** As in a project file: {@code booster = dart}, {@code booster in [gbtree, dart]}. */
    public String text() {
        return values.size() == 1
                ? parent + " = " + values.getFirst()
                : values.stream().map(Object::toString).collect(Collectors.joining(", ", parent + " in [", "]"));
    }
}
