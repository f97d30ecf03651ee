package dev.keelson.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where this repository lies. */
final class Repository {
    private Repository() {}

    /** The folder of the launcher, wherever the tests run. */
    static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(at.resolve("keelson")) || !Files.isDirectory(at.resolve("docs"))) {
            at = at.getParent();
            if (at == null) {
                throw new IllegalStateException("The tests do not run within the repository.");
            }
        }
        return at;
    }
}
