package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.remote.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The artifact store as the place of bytes that come from, or go to, another registry. */
record ArtifactBlobs(ArtifactStore artifacts) implements Blobs {

    @Override
    public Stored put(InputStream in) throws IOException {
        byte[] bytes = in.readAllBytes();
        return new Stored(artifacts.put(bytes), bytes.length);
    }

    @Override
    public InputStream open(String sha256) {
        return new ByteArrayInputStream(artifacts.get(sha256)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The artifact store has no file of the hash (%s).".formatted(sha256),
                        "Maybe restore it from a backup.")));
    }
}
