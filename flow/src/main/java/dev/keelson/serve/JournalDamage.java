package dev.keelson.serve;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done to the journal after it was written.
 *
 * @param what was done
 * @param segment number of the file, from 1
 * @param line in that file, the header is line 1; of a record that is missing, the line it should stand in; 0 where a file is
 *     missing
 * @param number of the record in its segment, from 1; 0 where it is not about one record, or the segment does not number them
 * @param records how many records it is about, from that number on
 * @param kind {@code prediction}, {@code outcome}, {@code evaluation} or {@code training}; null if nothing says it
 * @param id of the record; null if nothing says it, and for an outcome
 * @param at when it was predicted, known or told; null if nothing says it
 * @param detail what the record is about, and what is left of it
 */
public record JournalDamage(
        What what,
        int segment,
        long line,
        long number,
        long records,
        @Nullable String kind,
        @Nullable String id,
        @Nullable Instant at,
        String detail) {

    /** What was done. */
    public enum What {
        /** Records are gone. */
        MISSING,
        /** A line says something else than what was written. */
        ALTERED,
        /** A line stands out of its order. */
        MOVED,
        /** A line stands there again. */
        REPEATED,
        /** A line was never written there. */
        FOREIGN,
        /** The file of a segment has the name of another one. */
        RENAMED,
        /** The first line of a segment says something else than what was written. */
        HEADER
    }

    /** All of it in a line for a person. */
    public String text() {
        String where = line == 0 ? "segment %06d".formatted(segment) : "segment %06d, line %,d".formatted(segment, line);
        String record = number == 0 ? "" : records == 1 ? ", record %,d".formatted(number) : ", from record %,d".formatted(number);
        String said = (kind == null ? "" : ", " + kind) + (id == null ? "" : " " + id) + (at == null ? "" : " of " + at);
        return "%s: %s%s%s: %s".formatted(what.name().toLowerCase(Locale.ROOT), where, record, said, detail);
    }
}
