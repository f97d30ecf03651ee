package dev.keelson.store.journal;

import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.ReconciliationReport.Difference;
import dev.keelson.serve.ReconciliationReport.Example;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Holds the journal and a copy of it side by side, both in the order of the journal: one pass, one row of each in memory.
 * Used once, by one thread; others may go on appending meanwhile.
 */
final class Reconciliation {
    private static final int EXAMPLES_EACH = 5;
    private static final int MENDED_AT_ONCE = 1_000;

    private final JournalCopy copy;
    private final boolean repair;
    private final List<Example> examples = new ArrayList<>();
    private final Map<Difference, Integer> shown = new EnumMap<>(Difference.class);
    private final List<LogRow> wrong = new ArrayList<>();
    private final List<LogRow> right = new ArrayList<>();
    private final Set<UUID> coming = new HashSet<>(); // the ids of right
    private long records;
    private long rows;
    private long missing;
    private long extra;
    private long differing;
    private long repeated;
    private long repaired;
    private long pending;

    private JournalCopy.@Nullable Rows source;
    private @Nullable LogRow head;

    private Reconciliation(JournalCopy copy, boolean repair) {
        this.copy = copy;
        this.repair = repair;
    }

    /**
     * Compares, and mends what differs if told to.
     *
     * @throws dev.keelson.error.KeelsonException if one of the two cannot be read, or the copy not mended
     */
    static ReconciliationReport of(Journal journal, JournalCopy copy, boolean repair) {
        return new Reconciliation(copy, repair).run(journal);
    }

    private ReconciliationReport run(Journal journal) {
        long behind;
        try (JournalCopy.Rows opened = copy.rows()) {
            source = opened;
            JournalPosition end = journal.end();
            JournalPosition seen = opened.upTo() == 0 ? JournalPosition.START : LogRow.position(opened.upTo());
            JournalPosition to = Journal.isAfter(seen, end) ? end : journal.isBoundary(seen) ? seen : end;
            behind = journal.bytesAfter(to);
            advance();
            var _ = journal.read(
                    JournalPosition.START, to, (record, start, after) -> record(LogRow.of(LogRow.place(start), copy.kept(record))));
            while (head != null) {
                extra(head);
                advance();
            }
        }
        mend();
        return new ReconciliationReport(
                copy.name(), records, rows, missing, extra, differing, repeated, repaired, behind, examples, null);
    }

    private void advance() {
        JournalCopy.Rows from = source;
        head = from == null ? null : from.next();
        if (head != null) {
            rows++;
        }
    }

    /** Takes the next record of the journal. */
    private void record(LogRow truth) {
        records++;
        while (head != null && head.place() < truth.place()) {
            extra(head);
            advance();
        }
        LogRow match = null;
        while (head != null && head.place() == truth.place()) {
            boolean closer = match == null
                    ? head.id().equals(truth.id()) || head.kind().equals(truth.kind())
                    : !match.id().equals(truth.id()) && head.id().equals(truth.id());
            if (closer && match != null) {
                extra(match);
            }
            if (closer) {
                match = head;
            } else {
                extra(head);
            }
            advance();
        }
        JournalRecord said = truth.record();
        if (match == null) {
            if (!wrong.isEmpty()) {
                mend(); // a row that is extra must not pass for an earlier record of that id
            }
            if (coming.contains(truth.id()) || copy.holdsBefore(truth.id(), truth.place())) {
                repeated++;
            } else {
                missing++;
                example(Difference.MISSING, truth, LogRow.about(said));
                mended(null, truth);
            }
        } else if (said != null && (match.record() == null || !match.id().equals(truth.id()) || !LogRow.same(said, match.record()))) {
            differing++;
            example(Difference.DIFFERING, truth, LogRow.difference(said, match.record()));
            mended(match, truth);
        }
    }

    private void extra(LogRow row) {
        extra++;
        example(Difference.EXTRA, row, LogRow.about(row.record()));
        mended(row, null);
    }

    private void mended(@Nullable LogRow bad, @Nullable LogRow good) {
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
        if (++pending >= MENDED_AT_ONCE) {
            mend();
        }
    }

    private void mend() {
        if (pending > 0) {
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
