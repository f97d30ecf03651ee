package dev.keelson.features.spi;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An online store that several processes share. Whatever one of them has stored, the next {@link #read} of any other
 * sees.
 *
 * <p>Each view has a version, which every change of the view replaces by one that was never given before. So whoever keeps values
 * on the heap knows by one look whether they still are those of the store, and whoever writes can tell whether someone
 * else did meanwhile.
 *
 * <p>A server that cannot be reached is reported as STORE_UNREACHABLE; the next call tries again.
 */
public interface SharedOnlineStore extends OnlineStore {
    /** The version of a view that is not there. */
    long NO_VERSION = 0;

    /**
     * Views and values, in one round trip. The values of a view are those of its version.
     *
     * @param keys view to the keys whose values are wanted; none to learn of the view alone
     */
    Reading read(Map<String, ? extends Collection<String>> keys);

    /**
     * As {@link #putAll(List, Map, Map)}, unless someone else changed a view meanwhile.
     *
     * @param expected view to the version that it must have
     * @return the version that all views of the batch have now; empty when one had another version than expected, and nothing was stored
     */
    OptionalLong putAll(
            List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes, Map<String, Long> expected);

    /** The rows that were pushed to any of the processes. It lives as long as the store. */
    PushLog pushes();

    /** Where the store is, without a password, such as {@code PostgreSQL at db:5432/features}. */
    String address();

    @Override
    default void putAll(List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes) {
        var unused = putAll(puts, watermarks, notes, Map.of());
    }

    @Override
    default Optional<Entry> get(String view, String key) {
        return Optional.ofNullable(getAll(view, List.of(key)).get(key));
    }

    @Override
    default Map<String, Entry> getAll(String view, Collection<String> keys) {
        return read(Map.of(view, keys)).values().getOrDefault(view, Map.of());
    }

    @Override
    default Optional<Instant> watermark(String view) {
        return Optional.ofNullable(view(view).watermark());
    }

    @Override
    default Optional<String> note(String view) {
        return Optional.ofNullable(view(view).note());
    }

    @Override
    default Optional<Instant> newestEvent(String view) {
        return Optional.ofNullable(view(view).newestEvent());
    }

    private ViewState view(String view) {
        return read(Map.of(view, List.of())).view(view);
    }

    /**
     * What a view is.
     *
     * @param version {@link #NO_VERSION} when it is not there
     * @param watermark as {@link OnlineStore#watermark} gives it, or null
     * @param newestEvent as {@link OnlineStore#newestEvent} gives it, or null
     * @param note as {@link OnlineStore#note} gives it, or null
     */
    record ViewState(long version, @Nullable Instant watermark, @Nullable Instant newestEvent, @Nullable String note) {
        /** That of a view that is not there. */
        public static final ViewState NONE = new ViewState(NO_VERSION, null, null, null);
    }

    /**
     * What was read.
     *
     * @param pushes number of the last push that was kept; 0 for none
     * @param views those asked for that are there
     * @param values of these, the keys asked for that they hold
     */
    record Reading(long pushes, Map<String, ViewState> views, Map<String, Map<String, Entry>> values) {
        /** A view that was asked for. */
        public ViewState view(String view) {
            return views.getOrDefault(view, ViewState.NONE);
        }
    }
}
