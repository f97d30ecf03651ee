package dev.keelson.catboost;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes tables of FlatBuffers, so that models of CatBoost can be made without its trainer, which is native code. */
final class CbmBytes {
    private static final int MOST_BYTES = 1 << 16;
    private static final int MAGIC = 'C' | 'B' << 8 | 'M' << 16 | '1' << 24;

    private final SortedMap<Integer, Object> fields = new TreeMap<>();

    /** A field: Boolean, Byte, Integer, Float, Double, String, byte[], int[], float[], double[], CbmBytes, or a List of String or CbmBytes. */
    CbmBytes with(int slot, Object value) {
        fields.put(slot, value);
        return this;
    }

    /** The file of a core and what follows it. */
    static byte[] file(CbmBytes core, byte[]... parts) {
        ByteBuffer file = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(MAGIC);
        byte[] bytes = core.bytes();
        file.putInt(bytes.length).put(bytes);
        for (byte[] part : parts) {
            file.put(part);
        }
        return written(file);
    }

    /** Counts of categories, as a file has them after its core. */
    static byte[] counts(CbmBytes... tables) {
        ByteBuffer part = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(tables.length);
        for (CbmBytes table : tables) {
            byte[] bytes = table.bytes();
            part.putInt(bytes.length).put(bytes);
        }
        return written(part);
    }

    private static byte[] written(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    byte[] bytes() {
        ByteBuffer buffer = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0);
        buffer.putInt(0, table(buffer));
        align(buffer, Double.BYTES, 0);
        return written(buffer);
    }

    private static void align(ByteBuffer buffer, int to, int before) {
        while ((buffer.position() + before) % to != 0) {
            buffer.put((byte) 0);
        }
    }

    private static int width(Object value) {
        return switch (value) {
            case Boolean ignored -> 1;
            case Byte ignored -> 1;
            case Double ignored -> Double.BYTES;
            default -> Integer.BYTES;
        };
    }

    /** Writes this table and what it refers to, and tells where it begins. */
    private int table(ByteBuffer buffer) {
        int slots = fields.isEmpty() ? 0 : fields.lastKey() + 1;
        align(buffer, Double.BYTES, 0);
        int layout = buffer.position();
        buffer.position(layout + 4 + 2 * slots);
        align(buffer, Double.BYTES, 0);
        int start = buffer.position();
        buffer.putInt(start - layout);
        Map<Integer, Integer> places = new TreeMap<>();
        fields.forEach((slot, value) -> {
            align(buffer, width(value), 0);
            places.put(slot, buffer.position());
            buffer.putShort(layout + 4 + 2 * slot, (short) (buffer.position() - start));
            switch (value) {
                case Boolean flag -> buffer.put((byte) (flag ? 1 : 0));
                case Byte octet -> buffer.put(octet);
                case Integer whole -> buffer.putInt(whole);
                case Float number -> buffer.putFloat(number);
                case Double number -> buffer.putDouble(number);
                default -> buffer.putInt(0);
            }
        });
        buffer.putShort(layout, (short) (4 + 2 * slots));
        buffer.putShort(layout + 2, (short) (buffer.position() - start));
        places.forEach((slot, at) -> {
            Object value = Objects.requireNonNull(fields.get(slot));
            if (!(value instanceof Number) && !(value instanceof Boolean)) {
                int place = referred(buffer, value);
                buffer.putInt(at, place - at);
            }
        });
        return start;
    }

    private static int referred(ByteBuffer buffer, Object value) {
        if (value instanceof CbmBytes table) {
            return table.table(buffer);
        }
        align(buffer, Double.BYTES, Integer.BYTES);
        int start = buffer.position();
        switch (value) {
            case String text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                buffer.putInt(bytes.length).put(bytes).put((byte) 0);
            }
            case byte[] bytes -> buffer.putInt(bytes.length).put(bytes);
            case int[] wholes -> {
                buffer.putInt(wholes.length);
                for (int each : wholes) {
                    buffer.putInt(each);
                }
            }
            case float[] numbers -> {
                buffer.putInt(numbers.length);
                for (float each : numbers) {
                    buffer.putFloat(each);
                }
            }
            case double[] numbers -> {
                buffer.putInt(numbers.length);
                for (double each : numbers) {
                    buffer.putDouble(each);
                }
            }
            case List<?> many -> {
                buffer.putInt(many.size());
                int first = buffer.position();
                buffer.position(first + Integer.BYTES * many.size());
                List<Integer> places = new ArrayList<>();
                for (Object each : many) {
                    places.add(referred(buffer, each));
                }
                for (int i = 0; i < places.size(); i++) {
                    int at = first + Integer.BYTES * i;
                    buffer.putInt(at, places.get(i) - at);
                }
            }
            default -> throw new IllegalArgumentException("A field holds %s.".formatted(value));
        }
        return start;
    }
}
