package dev.keelson.store.journal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StoreErrors;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal: their names, compressing them, and reading them line by line. An offset always counts the bytes as
 * they were written, whether a file is compressed or not.
 */
record Segments(Path folder) {
    private static final int BUFFER = 1 << 20;

    /** No header is longer. */
    private static final int HEADER_ROOM = 2048;

    /** After the end of every segment. */
    static final long WHOLE = Long.MAX_VALUE / 2;

    private static final byte[] NAME = "keelson_journal,".getBytes(StandardCharsets.US_ASCII);

    /** A longer one could not state its length. */
    private static final long LONGEST_COMPRESSED = (1L << 32) - 1;

    /** Takes one line. */
    interface LineHandler {
        /**
         * Takes the next line; what it throws ends the reading.
         *
         * @param bytes holds the line
         * @param from its first byte
         * @param to after its last byte, without the line feed
         * @param offset where it begins in the file
         * @param complete whether a line feed ends it
         */
        void line(byte[] bytes, int from, int to, long offset, boolean complete);
    }

    /** Where a segment is written. */
    Path file(int segment) {
        return folder.resolve(String.format(Locale.ROOT, "%06d.csv", segment));
    }

    /** Where a segment lies that was compressed. */
    Path compressed(int segment) {
        return folder.resolve(String.format(Locale.ROOT, "%06d.csv.gz", segment));
    }

    /** Whether only the compressed file of a segment is there. While both are, the other one counts. */
    boolean isCompressed(int segment) {
        return !Files.exists(file(segment)) && Files.exists(compressed(segment));
    }

    /** The file of a segment that counts. */
    private Path present(int segment) {
        return isCompressed(segment) ? compressed(segment) : file(segment);
    }

