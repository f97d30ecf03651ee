package dev.keelson.store.journal;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows made from the journal, which can be compared with it and mended. */
public interface JournalCopy {

    /** What it is called where a person reads it; without a secret. */
    String name();

    /** A look at one moment of it; the caller closes. */
    Rows rows();

    /** What it keeps of a record; the record itself where it keeps everything. */
    default JournalRecord kept(JournalRecord record) {
        return record;
    }

    /** Whether it holds a row of that id that stands before a place. */
    boolean holdsBefore(UUID id, long place);

    /**
     * Mends it, all or nothing.
     *
     * @param wrong rows that must go; what of them cannot be made again is put aside
     * @param right rows that must be there as they are
     */
    void mend(List<LogRow> wrong, List<LogRow> right);

    /** Its rows by place, ascending. */
    interface Rows extends AutoCloseable {
        /** It holds what the journal says before this place; 0 when nothing was copied yet. */
        long upTo();

        /** The next row; null at the end. */
        @Nullable LogRow next();

        @Override
        void close();
    }
}
