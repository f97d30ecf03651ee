package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All rows of one reading of a source: the good ones as a frame, the bad ones with their reasons. Every row that was
 * read
 * is a good one, a bad one or an exact copy of a good one. Immutable and safe for use by several threads.
 */
public final class SourceRows {
    private final SourceDefinition source;
    private final SourceText text;
    private final List<String> header;
    private final String sha256;
    private final Frame frame;
    private final int[] lines;
    private final long[] keys;
    private final long[] contents;
    private final long[] cursor;
    private final boolean[] deletes;
    private final List<QuarantinedRow> quarantined;
    private final long[] quarantinedKnownAt;
    private final long[] copiesKnownAt;
    private final Map<String, Long> nulled;

    /**
     * @param frame the good rows, in known order
     * @param lines their lines
     * @param keys hashes of their keys, two longs a row
     * @param contents hashes of their cells, two longs a row
     * @param cursor their cursors in microseconds
     * @param deletes which of them say that the row of their key is gone; empty when the source is no change feed
     * @param quarantinedKnownAt when each bad row was known; {@code Long.MIN_VALUE} when nobody can say
     * @param copiesKnownAt when each exact copy was known
     */
    SourceRows(
            SourceDefinition source,
            SourceText text,
            List<String> header,
            String sha256,
            Frame frame,
            int[] lines,
            long[] keys,
            long[] contents,
            long[] cursor,
            boolean[] deletes,
            List<QuarantinedRow> quarantined,
            long[] quarantinedKnownAt,
            long[] copiesKnownAt,
            Map<String, Long> nulled) {
        this.source = source;
        this.text = text;
        this.header = List.copyOf(header);
        this.sha256 = sha256;
        this.frame = frame;
        this.lines = lines;
        this.keys = keys;
        this.contents = contents;
        this.cursor = cursor;
        this.deletes = deletes;
        this.quarantined = List.copyOf(quarantined);
        this.quarantinedKnownAt = quarantinedKnownAt;
        this.copiesKnownAt = copiesKnownAt;
        this.nulled = Collections.unmodifiableMap(new LinkedHashMap<>(nulled));
    }

    /** The source they were read for. */
    public SourceDefinition source() {
        return source;
    }

    /** SHA-256 of the file as it was read (compressed, if it is), in hexadecimal digits; of several files, of their hashes
     * in order of their names; of a table, of its cells. */
    public String sha256() {
        return sha256;
    }

    /** The columns of the file in its order, then those of {@link SystemColumns}. */
    public Schema schema() {
        return frame.schema();
    }

    /** The good rows in order of (known at, event time, key). */
    public Frame frame() {
        return frame;
    }

    /** How many of the good rows were known strictly before an instant: these are the first ones of {@link #frame}. */
    public int knownBefore(Instant until) {
        long limit = Micros.of(until);
        long[] knownAt = frame.longs(SystemColumns.KNOWN_AT).values();
        int low = 0;
        int high = knownAt.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (knownAt[middle] < limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Line of a good row in its file, from 1. */
    public int line(int row) {
        return text.row(lines[row]).line();
    }

    /** Whether a good row says that the row of its key is gone. */
    public boolean deletes(int row) {
        return deletes.length > 0 && deletes[row];
    }

    /** Whether, of two good rows of one key, the first one is to count. */
    boolean isAfter(int row, int other) {
        return cursor[row] != cursor[other] ? cursor[row] > cursor[other] : lines[row] > lines[other];
    }

    /** How many rows the file has: good ones, bad ones and exact copies. */
    public long read() {
        return (long) frame.rows() + quarantined.size() + copiesKnownAt.length;
    }

    /** How many rows are exact copies of an earlier row of the file; they are not loaded twice. */
    public long copies() {
        return copiesKnownAt.length;
    }

    /** The bad rows in the order of the file. */
    public List<QuarantinedRow> quarantined() {
        return quarantined;
    }

    /** Cells that broke a rule and were made missing because their column says so: column to count. */
    public Map<String, Long> nulled() {
        return nulled;
    }

    /** Bad rows that were known before an instant (null for all), and those of which nobody can say when. */
    List<QuarantinedRow> quarantinedBefore(@Nullable Instant until) {
        if (until == null) {
            return quarantined;
        }
        long limit = Micros.of(until);
        return IntStream.range(0, quarantined.size())
                .filter(i -> quarantinedKnownAt[i] < limit)
                .mapToObj(quarantined::get)
                .toList();
    }

    long copiesBefore(@Nullable Instant until) {
        if (until == null) {
            return copiesKnownAt.length;
        }
        long limit = Micros.of(until);
        return Arrays.stream(copiesKnownAt).filter(known -> known < limit).count();
    }

    long keyHigh(int row) {
        return keys[2 * row];
    }

    long keyLow(int row) {
        return keys[2 * row + 1];
    }

    long contentHigh(int row) {
        return contents[2 * row];
    }

    long contentLow(int row) {
        return contents[2 * row + 1];
    }

    /** Position of a row by the column in which loads proceed, in microseconds. */
    long cursor(int row) {
        return cursor[row];
    }

    /**
     * A good row that cannot be loaded after all.
     *
     * @param column the column to point at
     */
    QuarantinedRow setAside(int row, ErrorCode code, String column, String reason, @Nullable String hint) {
        CsvRow raw = text.row(lines[row]);
        CsvRow.Place place = raw.cells().get(header.indexOf(column));
        Object value = frame.vector(column).get(row);
        return new QuarantinedRow(
                code,
                text.file(lines[row]),
                place.line(),
                place.column(),
                column,
                RowDifference.show(value),
                reason,
                hint,
                raw.raw());
    }
}
