package dev.keelson.id;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An incremental SHA-256 over typed values. Each value is framed (strings by their length), so that no two different
 * sequences of calls feed the same bytes. Not safe for use by several threads.
 */
public final class Sha256 {
    private final MessageDigest digest;
    private final ByteBuffer eight = ByteBuffer.allocate(8);

    /** An empty digest. */
    public Sha256() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    /** Adds a text: length in bytes, then UTF-8. */
    public Sha256 add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add((long) bytes.length);
        digest.update(bytes);
        return this;
    }

    /** Adds a long, big-endian. */
    public Sha256 add(long value) {
        eight.clear();
        eight.putLong(value);
        digest.update(eight.array());
        return this;
    }

    /** Adds a double by its bits; all NaN are one, and -0.0 differs from 0.0. */
    public Sha256 add(double value) {
        return add(Double.doubleToLongBits(value));
    }

    /** Adds bytes: length, then the bytes. */
    public Sha256 add(byte[] bytes) {
        add((long) bytes.length);
        digest.update(bytes);
        return this;
    }

    /** The hash in 64 lower-case hexadecimal digits; the digest starts again empty. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of raw bytes, as {@code sha256sum} prints it. */
    public static String ofBytes(byte[] bytes) {
        Sha256 sha = new Sha256();
        sha.digest.update(bytes);
        return sha.hex();
    }
}
