package dev.keelson.registry.spi;

import java.util.Map;
import java.util.Optional;

/** Immutable bytes named by their SHA-256. Safe for use by several threads. */
public interface ArtifactStore {

    /** Stores bytes durably and returns their SHA-256; storing the same bytes again changes nothing. */
    String put(byte[] bytes);

    /**
     * The bytes of that name; their hash is checked.
     *
     * @throws dev.keelson.error.KeelsonException with STORE_DAMAGED if the bytes do not have that hash
     */
    Optional<byte[]> get(String sha256);

    /** Writes a folder a person can read, {@code runs/<id>/}, replacing it as a whole. */
    void describeRun(String runId, Map<String, byte[]> files);
}
