package dev.keelson.data;

import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.id.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of typed rows. A row is encoded cell by cell in the order of the schema: one byte that says whether there is a
 * value, then the value (doubles by their bits with one NaN, whole numbers and times in 8 bytes big-endian, texts with
 * their length). Not safe for use by several threads.
 */
public final class RowDigests {
    private static final long START_HIGH = 0x243F6A8885A308D3L; // fractional digits of pi
    private static final long START_LOW = 0x13198A2E03707344L;
    private static final long MISSING = 0x9E3779B97F4A7C15L;
    private static final int PIECE = 1 << 14;

    private final MessageDigest digest;
    private ByteBuffer bytes = ByteBuffer.allocate(4096);

    /** Ready for any rows. */
    public RowDigests() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    /**
     * 128-bit hashes of the named cells of each row, two longs a row. They tell rows apart within this process and are
     * never stored. They are not cryptographic: whoever writes a file could prepare two rows of one hash, and would gain
     * no more by it than by leaving one of them out.
     */
    public long[] ofRows(Frame frame, List<String> columns) {
        int rows = frame.rows();
        long[] digests = new long[2 * rows];
        for (int row = 0; row < rows; row++) {
            digests[2 * row] = START_HIGH;
            digests[2 * row + 1] = START_LOW;
        }
        for (String column : columns) {
            switch (frame.vector(column)) {
                case Vector.Doubles v -> {
                    for (int row = 0; row < rows; row++) {
                        add(digests, row, v.isNull(row), Double.doubleToLongBits(v.values()[row]));
                    }
                }
                case Vector.Longs v -> {
                    for (int row = 0; row < rows; row++) {
                        add(digests, row, v.isNull(row), v.values()[row]);
                    }
                }
                case Vector.Booleans v -> {
                    for (int row = 0; row < rows; row++) {
                        add(digests, row, v.isNull(row), v.values()[row] ? 1 : 0);
                    }
                }
                case Vector.Strings v -> {
                    for (int row = 0; row < rows; row++) {
                        addText(digests, row, v.values()[row]);
                    }
                }
            }
        }
        return digests;
    }

    private static void add(long[] digests, int row, boolean missing, long bits) {
        long value = missing ? MISSING : bits;
        long high = digests[2 * row];
        long low = digests[2 * row + 1];
        // The whole 128-bit product of the state and the value, folded, after each value; both halves stay dependent.
        long a = (high ^ value) * 0xBF58476D1CE4E5B9L + (missing ? 1 : 0);
        long b = (low + value) ^ 0x94D049BB133111EBL;
        long x = mixed(a ^ Long.rotateLeft(b, 23));
        digests[2 * row] = x + low;
        digests[2 * row + 1] = mixed(b + x) ^ high;
    }

    /** The finaliser of SplitMix64 (Steele et al. 2014), a bijection. */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static void addText(long[] digests, int row, @Nullable String text) {
        if (text == null) {
            add(digests, row, true, 0);
            return;
        }
        int length = text.length();
        add(digests, row, false, length);
        long piece = 0;
        for (int i = 0; i < length; i++) {
            piece = piece << 16 | text.charAt(i);
            if ((i & 3) == 3) {
                add(digests, row, false, piece);
                piece = 0;
            }
        }
        if ((length & 3) != 0) {
            add(digests, row, false, piece);
        }
    }

    /** The columns that a row's content consists of: all but the system's own. */
    static List<String> contentColumns(Schema schema) {
        return schema.names().stream()
                .filter(name -> !SystemColumns.NAMES.contains(name))
                .toList();
    }

    /** SHA-256 over the schema and all cells of all rows in their order, in hexadecimal digits. */
    String ofPartition(Frame frame) {
        digest.update(schema(frame.schema()).getBytes(StandardCharsets.UTF_8));
        int columns = frame.schema().columns().size();
        Vector[] vectors = new Vector[columns];
        for (int i = 0; i < columns; i++) {
            vectors[i] = frame.vector(i);
        }
        bytes.clear();
        for (int row = 0; row < frame.rows(); row++) {
            for (Vector vector : vectors) {
                encode(vector, row);
            }
            if (bytes.position() > PIECE) {
                digest.update(bytes.array(), 0, bytes.position());
                bytes.clear();
            }
        }
        digest.update(bytes.array(), 0, bytes.position());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of names and types, in hexadecimal digits. */
    static String schema(Schema schema) {
        Sha256 sha = new Sha256();
        sha.add((long) schema.columns().size());
        for (Column column : schema.columns()) {
            sha.add(column.name()).add(column.type().name().toLowerCase(Locale.ROOT));
        }
        return sha.hex();
    }

    private void encode(Vector vector, int row) {
        boolean missing = vector.isNull(row);
        room(9).put((byte) (missing ? 0 : 1));
        if (missing) {
            return;
        }
        switch (vector) {
            case Vector.Doubles v -> bytes.putLong(Double.doubleToLongBits(v.values()[row]));
            case Vector.Longs v -> bytes.putLong(v.values()[row]);
            case Vector.Booleans v -> bytes.put((byte) (v.values()[row] ? 1 : 0));
            case Vector.Strings v -> {
                String text = v.values()[row];
                if (text != null) {
                    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                    room(4 + utf8.length).putInt(utf8.length).put(utf8);
                }
            }
        }
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + count));
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }
}
