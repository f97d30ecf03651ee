package dev.keelson.serve;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the journal compares with one of its copies. The journal is the truth.
 *
 * @param side which copy: {@code index}, or the name of the remote table
 * @param records records of the journal that were compared
 * @param rows rows of the copy that were compared
 * @param missing records that the copy lacks
 * @param extra rows of the copy that no record of the journal says or said
 * @param differing rows that say something else than their record
 * @param moved rows that say what their record says but note another place for it; no difference, and set right when mended
 * @param repeated records whose id an earlier one has; the copy rightly lacks them
 * @param repaired how many differences were mended
 * @param behind bytes of the journal that the copy has not seen yet; they were not compared
 * @param examples some of the differences
 * @param problem why it could not be compared to the end, or null
 */
public record ReconciliationReport(
        String side,
        long records,
        long rows,
        long missing,
        long extra,
        long differing,
        long moved,
        long repeated,
        long repaired,
        long behind,
        List<Example> examples,
        @Nullable String problem) {
    public ReconciliationReport {
        examples = List.copyOf(examples);
    }

    /** What is wrong with a row. */
    public enum Difference {
        /** The copy lacks it. */
        MISSING,
        /** The journal does not know it. */
        EXTRA,
        /** It says something else. */
        DIFFERING
    }

    /**
     * One difference.
     *
     * @param difference what is wrong
     * @param kind {@code prediction}, {@code outcome}, {@code evaluation} or {@code training}
     * @param segment of the journal in which it stands, or would
     * @param number of the record in the segment; in segments without numbers its offset in bytes
     * @param id of the record
     * @param detail what it is about; of one that differs, what the journal says and what the copy says
     */
    public record Example(Difference difference, String kind, long segment, long number, String id, String detail) {}

    /** Differences that were found. */
    public long differences() {
        return missing + extra + differing;
    }

    /** Whether journal and copy agree now. */
    public boolean agrees() {
        return problem == null && differences() == repaired;
    }
}
