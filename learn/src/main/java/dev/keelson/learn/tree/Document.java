package dev.keelson.learn.tree;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in a parsed document, with checked access. Every mismatch is an {@link IllegalArgumentException} naming the
 * place.
 */
record Document(String path, @Nullable Object value) {

    /** The member of an object, which must be there. */
    Document get(String name) {
        if (!(value instanceof Map<?, ?> members) || !members.containsKey(name)) {
            throw new IllegalArgumentException("The model has no %s/%s.".formatted(path, name));
        }
        return new Document(path + "/" + name, members.get(name));
    }

    /** Whether this is an object with that member. */
    boolean has(String name) {
        return value instanceof Map<?, ?> members && members.containsKey(name);
    }

    /** The items of an array of objects. */
    List<Document> items() {
        if (!(value instanceof List<?> list)) {
            throw wrong("an array");
        }
        return list.stream().map(item -> new Document(path + "/*", item)).toList();
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw wrong("a text");
    }

    /** A whole number, also when it is written as text. */
    int whole() {
        try {
            if (value instanceof Number number) {
                return Math.toIntExact(number.longValue());
            }
            return Integer.parseInt(text());
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("The model's %s (%s) must be a whole number.".formatted(path, value), e);
        }
    }

    int[] ints() {
        if (value instanceof int[] ints) {
            return ints;
        }
        if (value instanceof long[] longs) {
            int[] ints = new int[longs.length];
            for (int i = 0; i < ints.length; i++) {
                if (longs[i] != (int) longs[i]) {
                    throw wrong("an array of 32-bit whole numbers");
                }
                ints[i] = (int) longs[i];
            }
            return ints;
        }
        List<?> list = list("an array of whole numbers");
        int[] ints = new int[list.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = new Document(path + "/*", list.get(i)).whole();
        }
        return ints;
    }

    float[] floats() {
        if (value instanceof float[] floats) {
            return floats;
        }
        List<?> list = list("an array of numbers");
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            if (!(list.get(i) instanceof Number number)) {
                throw wrong("an array of numbers");
            }
            floats[i] = number.floatValue();
        }
        return floats;
    }

    private List<?> list(String expected) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(expected);
    }

    private IllegalArgumentException wrong(String expected) {
        String type = value == null ? "null" : value.getClass().getSimpleName();
        return new IllegalArgumentException("The model's %s (%s) must be %s.".formatted(path, type, expected));
    }
}