    /**
     * Compresses a segment that nobody writes any more; a kill at any moment leaves one whole file that counts. Does nothing
     * when it is compressed, absent, or too long for the length that its file states.
     *
     * @param goOn told after each piece of work how many nanoseconds it took; says whether to go on
     * @return whether it is compressed now
     */
    boolean compress(int segment, LongPredicate goOn) {
        Path plain = file(segment);
        Path staged = folder.resolve(compressed(segment).getFileName() + ".tmp");
        try {
            if (!Files.exists(plain) || Files.size(plain) > LONGEST_COMPRESSED) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(
                            staged, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
                    InputStream in = Files.newInputStream(plain)) {
                GZIPOutputStream out = new GZIPOutputStream(Channels.newOutputStream(channel), 64 << 10);
                byte[] buffer = new byte[BUFFER / 4];
                long since = System.nanoTime();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                    if (!goOn.test(System.nanoTime() - since)) {
                        return false; // the next attempt begins anew
                    }
                    since = System.nanoTime();
                }
                out.finish();
                out.flush();
                channel.force(true);
            }
            DurableFiles.move(staged, compressed(segment));
            Files.delete(plain);
            DurableFiles.syncFolder(folder);
            return true;
        } catch (IOException e) {
            throw StoreErrors.writing(compressed(segment), e);
        }
    }

    /** Makes the beginning of a compressed segment, up to an offset, a plain file again, durably. */
    void expand(int segment, long length) throws IOException {
        Path staged = folder.resolve(file(segment).getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                        staged, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
                InputStream in = stream(segment, 0)) {
            OutputStream out = Channels.newOutputStream(channel);
            byte[] buffer = new byte[BUFFER / 4];
            for (long left = length; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new EOFException("The segment (%s) ends before byte %d.".formatted(compressed(segment), length));
                }
                out.write(buffer, 0, read);
                left -= read;
            }
            channel.force(true);
        }
        DurableFiles.move(staged, file(segment)); // from now on it counts
        Files.delete(compressed(segment));
        DurableFiles.syncFolder(folder);
    }

    /** Deletes a segment, durably. */
    void delete(int segment) throws IOException {
        Files.deleteIfExists(compressed(segment)); // first: a plain file beside it counts
        DurableFiles.syncFolder(folder);
        Files.deleteIfExists(file(segment));
        DurableFiles.syncFolder(folder);
    }

    /** The bytes of a segment, as they were written, from an offset on. */
    private InputStream stream(int segment, long from) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file(segment), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            InputStream in = new GZIPInputStream(Files.newInputStream(compressed(segment)), 64 << 10);
            try {
                in.skipNBytes(from);
                return in;
            } catch (IOException skipping) {
                in.close();
                throw skipping;
            }
        }
        channel.position(from);
        return Channels.newInputStream(channel);
    }

    /** Number of the last segment; 0 when there is none. */
    int last() {
        TreeSet<Integer> numbers = numbers();
        return numbers.isEmpty() ? 0 : numbers.last();
    }

    /** The numbers of all segments that are there. */
    TreeSet<Integer> numbers() {
        TreeSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{6}\\.csv(\\.gz)?")) {
                    numbers.add(Integer.parseInt(name.substring(0, 6), 10));
                }
            }
        } catch (NoSuchFileException e) {
            return numbers;
        } catch (IOException e) {
            throw StoreErrors.reading(folder, e);
        }
        numbers.remove(0);
        return numbers;
    }

    /** Whether a segment is there. */
    boolean exists(int segment) {
        return Files.exists(file(segment)) || Files.exists(compressed(segment));
    }

    /** Bytes of a segment as they were written; 0 when there is none. */
    long size(int segment) {
        try {
            return Files.size(file(segment));
        } catch (NoSuchFileException absent) { // or compressed just now
            try {
                return writtenSize(compressed(segment));
            } catch (NoSuchFileException e) {
                return 0;
            } catch (IOException e) {
                throw StoreErrors.reading(compressed(segment), e);
            }
        } catch (IOException e) {
            throw StoreErrors.reading(file(segment), e);
        }
    }

    /** The length that a compressed file states in its last four bytes. */
    private static long writtenSize(Path compressed) throws IOException {
        try (FileChannel channel = FileChannel.open(compressed, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long from = channel.size() - Integer.BYTES;
            while (from >= 0 && last.hasRemaining() && channel.read(last, from + last.position()) >= 0) {
                // until it is full
            }
            if (last.hasRemaining()) {
                throw new EOFException("The file is shorter than any compressed one.");
            }
            return Integer.toUnsignedLong(last.getInt(0));
        }
    }

    /** Hands over the lines that begin in {@code [from, to)}; an unfinished one at the end is handed over as such. */
    void lines(int segment, long from, long to, LineHandler handler) {
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(0, to - from) + 1)];
        try (InputStream in = stream(segment, from)) {
            int length = 0;
            long offset = from; // of buffer[0] in the file
            while (true) {
                long left = to - offset - length;
                int read = left <= 0 ? -1 : in.read(buffer, length, (int) Math.min(left, buffer.length - length));
                if (read < 0) {
                    if (length > 0) {
                        handler.line(buffer, 0, length, offset, false);
                    }
                    return;
                }
                int scan = length;
                length += read;
                int start = 0;
                for (int i = scan; i < length; i++) {
                    if (buffer[i] == '\n') {
                        handler.line(buffer, start, i, offset + start, true);
                        start = i + 1;
                    }
                }
                System.arraycopy(buffer, start, buffer, 0, length - start);
                offset += start;
                length -= start;
                if (length == buffer.length) {
                    buffer = Arrays.copyOf(buffer, Math.multiplyExact(buffer.length, 2));
                }
            }
        } catch (ZipException | EOFException e) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "The compressed journal segment (%s) cannot be read: %s.".formatted(compressed(segment), e.getMessage()),
                    "Maybe its disk is failing: restore the file from a backup.",
                    e);
        } catch (IOException e) {
            throw StoreErrors.reading(present(segment), e);
        }
    }

    /** Takes one line with what its tail says. */
    interface JournalLineHandler {
        /** Takes the next line; what it throws ends the reading. */
        void line(JournalLine line);
    }

    /**
     * As {@link #lines}, with what the end of each line says and whether its checksum holds.
     *
     * @param from the start of a line
     * @return what its header says; null if there is no header that can be read
     */
    @Nullable SegmentHeader journalLines(int segment, long from, long to, JournalLineHandler handler) {
        SegmentHeader header = header(segment);
        JournalLine line = new JournalLine();
        line.numbered = header == null || header.numbered();
        if (header == null) {
            line.guess();
        }
        lines(segment, from, to, (bytes, first, last, at, complete) -> {
            line.set(bytes, first, last, at, complete);
            if (at == 0 && header != null) {
                line.header = true;
                line.sound = true;
                line.number = 0;
                line.check = header.check();
                line.before = header.before() == null ? -1 : 0;
            }
            handler.line(line);
            line.index++;
        });
        return header;
    }

    /**
     * As {@link #journalLines}; a compressed file that breaks off ends there.
     *
     * @param to where to stop, {@link #WHOLE} for the end
     */
    @Nullable SegmentHeader readable(int segment, long from, long to, JournalLineHandler handler) {
        try {
            return journalLines(segment, from, to, handler);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            return header(segment);
        }
    }

    /**
     * What the first line of a segment says; null if it is not a header.
     *
     * @throws KeelsonException STORE_VERSION if it is the header of another version of the format
     */
    @Nullable SegmentHeader header(int segment) {
        @Nullable SegmentHeader[] header = {null};
        if (exists(segment)) {
            try {
                lines(segment, 0, HEADER_ROOM, (bytes, from, to, at, complete) -> {
                    if (at == 0 && complete) {
                        header[0] = header(segment, bytes, from, to);
                    }
                });
            } catch (KeelsonException e) {
                if (e.code() != ErrorCode.STORE_DAMAGED) {
                    throw e;
                }
            }
        }
        return header[0];
    }

    private @Nullable SegmentHeader header(int segment, byte[] bytes, int from, int to) {
        if (!starts(bytes, from, to, NAME) || !new LineParser().sound(bytes, from, to)) {
            return null;
        }
        int check = LineParser.check(bytes, to);
        for (int version = 1; version < Lines.VERSION; version++) {
            byte[] former = Lines.headerStart(version);
            if (starts(bytes, from, to, former) && to - from == former.length + 8) {
                return new SegmentHeader(version, 0, null, check);
            }
        }
        if (starts(bytes, from, to, Lines.HEADER_START) && to - from == Lines.HEADER_LENGTH - 1) {
            String[] tail = new String(bytes, to - 33, 24, StandardCharsets.US_ASCII).split(",", -1);
            try {
                return new SegmentHeader(
                        Lines.VERSION,
                        Integer.parseInt(tail[0]),
                        tail[1].startsWith("-")
                                ? null
                                : new LineTail(Integer.parseInt(tail[1]), Integer.parseUnsignedInt(tail[2], 16)),
                        check);
            } catch (NumberFormatException e) {
                return null; // its checksum holds, but nobody wrote it so
            }
        }
        throw new KeelsonException(
                ErrorCode.STORE_VERSION,
                "The journal segment (%s) has another format than this Keelson writes.".formatted(present(segment)),
                "Maybe a newer Keelson wrote it: use that one.");
    }

    private static boolean starts(byte[] bytes, int from, int to, byte[] start) {
        return to - from >= start.length && Arrays.equals(bytes, from, from + start.length, start, 0, start.length);
    }
}
