package dev.keelson.store.files;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A file from its beginning. Its last bytes are given only when all of them have the hash that they should have. */
final class CheckedStream extends InputStream {
    private final Path file;
    private final InputStream bytes;
    private final String sha256;
    private final MessageDigest digest = Received.sha256();
    private long remaining;
    private boolean checked;

    CheckedStream(Path file, InputStream bytes, long size, String sha256) {
        this.file = file;
        this.bytes = bytes;
        this.remaining = size;
        this.sha256 = sha256;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = remaining == 0 ? -1 : bytes.read(buffer, offset, (int) Math.min(length, remaining));
        if (count > 0) {
            digest.update(buffer, offset, count);
            remaining -= count;
        }
        if (!checked && (count < 0 || remaining == 0)) {
            checked = true;
            String actual = HexFormat.of().formatHex(digest.digest());
            if (!actual.equals(sha256)) {
                throw damaged(file, actual);
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }

    static KeelsonException damaged(Path file, String actual) {
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "The bytes of artifact (%s) have the hash %s; they were changed after they were stored."
                        .formatted(file, actual),
                "Maybe restore the file from a backup, or delete it and log or train it again.");
    }
}
