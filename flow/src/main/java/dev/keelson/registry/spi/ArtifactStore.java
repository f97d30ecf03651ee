package dev.keelson.registry.spi;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Immutable bytes named by their SHA-256. Safe for use by several threads. */
public interface ArtifactStore {

    /** Stores bytes durably and returns their SHA-256; storing the same bytes again changes nothing. */
    String put(byte[] bytes);

    /**
     * Stores what a stream has to its end, durably and in bounded memory. When anything fails, nothing of it stays, and a name
     * exists only once all its bytes do. Bytes that are there already are written anew, which mends them if they were damaged.
     * The stream is not closed; whatever it throws is passed on, an {@code IOException} as the cause of BAD_REQUEST.
     *
     * @throws dev.keelson.error.KeelsonException TOO_LARGE when there are more than the terms allow; BAD_REQUEST when they are
     *     others than the terms say, or the stream breaks off
     */
    Stored put(InputStream bytes, Terms terms);

    /**
     * The bytes of that name; their hash is checked.
     *
     * @throws dev.keelson.error.KeelsonException with STORE_DAMAGED if the bytes do not have that hash
     */
    Optional<byte[]> get(String sha256);

    /**
     * The bytes of that name as a stream, in bounded memory; the caller closes it. Read from its beginning, it gives its last
     * bytes only when all of them have that hash, and else throws STORE_DAMAGED; read from further on, it is not checked.
     *
     * @param offset how many bytes are left out, 0 to the size
     * @throws IllegalArgumentException if the offset is not in that range
     */
    Optional<Opened> open(String sha256, long offset);

    /** Uploads whose parts come one by one. */
    Uploads uploads();

    /** Writes a folder a person can read, {@code runs/<id>/}, replacing it as a whole. */
    void describeRun(String runId, Map<String, byte[]> files);

    /**
     * What was stored.
     *
     * @param sha256 in 64 lower-case hexadecimal digits
     * @param bytes how many
     */
    record Stored(String sha256, long bytes) {}

    /**
     * Bytes to be read.
     *
     * @param stream from the offset to the end
     * @param bytes how many there are in all
     */
    record Opened(InputStream stream, long bytes) {}

    /**
     * What is taken.
     *
     * @param most more bytes are refused
     * @param bytes how many it must be; null for any number
     * @param sha256 what their hash must be; null for any
     */
    record Terms(long most, @Nullable Long bytes, @Nullable String sha256) {
        /** Whatever it is. */
        public static final Terms ANY = new Terms(Long.MAX_VALUE, null, null);
    }
}
