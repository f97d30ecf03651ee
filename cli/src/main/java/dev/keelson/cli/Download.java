package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Saves a file that comes from elsewhere: into a file beside it, whose name tells the hash, so that a download that was cut
 * goes on where it ended; it gets its name when its hash is right.
 */
final class Download {
    private static final int BUFFER = 1 << 17;

    private Download() {}

    /** Where the bytes are. */
    @FunctionalInterface
    interface Source {
        /** The bytes from an offset on; closed by who asked. */
        InputStream from(long offset) throws IOException;
    }

    /**
     * What became of it.
     *
     * @param fetched how many bytes came now
     * @param kept how many were there: all when the file was, some when a download goes on
     */
    record Saved(long fetched, long kept) {}

    /**
     * Saves a file.
     *
     * @param sha256 what its hash must be
     * @param bytes how many it has
     * @throws KeelsonException BAD_REQUEST when other bytes come: what was fetched is removed
     * @throws IOException when the bytes break off, or cannot be written: what was fetched is kept
     */
    static Saved save(Path target, String sha256, long bytes, Source source) throws IOException {
        if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                && Files.size(target) == bytes
                && hash(target).equals(sha256)) {
            return new Saved(0, bytes);
        }
        Path part = target.resolveSibling(target.getFileName() + "." + sha256.substring(0, 16) + ".part");
        if (Files.isSymbolicLink(part)) {
            Files.delete(part);
        }
        MessageDigest digest = sha256();
        long kept = 0;
        long fetched = 0;
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() > bytes) {
                channel.truncate(0);
            }
            ByteBuffer chunk = ByteBuffer.allocate(BUFFER);
            while (channel.read(chunk) >= 0) {
                chunk.flip();
                kept += chunk.remaining();
                digest.update(chunk);
                chunk.clear();
            }
            if (kept < bytes || bytes == 0) {
                try (InputStream in = source.from(kept)) {
                    byte[] buffer = new byte[BUFFER];
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        digest.update(buffer, 0, count);
                        fetched += count;
                        ByteBuffer out = ByteBuffer.wrap(buffer, 0, count);
                        while (out.hasRemaining()) {
                            channel.write(out);
                        }
                    }
                }
            }
            channel.force(true);
        }
        if (kept + fetched < bytes) {
            throw new IOException("%d of %d bytes came".formatted(kept + fetched, bytes));
        }
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(sha256)) {
            Files.delete(part);
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The bytes of (%s) have the SHA-256 %s, and %s was expected; they are not kept."
                            .formatted(target, actual, sha256),
                    "Maybe they were changed on the way: download it again.");
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return new Saved(fetched, kept);
    }

    /**
     * Where a file of a tree lies below a folder; the folders in between are made. None of them may be a link, which could lead
     * elsewhere.
     *
     * @param relative parts with {@code /} between them, checked by who calls
     */
    static Path place(Path folder, String relative) throws IOException {
        Files.createDirectories(folder);
        Path place = folder;
        String[] parts = relative.split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            place = place.resolve(parts[i]);
            if (Files.isSymbolicLink(place)) {
                throw new KeelsonException(
                        ErrorCode.UNSAFE_PATH,
                        "The path (%s) is a link; nothing is written through it.".formatted(place),
                        "Maybe download into another folder.");
            }
            if (i < parts.length - 1) {
                Files.createDirectories(place);
            }
        }
        return place;
    }

    /** The SHA-256 of a file. */
    static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }
}
