package dev.keelson.store.duckdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of files, each read once by this process for as long as its size and its time of change stay the same. Files are
 * read in pieces. Safe for use by several threads.
 */
final class FileDigests {
    private static final int REMEMBERED = 1 << 14;
    private static final int PIECE = 1 << 18;

    /** A fact about files, not a state of this program: all stores of a process may know it of one another. */
    private static final Map<Path, Known> KNOWN = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param trusted whether the file is known to hold what its name says */
    private record Known(long size, FileTime changed, @Nullable Object identity, String sha256, boolean trusted) {
        boolean isOf(BasicFileAttributes file) {
            return size == file.size()
                    && changed.equals(file.lastModifiedTime())
                    && (identity == null || identity.equals(file.fileKey()));
        }
    }

    private FileDigests() {}

    /** The hash of a file, in 64 lower-case hexadecimal digits; of a file that looks as it did, the one known. */
    static String of(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        Known known = known(file, now);
        return known == null ? read(path(file), now) : known.sha256();
    }

    private static @Nullable Known known(Path file, BasicFileAttributes now) {
        synchronized (KNOWN) {
            Known known = KNOWN.get(path(file));
            return known != null && known.isOf(now) ? known : null;
        }
    }

    private static Path path(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /** Whether a file that looks as it does now was {@linkplain #trust trusted} by this process. */
    static boolean trusts(Path file) throws IOException {
        Known known = known(file, Files.readAttributes(file, BasicFileAttributes.class));
        return known != null && known.trusted();
    }

    /** Says that a file, whose hash was taken, holds what its name says. */
    static void trust(Path file) {
        synchronized (KNOWN) {
            KNOWN.computeIfPresent(
                    path(file),
                    (path, known) ->
                            new Known(known.size(), known.changed(), known.identity(), known.sha256(), true));
        }
    }

    /** Likewise, of the bytes that are there now. */
    static String reading(Path file) throws IOException {
        return read(path(file), Files.readAttributes(file, BasicFileAttributes.class));
    }

    private static String read(Path path, BasicFileAttributes before) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] piece = new byte[Math.clamp(before.size(), 1, PIECE)];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        synchronized (KNOWN) {
            KNOWN.put(path, new Known(before.size(), before.lastModifiedTime(), before.fileKey(), sha256, false));
        }
        return sha256;
    }
}
