package dev.keelson.data;

import dev.keelson.data.ColumnEvidence.Finding;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the cells of a row say about each other: how far times lie apart, which columns are empty together, and which are
 * different in every row. Times without an offset are taken as UTC, since only their differences count. Texts are
 * compared by a hash of 64 bits. Of a long file only the first rows are kept.
 */
final class RowEvidence {
    private static final int MOST_TIMES = 8;
    private static final long DAY = 86_400_000_000L;
    private static final long NONE = Long.MIN_VALUE;

    private final Map<String, long[]> hashes = new LinkedHashMap<>();
    private final Map<String, Times> times = new LinkedHashMap<>();
    private final Map<String, BitSet> missing = new LinkedHashMap<>();
    private final int most;
    private int rows;

    private RowEvidence(int most) {
        this.most = most;
    }

    /** The times of one column, in microseconds. */
    private static final class Times {
        private final ColumnType type;
        private final CellTimes reader;
        private long[] values = new long[1024];
        private long first = Long.MAX_VALUE;
        private long last = NONE;

        Times(Finding finding) {
            this.type = finding.type();
            this.reader = new CellTimes(finding.formats(), ZoneOffset.UTC);
        }

        private long read(Records records, int cell) {
            char[] chars = records.chars();
            int start = records.start(cell);
            int end = records.end(cell);
            boolean date = type == ColumnType.DATE;
            boolean good = date ? reader.readDate(chars, start, end) : reader.readTimestamp(chars, start, end);
            if (!good) {
                return NONE;
            }
            long micros = date ? reader.value() * DAY : reader.value();
            first = Math.min(first, micros);
            last = Math.max(last, micros);
            return micros;
        }

        private @Nullable String shown(long micros) {
            if (last == NONE) {
                return null;
            }
            Instant instant = Micros.toInstant(micros);
            return type == ColumnType.DATE
                    ? LocalDate.ofInstant(instant, ZoneOffset.UTC).toString()
                    : instant.toString();
        }
    }

    /**
     * Goes through a source.
     *
     * @param keys columns that may be part of a key
     * @param seen told of the records' numbers from time to time
     */
    static RowEvidence of(SourceText text, Map<String, Finding> columns, List<String> keys, IntConsumer seen) {
        List<String> header = text.header();
        List<String> timed = columns.entrySet().stream()
                .filter(column -> column.getValue().time())
                .map(Map.Entry::getKey)
                .limit(MOST_TIMES)
                .toList();
        List<String> gaps = columns.entrySet().stream()
                .filter(column -> column.getValue().missing() > 0 && column.getValue().present() > 0)
                .map(Map.Entry::getKey)
                .toList();
        long perRow = 8L * (keys.size() + timed.size()) + gaps.size() / 8 + 1;
        RowEvidence evidence =
                new RowEvidence(Math.clamp(Runtime.getRuntime().maxMemory() / 10 / perRow, 1, 1_000_000));
        keys.forEach(name -> evidence.hashes.put(name, new long[1024]));
        timed.forEach(name -> evidence.times.put(name, new Times(Objects.requireNonNull(columns.get(name)))));
        gaps.forEach(name -> evidence.missing.put(name, new BitSet()));
        Records records = text.records();
        int done = 0;
        while (records.next()) {
            if (++done % InferredSource.TELL_EVERY == 0) {
                seen.accept(records.line());
            }
            if (InferredSource.isRow(records, header.size())) {
                evidence.see(records, header);
            }
        }
        return evidence;
    }

    private void see(Records records, List<String> header) {
        boolean kept = rows < most;
        for (Map.Entry<String, Times> column : times.entrySet()) {
            Times mine = column.getValue();
            long micros = mine.read(records, header.indexOf(column.getKey()));
            if (kept) {
                mine.values = room(mine.values);
                mine.values[rows] = micros;
            }
        }
        if (!kept) {
            return;
        }
        for (Map.Entry<String, long[]> column : hashes.entrySet()) {
            int cell = header.indexOf(column.getKey());
            column.setValue(room(column.getValue()));
            column.getValue()[rows] = hash(records.chars(), records.start(cell), records.end(cell));
        }
        for (Map.Entry<String, BitSet> column : missing.entrySet()) {
            int cell = header.indexOf(column.getKey());
            if (CellNumbers.blank(records.chars(), records.start(cell), records.end(cell))) {
                column.getValue().set(rows);
            }
        }
        rows++;
    }

