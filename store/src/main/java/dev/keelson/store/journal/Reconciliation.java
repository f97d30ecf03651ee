package dev.keelson.store.journal;

import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.ReconciliationReport.Difference;
import dev.keelson.serve.ReconciliationReport.Example;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds the journal and a copy of it side by side: one pass of each, segment by segment. A record and a row belong together by
 * their id; where both stand in order that takes one of each in memory, and those of which the other one does not come at
 * once wait for it until the end of the segment, at most so many. Used once, by one thread; others may go on appending.
 */
final class Reconciliation {
    private static final int EXAMPLES_EACH = 5;
    private static final int MENDED_AT_ONCE = 1_000;
    private static final int MOST_WAITING = 10_000;

    private final JournalCopy copy;
    private final boolean repair;
    private final Inspection inspection;
    private final List<Example> examples = new ArrayList<>();
    private final Map<Difference, Integer> shown = new EnumMap<>(Difference.class);
    private final List<LogRow> wrong = new ArrayList<>();
    private final List<LogRow> right = new ArrayList<>();
    private final Set<UUID> coming = new HashSet<>(); // the ids of right
    private final Map<UUID, LogRow> waitingRecords = new LinkedHashMap<>();
    private final Map<UUID, LogRow> waitingRows = new LinkedHashMap<>();
    private final List<Pair> waitingPairs = new ArrayList<>();
    private SegmentCheck check = new SegmentCheck(0);
    private boolean checked;
    private long records;
    private long rows;
    private long missing;
    private long extra;
    private long differing;
    private long moved;
    private long repeated;
    private long repaired;
    private long pending;

    private final JournalCopy.Rows source;
    private @Nullable LogRow head;

    /** A row that says something else than its record. */
    private record Pair(LogRow truth, LogRow row) {}

    /** What was found of the copy, and of the journal itself. */
    record Result(ReconciliationReport report, Inspection inspection) {}

    private Reconciliation(JournalCopy copy, JournalCopy.Rows source, boolean repair, Inspection inspection) {
        this.copy = copy;
        this.source = source;
        this.repair = repair;
        this.inspection = inspection;
    }

    /**
     * Takes a look at one moment of a copy, to be held against the journal.
     *
     * @param index of the journal; nobody may write it during this call
     * @param repair whether to mend the copy where it differs
     */
    static Reconciliation begin(Journal journal, JournalCopy copy, PredictionIndex index, boolean repair) {
        return new Reconciliation(copy, copy.rows(), repair, new Inspection(journal.segments(), index));
    }

    /**
     * Compares, and mends the copy if told to; once.
     *
     * @throws dev.keelson.error.KeelsonException if one of the two cannot be read, or the copy not mended
     */
    Result run(Journal journal) {
        long behind;
        try (source) {
            JournalPosition end = journal.end();
            JournalPosition seen = source.upTo() == 0 ? JournalPosition.START : LogRow.position(source.upTo());
            JournalPosition to = Journal.isAfter(seen, end) ? end : journal.isBoundary(seen) ? seen : end;
            behind = journal.bytesAfter(to);
            advance();
            for (int segment = 1; segment <= to.segment(); segment++) {
                compare(journal, segment, segment == to.segment() ? to.offset() : Segments.WHOLE);
            }
            while (head != null) {
                extra(head);
                advance();
            }
        }
        mend();
        return new Result(
                new ReconciliationReport(
                        copy.name(), records, rows, missing, extra, differing, moved, repeated, repaired, behind, examples, null),
                inspection);
    }

    private void compare(Journal journal, int segment, long to) {
        SegmentCheck lines = new SegmentCheck(segment);
        check = lines;
        checked = false;
        int file = inspection.file(segment);
        if (file != 0 && to > 0) {
            var _ = journal.segments().readable(file, 0, to, line -> {
                JournalRecord record = lines.line(line) ? line.record() : null;
                if (record != null) {
                    record(LogRow.of(Journal.standing(segment, line).place(), copy.kept(record)), line.numbered);
                }
            });
        }
        if (to > 0) {
            inspection.ended(lines);
        }
        checked = true;
        long after = Inspection.place(segment + 1, 0);
        for (LogRow row = head; row != null && row.place() < after; row = head) {
            waiting(row);
            advance();
        }
        decide();
    }

    private void advance() {
        head = source.next();
        if (head != null) {
            rows++;
        }
    }

    /** Takes the next record of the journal. */
    private void record(LogRow truth, boolean numbered) {
        records++;
        for (LogRow row = head; row != null && row.place() < truth.place(); row = head) {
            waiting(row);
            advance();
        }
        LogRow match = null;
        for (LogRow row = head; row != null && row.place() == truth.place(); row = head) {
            boolean same = row.id().equals(truth.id());
            boolean closer = match == null
                    ? same || (numbered && row.kind().equals(truth.kind())) // its id was changed
                    : same && !match.id().equals(truth.id());
            if (closer && match != null) {
                waiting(match);
            }
            if (closer) {
                match = row;
            } else {
                waiting(row);
            }
            advance();
        }
        if (match != null) {
            compared(truth, match);
        } else {
            LogRow row = waitingRows.remove(truth.key());
            if (row != null) {
                together(truth, row);
            } else {
                LogRow same = waitingRecords.remove(truth.key());
                if (same != null) {
                    decideRecord(same);
                }
                waitingRecords.put(truth.key(), truth);
                if (waitingRecords.size() > MOST_WAITING) {
                    decideRecord(first(waitingRecords));
                }
            }
        }
    }

