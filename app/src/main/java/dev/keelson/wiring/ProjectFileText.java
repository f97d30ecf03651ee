package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;

/** The text of a project file, exchanged as a whole: whoever reads it sees the old one or the new one. */
final class ProjectFileText {
    private ProjectFileText() {}

    /**
     * Reads it.
     *
     * @throws KeelsonException PROJECT_NOT_FOUND when it is gone or cannot be read
     */
    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new KeelsonException(ErrorCode.PROJECT_NOT_FOUND, "There is no project file (%s).".formatted(file), null, e);
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    /**
     * Exchanges it, where it is still what it was; a link stays one, and so do its permissions.
     *
     * @return false, and nothing changed, when it is something else by now
     * @throws KeelsonException PROJECT_NOT_FOUND when it cannot be written
     */
    static boolean replace(Path file, String before, String after) {
        try {
            Path real = file.toRealPath();
            Path fresh = Files.createTempFile(real.getParent(), "." + real.getFileName(), ".new");
            try {
                Files.writeString(fresh, after, StandardCharsets.UTF_8);
                if (Files.getFileAttributeView(real, PosixFileAttributeView.class) != null) {
                    Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(real));
                }
                try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                if (!Files.readString(real, StandardCharsets.UTF_8).equals(before)) {
                    return false;
                }
                Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return true;
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw failed("written", file, e);
        }
    }

    private static KeelsonException failed(String what, Path file, IOException cause) {
        return new KeelsonException(
                ErrorCode.PROJECT_NOT_FOUND,
                "The project file (%s) cannot be %s: %s.".formatted(file, what, cause.getMessage()),
                "Maybe its permissions, or those of its folder, do not allow it.",
                cause);
    }
}
