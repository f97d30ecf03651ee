package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.remote.Blobs;
import java.io.IOException;
import java.io.InputStream;

/** The artifact store as the place of bytes that come from, or go to, another registry. */
record ArtifactBlobs(ArtifactStore artifacts) implements Blobs {

    @Override
    public Stored put(InputStream in) throws IOException {
        try {
            ArtifactStore.Stored stored = artifacts.put(in, ArtifactStore.Terms.ANY);
            return new Stored(stored.sha256(), stored.bytes());
        } catch (KeelsonException e) {
            if (e.getCause() instanceof IOException broken) {
                throw new IOException(broken.getMessage(), e); // the stream broke off, not the store
            }
            throw e;
        }
    }

    @Override
    public InputStream open(String sha256) {
        return artifacts
                .open(sha256, 0)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The artifact store has no file of the hash (%s).".formatted(sha256),
                        "Maybe restore it from a backup."))
                .stream();
    }
}
