package dev.keelson.features.spi;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest state of feature views: one packed value for each (view, entity key), and for each view the watermark up
 * to which rows are contained in it.
 *
 * <p>Times have a resolution of one microsecond. Implementations are safe for use by several threads: {@link #get} may
 * run beside {@link #putAll}, and sees either all of a batch's value for a key or the one before. Failures of the
 * machine are reported as {@link dev.keelson.error.KeelsonException}.
 */
public interface OnlineStore extends AutoCloseable {

    /**
     * The value of a key.
     *
     * @return empty when the view holds nothing for the key
     */
    Optional<Entry> get(String view, String key);

    /**
     * The values of several keys, each as {@link #get} gives it.
     *
     * @return those that the view holds
     */
    default Map<String, Entry> getAll(String view, Collection<String> keys) {
        Map<String, Entry> found = new LinkedHashMap<>();
        for (String key : keys) {
            get(view, key).ifPresent(entry -> found.put(key, entry));
        }
        return found;
    }

    /**
     * Stores values, watermarks and notes as one unit: after a crash either all of them are there or none. A value
     * replaces the one before unconditionally.
     *
     * @param puts any number; of two for the same view and key the later one stays
     * @param watermarks view to its new watermark
     * @param notes view to its new note; only views that have a watermark, or are given one here
     */
    void putAll(List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes);

    /** As {@link #putAll(List, Map, Map)} without notes. */
    default void putAll(List<Put> puts, Map<String, Instant> watermarks) {
        putAll(puts, watermarks, Map.of());
    }

    /** The keys that a view holds values for, in alphabetical order of code units; none for an unknown view. */
    List<String> keys(String view);

    /** Up to when (exclusive) the rows known by then are contained in the view's values; empty for an unknown view. */
    Optional<Instant> watermark(String view);

    /** What whoever filled the view noted about it; empty when there is no note. */
    Optional<String> note(String view);

    /** Time of the newest event that the view's values contain; empty when there is no value. Cheap to ask for. */
    Optional<Instant> newestEvent(String view);

    /** How much a view holds; reads over all of its values. */
    Size size(String view);

    /**
     * Gives a view another name, as one unit. What stood under the new name is forgotten. Nothing happens when there is
     * no view of the old name.
     */
    void rename(String view, String newName);

    /** The views that have a watermark, in alphabetical order of code units. */
    List<String> views();

    /** Forgets a view: its values and its watermark, as one unit. Nothing happens when there is none of that name. */
    void remove(String view);

    /** Releases what the store holds. Further calls of any method but this one fail. */
    @Override
    void close();

    /**
     * A stored value. The array is not copied.
     *
     * @param bytes the packed value, to be understood by whoever stored it
     * @param knownAt when the newest of what it contains became known
     * @param eventTime when the newest of what it contains happened
     */
    record Entry(byte[] bytes, Instant knownAt, Instant eventTime) {}

    /**
     * How much a view holds.
     *
     * @param keys number of values
     * @param bytes of the values alone
     */
    record Size(long keys, long bytes) {}

    /** A value to be stored. */
    record Put(String view, String key, Entry entry) {}
}
