package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final List<RuleFindings> findings;
    private final Reviewed review;

    /**
     * What decisions made of a reading.
     *
     * @param applied ids of the decisions that had an effect, or confirm what is so anyway
     * @param accepted ids of rows that are no longer marked
     * @param decided positions of good rows about which a decision was ever made: they may change however late
     * @param rejectedKeys hashes of the keys of rows that a dataset must lose, two longs a row
     * @param origins of rows that were read again: position to the row as it stands in the source
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Reviewed(
            List<String> applied,
            Set<String> accepted,
            BitSet decided,
            long[] rejectedKeys,
            Map<Integer, Origin> origins) {
        static final Reviewed NOTHING = new Reviewed(List.of(), Set.of(), new BitSet(), new long[0], Map.of());
    }

    /** Where a row stands in the source, and how. */
    record Origin(String file, int line, String rawLine) {}

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
        this(
                source,
                text,
                header,
                sha256,
                frame,
                lines,
                keys,
                contents,
                cursor,
                deletes,
                quarantined,
                quarantinedKnownAt,
                copiesKnownAt,
                nulled,
                List.of(),
                Reviewed.NOTHING);
    }

    /**
     * @param findings rows that break rules whose rows stay, in declared order of the rules
     * @param review what decisions made of it
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
            Map<String, Long> nulled,
            List<RuleFindings> findings,
            Reviewed review) {
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
        this.findings = List.copyOf(findings);
        this.review = review;
    }

    /**
     * These rows after some were judged again.
     *
     * @param judged the good rows of this with some cells changed, in the same order
     * @param kept positions of the rows that stay good, ascending
     * @param aside rows that are bad now
     * @param asideKnownAt when each was known
     * @param further cells that were made missing
     */
    SourceRows judged(
            Frame judged,
            int[] kept,
            List<QuarantinedRow> aside,
            long[] asideKnownAt,
            Map<String, Long> further,
            List<RuleFindings> found) {
        List<QuarantinedRow> bad = new ArrayList<>(quarantined);
        bad.addAll(aside);
        long[] badKnown = Arrays.copyOf(quarantinedKnownAt, bad.size());
        System.arraycopy(asideKnownAt, 0, badKnown, quarantined.size(), asideKnownAt.length);
        int[] order = Frames.order(
                bad.size(), (a, b) -> Integer.compare(bad.get(a).line(), bad.get(b).line()));
        Map<String, Long> nulledNow = new LinkedHashMap<>(nulled);
        further.forEach((column, count) -> nulledNow.merge(column, count, Long::sum));
        Frame good = judged.take(kept);
        return new SourceRows(
                source,
                text,
                header,
                sha256,
                good,
                Arrays.stream(kept).map(row -> lines[row]).toArray(),
                pairs(keys, kept),
                judged == frame
                        ? pairs(contents, kept)
                        : new RowDigests().ofRows(good, RowDigests.contentColumns(good.schema())),
                Arrays.stream(kept).mapToLong(row -> cursor[row]).toArray(),
                deletes.length == 0 ? deletes : picked(deletes, kept),
                Arrays.stream(order).mapToObj(bad::get).toList(),
                Arrays.stream(order).mapToLong(i -> badKnown[i]).toArray(),
                copiesKnownAt,
                nulledNow,
                found,
                review);
    }

    private static boolean[] picked(boolean[] values, int[] rows) {
        boolean[] taken = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            taken[i] = values[rows[i]];
        }
        return taken;
    }

    /** Rows that were read again, with where each stands in the source. */
    record Part(SourceRows rows, List<Origin> origins) {}

    /**
     * These rows after a review.
     *
     * @param dropped good rows that are no longer
     * @param released bad rows that are no longer
     * @param decided good rows about which a decision was ever made
     * @param parts rows that were read again; one whose key is taken by another row is set aside
     * @param aside further bad rows, with when each was known
     * @param gone hashes of the keys, two longs each, of rows that a dataset must lose unless a good row has the key; such a
     *     row may change however late
     */
    SourceRows reviewed(
            BitSet dropped,
            BitSet released,
            BitSet decided,
            List<Part> parts,
            List<QuarantinedRow> aside,
            List<Long> asideKnown,
            List<String> applied,
            Set<String> accepted,
            List<long[]> gone) {
        int[] kept = IntStream.range(0, frame.rows())
                .filter(row -> !dropped.get(row))
                .toArray();
        List<Frame> frames = new ArrayList<>(List.of(frame.take(kept)));
        List<Origin> origins = new ArrayList<>();
        List<QuarantinedRow> bad = new ArrayList<>();
        List<Long> badKnown = new ArrayList<>();
        for (int i = 0; i < quarantined.size(); i++) {
            if (!released.get(i)) {
                bad.add(quarantined.get(i));
                badKnown.add(quarantinedKnownAt[i]);
            }
        }
        bad.addAll(aside);
        badKnown.addAll(asideKnown);
        long[] allKeys = pairs(keys, kept);
        long[] allCursors = Arrays.stream(kept).mapToLong(row -> cursor[row]).toArray();
        boolean[] allDeletes = deletes.length == 0 ? deletes : picked(deletes, kept);
        RowIndex taken = new RowIndex(kept.length);
        for (int i = 0; i < kept.length; i++) {
            taken.put(allKeys[2 * i], allKeys[2 * i + 1], 0, 0, i);
        }
        for (Part part : parts) {
            SourceRows read = part.rows();
            List<Integer> fits = new ArrayList<>();
            for (int row = 0; row < read.frame.rows(); row++) {
                boolean feed = source.operation() != null; // several rows of one key follow each other
                if (feed || taken.find(read.keyHigh(row), read.keyLow(row)) < 0) {
                    taken.put(read.keyHigh(row), read.keyLow(row), 0, 0, kept.length + origins.size());
                    fits.add(row);
                    origins.add(part.origins().get(row));
                } else {
                    Origin origin = part.origins().get(row);
                    bad.add(new QuarantinedRow(
                            ErrorCode.DUPLICATE_ROW,
                            origin.file(),
                            origin.line(),
                            0,
                            null,
                            null,
                            "The row was reviewed, but its key (%s) belongs to another row."
                                    .formatted(RowDifference.key(read.frame, source.key(), row)),
                            "Maybe reject the other row first.",
                            origin.rawLine()));
                    badKnown.add(read.frame.longs(SystemColumns.KNOWN_AT).values()[row]);
                }
            }
            int[] positions = fits.stream().mapToInt(Integer::intValue).toArray();
            frames.add(Frames.conform(read.frame.take(positions), frame.schema()));
            allKeys = joined(allKeys, pairs(read.keys, positions));
            allCursors = joined(
                    allCursors,
                    Arrays.stream(positions).mapToLong(row -> read.cursor[row]).toArray());
            if (deletes.length > 0) {
                boolean[] further =
                        read.deletes.length == 0 ? new boolean[positions.length] : picked(read.deletes, positions);
                int before = allDeletes.length;
                allDeletes = Arrays.copyOf(allDeletes, before + further.length);
                System.arraycopy(further, 0, allDeletes, before, further.length);
            }
        }
        Frame all = Frames.concat(frames);
        int[] order = Frames.order(all.rows(), Frames.inKnownOrder(all, source.key()));
        Frame good = all.take(order);
        RowIndex lost = new RowIndex(gone.size());
        for (int i = 0; i < gone.size(); i++) {
            lost.put(gone.get(i)[0], gone.get(i)[1], 0, 0, i);
        }
        int[] rejected = IntStream.range(0, gone.size())
                .filter(i -> taken.find(gone.get(i)[0], gone.get(i)[1]) < 0
                        && lost.number(lost.find(gone.get(i)[0], gone.get(i)[1])) == i) // each key once
                .toArray();
        BitSet decidedNow = new BitSet();
        Map<Integer, Origin> originsNow = new LinkedHashMap<>();
        int[] linesNow = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            if (order[i] >= kept.length) {
                Origin origin = origins.get(order[i] - kept.length);
                originsNow.put(i, origin);
                linesNow[i] = origin.line();
                decidedNow.set(i);
            } else {
                Origin origin = review.origins().get(kept[order[i]]);
                if (origin != null) {
                    originsNow.put(i, origin);
                }
                linesNow[i] = lines[kept[order[i]]];
                boolean takesOver = lost.find(allKeys[2 * order[i]], allKeys[2 * order[i] + 1]) >= 0;
                decidedNow.set(i, takesOver || decided.get(kept[order[i]]));
            }
        }
        long[] cursors = allCursors;
        boolean[] deletesNow = allDeletes;
        int[] badOrder = Frames.order(
                bad.size(), (a, b) -> Integer.compare(bad.get(a).line(), bad.get(b).line()));
        return new SourceRows(
                source,
                text,
                header,
                sha256,
                good,
                linesNow,
                pairs(allKeys, order),
                new RowDigests().ofRows(good, RowDigests.contentColumns(good.schema())),
                Arrays.stream(order).mapToLong(i -> cursors[i]).toArray(),
                deletes.length == 0 ? deletes : picked(deletesNow, order),
                Arrays.stream(badOrder).mapToObj(bad::get).toList(),
                Arrays.stream(badOrder).mapToLong(badKnown::get).toArray(),
                copiesKnownAt,
                nulled,
                findings.stream()
                        .map(each -> each.without(accepted, decidedRaw(dropped)))
                        .toList(),
                new Reviewed(
                        List.copyOf(applied),
                        Set.copyOf(accepted),
                        decidedNow,
                        Arrays.stream(rejected)
                                .mapToObj(gone::get)
                                .flatMapToLong(Arrays::stream)
                                .toArray(),
                        Collections.unmodifiableMap(originsNow)));
    }

    /** What of these rows was known strictly before an instant, and the bad ones of which nobody can say when. */
    public SourceRows before(Instant until) {
        int cut = knownBefore(until);
        long limit = Micros.of(until);
        int[] kept = IntStream.range(0, cut).toArray();
        int[] bad = IntStream.range(0, quarantined.size())
                .filter(i -> quarantinedKnownAt[i] < limit)
                .toArray();
        return new SourceRows(
                source,
                text,
                header,
                sha256,
                frame.take(kept),
                Arrays.copyOf(lines, cut),
                Arrays.copyOf(keys, 2 * cut),
                Arrays.copyOf(contents, 2 * cut),
                Arrays.copyOf(cursor, cut),
                deletes.length == 0 ? deletes : Arrays.copyOf(deletes, cut),
                Arrays.stream(bad).mapToObj(quarantined::get).toList(),
                Arrays.stream(bad).mapToLong(i -> quarantinedKnownAt[i]).toArray(),
                Arrays.stream(copiesKnownAt).filter(known -> known < limit).toArray(),
                nulled,
                findings.stream()
                        .map(each -> new RuleFindings(
                                each.rule(), Arrays.copyOf(each.knownAt(), each.count(until)), each.examples(until)))
                        .toList(),
                review);
    }

    /**
     * These rows and others that the source does not have: those whose key is none of these.
     *
     * @param others rows of the same source, read from elsewhere
     */
    SourceRows and(SourceRows others) {
        RowIndex mine = new RowIndex(frame.rows());
        for (int row = 0; row < frame.rows(); row++) {
            mine.put(keyHigh(row), keyLow(row), 0, 0, row);
        }
        int[] further = IntStream.range(0, others.frame.rows())
                .filter(row -> mine.find(others.keyHigh(row), others.keyLow(row)) < 0)
                .toArray();
        SourceRows kept = others.judged(
                others.frame, further, List.of(), new long[0], Map.of(), others.findings);
        List<Origin> origins = IntStream.range(0, kept.frame.rows())
                .mapToObj(row -> new Origin(kept.file(row), kept.line(row), kept.raw(row)))
                .toList();
        SourceRows all = reviewed(
                new BitSet(),
                new BitSet(),
                review.decided(),
                List.of(new Part(kept, origins)),
                others.quarantined,
                Arrays.stream(others.quarantinedKnownAt).boxed().toList(),
                review.applied(),
                review.accepted(),
                List.of());
        Map<String, Long> nulledNow = new LinkedHashMap<>(nulled);
        others.nulled.forEach((column, count) -> nulledNow.merge(column, count, Long::sum));
        List<RuleFindings> found = new ArrayList<>();
        for (int i = 0; i < all.findings.size(); i++) {
            found.add(i < others.findings.size() ? all.findings.get(i).and(others.findings.get(i)) : all.findings.get(i));
        }
        return new SourceRows(
                source,
                text,
                header,
                sha256,
                all.frame,
                all.lines,
                all.keys,
                all.contents,
                all.cursor,
                all.deletes,
                all.quarantined,
                all.quarantinedKnownAt,
                copiesKnownAt,
                nulledNow,
                found,
                new Reviewed(
                        review.applied(),
                        review.accepted(),
                        all.review.decided(),
                        review.rejectedKeys(),
                        all.review.origins()));
    }

    private Set<String> decidedRaw(BitSet dropped) {
        return dropped.stream().mapToObj(this::raw).map(Review::rowId).collect(Collectors.toSet());
    }

    private static long[] joined(long[] first, long[] second) {
        long[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** A good row as it stands in the source, also when a correction changed it since. */
    String raw(int row) {
        Origin origin = review.origins().get(row);
        return origin == null ? text.row(lines[row]).raw() : origin.rawLine();
    }

    /** The file in which a good row stands, as the project names it. */
    String file(int row) {
        Origin origin = review.origins().get(row);
        return origin == null ? text.file(lines[row]) : origin.file();
    }

    /** The names in the header of one of the files, in the order of its cells. */
    public List<String> header(String file) {
        return text.header(file);
    }

    /** The names in the header, in the order of the cells. */
    public List<String> header() {
        return header;
    }

    /** Ids of the decisions of a review that were laid over the source. */
    public List<String> decisions() {
        return review.applied();
    }

    Reviewed review() {
        return review;
    }

    private static long[] pairs(long[] values, int[] rows) {
        long[] taken = new long[2 * rows.length];
        for (int i = 0; i < rows.length; i++) {
            taken[2 * i] = values[2 * rows[i]];
            taken[2 * i + 1] = values[2 * rows[i] + 1];
        }
        return taken;
    }

    /** Rows that break rules whose rows stay, by rule in declared order. */
    List<RuleFindings> findings() {
        return findings;
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
        Origin origin = review.origins().get(row);
        return origin == null ? text.row(lines[row]).line() : origin.line();
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
        Origin origin = review.origins().get(row);
        if (origin != null) {
            return new QuarantinedRow(
                    code,
                    origin.file(),
                    origin.line(),
                    0,
                    column,
                    RowDifference.show(frame.vector(column).get(row)),
                    reason,
                    hint,
                    origin.rawLine());
        }
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
