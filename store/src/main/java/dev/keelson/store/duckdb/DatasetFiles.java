package dev.keelson.store.duckdb;

import dev.keelson.error.KeelsonException;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/** Writes of the dataset store: a file is there as a whole or not at all, and a failure leaves nothing behind. */
final class DatasetFiles {
    /** How the names of unfinished files end. */
    static final String UNFINISHED = ".tmp";

    private DatasetFiles() {}

    /** A new name beside a file, under which to write it first. */
    static Path unfinished(Path target) {
        return target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
    }

    /**
     * Writes a file, replacing one of that name at once.
     *
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE or STORE_DAMAGED
     */
    static void write(Path target, byte[] bytes) {
        Path temporary = unfinished(target);
        try {
            createFolders(Objects.requireNonNull(target.toAbsolutePath().getParent(), "target must lie in a folder"));
            DurableFiles.write(temporary, bytes);
            DurableFiles.move(temporary, target);
        } catch (IOException e) {
            throw discarding(temporary, StoreErrors.writing(target, e));
        }
    }

    /**
     * Gives a finished file its name, once its bytes are on the disk.
     *
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE or STORE_DAMAGED
     */
    static void publish(Path temporary, Path target) {
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            DurableFiles.move(temporary, target);
        } catch (IOException e) {
            throw discarding(temporary, StoreErrors.writing(target, e));
        }
    }

    /** Creates a folder and those above it, if need be. */
    static void createFolders(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(folder, e);
        }
    }

    /** Removes a file of a write that failed. */
    static <E extends RuntimeException> E discarding(Path temporary, E failure) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e); // swept at the next start
        }
        return failure;
    }
}
