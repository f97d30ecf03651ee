package dev.keelson.remote;

import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** Sends what waits in a catalogue, as a process of its own that a test kills. */
final class KilledSender {
    private KilledSender() {}

    /**
     * Sends all of it.
     *
     * @param args the catalogue, the artifacts and the address of the other registry
     */
    public static void main(String[] args) {
        FileArtifactStore artifacts = new FileArtifactStore(Path.of(args[1]));
        MlflowClient client = new MlflowClient(
                RemoteAddress.of(args[2], Credentials.NONE),
                new MlflowClient.Patience(Duration.ofSeconds(30), 1, Duration.ofMillis(1), pause -> {}),
                new SplittableRandom(1));
        InstantSource clock = InstantSource.system();
        try (Catalog catalog = SqliteCatalog.open(Path.of(args[0]));
                RegistryLink link = new RegistryLink(
                        catalog, new Governance(catalog, clock, model -> {}), new Stored(artifacts), client, clock)) {
            link.send();
        }
    }

    /** Files by their hash. */
    record Stored(FileArtifactStore artifacts) implements Blobs {
        @Override
        public Blobs.Stored put(InputStream in) throws IOException {
            byte[] bytes = in.readAllBytes();
            return new Blobs.Stored(artifacts.put(bytes), bytes.length);
        }

        @Override
        public InputStream open(String sha256) {
            return artifacts.open(sha256, 0).orElseThrow().stream();
        }
    }
}
