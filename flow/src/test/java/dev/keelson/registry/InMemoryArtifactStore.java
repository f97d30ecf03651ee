package dev.keelson.registry;

import dev.keelson.id.Sha256;
import dev.keelson.registry.spi.ArtifactStore;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** An artifact store that lives as long as the test; it honours {@code ArtifactStoreContract}. */
public final class InMemoryArtifactStore implements ArtifactStore {
    private final Map<String, byte[]> bytesByHash = new ConcurrentHashMap<>();
    private final Map<String, Map<String, byte[]>> runs = new ConcurrentHashMap<>();

    @Override
    public String put(byte[] bytes) {
        String sha256 = Sha256.ofBytes(bytes);
        bytesByHash.putIfAbsent(sha256, bytes.clone());
        return sha256;
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("The artifact name (%s) must be a SHA-256.".formatted(sha256));
        }
        return Optional.ofNullable(bytesByHash.get(sha256)).map(byte[]::clone);
    }

    @Override
    public void describeRun(String runId, Map<String, byte[]> files) {
        runs.put(runId, Map.copyOf(files));
    }

    /** The files of a run's folder; empty when it was not described. */
    public Map<String, byte[]> described(String runId) {
        return new TreeMap<>(runs.getOrDefault(runId, Map.of()));
    }
}
