package dev.keelson.store.files;

import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files of sources on this machine. Safe for use by several threads. */
public final class FileSourceFiles implements SourceFiles {
    private final Path folder;

    /** @param folder where relative paths start: the project's folder */
    public FileSourceFiles(Path folder) {
        this.folder = folder;
    }

    @Override
    public InputStream open(Located file) throws IOException {
        Path path = path(file);
        if (!Files.exists(path)) {
            throw problem(
                    ErrorCode.SOURCE_NOT_FOUND, file, "There is no file (%s).".formatted(path), neighbour(path), null);
        }
        if (Files.isDirectory(path)) {
            throw problem(
                    ErrorCode.SOURCE_UNREADABLE,
                    file,
                    "(%s) is a folder; a CSV file was expected.".formatted(path),
                    "Maybe name a file in it.",
                    null);
        }
        try {
            return Files.newInputStream(path);
        } catch (AccessDeniedException e) {
            throw problem(
                    ErrorCode.SOURCE_UNREADABLE,
                    file,
                    "The file (%s) may not be read by this user.".formatted(path),
                    "Maybe change its permissions: chmod +r.",
                    e);
        }
    }

    private Path path(Located file) {
        try {
            return folder.resolve(file.text()).normalize();
        } catch (InvalidPathException e) {
            throw problem(
                    ErrorCode.SOURCE_NOT_FOUND,
                    file,
                    "(%s) is not a path: %s.".formatted(file.text(), e.getReason()),
                    null,
                    e);
        }
    }

    private static KeelsonException problem(
            ErrorCode code, Located file, String message, @Nullable String hint, @Nullable Throwable cause) {
        return new KeelsonException(List.of(Problem.at(code, file.location(), message, hint)), cause);
    }

    /** A remedy: the file of nearly that name, or the folder that is missing. */
    private static String neighbour(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return "Maybe the folder (%s) is missing or misspelt, or a variable in the path is not set as meant."
                    .formatted(parent);
        }
        try (Stream<Path> files = Files.list(parent)) {
            List<String> names = files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
            Optional<String> sentence = Suggestion.sentence(String.valueOf(path.getFileName()), names);
            return sentence.orElse("Maybe it was not fetched yet, or has another name.");
        }
    }
}
