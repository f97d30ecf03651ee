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

    private record Known(long size, FileTime changed, @Nullable Object identity, String sha256) {
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
        Path path = file.toAbsolutePath().normalize();
        Known known;
        synchronized (KNOWN) {
            known = KNOWN.get(path);
        }
        return known != null && known.isOf(now) ? known.sha256() : read(path, now);
    }

    /** Likewise, of the bytes that are there now. */
    static String reading(Path file) throws IOException {
        return read(file.toAbsolutePath().normalize(), Files.readAttributes(file, BasicFileAttributes.class));
    }

    private static String read(Path path, BasicFileAttributes before) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] piece = new byte[(int) Math.clamp(before.size(), 1, PIECE)];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        synchronized (KNOWN) {
            KNOWN.put(path, new Known(before.size(), before.lastModifiedTime(), before.fileKey(), sha256));
        }
        return sha256;
    }
}