    private long[] room(long[] values) {
        return rows < values.length ? values : Arrays.copyOf(values, Math.min(most, 2 * values.length));
    }

    /** FNV-1a over the characters without blanks around them, mixed. */
    private static long hash(char[] chars, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && chars[from] <= ' ') {
            from++;
        }
        while (to > from && chars[to - 1] <= ' ') {
            to--;
        }
        long hash = 0xcbf29ce484222325L;
        for (int i = from; i < to; i++) {
            hash = (hash ^ chars[i]) * 0x100000001b3L;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    /** How many rows were kept. */
    int rows() {
        return rows;
    }

    /**
     * How many of the rows kept repeat the cells of an earlier one.
     *
     * @param enough counting ends at so many
     */
    int repeats(List<String> key, int enough) {
        long[] set = new long[Integer.highestOneBit(Math.max(4, rows)) * 4];
        int repeated = 0;
        boolean zero = false;
        List<long[]> parts = key.stream().map(hashes::get).map(Objects::requireNonNull).toList();
        for (int row = 0; row < rows && repeated < enough; row++) {
            long hash = 0;
            for (long[] part : parts) {
                hash = mix(hash * 31 + part[row]);
            }
            int slot = (int) hash & (set.length - 1);
            while (set[slot] != 0 && set[slot] != hash) {
                slot = (slot + 1) & (set.length - 1);
            }
            boolean seen = hash == 0 ? zero : set[slot] == hash;
            zero |= hash == 0;
            repeated += seen ? 1 : 0;
            set[slot] = hash;
        }
        return repeated;
    }

    /** The columns with gaps that are empty in the same rows as another one. */
    List<String> emptyWith(String column) {
        BitSet mine = missing.get(column);
        return mine == null
                ? List.of()
                : missing.entrySet().stream()
                        .filter(other -> !other.getKey().equals(column) && other.getValue().equals(mine))
                        .map(Map.Entry::getKey)
                        .toList();
    }

    /** The earliest time of a column as a text, or null when there is none. */
    @Nullable
    String first(String column) {
        Times mine = times.get(column);
        return mine == null ? null : mine.shown(mine.first);
    }

    /** The latest time of a column as a text, or null when there is none. */
    @Nullable
    String last(String column) {
        Times mine = times.get(column);
        return mine == null ? null : mine.shown(mine.last);
    }

    /**
     * How much later than one time another one is; in whole days when one of them is a day.
     *
     * @param rows in how many rows both are there
     * @param earlier in how many it is earlier
     * @param same in how many it is the same
     * @param median the middle of the differences, in microseconds
     * @param most the greatest difference
     */
    record Lag(int rows, int earlier, int same, long median, long most) {
        /** Whether it is later in most rows and earlier in hardly any. */
        boolean later() {
            return rows > 0 && earlier * 100L <= rows && (rows - earlier - same) * 2L > rows;
        }
    }

    /** The lag of one column behind another; empty of rows when either is no time. */
    Lag lag(String from, String to) {
        Times one = times.get(from);
        Times other = times.get(to);
        if (one == null || other == null) {
            return new Lag(0, 0, 0, 0, 0);
        }
        boolean days = one.type == ColumnType.DATE || other.type == ColumnType.DATE;
        long[] lags = new long[rows];
        int both = 0;
        int earlier = 0;
        int same = 0;
        for (int row = 0; row < rows; row++) {
            long start = one.values[row];
            long end = other.values[row];
            if (start == NONE || end == NONE) {
                continue;
            }
            long lag = days ? (Math.floorDiv(end, DAY) - Math.floorDiv(start, DAY)) * DAY : end - start;
            earlier += lag < 0 ? 1 : 0;
            same += lag == 0 ? 1 : 0;
            lags[both++] = lag;
        }
        Arrays.sort(lags, 0, both);
        return both == 0 ? new Lag(0, 0, 0, 0, 0) : new Lag(both, earlier, same, lags[both / 2], lags[both - 1]);
    }
}
