package dev.keelson.store.files;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.ArtifactStore.Stored;
import dev.keelson.registry.spi.ArtifactStore.Terms;
import dev.keelson.registry.spi.Uploads;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Uploads as folders {@code <id>} with a file {@code upload}, its time, target and number of parts, and one file for each part, whose name tells
 * its number and hash. A part is written under a temporary name and renamed, so a part that has a name has all its bytes.
 */
final class FileUploads implements Uploads {
    private static final String ABOUT = "upload";
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{1,64}");
    private static final Pattern PART = Pattern.compile("part-(\\d{5})\\.([0-9a-f]{64})");

    private final Path folder;
    private final BiFunction<InputStream, Terms, Stored> store;

    /**
     * Uploads in a folder, which is made at the first one.
     *
     * @param store what stores the whole
     */
    FileUploads(Path folder, BiFunction<InputStream, Terms, Stored> store) {
        this.folder = folder;
        this.store = store;
    }

    @Override
    public void begin(String id, String target, int parts, Instant at) {
        if (!ID.matcher(id).matches() || target.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("The id (%s) must be letters and digits, the target one line.".formatted(id));
        }
        Path upload = folder.resolve(id);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
                DurableFiles.syncFolder(folder.toAbsolutePath().resolveSibling(""));
            }
            Files.createDirectory(upload);
            DurableFiles.replace(upload.resolve(ABOUT), (at + "\n" + target + "\n" + parts + "\n").getBytes(StandardCharsets.UTF_8));
            DurableFiles.syncFolder(folder);
        } catch (IOException e) {
            throw StoreErrors.writing(upload, e);
        }
    }

    @Override
    public Optional<Upload> find(String id) {
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        Path upload = folder.resolve(id);
        List<String> about;
        try {
            about = Files.readAllLines(upload.resolve(ABOUT), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreErrors.reading(upload, e);
        }
        TreeMap<Integer, Stored> parts = new TreeMap<>();
        try {
            for (Part part : parts(upload)) {
                parts.put(part.number(), new Stored(part.sha256(), Files.size(part.file())));
            }
            int expected = about.size() > 2 ? Integer.parseInt(about.get(2)) : 0;
            return Optional.of(new Upload(id, about.get(1), expected, Instant.parse(about.getFirst()), parts));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // it was removed meanwhile
        } catch (IOException e) {
            throw StoreErrors.reading(upload, e);
        } catch (IndexOutOfBoundsException | DateTimeException | NumberFormatException e) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "The upload (%s) does not say what it is of.".formatted(upload),
                    "Maybe delete the folder; its client begins anew.",
                    e);
        }
    }

    @Override
    public List<Upload> all() {
        List<Upload> all = new ArrayList<>();
        for (Path upload : children(folder)) {
            find(upload.getFileName().toString()).ifPresent(all::add);
        }
        return all;
    }

    @Override
    public Stored put(String id, int number, InputStream bytes, Terms terms) {
        if (number < 1 || number > MAX_PARTS) {
            throw new IllegalArgumentException("The part (%d) must be 1 to %d.".formatted(number, MAX_PARTS));
        }
        require(id);
        Path upload = folder.resolve(id);
        Path temporary = upload.resolve(UUID.randomUUID() + FileArtifactStore.TEMPORARY);
        Stored stored = Received.write(bytes, temporary, terms);
        Path file = upload.resolve(String.format(Locale.ROOT, "part-%05d.%s", number, stored.sha256()));
        try {
            DurableFiles.move(temporary, file);
            for (Path other : children(upload)) {
                Matcher name = PART.matcher(other.getFileName().toString());
                if (name.matches() && Integer.parseInt(name.group(1)) == number && !other.equals(file)) {
                    Files.deleteIfExists(other);
                }
            }
        } catch (IOException e) {
            throw Received.discarding(temporary, StoreErrors.writing(file, e));
        }
        return stored;
    }

    @Override
    public Stored join(String id, List<Integer> numbers, Terms terms) {
        require(id);
        Path upload = folder.resolve(id);
        TreeMap<Integer, Part> there = new TreeMap<>();
        try {
            for (Part part : parts(upload)) {
                there.put(part.number(), part);
            }
        } catch (IOException e) {
            throw StoreErrors.reading(upload, e);
        }
        List<Part> chosen = new ArrayList<>();
        for (Integer number : numbers) {
            Part part = there.get(number);
            if (part == null) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The upload (%s) has no part %d; it has %s.".formatted(id, number, there.keySet()),
                        "Maybe send that part first.");
            }
            chosen.add(part);
        }
        try (InputStream whole = new SequenceInputStream(opening(chosen.iterator()))) {
            return store.apply(whole, terms);
        } catch (IOException e) {
            throw StoreErrors.reading(upload, e);
        } catch (UncheckedIOException e) {
            throw StoreErrors.reading(upload, new IOException(e.getMessage(), e));
        }
    }

    @Override
    public void remove(String id) {
        if (!ID.matcher(id).matches()) {
            return;
        }
        Path upload = folder.resolve(id);
        try {
            Files.deleteIfExists(upload.resolve(ABOUT)); // from here on it is none, whatever happens
            DurableFiles.deleteAll(upload);
        } catch (IOException e) {
            throw StoreErrors.writing(upload, e);
        }
    }

    /** Removes what a killed process left half-written: parts, and uploads without a file that tells what they are. */
    List<Path> sweep() {
        List<Path> removed = new ArrayList<>();
        for (Path upload : children(folder)) {
            try {
                if (!Files.exists(upload.resolve(ABOUT))) {
                    DurableFiles.deleteAll(upload);
                    removed.add(upload);
                    continue;
                }
                for (Path file : children(upload)) {
                    if (file.getFileName().toString().endsWith(FileArtifactStore.TEMPORARY)) {
                        Files.delete(file);
                        removed.add(file);
                    }
                }
            } catch (IOException e) {
                throw StoreErrors.writing(upload, e);
            }
        }
        return removed;
    }

    private void require(String id) {
        if (!ID.matcher(id).matches() || !Files.isRegularFile(folder.resolve(id).resolve(ABOUT))) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "There is no upload (%s).".formatted(id),
                    "Maybe it was completed, aborted, or removed because it was old: begin a new one.");
        }
    }

    @SuppressWarnings("JdkObsolete") // what SequenceInputStream asks for
    private static Enumeration<InputStream> opening(Iterator<Part> parts) {
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return parts.hasNext();
            }

            @Override
            public InputStream nextElement() {
                Part part = parts.next();
                try {
                    return new CheckedStream(
                            part.file(), Files.newInputStream(part.file()), Files.size(part.file()), part.sha256());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private record Part(int number, String sha256, Path file) {}

    /** Its parts; of two with one number, which only a kill leaves, the newer one last. */
    private static List<Part> parts(Path upload) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (Path file : children(upload)) {
            Matcher name = PART.matcher(file.getFileName().toString());
            if (name.matches()) {
                Part part = new Part(Integer.parseInt(name.group(1)), name.group(2), file);
                Part before = parts.isEmpty() ? null : parts.getLast();
                boolean older = before != null
                        && before.number() == part.number()
                        && Files.getLastModifiedTime(before.file()).compareTo(Files.getLastModifiedTime(file)) > 0;
                parts.add(older ? parts.size() - 1 : parts.size(), part);
            }
        }
        return parts;
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw StoreErrors.reading(folder, e);
        }
        children.sort(null);
        return children;
    }
}
