package dev.keelson.store.files;

import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of sources on this machine. Safe for use by several threads.
 *
 * <p>A name that the project file states may be absolute or lead out of the project folder: who writes the project file
 * decides what is read. What a folder or a pattern <em>finds</em> must lie in the folder where its search starts, links
 * followed; a pattern must not climb with {@code ..} behind a wildcard.
 */
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
                    "(%s) is a folder; a file was expected.".formatted(path),
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

    /** The names of the formats that are found in a folder. */
    private static final Pattern DATA_FILE = Pattern.compile("(?i).+\\.(csv|csv\\.gz|jsonl|jsonl\\.gz|ndjson|ndjson\\.gz|parquet)");

    private static final int MOST_FILES = 10_000;

    @Override
    public List<Located> find(Located name) throws IOException {
        Path whole = path(name);
        if (Files.isDirectory(whole)) {
            return found(name, whole, "", file -> DATA_FILE.matcher(file.toString()).matches(), 1);
        }
        int wildcard = wildcard(name.text());
        if (wildcard < 0 || Files.exists(whole)) {
            return List.of(name);
        }
        int slash = name.text().lastIndexOf('/', wildcard);
        String pattern = name.text().substring(slash + 1);
        if (Arrays.asList(pattern.split("/")).contains("..")) {
            throw problem(
                    ErrorCode.SOURCE_UNREADABLE,
                    name,
                    "The pattern (%s) climbs with `..` behind a wildcard.".formatted(name.text()),
                    "Maybe start it in the folder that is meant.",
                    null);
        }
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException e) {
            throw problem(
                    ErrorCode.SOURCE_UNREADABLE,
                    name,
                    "(%s) is not a pattern of file names: %s.".formatted(name.text(), e.getDescription()),
                    "Maybe a `[` or `{` in a file name needs a backslash.",
                    e);
        }
        String start = name.text().substring(0, slash + 1);
        Path base = folder.resolve(start).normalize();
        int depth = pattern.contains("**") ? Integer.MAX_VALUE : (int) pattern.chars().filter(c -> c == '/').count() + 1;
        return found(name, base, start, matcher::matches, depth);
    }

    /** Position of the first wildcard, or -1. */
    private static int wildcard(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("*?{[".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static List<Located> found(Located name, Path base, String start, Predicate<Path> wanted, int depth)
            throws IOException {
        List<Located> names = new ArrayList<>();
        if (Files.isDirectory(base)) {
            Path real = base.toRealPath();
            String prefix = start.isEmpty() && !name.text().isEmpty() && wildcard(name.text()) < 0
                    ? name.text().replaceAll("/+$", "") + "/"
                    : start;
            try (Stream<Path> files = Files.walk(base, depth)) {
                for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                    Path relative = base.relativize(file);
                    boolean hidden = String.valueOf(file.getFileName()).startsWith(".");
                    if (!hidden && Files.isRegularFile(file) && wanted.test(relative)) {
                        if (!file.toRealPath().startsWith(real)) {
                            throw problem(
                                    ErrorCode.SOURCE_UNREADABLE,
                                    name,
                                    "The file (%s) is a link that leads out of the folder (%s).".formatted(file, base),
                                    "Maybe name that file by itself.",
                                    null);
                        }
                        names.add(new Located(
                                prefix + relative.toString().replace(File.separatorChar, '/'), name.location()));
                    }
                }
            }
        }
        if (names.isEmpty()) {
            throw problem(
                    ErrorCode.SOURCE_NOT_FOUND,
                    name,
                    "No file matches (%s) in (%s).".formatted(name.text(), base),
                    Files.isDirectory(base)
                            ? "Maybe the names end otherwise: .csv, .csv.gz, .jsonl, .ndjson and .parquet are read."
                            : "Maybe the folder is missing or misspelt.",
                    null);
        }
        if (names.size() > MOST_FILES) {
            throw problem(
                    ErrorCode.SOURCE_UNREADABLE,
                    name,
                    "%d files match (%s); at most %d were expected.".formatted(names.size(), name.text(), MOST_FILES),
                    "Maybe make the pattern narrower.",
                    null);
        }
        return names;
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