    private void waiting(LogRow row) {
        LogRow truth = waitingRecords.remove(row.key());
        if (truth != null) {
            together(truth, row);
        } else {
            LogRow same = waitingRows.remove(row.key());
            if (same != null) {
                decideRow(same);
            }
            waitingRows.put(row.key(), row);
            if (waitingRows.size() > MOST_WAITING) {
                decideRow(first(waitingRows));
            }
        }
    }

    private static LogRow first(Map<UUID, LogRow> waiting) {
        Map.Entry<UUID, LogRow> eldest = waiting.entrySet().iterator().next();
        waiting.remove(eldest.getKey());
        return eldest.getValue();
    }

    /** A record and a row that do not stand at the same place of their sides. */
    private void together(LogRow truth, LogRow row) {
        compared(truth, row);
        JournalRecord said = truth.record();
        if (row.place() != truth.place() && said != null && row.record() != null && LogRow.same(said, row.record())) {
            moved++;
            mended(row, truth, false);
        }
    }

    private void compared(LogRow truth, LogRow row) {
        JournalRecord said = truth.record();
        if (said != null
                && (row.record() == null
                        || (row.place() == truth.place() && !row.id().equals(truth.id()))
                        || !LogRow.same(said, row.record()))) {
            if (waitingPairs.size() < MOST_WAITING) {
                waitingPairs.add(new Pair(truth, row));
            } else {
                differing(truth, row);
            }
        }
    }

    /** Decides what waits, at the end of a segment: then it is known what was done to that itself. */
    private void decide() {
        for (Pair pair : waitingPairs) {
            if (!check.isMissing(number(pair.truth()))) { // else the line of the journal is wrong, not the row
                differing(pair.truth(), pair.row());
            }
        }
        waitingPairs.clear();
        if (!check.numbered()) {
            for (LogRow row : List.copyOf(waitingRows.values())) {
                waitingRecords.values().stream()
                        .filter(each -> each.place() == row.place() && each.kind().equals(row.kind()))
                        .findFirst()
                        .ifPresent(truth -> {
                            waitingRecords.remove(truth.key());
                            waitingRows.remove(row.key());
                            differing(truth, row);
                        });
            }
        }
        while (!waitingRows.isEmpty()) {
            decideRow(first(waitingRows));
        }
        while (!waitingRecords.isEmpty()) {
            decideRecord(first(waitingRecords));
        }
    }

    private void decideRow(LogRow row) {
        int number = number(row);
        if (check.numbered()) {
            boolean gone = checked ? check.isMissing(number) : check.isUnseen(number);
            if (!gone && !check.isLost(number)) {
                extra(row);
            }
        } else if (copy instanceof PredictionIndex && row.record() != null) {
            inspection.known(row);
        } else {
            extra(row);
        }
    }

    private static int number(LogRow row) {
        return (int) Math.min(Integer.MAX_VALUE, LogRow.position(row.place()).offset());
    }

    private void decideRecord(LogRow truth) {
        if (!wrong.isEmpty()) {
            mend(); // a row that is extra must not pass for an earlier record of that id
        }
        if (coming.contains(truth.id()) || copy.holdsBefore(truth.id(), truth.place())) {
            repeated++;
        } else {
            missing++;
            example(Difference.MISSING, truth, LogRow.about(truth.record()));
            mended(null, truth, true);
        }
    }

    private void differing(LogRow truth, LogRow row) {
        JournalRecord said = truth.record();
        differing++;
        example(Difference.DIFFERING, truth, said == null ? "" : LogRow.difference(said, row.record()));
        mended(row, truth, true);
    }

    private void extra(LogRow row) {
        extra++;
        example(Difference.EXTRA, row, LogRow.about(row.record()));
        mended(row, null, true);
    }

    private void mended(@Nullable LogRow bad, @Nullable LogRow good, boolean counts) {
        if (!repair) {
            return;
        }
        if (bad != null) {
            wrong.add(bad);
        }
        if (good != null) {
            right.add(good);
            coming.add(good.id());
        }
        pending += counts ? 1 : 0;
        if (wrong.size() + right.size() >= MENDED_AT_ONCE) {
            mend();
        }
    }

    private void mend() {
        if (!wrong.isEmpty() || !right.isEmpty()) {
            copy.mend(List.copyOf(wrong), List.copyOf(right));
            repaired += pending;
            wrong.clear();
            right.clear();
            coming.clear();
            pending = 0;
        }
    }

    private void example(Difference difference, LogRow row, String detail) {
        if (shown.merge(difference, 1, Integer::sum) <= EXAMPLES_EACH) {
            JournalPosition place = LogRow.position(row.place());
            examples.add(new Example(
                    difference, row.kind(), place.segment(), place.offset(), row.id().toString(), detail));
        }
    }
}
