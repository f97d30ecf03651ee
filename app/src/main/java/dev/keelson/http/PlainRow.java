package dev.keelson.http;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row of a request, column to value, with its numbers in arrays: whoever knows it reads them without a box for each. As a map
 * it is as any other, and cannot be changed. Filled by one thread, then safe for reading by several.
 */
public final class PlainRow extends AbstractMap<String, @Nullable Object> {
    private final Shape shape;
    private final @Nullable Object[] values;
    private final long[] numbers;

    /** Stands for a number that lies in the other array. */
    private enum Kind {
        DOUBLE,
        LONG
    }

    /** The columns of rows that are alike, in order. Compared by identity. Immutable. */
    public static final class Shape {
        private final List<String> names;
        private final Map<String, Integer> places = new HashMap<>();

        /**
         * Names the columns.
         *
         * @throws IllegalArgumentException if a name occurs twice
         */
        public Shape(List<String> names) {
            this.names = List.copyOf(names);
            for (String name : this.names) {
                if (places.put(name, places.size()) != null) {
                    throw new IllegalArgumentException("The column (%s) occurs twice.".formatted(name));
                }
            }
        }

        /** The columns. */
        public List<String> names() {
            return names;
        }
    }

    /** A row whose values are all null. */
    public PlainRow(Shape shape) {
        this.shape = shape;
        this.values = new @Nullable Object[shape.names.size()];
        this.numbers = new long[values.length];
    }

    /** Its columns. */
    public Shape shape() {
        return shape;
    }

    /** Sets a number with a fraction or an exponent. */
    public void setDouble(int place, double value) {
        values[place] = Kind.DOUBLE;
        numbers[place] = Double.doubleToRawLongBits(value);
    }

    /** Sets a whole number. */
    public void setLong(int place, long value) {
        values[place] = Kind.LONG;
        numbers[place] = value;
    }

    /** Sets a text, or true or false. */
    public void set(int place, Object value) {
        if (!(value instanceof String || value instanceof Boolean)) {
            throw new IllegalArgumentException("The value (%s) must be a text, true or false.".formatted(value));
        }
        values[place] = value;
    }

    /** Whether the value is a number with a fraction or an exponent. */
    public boolean isDouble(int place) {
        return values[place] == Kind.DOUBLE;
    }

    /** Whether the value is a whole number. */
    public boolean isLong(int place) {
        return values[place] == Kind.LONG;
    }

    /** A value for which {@link #isDouble} holds. */
    public double doubleAt(int place) {
        return Double.longBitsToDouble(numbers[place]);
    }

    /** A value for which {@link #isLong} holds. */
    public long longAt(int place) {
        return numbers[place];
    }

    /** A value: a Double, Long, String or Boolean, or null. */
    public @Nullable Object at(int place) {
        Object value = values[place];
        if (value == Kind.DOUBLE) {
            return doubleAt(place);
        }
        return value == Kind.LONG ? (Object) longAt(place) : value;
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return key instanceof String name && shape.places.containsKey(name);
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        Integer place = key instanceof String name ? shape.places.get(name) : null;
        return place == null ? null : at(place);
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return values.length;
            }

            @Override
            public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
                return new Iterator<>() {
                    private int next;

                    @Override
                    public boolean hasNext() {
                        return next < values.length;
                    }

                    @Override
                    public Map.Entry<String, @Nullable Object> next() {
                        if (!hasNext()) {
                            throw new NoSuchElementException();
                        }
                        String name = Objects.requireNonNull(shape.names.get(next));
                        return new SimpleImmutableEntry<>(name, at(next++));
                    }
                };
            }
        };
    }
}
