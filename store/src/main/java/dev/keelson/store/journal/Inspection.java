package dev.keelson.store.journal;

import dev.keelson.serve.JournalDamage;
import dev.keelson.serve.JournalDamage.What;
import dev.keelson.serve.JournalReport;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what was done to the segments of a journal, and what of it the index still has. A file counts as the segment that its
 * header names, whatever it is called. Used by one thread.
 */
final class Inspection {
    private static final int EXAMPLES = 20;

    /** Of a longer run of missing records the first ones are told one by one. */
    private static final int TOLD_OF_A_RUN = 5;

    private final Segments segments;
    private final PredictionIndex index;
    private final Map<Integer, Integer> files = new TreeMap<>();
    private final List<Integer> strangers = new ArrayList<>();
    private final List<SegmentCheck> damaged = new ArrayList<>();
    private final List<LogRow> known = new ArrayList<>();
    private final List<JournalDamage> examples = new ArrayList<>();
    private final JournalPosition indexed;
    private final Map<Integer, CheckedSegments.Stamp> stamps;
    private final @Nullable LineTail indexedTail;
    private long knownRows;
    private long unnamed;
    private long read;
    private long records;
    private long missing;
    private long altered;
    private long misplaced;
    private long restorable;
    private long lost;

    Inspection(Segments segments, PredictionIndex index) {
        this.segments = segments;
        this.index = index;
        this.indexed = index.position();
        this.indexedTail = index.tail(indexed.segment());
        this.stamps = index.stamps();
        List<Integer> misnamed = new ArrayList<>();
        for (int file : segments.numbers()) {
            SegmentHeader header = segments.header(file);
            if (header == null || header.segment() == 0 || header.segment() == file) {
                files.put(file, file);
            } else {
                misnamed.add(file);
            }
        }
        for (int file : misnamed) {
            SegmentHeader header = segments.header(file);
            if (header == null || files.putIfAbsent(header.segment(), file) != null) {
                strangers.add(file);
            }
        }
    }

    /** The file that holds a segment; 0 if none does. */
    int file(int segment) {
        return files.getOrDefault(segment, 0);
    }

    /** The files that have a wrong name, by the segment that they hold. */
    Map<Integer, Integer> renamed() {
        Map<Integer, Integer> renamed = new TreeMap<>();
        files.forEach((segment, file) -> {
            if (!segment.equals(file)) {
                renamed.put(segment, file);
            }
        });
        return renamed;
    }

    /** The files that hold a segment which another file holds, too. */
    List<Integer> strangers() {
        return strangers;
    }

