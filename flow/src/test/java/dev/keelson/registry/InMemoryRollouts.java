package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.spi.RolloutTransaction;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rollouts that live as long as their catalogue. */
final class InMemoryRollouts implements RolloutTransaction {
    private final Map<String, Rollout> rollouts = new TreeMap<>();
    private final Map<String, TreeMap<String, String>> tallies = new TreeMap<>();

    InMemoryRollouts() {}

    InMemoryRollouts(InMemoryRollouts other) {
        rollouts.putAll(other.rollouts);
        other.tallies.forEach((rollout, byServer) -> tallies.put(rollout, new TreeMap<>(byServer)));
    }

    @Override
    public void start(Rollout rollout) {
        if (open(rollout.model()).isPresent()) {
            throw new KeelsonException(ErrorCode.CONFLICT, "A rollout of the model is open.", null);
        }
        rollouts.put(rollout.id(), rollout);
    }

    @Override
    public void replace(Rollout next) {
        Rollout stored = rollouts.get(next.id());
        if (stored == null || stored.revision() != next.revision() - 1) {
            throw new KeelsonException(ErrorCode.CONFLICT, "The rollout was changed at the same time.", null);
        }
        rollouts.put(next.id(), next);
    }

    @Override
    public Optional<Rollout> open(String model) {
        return open().stream().filter(each -> each.model().equals(model)).findFirst();
    }

    @Override
    public List<Rollout> open() {
        return rollouts.values().stream()
                .filter(Rollout::open)
                .sorted(Comparator.comparing(Rollout::model))
                .toList();
    }

    @Override
    public Optional<Rollout> rollout(String id) {
        return Optional.ofNullable(rollouts.get(id));
    }

    @Override
    public List<Rollout> history(@Nullable String model, int limit) {
        return rollouts.values().stream()
                .filter(each -> model == null || each.model().equals(model))
                .sorted(Comparator.comparing(Rollout::startedAt).reversed().thenComparing(Rollout::id))
                .limit(limit)
                .toList();
    }

    @Override
    public void putTally(String rollout, String server, String document, Instant at) {
        tallies.computeIfAbsent(rollout, id -> new TreeMap<>()).put(server, document);
    }

    @Override
    public SortedMap<String, String> tallies(String rollout) {
        return new TreeMap<>(tallies.getOrDefault(rollout, new TreeMap<>()));
    }
}
