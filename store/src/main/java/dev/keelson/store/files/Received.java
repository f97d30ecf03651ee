package dev.keelson.store.files;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.ArtifactStore.Stored;
import dev.keelson.registry.spi.ArtifactStore.Terms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Bytes that come from outside, written to a temporary file and hashed on the way. */
final class Received {
    static final int BUFFER = 1 << 17;

    private Received() {}

    /**
     * Writes a stream to a new file and forces it to the disk. When that fails, the file is gone.
     *
     * @throws KeelsonException as {@link dev.keelson.registry.spi.ArtifactStore#put(InputStream, Terms)} does
     */
    static Stored write(InputStream bytes, Path temporary, Terms terms) {
        if (terms.bytes() != null && terms.bytes() > terms.most()) {
            throw tooLarge(terms);
        }
        MessageDigest digest = sha256();
        long size = 0;
        try (FileChannel channel =
                FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = read(bytes, buffer, size); count >= 0; count = read(bytes, buffer, size)) {
                size += count;
                if (size > terms.most()) {
                    throw tooLarge(terms);
                }
                digest.update(buffer, 0, count);
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, count);
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
            if (terms.bytes() != null && size != terms.bytes()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "%d bytes came, and %d were announced.".formatted(size, terms.bytes()),
                        "Maybe the connection was cut: send them again.");
            }
            String hash = HexFormat.of().formatHex(digest.digest());
            if (terms.sha256() != null && !hash.equals(terms.sha256())) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The bytes that came have the SHA-256 %s, and %s was announced.".formatted(hash, terms.sha256()),
                        "Maybe they were changed on the way, or the file while it was read: send them again.");
            }
            channel.force(true);
            return new Stored(hash, size);
        } catch (IOException e) {
            throw discarding(temporary, StoreErrors.writing(temporary, e));
        } catch (RuntimeException e) {
            throw discarding(temporary, e);
        }
    }

    private static int read(InputStream bytes, byte[] buffer, long size) {
        try {
            return bytes.read(buffer, 0, buffer.length);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The bytes broke off behind %d.".formatted(size),
                    "Maybe the connection was cut: send them again.",
                    e);
        }
    }

    private static KeelsonException tooLarge(Terms terms) {
        return new KeelsonException(
                ErrorCode.TOO_LARGE,
                "There are more than %d bytes, which is the most that is taken.".formatted(terms.most()),
                "Maybe send it in smaller files, or raise the limit where the server is started.");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    static <E extends RuntimeException> E discarding(Path temporary, E failure) {
        try {
            DurableFiles.deleteAll(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e); // swept at the next start
        }
        return failure;
    }
}
