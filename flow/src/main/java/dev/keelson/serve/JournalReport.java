package dev.keelson.serve;

import java.util.List;

/**
 * Whether the journal is what was written, by the number and the checksums of each line.
 *
 * @param segments files that were read
 * @param records records that are there
 * @param missing records that are gone
 * @param altered lines, headers included, that say something else than what was written
 * @param misplaced lines out of their order, lines that stand there again or were never written there, and files of a wrong name
 * @param restorable records, of those missing and altered, that the index still has
 * @param restored records that were put back as they were written, which their checksums prove
 * @param recovered records that were put back as the index has them, marked, because no checksum proves them
 * @param lost records that are gone for good: in this comparison, or told in an earlier one
 * @param mended whether the files were mended
 * @param examples some of what was done
 */
public record JournalReport(
        long segments,
        long records,
        long missing,
        long altered,
        long misplaced,
        long restorable,
        long restored,
        long recovered,
        long lost,
        boolean mended,
        List<JournalDamage> examples) {
    public JournalReport {
        examples = List.copyOf(examples);
    }

    /** What was found. */
    public long damages() {
        return missing + altered + misplaced;
    }

    /** Whether the journal is whole now. */
    public boolean agrees() {
        return damages() == 0 || mended;
    }
}
