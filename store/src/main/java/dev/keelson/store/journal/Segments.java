package dev.keelson.store.journal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.io.InputStream;
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

/** The files of a journal: their names, and reading them line by line. */
record Segments(Path folder) {
    private static final int BUFFER = 1 << 20;

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

    Path file(int segment) {
        return folder.resolve(String.format(Locale.ROOT, "%06d.csv", segment));
    }

    /** Number of the last segment; 0 when there is none. */
    int last() {
        TreeSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{6}\\.csv")) {
                    numbers.add(Integer.parseInt(name.substring(0, 6), 10));
                }
            }
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw StoreErrors.reading(folder, e);
        }
        int expected = 1;
        for (int number : numbers) {
            if (number != expected) {
                throw new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The journal (%s) has a segment %06d but no %06d.".formatted(folder, number, expected),
                        "Maybe a file was moved or deleted: restore it from a backup.");
            }
            expected++;
        }
        return expected - 1;
    }

    long size(int segment) {
        Path file = file(segment);
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
    }

    /** Hands over the lines that begin in {@code [from, to)}; an unfinished one at the end is handed over as such. */
    void lines(int segment, long from, long to, LineHandler handler) {
        Path file = file(segment);
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(0, to - from) + 1)];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(from);
            InputStream in = Channels.newInputStream(channel);
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
        } catch (IOException e) {
            throw StoreErrors.reading(file, e);
        }
    }

    /** Whether a segment has the header that is written today. */
    boolean isCurrent(int segment) {
        boolean[] current = {false};
        lines(segment, 0, Lines.HEADER.length, (bytes, from, to, at, complete) ->
                current[0] = complete && Arrays.equals(bytes, from, to, Lines.HEADER, 0, Lines.HEADER.length - 1));
        return current[0];
    }

    /** The error for a line that cannot be read, with its number from 1. */
    KeelsonException damaged(int segment, long offset) {
        long[] line = {1};
        lines(segment, 0, offset, (bytes, from, to, at, complete) -> line[0]++);
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "Line %d of the journal segment (%s), at byte %d, is not what was written: its checksum or form is wrong."
                        .formatted(line[0], file(segment), offset),
                "Maybe the file was edited or its disk is failing: restore it from a backup.");
    }

    /**
     * Checks the first line of a segment.
     *
     * @return whether it is the header
     * @throws KeelsonException STORE_VERSION if it is the header of another version of the format
     */
    boolean header(int segment, byte[] bytes, int from, int to) {
        if (Arrays.equals(bytes, from, to, Lines.HEADER, 0, Lines.HEADER.length - 1)
                || Lines.FORMER_HEADERS.stream()
                        .anyMatch(former -> Arrays.equals(bytes, from, to, former, 0, former.length - 1))) {
            return true;
        }
        byte[] name = "keelson_journal,".getBytes(StandardCharsets.US_ASCII);
        if (to - from > name.length
                && Arrays.equals(bytes, from, from + name.length, name, 0, name.length)
                && new LineParser().sound(bytes, from, to)) {
            throw new KeelsonException(
                    ErrorCode.STORE_VERSION,
                    "The journal segment (%s) has another format than this Keelson writes.".formatted(file(segment)),
                    "Maybe a newer Keelson wrote it: use that one.");
        }
        return false;
    }
}
