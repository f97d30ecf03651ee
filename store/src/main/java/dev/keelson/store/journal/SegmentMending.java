package dev.keelson.store.journal;

import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StoreErrors;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes damaged segments anew, from their good lines and from what the index has of the others, each record at its own place. A
 * record is put back as it was written where the checksums of the lines around it prove that; else it is marked as recovered;
 * one that nobody has is told as lost. The damaged files are kept in {@code replaced/journal}; a kill at any moment leaves the
 * old file or the new one. Used once, by one thread, while nobody writes these segments.
 */
final class SegmentMending {
    /** Of segments without numbers so many records are put back at once. */
    static final int MOST_KNOWN = 200_000;

    private final Segments segments;
    private final PredictionIndex index;
    private final Path aside;
    private long restored;
    private long recovered;
    private long lost;

    /**
     * What was done.
     *
     * @param restored records put back as they were written
     * @param recovered records put back and marked
     * @param lost records of which a line now says that they are lost
     */
    record Done(long restored, long recovered, long lost) {}

    SegmentMending(Segments segments, PredictionIndex index) {
        this.segments = segments;
        this.index = index;
        this.aside = segments.folder().resolveSibling("replaced").resolve("journal");
    }

    Done done() {
        return new Done(restored, recovered, lost);
    }

    /** Gives files the names of the segments that they hold, and puts those aside that hold what another one holds. */
    void rename(Inspection inspection) {
        try {
            for (int file : inspection.strangers()) {
                keep(file);
                segments.delete(file);
            }
            Map<Integer, Integer> renamed = inspection.renamed();
            Map<Path, Path> second = new HashMap<>();
            for (Map.Entry<Integer, Integer> each : renamed.entrySet()) {
                boolean compressed = segments.isCompressed(each.getValue());
                Path from = compressed ? segments.compressed(each.getValue()) : segments.file(each.getValue());
                Path to = compressed ? segments.compressed(each.getKey()) : segments.file(each.getKey());
                Path between = to.resolveSibling(to.getFileName() + ".renamed");
                Files.move(from, between);
                second.put(between, to);
            }
            for (Map.Entry<Path, Path> each : second.entrySet()) {
                DurableFiles.move(each.getKey(), each.getValue());
            }
        } catch (IOException e) {
            throw StoreErrors.writing(segments.folder(), e);
        }
    }

