package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Uploads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** An artifact store that lives as long as the test; it honours {@code ArtifactStoreContract}. */
public final class InMemoryArtifactStore implements ArtifactStore {
    private final Map<String, byte[]> bytesByHash = new ConcurrentHashMap<>();
    private final Map<String, Map<String, byte[]>> runs = new ConcurrentHashMap<>();
    private final Uploads uploads = new InMemoryUploads();

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
    public Stored put(InputStream bytes, Terms terms) {
        byte[] all = read(bytes, terms);
        String sha256 = put(all);
        return new Stored(sha256, all.length);
    }

    @Override
    public Optional<Opened> open(String sha256, long offset) {
        return get(sha256).map(bytes -> {
            if (offset < 0 || offset > bytes.length) {
                throw new IllegalArgumentException("The offset (%d) must be 0 to %d.".formatted(offset, bytes.length));
            }
            return new Opened(
                    new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset), bytes.length);
        });
    }

    @Override
    public Uploads uploads() {
        return uploads;
    }

    /** The bytes of a stream, if they are as the terms say. */
    private static byte[] read(InputStream stream, Terms terms) {
        byte[] all;
        try {
            all = stream.readAllBytes();
        } catch (IOException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The bytes broke off.", null, e);
        }
        if (all.length > terms.most()) {
            throw new KeelsonException(ErrorCode.TOO_LARGE, "There are too many bytes.", null);
        }
        Long announced = terms.bytes();
        if ((announced != null && announced != all.length)
                || (terms.sha256() != null && !terms.sha256().equals(Sha256.ofBytes(all)))) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The bytes are others than was announced.", null);
        }
        return all;
    }

    private final class InMemoryUploads implements Uploads {
        private final Map<String, Upload> begun = new TreeMap<>();
        private final Map<String, byte[]> parts = new TreeMap<>();

        @Override
        public synchronized void begin(String id, String target, int parts, Instant at) {
            begun.put(id, new Upload(id, target, parts, at, new TreeMap<>()));
        }

        @Override
        public synchronized Optional<Upload> find(String id) {
            return Optional.ofNullable(begun.get(id));
        }

        @Override
        public synchronized List<Upload> all() {
            return List.copyOf(begun.values());
        }

        @Override
        public synchronized Stored put(String id, int number, InputStream bytes, Terms terms) {
            if (number < 1 || number > MAX_PARTS) {
                throw new IllegalArgumentException("The part (%d) must be 1 to %d.".formatted(number, MAX_PARTS));
            }
            Upload upload = require(id);
            byte[] all = read(bytes, terms);
            Stored stored = new Stored(Sha256.ofBytes(all), all.length);
            parts.put(id + "/" + number, all);
            SortedMap<Integer, Stored> known = new TreeMap<>(upload.parts());
            known.put(number, stored);
            begun.put(id, new Upload(id, upload.target(), upload.expected(), upload.begunAt(), known));
            return stored;
        }

        @Override
        public synchronized Stored join(String id, List<Integer> numbers, Terms terms) {
            Upload upload = require(id);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (Integer number : numbers) {
                if (!upload.parts().containsKey(number)) {
                    throw new KeelsonException(ErrorCode.BAD_REQUEST, "There is no part %d.".formatted(number), null);
                }
                whole.writeBytes(parts.get(id + "/" + number));
            }
            return InMemoryArtifactStore.this.put(new ByteArrayInputStream(whole.toByteArray()), terms);
        }

        @Override
        public synchronized void remove(String id) {
            begun.remove(id);
            parts.keySet().removeIf(key -> key.startsWith(id + "/"));
        }

        private Upload require(String id) {
            return find(id)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND, "There is no upload (%s).".formatted(id), null));
        }
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
