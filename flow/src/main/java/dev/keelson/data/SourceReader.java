package dev.keelson.data;

import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.id.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV files, plain or compressed with gzip, into typed rows. UTF-8 with or without a byte order mark; LF, CRLF or
 * CR; a header; cells may be quoted. Empty cells are missing. Safe for use by several threads.
 *
 * <p>Columns that are not declared take the type that the previous version gave them, or one that fits all their cells:
 * whole number, else number, else text. Digits with zeros in front, or too many for 64 bits, are text; a column without
 * any value is a number until it has one.
 */
public final class SourceReader {
    private static final int LIMIT = 1 << 30;

    private final SourceFiles files;

    /** @param files where the files come from */
    public SourceReader(SourceFiles files) {
        this.files = files;
    }

    /**
     * Reads a source's file.
     *
     * @param source what to read
     * @param previous the version that the rows are to follow; its types hold for columns that are not declared. Null
     *     for none
     * @return all its good rows and all its bad ones
     * @throws KeelsonException SOURCE_NOT_FOUND; SOURCE_UNREADABLE when it is damaged, not UTF-8 or has a faulty
     * header;
     *     MISSING_COLUMN naming every missing column; EMPTY_SOURCE when there is no row; BAD_VALUE when the source's
     *     declarations cannot be used
     */
    public SourceRows read(SourceDefinition source, @Nullable DatasetVersion previous) {
        String name = source.file().text();
        byte[] raw;
        try (InputStream in = files.open(source.file())) {
            raw = in.readNBytes(LIMIT + 1);
        } catch (IOException e) {
            throw unreadable(name, "The file cannot be read: %s.".formatted(e.getMessage()), null, e);
        }
        return parse(source, name, raw, previous);
    }

    /**
     * Reads rows from bytes, as {@link #read} does from a file.
     *
     * @param name what places call the file
     * @param raw the file's bytes, plain or gzip
     */
    public static SourceRows parse(
            SourceDefinition source, String name, byte[] raw, @Nullable DatasetVersion previous) {
        if (raw.length > LIMIT) {
            throw unreadable(name, "The file is larger than 1 GiB.", "Maybe split it into several files.", null);
        }
        byte[] bytes = plain(name, raw);
        CsvText text = CsvText.decode(name, bytes);
        return new SourceParser(source, text, previous).parse(Sha256.ofBytes(raw));
    }

    private static byte[] plain(String name, byte[] raw) {
        boolean gzip = raw.length >= 2 && raw[0] == (byte) 0x1F && raw[1] == (byte) 0x8B;
        if (!gzip) {
            if (name.endsWith(".gz") && raw.length > 0) {
                throw unreadable(
                        name,
                        "The file is not in gzip format, though its name ends in .gz.",
                        "Maybe it was decompressed without being renamed, or the download was cut off.",
                        null);
            }
            return raw;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(LIMIT, 4 * raw.length));
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(raw), 1 << 16)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                if (out.size() > LIMIT) {
                    throw unreadable(
                            name,
                            "Decompressed, the file is larger than 1 GiB.",
                            "Maybe split it into several files.",
                            null);
                }
            }
        } catch (IOException e) {
            long rows = Math.max(0, lineEnds(out.toByteArray()) - 1);
            throw unreadable(
                    name,
                    "The gzip file is damaged or cut off after %,d readable rows (%,d bytes decompressed): %s."
                            .formatted(rows, out.size(), e.getMessage()),
                    "Maybe the download was interrupted; fetch the file again. Nothing was loaded.",
                    e);
        }
        return out.toByteArray();
    }

    private static long lineEnds(byte[] bytes) {
        long count = 0;
        for (byte b : bytes) {
            count += b == '\n' ? 1 : 0;
        }
        return count;
    }

    private static KeelsonException unreadable(
            String name, String message, @Nullable String hint, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.at(ErrorCode.SOURCE_UNREADABLE, new Location(name, 0, 0), message, hint)), cause);
    }
}
