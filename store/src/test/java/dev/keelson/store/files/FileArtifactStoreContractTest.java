package dev.keelson.store.files;

import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.ArtifactStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileArtifactStoreContractTest extends ArtifactStoreContract {
    @TempDir
    private Path folder;

    @Override
    protected ArtifactStore newStore() {
        return new FileArtifactStore(folder.resolve("artifacts"));
    }
}
