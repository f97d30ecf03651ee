package dev.keelson.remote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder of a stranger. Links within it are never followed, and nothing but regular files is opened; what is larger than a
 * limit is not read. Immutable.
 *
 * @param root its real path
 */
record SafeFolder(Path root) {
    private static final int MOST_ENTRIES = 2_000_000;

    /** A place within it as a person finds it. */
    String shown(Path path) {
        return root.relativize(path).toString();
    }

    /** What is directly in a folder, sorted; none when there is no such folder. Links are told and left out. */
    List<Path> list(Path folder, Source.Bad bad) {
        if (Files.isSymbolicLink(folder)) {
            bad.accept(shown(folder), "it is a link, which is not followed");
            return List.of();
        }
        if (!isFolder(folder)) {
            return List.of();
        }
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                if (Files.isSymbolicLink(entry)) {
                    bad.accept(shown(entry), "it is a link, which is not followed");
                } else if (entries.size() >= MOST_ENTRIES) {
                    bad.accept(shown(folder), "it has more than %,d entries; the others are left out".formatted(MOST_ENTRIES));
                    break;
                } else {
                    entries.add(entry);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            bad.accept(shown(folder), reason(e instanceof IOException io ? io : new IOException(e.getMessage(), e)));
        }
        entries.sort(null);
        return entries;
    }

    /** All files below a folder, sorted folder by folder, at most so many levels down. */
    void walk(Path folder, int levels, Source.Bad bad, Visitor each) throws IOException {
        for (Path entry : list(folder, bad)) {
            BasicFileAttributes attributes = attributes(entry);
            if (attributes.isDirectory()) {
                if (levels <= 1) {
                    bad.accept(shown(entry), "it is too deep in the folder");
                } else {
                    walk(entry, levels - 1, bad, each);
                }
            } else if (attributes.isRegularFile()) {
                each.visit(entry, attributes);
            } else {
                bad.accept(shown(entry), "it is no regular file");
            }
        }
    }

    /** Told of each file. */
    @FunctionalInterface
    interface Visitor {
        void visit(Path file, BasicFileAttributes attributes) throws IOException;
    }

    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Opens a regular file that no link leads to. */
    InputStream open(Path file) throws IOException {
        if (!file.toRealPath().equals(file.normalize())) {
            throw new IOException("a link leads to it, which is not followed");
        }
        if (!attributes(file).isRegularFile()) {
            throw new IOException("it is no regular file");
        }
        return Channels.newInputStream(
                Files.newByteChannel(file, java.util.Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
    }

    /** The text of a file of UTF-8. */
    String text(Path file, int most) throws IOException {
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("it is larger than %,d bytes".formatted(most));
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is no UTF-8 text", e);
        }
    }

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "it is not there";
        }
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "it may not be read";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
