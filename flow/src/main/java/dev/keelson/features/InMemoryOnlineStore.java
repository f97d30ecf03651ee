package dev.keelson.features;

import dev.keelson.features.spi.OnlineStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An online store on the heap, for replays and tests. Its content ends with the process. Safe for several threads. */
public final class InMemoryOnlineStore implements OnlineStore {
    private final Map<String, Map<String, Entry>> entries = new HashMap<>();
    private final TreeMap<String, Instant> watermarks = new TreeMap<>();
    private final Map<String, String> notes = new HashMap<>();
    private boolean closed;

    /** An empty store. */
    public InMemoryOnlineStore() {}

    @Override
    public synchronized Optional<Entry> get(String view, String key) {
        requireOpen();
        Map<String, Entry> ofView = entries.get(view);
        @Nullable Entry entry = ofView == null ? null : ofView.get(key);
        return Optional.ofNullable(entry);
    }

    @Override
    public synchronized void putAll(
            List<Put> puts, Map<String, Instant> newWatermarks, Map<String, String> newNotes) {
        requireOpen();
        for (Put put : puts) {
            Entry entry = put.entry();
            Entry stored = new Entry(
                    entry.bytes(),
                    entry.knownAt().truncatedTo(ChronoUnit.MICROS),
                    entry.eventTime().truncatedTo(ChronoUnit.MICROS));
            entries.computeIfAbsent(put.view(), view -> new HashMap<>()).put(put.key(), stored);
        }
        newWatermarks.forEach((view, watermark) -> watermarks.put(view, watermark.truncatedTo(ChronoUnit.MICROS)));
        notes.putAll(newNotes);
    }

    @Override
    public synchronized List<String> keys(String view) {
        requireOpen();
        Map<String, Entry> ofView = entries.get(view);
        return ofView == null ? List.of() : ofView.keySet().stream().sorted().toList();
    }

    @Override
    public synchronized Optional<Instant> watermark(String view) {
        requireOpen();
        return Optional.ofNullable(watermarks.get(view));
    }

    @Override
    public synchronized Optional<String> note(String view) {
        requireOpen();
        return Optional.ofNullable(notes.get(view));
    }

    @Override
    public synchronized Optional<Instant> newestEvent(String view) {
        requireOpen();
        return entries.getOrDefault(view, Map.of()).values().stream()
                .map(Entry::eventTime)
                .max(Comparator.naturalOrder());
    }

    @Override
    public synchronized Size size(String view) {
        requireOpen();
        Map<String, Entry> ofView = entries.getOrDefault(view, Map.of());
        return new Size(
                ofView.size(),
                ofView.values().stream().mapToLong(entry -> entry.bytes().length).sum());
    }

    @Override
    public synchronized void rename(String view, String newName) {
        requireOpen();
        Instant watermark = watermarks.get(view);
        if (watermark == null || view.equals(newName)) {
            return;
        }
        Map<String, Entry> values = entries.get(view);
        String note = notes.get(view);
        remove(newName);
        remove(view);
        watermarks.put(newName, watermark);
        if (values != null) {
            entries.put(newName, values);
        }
        if (note != null) {
            notes.put(newName, note);
        }
    }

    @Override
    public synchronized List<String> views() {
        requireOpen();
        return List.copyOf(watermarks.keySet());
    }

    @Override
    public synchronized void remove(String view) {
        requireOpen();
        entries.remove(view);
        watermarks.remove(view);
        notes.remove(view);
    }

    @Override
    public synchronized void close() {
        closed = true;
        entries.clear();
        watermarks.clear();
        notes.clear();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The online store is closed.");
        }
    }
}