    /** Mends one segment. */
    void mend(Inspection inspection, SegmentCheck check, List<LogRow> known) {
        int segment = check.segment();
        try {
            Files.createDirectories(aside);
            if (check.numbered()) {
                numbered(inspection, check);
            } else {
                unnumbered(segment, known);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(segments.file(segment), e);
        }
    }

    /** The good lines of a segment, copied to a file of their own in which each is found by its number. */
    private final class GoodLines implements AutoCloseable {
        private final Path copy;
        private final FileChannel channel;
        private final long[] starts;
        private final int[] lengths;
        private final long[] before;
        private final int[] checks;

        GoodLines(SegmentCheck check) throws IOException {
            int count = check.expected();
            starts = new long[count + 2];
            lengths = new int[count + 2];
            before = new long[count + 2];
            checks = new int[count + 2];
            copy = segments.folder().resolve(segments.file(check.segment()).getFileName() + ".lines");
            channel = FileChannel.open(
                    copy, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
            long[] at = {0};
            if (segments.exists(check.segment())) {
                var _ = segments.readable(check.segment(), 0, Segments.WHOLE, line -> {
                    if (line.sound && !line.header && line.number > 0 && line.number <= count && lengths[line.number] == 0) {
                        int length = line.to - line.from + 1;
                        try {
                            out.write(line.bytes, line.from, length - 1);
                            out.write('\n');
                        } catch (IOException e) {
                            throw StoreErrors.writing(copy, e);
                        }
                        starts[line.number] = at[0];
                        lengths[line.number] = length;
                        before[line.number] = line.before;
                        checks[line.number] = line.check;
                        at[0] += length;
                    }
                });
            }
            out.flush();
        }

        boolean has(int number) {
            return lengths[number] > 0;
        }

        byte[] bytes(int number) throws IOException {
            ByteBuffer line = ByteBuffer.allocate(lengths[number]);
            while (line.hasRemaining() && channel.read(line, starts[number] + line.position()) >= 0) {
                // until it is whole
            }
            return line.array();
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(copy);
        }
    }

    private void numbered(Inspection inspection, SegmentCheck check) throws IOException {
        int segment = check.segment();
        int count = check.expected();
        Path staged = staged(segment);
        try (GoodLines good = new GoodLines(check);
                FileChannel channel = created(staged)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
            byte[] header = header(inspection, check, good);
            out.write(header);
            int last = LineParser.check(header, header.length - 1);
            for (int number = 1; number <= count; number++) {
                if (good.has(number) && !check.isMissing(number)) {
                    out.write(good.bytes(number));
                    last = good.checks[number];
                    continue;
                }
                int first = number;
                while (number < count && (!good.has(number + 1) || check.isMissing(number + 1))) {
                    number++;
                }
                LineTail end = number < count ? null : inspection.end(segment);
                long target = number < count
                        ? good.before[number + 1]
                        : end != null && end.number() == count ? Integer.toUnsignedLong(end.check()) : -1;
                last = run(segment, first, number, last, target, good, out);
            }
            out.flush();
            channel.force(true);
        }
        replace(segment, staged);
    }

    /** The header as it was where it is good or can be made again; else one that does not say what stands before. */
    private byte[] header(Inspection inspection, SegmentCheck check, GoodLines good) {
        int segment = check.segment();
        SegmentHeader there = inspection.header(segment);
        LineTail before = there == null ? tailBefore(segment) : there.before();
        byte[] header = Lines.header(segment, before);
        boolean linked = !good.has(1)
                || check.isMissing(1)
                || good.before[1] == Integer.toUnsignedLong(LineParser.check(header, header.length - 1));
        return linked ? header : Lines.header(segment, null);
    }

    private @Nullable LineTail tailBefore(int segment) {
        if (segment == 1) {
            return LineTail.NONE;
        }
        SegmentCheck former = new SegmentCheck(segment - 1);
        if (!segments.exists(segment - 1)) {
            return null;
        }
        var _ = segments.readable(segment - 1, 0, Segments.WHOLE, line -> {
            var _ = former.line(line);
        });
        return former.numbered() ? former.tail() : null;
    }

    /**
     * Writes the records {@code [first, last]}, none of which has a good line.
     *
     * @param check of the line before
     * @param target the check of the last one as the line after it states it; negative if none does
     * @return the check of the last one
     */
    private int run(int segment, int first, int last, int check, long target, GoodLines good, OutputStream out)
            throws IOException {
        @Nullable JournalRecord[] records = new @Nullable JournalRecord[last - first + 1];
        boolean all = true;
        try (JournalCopy.Rows rows = index.rows(Inspection.place(segment, first), Inspection.place(segment, last + 1))) {
            for (LogRow row = rows.next(); row != null; row = rows.next()) {
                records[(int) (row.place() - Inspection.place(segment, first))] = row.record();
            }
        }
        Lines lines = new Lines(1 << 12);
        for (JournalRecord record : records) {
            all &= record != null;
            add(lines, record);
        }
        int sealed = lines.seal(first - 1, check);
        if (all && target == Integer.toUnsignedLong(sealed)) {
            restored += records.length;
        } else {
            lines.clear();
            lines.markRecovered(true);
            for (int i = 0; i < records.length; i++) {
                JournalRecord record = records[i] == null ? own(good, first + i) : records[i];
                add(lines, record);
                recovered += record == null ? 0 : 1;
                lost += record == null ? 1 : 0;
            }
            sealed = lines.seal(first - 1, check);
        }
        out.write(lines.array(), 0, lines.length());
        return sealed;
    }

    /** What a line says that is not proven, where the index says nothing. */
    private static @Nullable JournalRecord own(GoodLines good, int number) throws IOException {
        if (!good.has(number)) {
            return null;
        }
        byte[] line = good.bytes(number);
        return new LineParser().parse(line, 0, line.length - 1, true);
    }

    private static void add(Lines lines, @Nullable JournalRecord record) {
        switch (record) {
            case null -> lines.addLost("lost");
            case JournalRecord.Predicted predicted -> lines.add(predicted.event());
            case JournalRecord.Settled settled -> lines.add(settled.event());
            case JournalRecord.Told told -> lines.add(told.event());
        }
    }

    /** Puts records back between those lines between which they stood by the index. */
    private void unnumbered(int segment, List<LogRow> known) throws IOException {
        Map<UUID, Long> places = new HashMap<>();
        try (JournalCopy.Rows rows = index.rows(Inspection.place(segment, 0), Inspection.place(segment + 1, 0))) {
            for (LogRow row = rows.next(); row != null; row = rows.next()) {
                places.put(row.key(), row.place());
            }
        }
        SegmentHeader header = segments.header(segment);
        int version = header == null ? Lines.VERSION - 1 : header.version();
        List<LogRow> back = new ArrayList<>(known);
        Path staged = staged(segment);
        int[] bad = {0};
        try (FileChannel channel = created(staged)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
            if (header == null) {
                Lines first = new Lines(512, version);
                first.addHeader();
                out.write(first.array(), 0, first.length());
            }
            var _ = segments.readable(segment, 0, Segments.WHOLE, line -> {
                try {
                    if (!line.sound) {
                        bad[0] += line.index == 0 && header == null ? 0 : 1;
                        return;
                    }
                    JournalRecord record = line.record();
                    Long place = record == null ? null : places.get(LogRow.of(0, record).key());
                    if (place != null) {
                        insert(back, place, bad, version, out);
                    }
                    out.write(line.bytes, line.from, line.to - line.from);
                    out.write('\n');
                } catch (IOException e) {
                    throw StoreErrors.writing(staged, e);
                }
            });
            insert(back, Long.MAX_VALUE, bad, version, out);
            out.flush();
            channel.force(true);
        }
        replace(segment, staged);
    }

    /** Writes the records that stood before a place, and what is lost of as many bad lines as were passed over. */
    private void insert(List<LogRow> back, long before, int[] bad, int version, OutputStream out) throws IOException {
        Lines lines = new Lines(256, version);
        lines.markRecovered(true);
        while (!back.isEmpty() && back.getFirst().place() < before) {
            add(lines, back.removeFirst().record());
            recovered++;
            bad[0]--;
        }
        for (; bad[0] > 0; bad[0]--) {
            lines.addLost("lost");
            lost++;
        }
        bad[0] = 0;
        out.write(lines.array(), 0, lines.length());
    }

    private Path staged(int segment) {
        return segments.folder().resolve(segments.file(segment).getFileName() + ".mended");
    }

    private static FileChannel created(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    private void replace(int segment, Path staged) throws IOException {
        keep(segment);
        DurableFiles.move(staged, segments.file(segment)); // from now on it counts
        Files.deleteIfExists(segments.compressed(segment));
        DurableFiles.syncFolder(segments.folder());
    }

    /** Copies the damaged file of a segment to where it is out of the way. */
    private void keep(int segment) throws IOException {
        Files.createDirectories(aside);
        for (Path file : List.of(segments.file(segment), segments.compressed(segment))) {
            if (Files.exists(file)) {
                Path copy = aside.resolve(file.getFileName().toString());
                for (int i = 1; Files.exists(copy); i++) {
                    copy = aside.resolve(file.getFileName() + "." + i);
                }
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
