package dev.keelson.store.files;

import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Uploads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Artifacts as files {@code <2 hexadecimal digits>/<sha256>} of one folder, readable folders {@code runs/<id>/}, and
 * {@code uploads/<id>/} with the parts of files that are on their way.
 *
 * <p>A file is written under a temporary name, forced to disk and renamed, so a name that exists has all its bytes.
 * What a killed process leaves behind ends in {@code .tmp}; {@link #sweep()} removes it. Safe for use by several
 * threads; one process at a time writes (the owner of the project).
 */
public final class FileArtifactStore implements ArtifactStore {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    static final String TEMPORARY = ".tmp";
    /** Where files lie while their bytes come and their names are not known. */
    private static final String INCOMING = "incoming";
    private static final String UPLOADS = "uploads";
    /** The former folder of a run while the new one takes its name; {@link #sweep()} puts it back after a kill. */
    private static final String FORMER = ".former" + TEMPORARY;

    private final Path folder;
    private final FileUploads uploads;

    /**
     * A store in a folder, which is made at the first write.
     *
     * @param folder the folder, {@code artifacts} of a project
     */
    public FileArtifactStore(Path folder) {
        this.folder = folder;
        this.uploads = new FileUploads(folder.resolve(UPLOADS), this::put);
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE, with the path
     */
    @Override
    public String put(byte[] bytes) {
        String sha256 = Sha256.ofBytes(bytes);
        Path file = file(sha256);
        Path temporary = file.resolveSibling(sha256 + "." + UUID.randomUUID() + TEMPORARY);
        try {
            if (Files.isRegularFile(file) && Files.size(file) == bytes.length && storedAgain(file)) {
                return sha256;
            }
            make(sha256.substring(0, 2));
            DurableFiles.write(temporary, bytes);
            DurableFiles.move(temporary, file);
            return sha256;
        } catch (IOException e) {
            throw Received.discarding(temporary, StoreErrors.writing(file, e));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE, with the path
     */
    @Override
    public Stored put(InputStream bytes, Terms terms) {
        Path temporary = folder.resolve(INCOMING).resolve(UUID.randomUUID() + TEMPORARY);
        try {
            make(INCOMING);
            Stored stored = Received.write(bytes, temporary, terms);
            make(stored.sha256().substring(0, 2));
            DurableFiles.move(temporary, file(stored.sha256()));
            return stored;
        } catch (IOException e) {
            throw Received.discarding(temporary, StoreErrors.writing(temporary, e));
        }
    }

    /** Notes that bytes that are there were stored again; false if they were removed meanwhile. */
    private static boolean storedAgain(Path file) throws IOException {
        try {
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void make(String shelf) throws IOException {
        Path made = folder.resolve(shelf);
        if (!Files.isDirectory(made)) {
            Files.createDirectories(made);
            DurableFiles.syncFolder(folder);
        }
    }

    @Override
    public Optional<Opened> open(String sha256, long offset) {
        Path file = file(sha256);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
        try {
            long size = channel.size();
            if (offset < 0 || offset > size) {
                throw new IllegalArgumentException("The offset (%d) must be 0 to the size %d.".formatted(offset, size));
            }
            channel.position(offset);
            InputStream stream = Channels.newInputStream(channel);
            return Optional.of(
                    new Opened(offset == 0 ? new CheckedStream(file, stream, size, sha256) : stream, size));
        } catch (IOException e) {
            throw closing(channel, StoreErrors.reading(file, e));
        } catch (IllegalArgumentException e) {
            throw closing(channel, e);
        }
    }

    @Override
    public Uploads uploads() {
        return uploads;
    }

    private static <E extends RuntimeException> E closing(FileChannel channel, E failure) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        Path file = file(sha256);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
        String actual = Sha256.ofBytes(bytes);
        if (!actual.equals(sha256)) {
            throw CheckedStream.damaged(file, actual);
        }
        return Optional.of(bytes);
    }

    /**
     * {@inheritDoc}
     *
     * @param runId usable as a file name
     * @param files relative paths with {@code /}, none leading out of the folder
     * @throws IllegalArgumentException if the id or a path is not of that form
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE, with the path
     */
    @Override
    public synchronized void describeRun(String runId, Map<String, byte[]> files) {
        Path runs = folder.resolve("runs");
        Path target = runs.resolve(StateFolder.fileName(runId));
        Path temporary = runs.resolve(runId + "." + UUID.randomUUID() + TEMPORARY);
        Path former = runs.resolve(runId + FORMER);
        try {
            DurableFiles.deleteAll(temporary);
            Files.createDirectories(temporary);
            for (Map.Entry<String, byte[]> entry : new TreeMap<>(files).entrySet()) {
                Path file = within(temporary, entry.getKey());
                Path parent = file.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                DurableFiles.write(file, entry.getValue());
            }
            DurableFiles.syncFolder(temporary);
            if (Files.exists(target)) {
                DurableFiles.deleteAll(former);
                Files.move(target, former, StandardCopyOption.ATOMIC_MOVE);
            }
            DurableFiles.move(temporary, target);
            DurableFiles.deleteAll(former);
        } catch (IOException e) {
            throw Received.discarding(temporary, StoreErrors.writing(target, e));
        } catch (IllegalArgumentException e) {
            throw Received.discarding(temporary, e);
        }
    }

    /**
     * Removes what a killed process left half-written. To be called by the owner before it writes.
     *
     * @return the files and folders removed, sorted
     * @throws KeelsonException NOT_WRITABLE or STORE_DAMAGED, with the path
     */
    public List<Path> sweep() {
        List<Path> removed = new ArrayList<>(uploads.sweep());
        for (Path shelf : children(folder)) {
            if (!Files.isDirectory(shelf)) {
                continue;
            }
            for (Path file : children(shelf)) {
                String name = file.getFileName().toString();
                if (!name.endsWith(TEMPORARY)) {
                    continue;
                }
                try {
                    if (name.endsWith(FORMER)) {
                        Path target = shelf.resolve(name.substring(0, name.length() - FORMER.length()));
                        if (!Files.exists(target)) {
                            DurableFiles.move(file, target);
                            continue;
                        }
                    }
                    DurableFiles.deleteAll(file);
                } catch (IOException e) {
                    throw StoreErrors.writing(file, e);
                }
                removed.add(file);
            }
        }
        return removed;
    }

    /**
     * Every artifact that was last stored before a time, with its bytes. What is stored again counts from then on, so nothing that
     * is on its way to get a name is among them when the time is long enough ago.
     *
     * @throws KeelsonException STORE_DAMAGED, with the path
     */
    public SortedMap<String, Long> storedBefore(Instant time) {
        SortedMap<String, Long> found = new TreeMap<>();
        for (Path shelf : children(folder)) {
            if (shelf.getFileName().toString().length() != 2) {
                continue;
            }
            for (Path file : children(shelf)) {
                String name = file.getFileName().toString();
                if (!HASH.matcher(name).matches()) {
                    continue;
                }
                BasicFileAttributes about = about(file);
                if (about != null && about.lastModifiedTime().toInstant().isBefore(time)) {
                    found.put(name, about.size());
                }
            }
        }
        return found;
    }

    private static @Nullable BasicFileAttributes about(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null; // it was removed meanwhile
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
    }

    /**
     * Removes an artifact that nothing names any more, unless it was stored again since a time.
     *
     * @return false if it was, or is not there
     * @throws KeelsonException NOT_WRITABLE, with the path
     */
    public boolean remove(String sha256, Instant time) {
        Path file = file(sha256);
        Path aside = file.resolveSibling(sha256 + FORMER); // after a kill, the next sweep puts it back
        try {
            if (!Files.getLastModifiedTime(file).toInstant().isBefore(time)) {
                return false;
            }
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            if (!Files.getLastModifiedTime(aside).toInstant().isBefore(time)) { // just now
                DurableFiles.move(aside, file);
                return false;
            }
            Files.delete(aside);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    /**
     * Removes the readable folder of a run, if it has one.
     *
     * @throws KeelsonException NOT_WRITABLE, with the path
     */
    public synchronized void forgetRun(String runId) {
        Path target = folder.resolve("runs").resolve(StateFolder.fileName(runId));
        try {
            DurableFiles.deleteAll(target);
        } catch (IOException e) {
            throw StoreErrors.writing(target, e);
        }
    }

    private Path file(String sha256) {
        if (!HASH.matcher(sha256).matches()) {
            throw new IllegalArgumentException(
                    "The artifact name (%s) must be a SHA-256 in 64 lower-case hexadecimal digits.".formatted(sha256));
        }
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private static Path within(Path folder, String name) {
        Path file = folder.resolve(name).normalize();
        if (name.isEmpty() || name.contains("\\") || file.equals(folder) || !file.startsWith(folder)) {
            throw new IllegalArgumentException(
                    "The file name (%s) of a run must be a relative path with / that stays in the run's folder."
                            .formatted(name));
        }
        return file;
    }

    private static List<Path> children(Path folder) {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw StoreErrors.reading(folder, e);
        }
        children.sort(null);
        return children;
    }
}