    /** The number of the last segment that is there by its file or its header; 0 if none is. */
    int last() {
        return files.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    @Nullable SegmentHeader header(int segment) {
        int file = file(segment);
        return file == 0 ? null : segments.header(file);
    }

    /** Where a segment ends by what the next one or the index says; null if nothing says it. */
    @Nullable LineTail end(int segment) {
        SegmentHeader next = header(segment + 1);
        if (next != null && next.numbered() && next.before() != null) {
            return next.before();
        }
        LineTail read = segment == indexed.segment() ? indexedTail : segment < indexed.segment() ? index.tail(segment) : null;
        CheckedSegments.Stamp stamp = stamps.get(segment);
        return read != null || stamp == null ? read : stamp.tail();
    }

    /** Reads a whole segment. */
    SegmentCheck check(int segment) {
        SegmentCheck check = new SegmentCheck(segment);
        if (file(segment) != 0) {
            var _ = segments.readable(file(segment), 0, Segments.WHOLE, line -> {
                var _ = check.line(line);
            });
        }
        ended(check);
        return check;
    }

    /** Takes a segment that was read to its end. */
    void ended(SegmentCheck check) {
        int segment = check.segment();
        LineTail end = end(segment);
        check.end(end, end == null && segment < indexed.segment() ? index.lastNumber(segment) : 0);
        boolean absent = file(segment) == 0;
        read += absent ? 0 : 1;
        records += check.records();
        lost += check.lost();
        if (absent ? check.expected() > 0 : !check.isWhole()) {
            damaged.add(check);
            tell(check, absent);
        }
    }

    /** The segments in which something is wrong. */
    List<SegmentCheck> damaged() {
        return damaged;
    }

    /** Takes a row of the index that the journal should hold, of a segment that cannot tell what it lacks. */
    void known(LogRow row) {
        if (known.size() < SegmentMending.MOST_KNOWN) {
            known.add(row);
        }
        knownRows++;
        restorable++;
        boolean changed = unnamed > 0;
        if (changed) {
            unnamed--; // its line is there, but cannot be read
        } else {
            missing++;
        }
        JournalPosition place = LogRow.position(row.place());
        example(changed ? What.ALTERED : What.MISSING, place.segment(), 0, 0, 1, row, "its segment has no numbers; the index still has it");
    }

    /** The rows of {@link #known(LogRow)}. */
    List<LogRow> known() {
        return known;
    }

    /** How many rows of {@link #known(LogRow)} there were. */
    long knownRows() {
        return knownRows;
    }

    private void tell(SegmentCheck check, boolean absent) {
        int segment = check.segment();
        if (!absent && !check.headerIsGood()) {
            altered++;
            example(What.HEADER, segment, 1, 0, 1, null, "the first line of the segment is not what was written");
        }
        for (SegmentCheck.Wrong wrong : check.wrong()) {
            tell(check, wrong);
        }
        for (int[] gap : check.gaps()) {
            int count = gap[1] - gap[0] + 1;
            long there = index.count(place(segment, gap[0]), place(segment, gap[1] + 1));
            missing += count;
            restorable += there;
            lost += count - there;
            int told = count > TOLD_OF_A_RUN ? 1 : count;
            for (int number = gap[0]; number < gap[0] + told; number++) {
                LogRow row = row(segment, number);
                String rest = told < count ? "; %,d records to number %d, of which the index has %,d".formatted(count, gap[1], there) : "";
                example(What.MISSING, segment, absent ? 0 : number + 1L, number, told < count ? count : 1, row, left(row) + rest);
            }
        }
    }

    private void tell(SegmentCheck check, SegmentCheck.Wrong wrong) {
        int segment = check.segment();
        LogRow row = wrong.number() == 0 ? null : row(segment, wrong.number());
        switch (wrong.kind()) {
            case BAD, FORGED -> {
                if (wrong.number() == 0 && check.numbered()) {
                    misplaced++;
                    example(What.FOREIGN, segment, wrong.line(), 0, 1, null, "a line that was never written there");
                } else {
                    altered++;
                    if (!check.numbered()) {
                        unnamed++;
                        return; // the index may tell which record it is
                    }
                    restorable += row == null ? 0 : 1;
                    lost += row == null ? 1 : 0;
                    long line = wrong.line() == 0 ? wrong.number() + 1L : wrong.line();
                    example(What.ALTERED, segment, line, wrong.number(), 1, row, left(row));
                }
            }
            case MOVED -> {
                misplaced++;
                example(What.MOVED, segment, wrong.line(), wrong.number(), 1, row, "it stands after record " + wrong.after());
            }
            case REPEATED -> {
                misplaced++;
                example(What.REPEATED, segment, wrong.line(), wrong.number(), 1, row, "the same record stands there before");
            }
        }
    }

    private static String left(@Nullable LogRow row) {
        return row == null ? "the index has it no more: it is lost" : "the index still has it";
    }

    private void example(
            What what, int segment, long line, long number, long count, @Nullable LogRow row, String detail) {
        if (examples.size() >= EXAMPLES) {
            return;
        }
        JournalRecord record = row == null ? null : row.record();
        Instant at =
                switch (record) {
                    case null -> null;
                    case JournalRecord.Predicted predicted -> predicted.event().at();
                    case JournalRecord.Settled settled -> settled.event().knownAt();
                    case JournalRecord.Told told -> told.event().at();
                };
        examples.add(new JournalDamage(
                what,
                segment,
                line,
                number,
                count,
                row == null ? null : row.kind(),
                row == null || row.kind().equals("outcome") ? null : row.id().toString(),
                at,
                record == null ? detail : LogRow.about(record) + "; " + detail));
    }

    /** What the index has at a number of a segment; null if nothing. */
    @Nullable LogRow row(int segment, int number) {
        try (JournalCopy.Rows rows = index.rows(place(segment, number), place(segment, number + 1))) {
            return rows.next();
        }
    }

    static long place(int segment, int number) {
        return LogRow.place(new JournalPosition(segment, number));
    }

    /**
     * What was found.
     *
     * @param mended what mending did, null if nothing was mended
     */
    JournalReport report(SegmentMending.@Nullable Done mended) {
        List<JournalDamage> told = new ArrayList<>();
        renamed().forEach((segment, file) -> told.add(stranger(
                What.RENAMED, file, "the file %06d holds segment %06d".formatted(file, segment))));
        strangers.forEach(file -> told.add(stranger(
                What.FOREIGN, file, "the file %06d holds a segment that another file holds, too".formatted(file))));
        told.addAll(examples);
        return new JournalReport(
                read,
                records,
                missing,
                altered,
                misplaced + renamed().size() + strangers.size(),
                restorable,
                mended == null ? 0 : mended.restored(),
                mended == null ? 0 : mended.recovered(),
                lost,
                mended != null,
                told);
    }

    private static JournalDamage stranger(What what, int file, String detail) {
        return new JournalDamage(what, file, 0, 0, 0, null, null, null, detail);
    }
}
