package dev.keelson.learn.tree;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Universal Binary JSON (draft 12, big-endian) into maps, lists and boxed values. An array of one declared
 * numeric type becomes {@code float[]}, {@code double[]}, {@code int[]} (8, 16 and 32 bits) or {@code long[]}.
 *
 * <p>Damaged input ends in an {@link IllegalArgumentException}: lengths are checked against what is left before
 * anything is allocated, and nesting is bounded.
 */
final class Ubjson {
    private static final int MAX_DEPTH = 64;

    private final ByteBuffer in;

    private Ubjson(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    /** The single value of a document; null for null. */
    static @Nullable Object read(byte[] bytes) {
        Ubjson reader = new Ubjson(bytes);
        try {
            Object value = reader.value(reader.marker(), 0);
            if (reader.in.hasRemaining()) {
                throw reader.damaged("%d bytes follow the end".formatted(reader.in.remaining()));
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "The UBJSON document of %d bytes ends early.".formatted(bytes.length), e);
        }
    }

    private IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException(
                "The UBJSON document is damaged at byte %d: %s.".formatted(in.position(), what));
    }

    /** The next marker that is not a no-op. */
    private char marker() {
        char marker;
        do {
            marker = (char) (in.get() & 0xFF);
        } while (marker == 'N');
        return marker;
    }

    private @Nullable Object value(char marker, int depth) {
        if (depth > MAX_DEPTH) {
            throw damaged("it is nested deeper than %d".formatted(MAX_DEPTH));
        }
        return switch (marker) {
            case 'Z' -> null;
            case 'T' -> true;
            case 'F' -> false;
            case 'i' -> (long) in.get();
            case 'U' -> (long) (in.get() & 0xFF);
            case 'I' -> (long) in.getShort();
            case 'l' -> (long) in.getInt();
            case 'L' -> in.getLong();
            case 'd' -> in.getFloat();
            case 'D' -> in.getDouble();
            case 'C' -> String.valueOf((char) (in.get() & 0x7F));
            case 'S', 'H' -> text();
            case '[' -> array(depth);
            case '{' -> object(depth);
            default -> throw damaged("the marker (%d) is unknown".formatted((int) marker));
        };
    }

    private String text() {
        byte[] bytes = new byte[length(marker(), 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A length whose items, of at least {@code size} bytes each, are still there. */
    private int length(char marker, int size) {
        long length = switch (marker) {
            case 'i' -> in.get();
            case 'U' -> in.get() & 0xFF;
            case 'I' -> in.getShort();
            case 'l' -> in.getInt();
            case 'L' -> in.getLong();
            default -> throw damaged("a length is expected, not the marker (%d)".formatted((int) marker));
        };
        if (length < 0 || length > in.remaining() / Math.max(1, size)) {
            throw damaged("a length of %d where %d bytes are left".formatted(length, in.remaining()));
        }
        return (int) length;
    }

    private Object array(int depth) {
        char marker = marker();
        if (marker == '$') {
            char type = marker();
            requireCount();
            return typed(type);
        }
        List<@Nullable Object> items = new ArrayList<>();
        if (marker == '#') {
            int count = length(marker(), 1);
            for (int i = 0; i < count; i++) {
                items.add(value(marker(), depth + 1));
            }
        } else {
            for (; marker != ']'; marker = marker()) {
                items.add(value(marker, depth + 1));
            }
        }
        return Collections.unmodifiableList(items);
    }

    private void requireCount() {
        char marker = marker();
        if (marker != '#') {
            throw damaged("a type must be followed by a count, not by the marker (%d)".formatted((int) marker));
        }
    }

    private Object typed(char type) {
        switch (type) {
            case 'd' -> {
                float[] values = new float[length(marker(), Float.BYTES)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.getFloat();
                }
                return values;
            }
            case 'D' -> {
                double[] values = new double[length(marker(), Double.BYTES)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.getDouble();
                }
                return values;
            }
            case 'L' -> {
                long[] values = new long[length(marker(), Long.BYTES)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.getLong();
                }
                return values;
            }
            case 'l', 'I', 'i', 'U' -> {
                int size = type == 'l' ? Integer.BYTES : type == 'I' ? Short.BYTES : 1;
                int[] values = new int[length(marker(), size)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = type == 'l'
                            ? in.getInt()
                            : type == 'I' ? in.getShort() : type == 'i' ? in.get() : in.get() & 0xFF;
                }
                return values;
            }
            default -> throw damaged("arrays of the type (%d) are not read".formatted((int) type));
        }
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        char marker = marker();
        if (marker == '$') {
            throw damaged("objects of one declared type are not read");
        }
        if (marker == '#') {
            int count = length(marker(), 2);
            for (int i = 0; i < count; i++) {
                member(members, marker(), depth);
            }
        } else {
            for (; marker != '}'; marker = marker()) {
                member(members, marker, depth);
            }
        }
        return Collections.unmodifiableMap(members);
    }

    private void member(Map<String, @Nullable Object> members, char lengthMarker, int depth) {
        byte[] name = new byte[length(lengthMarker, 1)];
        in.get(name);
        members.put(new String(name, StandardCharsets.UTF_8), value(marker(), depth + 1));
    }
}
