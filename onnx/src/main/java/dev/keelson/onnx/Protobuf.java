package dev.keelson.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one protobuf message, in order. For one use by one thread. Damage is an
 * {@link IllegalArgumentException}.
 */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int MOST_VARINT = 10;

    private final ByteBuffer in;
    private int field;
    private int wire;
    private boolean pending;

    Protobuf(ByteBuffer message) {
        this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field, over what was not read of the last. */
    boolean next() {
        if (pending) {
            skip();
        }
        if (!in.hasRemaining()) {
            return false;
        }
        long key = readVarint();
        field = Math.toIntExact(key >>> 3);
        wire = (int) (key & 7);
        pending = true;
        if (field < 1) {
            throw damaged();
        }
        return true;
    }

    /** Number of the present field. */
    int field() {
        return field;
    }

    /** Whether the present field is a number rather than text, bytes or a message. */
    boolean isNumber() {
        return wire == VARINT;
    }

    /** A whole number. */
    long number() {
        require(VARINT);
        return readVarint();
    }

    /** A text. */
    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** A message within the message. */
    Protobuf message() {
        return new Protobuf(bytes());
    }

    /** The next number of a packed list, while there is one. */
    boolean more() {
        return in.hasRemaining();
    }

    /** The next number of a packed list. */
    long packed() {
        return readVarint();
    }

    private ByteBuffer bytes() {
        require(BYTES);
        int length = length(readVarint());
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return part;
    }

    private void require(int kind) {
        if (wire != kind || !pending) {
            throw damaged();
        }
        pending = false;
    }

    private void skip() {
        pending = false;
        switch (wire) {
            case VARINT -> readVarint();
            case FIXED64 -> forward(Long.BYTES);
            case BYTES -> forward(length(readVarint()));
            case FIXED32 -> forward(Integer.BYTES);
            default -> throw damaged();
        }
    }

    private int length(long told) {
        if (told < 0 || told > in.remaining()) {
            throw damaged();
        }
        return (int) told;
    }

    private void forward(int count) {
        in.position(in.position() + length(count));
    }

    private long readVarint() {
        long value = 0;
        for (int i = 0; i < MOST_VARINT; i++) {
            if (!in.hasRemaining()) {
                throw damaged();
            }
            byte next = in.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw damaged();
    }

    private static IllegalArgumentException damaged() {
        return new IllegalArgumentException("The file is damaged, or no ONNX.");
    }
}
