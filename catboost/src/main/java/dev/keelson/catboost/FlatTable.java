package dev.keelson.catboost;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of a FlatBuffers buffer. Whatever lies outside the buffer is refused with {@link IndexOutOfBoundsException}.
 * Fields that are absent have their default.
 *
 * <p>Source: FlatBuffers, "Internals" (binary format).
 */
final class FlatTable {
    private static final int WORD = 4;

    private final ByteBuffer buffer;
    private final int position;
    private final int fields;

    private FlatTable(ByteBuffer buffer, int position) {
        this.buffer = buffer;
        this.position = position;
        this.fields = Math.subtractExact(position, buffer.getInt(position));
        buffer.getShort(fields);
    }

    /** The table at the root of a buffer. */
    static FlatTable root(ByteBuffer buffer) {
        ByteBuffer ordered = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
        return new FlatTable(ordered, follow(ordered, 0));
    }

    private static int follow(ByteBuffer buffer, int at) {
        int offset = buffer.getInt(at);
        if (offset <= 0) {
            throw new IndexOutOfBoundsException("An offset is not forward.");
        }
        return Math.addExact(at, offset);
    }

    /** Where a field is; 0 when it is absent. */
    private int field(int slot) {
        int entry = WORD + 2 * slot;
        if (entry + 2 > (buffer.getShort(fields) & 0xffff)) {
            return 0;
        }
        int offset = buffer.getShort(fields + entry) & 0xffff;
        return offset == 0 ? 0 : Math.addExact(position, offset);
    }

    boolean flag(int slot, boolean absent) {
        int at = field(slot);
        return at == 0 ? absent : buffer.get(at) != 0;
    }

    int octet(int slot) {
        int at = field(slot);
        return at == 0 ? 0 : buffer.get(at);
    }

    int whole(int slot, int absent) {
        int at = field(slot);
        return at == 0 ? absent : buffer.getInt(at);
    }

    @Nullable FlatTable table(int slot) {
        int at = field(slot);
        return at == 0 ? null : new FlatTable(buffer, follow(buffer, at));
    }

    @Nullable String text(int slot) {
        int at = field(slot);
        return at == 0 ? null : textAt(follow(buffer, at));
    }

    private String textAt(int at) {
        byte[] bytes = new byte[elements(at, 1)];
        buffer.get(at + WORD, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Elements of the vector at a place, all of which lie within the buffer. */
    private int elements(int at, int width) {
        int length = buffer.getInt(at);
        if (length < 0 || (long) length * width > buffer.limit() - at - (long) WORD) {
            throw new IndexOutOfBoundsException("A vector ends after its buffer.");
        }
        return length;
    }

    /** Elements of a vector; 0 when it is absent. */
    int length(int slot, int width) {
        int at = field(slot);
        return at == 0 ? 0 : elements(follow(buffer, at), width);
    }

    /** The elements of a vector, little-endian; empty when it is absent. */
    ByteBuffer vector(int slot, int width) {
        int at = field(slot);
        if (at == 0) {
            return ByteBuffer.allocate(0);
        }
        int start = follow(buffer, at);
        return buffer.slice(start + WORD, elements(start, width) * width).order(ByteOrder.LITTLE_ENDIAN);
    }

    int[] wholes(int slot) {
        ByteBuffer bytes = vector(slot, WORD);
        int[] wholes = new int[bytes.remaining() / WORD];
        bytes.asIntBuffer().get(wholes);
        return wholes;
    }

    List<FlatTable> tables(int slot) {
        List<FlatTable> tables = new ArrayList<>();
        int at = field(slot);
        if (at != 0) {
            int start = follow(buffer, at);
            int length = elements(start, WORD);
            for (int i = 0; i < length; i++) {
                tables.add(new FlatTable(buffer, follow(buffer, start + WORD + WORD * i)));
            }
        }
        return tables;
    }

    List<String> texts(int slot) {
        List<String> texts = new ArrayList<>();
        int at = field(slot);
        if (at != 0) {
            int start = follow(buffer, at);
            int length = elements(start, WORD);
            for (int i = 0; i < length; i++) {
                texts.add(textAt(follow(buffer, start + WORD + WORD * i)));
            }
        }
        return texts;
    }
}
