package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a text file, decompressed, with the hash of the file as it was. Reading stops with an error before
 * anything grows beyond its limits, so that neither a file without line ends nor one that decompresses without end takes
 * the memory.
 */
final class SourceBytes {
    private static final int CHUNK = 1 << 16;

    private final String name;
    private final long limit;
    private final List<byte[]> chunks = new ArrayList<>();
    private long size;
    private long lines;
    private long lineStart;
    private boolean compressed;
    private boolean sample;
    private boolean cut;

    private SourceBytes(String name, long limit) {
        this.name = name;
        this.limit = limit;
    }

    /**
     * @param bytes decompressed
     * @param sha256 of the file as it was read, in hexadecimal digits
     * @param cut whether there is more than these bytes
     */
    record Plain(byte[] bytes, String sha256, boolean cut) {}

    /** How many bytes of text fit the memory of this process: 1 GiB at most. */
    static long limit() {
        return Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 8);
    }

    /**
     * Reads a file to its end.
     *
     * @param name what messages call it
     * @param limit how many bytes it may have when decompressed
     */
    static Plain read(String name, InputStream raw, long limit) throws IOException {
        return new SourceBytes(name, limit).read(raw);
    }

    /**
     * Reads the first whole records of a CSV file or a file of lines: a line end between quotes ends none.
     *
     * @param most how many bytes they have together
     */
    static Plain head(String name, InputStream raw, long most) throws IOException {
        SourceBytes bytes = new SourceBytes(name, most);
        bytes.sample = true;
        Plain read = bytes.read(raw);
        if (!read.cut()) {
            return read;
        }
        boolean quoted = false;
        int end = 0;
        for (int i = 0; i < read.bytes().length; i++) {
            quoted ^= read.bytes()[i] == '"' && !SourceReader.isJson(name);
            end = read.bytes()[i] == '\n' && !quoted ? i + 1 : end;
        }
        return new Plain(end == 0 ? read.bytes() : Arrays.copyOf(read.bytes(), end), read.sha256(), true);
    }

    private Plain read(InputStream raw) throws IOException {
        MessageDigest digest = sha256();
        DigestInputStream counted = new DigestInputStream(raw, digest);
        PushbackInputStream in = new PushbackInputStream(counted, 2);
        byte[] head = in.readNBytes(2);
        in.unread(head);
        boolean gzip = head.length == 2 && head[0] == (byte) 0x1F && head[1] == (byte) 0x8B;
        if (!gzip && name.endsWith(".gz") && head.length > 0) {
            throw unreadable(
                    name,
                    "The file is not in gzip format, though its name ends in .gz.",
                    "Maybe it was decompressed without being renamed, or the download was cut off.",
                    null);
        }
        compressed = gzip;
        if (gzip) {
            decompress(in);
        } else {
            take(in);
        }
        byte[] rest = new byte[CHUNK];
        while (!cut && counted.read(rest) >= 0) {
            // what follows the end of the compressed data belongs to the hash
        }
        return new Plain(joined(), HexFormat.of().formatHex(digest.digest()), cut);
    }

    private void decompress(InputStream in) {
        try {
            take(new GZIPInputStream(in, CHUNK));
        } catch (IOException e) {
            throw unreadable(
                    name,
                    String.format(
                            Locale.ROOT,
                            "The gzip file is damaged or cut off after %,d readable rows (%,d bytes decompressed): %s.",
                            Math.max(0, lines - 1),
                            size,
                            e.getMessage()),
                    "Maybe the download was interrupted; fetch the file again. Nothing was loaded.",
                    e);
        }
    }

    private void take(InputStream in) throws IOException {
        byte[] buffer = new byte[CHUNK];
        int filled = 0;
        for (int n = in.read(buffer, 0, CHUNK); n >= 0; n = in.read(buffer, filled, CHUNK - filled)) {
            for (int i = filled; i < filled + n; i++) {
                if (buffer[i] == '\n' || buffer[i] == '\r') {
                    lines += buffer[i] == '\n' ? 1 : 0;
                    lineStart = size + i - filled + 1;
                }
            }
            size += n;
            filled += n;
            checkLimits();
            if (filled == CHUNK) {
                chunks.add(buffer);
                buffer = new byte[CHUNK];
                filled = 0;
            }
            if (sample && size >= limit) {
                cut = true;
                break;
            }
        }
        chunks.add(Arrays.copyOf(buffer, filled));
    }

    private void checkLimits() {
        if (size - lineStart > SourceReader.LONGEST_LINE) {
            throw unreadable(
                    name,
                    String.format(
                            Locale.ROOT,
                            "Line %,d is longer than %,d bytes; a text file with lines was expected.",
                            lines + 1,
                            SourceReader.LONGEST_LINE),
                    "Maybe the line ends are missing, or it is not a text file.",
                    null);
        }
        if (size > limit && !sample) {
            throw unreadable(
                    name,
                    String.format(
                            Locale.ROOT,
                            "%s the file is larger than the %,d bytes that fit the memory of this process.",
                            compressed ? "Decompressed," : "As it is,",
                            limit),
                    "Maybe give the process more memory: KEELSON_JAVA_OPTS=-Xmx4g holds 512 MB of text; 1 GiB is the most.",
                    null);
        }
    }

    private byte[] joined() {
        byte[] all = new byte[Math.toIntExact(size)];
        int at = 0;
        for (int i = 0; i < chunks.size(); i++) {
            byte[] chunk = chunks.get(i);
            System.arraycopy(chunk, 0, all, at, chunk.length);
            at += chunk.length;
            chunks.set(i, new byte[0]);
        }
        return all;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    static KeelsonException unreadable(
            String name, String message, @Nullable String hint, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.at(ErrorCode.SOURCE_UNREADABLE, new Location(name, 0, 0), message, hint)), cause);
    }
}
