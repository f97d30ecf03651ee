package dev.keelson.store.files;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns failures of the file system into errors that name the file and a remedy. */
public final class StoreErrors {
    /** Below so many free bytes a failed write is taken for a full disk, whatever the system's message says. */
    private static final long NEARLY_NOTHING = 1 << 20;

    private StoreErrors() {}

    /**
     * The error for a write that failed: DISK_FULL, NOT_WRITABLE, or STORE_DAMAGED when the device itself failed.
     *
     * @param path what was being written
     * @param cause what the system said
     */
    public static KeelsonException writing(Path path, Exception cause) {
        String said = said(cause);
        String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
            return diskFull(path, cause);
        }
        if (cause instanceof AccessDeniedException
                || cause instanceof ReadOnlyFileSystemException
                || cause instanceof FileAlreadyExistsException // a file where a folder should be
                || lower.contains("permission denied")
                || lower.contains("read-only")
                || lower.contains("not permitted")
                || lower.contains("is a directory")
                || lower.contains("not a directory")) {
            return notWritable(path, cause);
        }
        Long free = freeBytes(path);
        if (free != null && free < NEARLY_NOTHING) {
            return diskFull(path, cause);
        }
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "Writing (%s) failed: %s.".formatted(path, said),
                "Maybe the disk is failing or was unmounted: look at the system's log.",
                cause);
    }

    /** The error for a disk that has no room left. */
    public static KeelsonException diskFull(Path path, Throwable cause) {
        Long free = freeBytes(path);
        return new KeelsonException(
                ErrorCode.DISK_FULL,
                "There is no space left to write (%s)%s."
                        .formatted(path, free == null ? "" : String.format(Locale.ROOT, "; %,d bytes are free", free)),
                "Maybe make room on that disk and run the command again: nothing half-written was kept.",
                cause);
    }

    /** The error for a file or folder that this user may not write. */
    public static KeelsonException notWritable(Path path, Throwable cause) {
        String why = cause instanceof AccessDeniedException ? "you may not write there" : said(cause);
        return new KeelsonException(
                ErrorCode.NOT_WRITABLE,
                "(%s) cannot be written: %s.".formatted(path, why),
                "Maybe the folder belongs to another user or its disk is mounted read-only: change that, or use another"
                        + " folder.",
                cause);
    }

    /** The error for a read that failed. */
    public static KeelsonException reading(Path path, Exception cause) {
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "Reading (%s) failed: %s.".formatted(path, said(cause)),
                "Maybe the file was moved or its disk is failing: look at the system's log.",
                cause);
    }

    private static String said(Throwable cause) {
        String message = cause.getMessage();
        String name = cause.getClass().getSimpleName();
        return switch (cause) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException e -> "(%s) is a file, not a folder".formatted(e.getFile());
            default -> message == null ? name : message;
        };
    }

    /** Free bytes of the disk that holds the nearest existing ancestor, or null when that cannot be told. */
    private static @Nullable Long freeBytes(Path path) {
        try {
            Path existing = path.toAbsolutePath();
            while (existing != null && !Files.exists(existing)) {
                existing = existing.getParent();
            }
            if (existing == null) {
                return null;
            }
            FileStore store = Files.getFileStore(existing);
            return store.getUsableSpace();
        } catch (IOException e) {
            return null; // only an addition to a message about a worse failure
        }
    }
}
