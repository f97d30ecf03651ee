package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a new project from an example: {@code keelson.yaml}, {@code README.md}, {@code .env.example} and
 * {@code .gitignore}. Nothing that exists is overwritten, and a folder is either made as a whole or not at all.
 */
public final class ProjectTemplate {
    /** The examples there are. */
    public static final List<String> EXAMPLES = List.of("football", "bets", "crypto", "stocks");

    /** The files of an example. */
    private static final List<String> FILES =
            List.of(".env.example", ".gitignore", "README.md", ProjectReader.FILE_NAME); // last: with it, the project is there

    private ProjectTemplate() {}

    /**
     * Makes a project.
     *
     * @param folder where; made if it is not there. An existing one must not hold any of the files
     * @param example one of {@link #EXAMPLES}
     * @return the files made, in order
     * @throws KeelsonException {@code USAGE} for an unknown example, {@code PROJECT_EXISTS} when a file is there
     *     already, {@code NOT_WRITABLE} when the folder cannot be written; then nothing was changed
     */
    public static List<Path> create(Path folder, String example) {
        if (!EXAMPLES.contains(example)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "There is no example (%s); the examples are %s.".formatted(example, String.join(", ", EXAMPLES)),
                    Suggestion.sentence(example, EXAMPLES).orElse(null));
        }
        refuseExisting(folder);
        Path target = folder.toAbsolutePath().normalize();
        Path parent = target.getParent();
        try {
            if (Files.isDirectory(target)) {
                return intoExisting(target, example);
            }
            if (parent == null) {
                throw new FileSystemException(target.toString(), null, "it is no folder");
            }
            Files.createDirectories(parent);
            Path staged = Files.createTempDirectory(parent, ".keelson-init-");
            try {
                write(staged, example);
                publish(staged, target);
            } finally {
                delete(staged);
            }
            return FILES.stream().map(folder::resolve).toList();
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_EXISTS,
                    "The folder (%s) appeared in the meantime; nothing was changed.".formatted(folder),
                    "Maybe another command made it.",
                    e);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The project (%s) cannot be written: %s.".formatted(folder, reason(e)),
                    "Maybe another folder can be written.",
                    e);
        }
    }

    /** The text of a file of an example, such as {@code keelson.yaml}. */
    public static String text(String example, String file) {
        if (!EXAMPLES.contains(example) || !FILES.contains(file)) {
            throw new IllegalArgumentException("There is no file (%s) in an example (%s).".formatted(file, example));
        }
        try {
            return new String(bytes(example, file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("The file (%s) of the example cannot be read.".formatted(file), e);
        }
    }

    private static void refuseExisting(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_EXISTS,
                    "The folder (%s) is a file.".formatted(folder),
                    "Maybe another folder was meant.");
        }
        List<String> existing = FILES.stream()
                .filter(file -> Files.exists(folder.resolve(file), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .toList();
        if (!existing.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_EXISTS,
                    "The folder (%s) has %s already; nothing was changed."
                            .formatted(folder, Shape.list(existing, "and")),
                    "Maybe choose an empty folder.");
        }
    }

    /** A folder that is there stays; its new files are moved in one by one, and taken back if one fails. */
    private static List<Path> intoExisting(Path target, String example) throws IOException {
        Path staged = Files.createTempDirectory(target, ".keelson-init-");
        List<Path> made = new ArrayList<>();
        try {
            write(staged, example);
            for (String file : FILES) {
                Path path = target.resolve(file);
                Files.move(staged.resolve(file), path); // fails if it is there
                made.add(path);
            }
            return List.copyOf(made);
        } catch (IOException e) {
            for (Path path : made) {
                Files.deleteIfExists(path);
            }
            throw e;
        } finally {
            delete(staged);
        }
    }

    private static void write(Path folder, String example) throws IOException {
        for (String file : FILES) {
            Files.write(folder.resolve(file), bytes(example, file));
        }
    }

    private static void publish(Path staged, Path target) throws IOException {
        try {
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(staged, target);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static byte[] bytes(String example, String file) throws IOException {
        // archives leave .gitignore away
        String name = "examples/" + example + "/" + (file.equals(".gitignore") ? "gitignore" : file);
        try (InputStream in = ProjectTemplate.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The resource (%s) is missing.".formatted(name));
            }
            return in.readAllBytes();
        }
    }

    private static String reason(IOException failure) {
        String reason = failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
