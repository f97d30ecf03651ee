package dev.keelson.registry;

import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.OutboxTransaction;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A queue that lives as long as its catalogue. */
final class InMemoryOutbox implements OutboxTransaction {
    private final TreeMap<Long, QueuedChange> changes = new TreeMap<>();
    private final Map<String, RegistryConflict> conflicts = new TreeMap<>();
    private long given;

    InMemoryOutbox() {}

    InMemoryOutbox(InMemoryOutbox other) {
        changes.putAll(other.changes);
        conflicts.putAll(other.conflicts);
        given = other.given;
    }

    @Override
    public void add(QueuedChange change) {
        given++;
        changes.put(
                given,
                new QueuedChange(
                        given,
                        change.kind(),
                        change.subject(),
                        change.document(),
                        change.queuedAt(),
                        change.attempts(),
                        change.problem()));
    }

    @Override
    public List<QueuedChange> waiting(int limit) {
        return changes.values().stream().limit(limit).toList();
    }

    @Override
    public long count() {
        return changes.size();
    }

    @Override
    public void remove(long sequence) {
        changes.remove(sequence);
    }

    @Override
    public void failed(long sequence, String problem, Instant at) {
        changes.computeIfPresent(
                sequence,
                (key, change) -> new QueuedChange(
                        sequence,
                        change.kind(),
                        change.subject(),
                        change.document(),
                        change.queuedAt(),
                        change.attempts() + 1,
                        problem));
    }

    @Override
    public void putConflict(RegistryConflict conflict) {
        conflicts.put(conflict.id(), conflict);
    }

    @Override
    public Optional<RegistryConflict> conflict(String id) {
        return Optional.ofNullable(conflicts.get(id));
    }

    @Override
    public List<RegistryConflict> conflicts(boolean settled, int limit) {
        return conflicts.values().stream()
                .filter(conflict -> settled || !conflict.settled())
                .sorted(Comparator.comparing(RegistryConflict::foundAt).reversed().thenComparing(RegistryConflict::id))
                .limit(limit)
                .toList();
    }
}
