package dev.keelson.registry.spi;

import dev.keelson.registry.spi.ArtifactStore.Stored;
import dev.keelson.registry.spi.ArtifactStore.Terms;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files that arrive in parts, in any order and over several connections. Parts that were taken survive the end of the process.
 * Safe for use by several threads.
 */
public interface Uploads {
    /** The highest number of a part. */
    int MAX_PARTS = 10_000;

    /**
     * Begins one.
     *
     * @param id letters and digits, used once
     * @param target what the file will be called; kept as it is
     * @param parts of how many parts it is, 1 to {@link #MAX_PARTS}
     */
    void begin(String id, String target, int parts, Instant at);

    /** The upload of that id with the parts it has. */
    Optional<Upload> find(String id);

    /** All that were begun and neither completed nor removed, by id. */
    List<Upload> all();

    /**
     * Takes a part, durably; one of that number that is there is replaced.
     *
     * @param number 1 to {@link #MAX_PARTS}
     * @throws dev.keelson.error.KeelsonException NOT_FOUND; as {@link ArtifactStore#put(InputStream, Terms)} does
     */
    Stored put(String id, int number, InputStream bytes, Terms terms);

    /**
     * Stores these parts, one behind the other, as one artifact. The parts stay until they are removed, so that this can be
     * done again.
     *
     * @throws dev.keelson.error.KeelsonException NOT_FOUND if there is no such upload; BAD_REQUEST if it lacks a part;
     *     STORE_DAMAGED if a part was changed since it came; TOO_LARGE
     */
    Stored join(String id, List<Integer> numbers, Terms terms);

    /** Removes an upload with its parts; nothing when there is none. */
    void remove(String id);

    /**
     * An upload.
     *
     * @param id its id
     * @param target what the file will be called
     * @param expected of how many parts it is; 0 where it was begun by a release that did not keep that
     * @param begunAt when it was begun
     * @param parts by number
     */
    record Upload(String id, String target, int expected, Instant begunAt, SortedMap<Integer, Stored> parts) {
        public Upload {
            parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
        }
    }
}
