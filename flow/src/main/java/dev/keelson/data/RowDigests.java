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

/**
 * Hashes of typed rows. A row is encoded cell by cell in the order of the schema: one byte that says whether there is a
 * value, then the value (doubles by their bits with one NaN, whole numbers and times in 8 bytes big-endian, texts with
 * their length). Not safe for use by several threads.
 */
final class RowDigests {
    private final MessageDigest digest;
    private ByteBuffer bytes = ByteBuffer.allocate(4096);

    RowDigests() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    /** 128 bits of the SHA-256 of the named cells of each row, two longs a row. */
    long[] ofRows(Frame frame, List<String> columns) {
        Vector[] vectors = columns.stream().map(frame::vector).toArray(Vector[]::new);
        long[] digests = new long[2 * frame.rows()];
        for (int row = 0; row < frame.rows(); row++) {
            bytes.clear();
            for (Vector vector : vectors) {
                encode(vector, row);
            }
            digest.update(bytes.array(), 0, bytes.position());
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            digests[2 * row] = hash.getLong();
            digests[2 * row + 1] = hash.getLong();
        }
        return digests;
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
        for (int row = 0; row < frame.rows(); row++) {
            bytes.clear();
            for (Vector vector : vectors) {
                encode(vector, row);
            }
            digest.update(bytes.array(), 0, bytes.position());
        }
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
