package dev.keelson.data;

import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a load needs to know of the latest version: which keys there are with which content, and the rows of the months
 * it touches. Made once from the store, then carried along, so that a weekly load costs as much as its new rows.
 */
final class DatasetState {
    private static final long DAY_MICROS = 86_400_000_000L;

    private final DatasetStore store;
    private final Schema schema;
    private final RowIndex index;
    private final Map<YearMonth, Frame> months = new HashMap<>();
    private final boolean restated;
    private @Nullable DatasetVersion version;
    private @Nullable SourceRows rows;
    private int cut;
    private List<QuarantinedRow> tooLate = List.of();

    private DatasetState(
            DatasetStore store, Schema schema, RowIndex index, @Nullable DatasetVersion version, boolean restated) {
        this.store = store;
        this.schema = schema;
        this.index = index;
        this.version = version;
        this.restated = restated;
    }

    /**
     * Reads a version.
     *
     * @param schema what its rows are to look like from now on
     */
    static DatasetState of(DatasetStore store, @Nullable DatasetVersion version, Schema schema, List<String> key) {
        if (version == null) {
            return new DatasetState(store, schema, new RowIndex(1024), null, false);
        }
        Frame all = Frames.conform(
                store.read(version, version.partitions(), version.schema().names()), schema);
        RowDigests digests = new RowDigests();
        long[] keys = digests.ofRows(all, key);
        long[] contents = digests.ofRows(all, RowDigests.contentColumns(schema));
        long[] events = all.longs(SystemColumns.EVENT_TIME).values();
        RowIndex index = new RowIndex(all.rows());
        for (int row = 0; row < all.rows(); row++) {
            int month = number(monthOf(events[row]));
            index.put(keys[2 * row], keys[2 * row + 1], contents[2 * row], contents[2 * row + 1], month);
        }
        DatasetState state = new DatasetState(store, schema, index, version, !schema.equals(version.schema()));
        if (state.restated) {
            byMonth(all).forEach((month, positions) -> state.months.put(month, all.take(positions)));
        }
        return state;
    }

    /** The month of an instant, in UTC. */
    static YearMonth monthOf(long micros) {
        return YearMonth.from(LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS)));
    }

    static int number(YearMonth month) {
        return Math.toIntExact(month.getLong(ChronoField.PROLEPTIC_MONTH));
    }

    static YearMonth month(int number) {
        return YearMonth.of(0, 1).plusMonths(number);
    }

    /** Positions of rows by the month of their event time, ascending. */
    static NavigableMap<YearMonth, int[]> byMonth(Frame frame) {
        long[] events = frame.longs(SystemColumns.EVENT_TIME).values();
        NavigableMap<YearMonth, int[]> positions = new TreeMap<>();
        NavigableMap<YearMonth, Integer> counts = new TreeMap<>();
        int[] months = new int[events.length];
        long day = Long.MIN_VALUE;
        int month = 0;
        for (int row = 0; row < events.length; row++) {
            long itsDay = Math.floorDiv(events[row], DAY_MICROS);
            if (itsDay != day) {
                day = itsDay;
                month = number(monthOf(events[row]));
            }
            months[row] = month;
        }
        int from = 0;
        for (int row = 1; row <= events.length; row++) {
            if (row == events.length || months[row] != months[from]) {
                counts.merge(month(months[from]), row - from, Integer::sum);
                from = row;
            }
        }
        counts.forEach((each, count) -> positions.put(each, new int[count]));
        Map<Integer, Integer> filled = new HashMap<>();
        int[] into = {};
        int at = 0;
        for (int row = 0; row < events.length; row++) {
            if (row == 0 || months[row] != months[row - 1]) {
                if (row > 0) {
                    filled.put(months[row - 1], at);
                }
                into = positions.getOrDefault(month(months[row]), into);
                at = filled.getOrDefault(months[row], 0);
            }
            into[at++] = row;
        }
        return positions;
    }

    boolean isOf(@Nullable DatasetVersion latest, Schema wanted) {
        String mine = version == null ? "" : version.id();
        String theirs = latest == null ? "" : latest.id();
        return mine.equals(theirs) && schema.equals(wanted) && !restated;
    }

    Schema schema() {
        return schema;
    }

    RowIndex index() {
        return index;
    }

    @Nullable
    DatasetVersion version() {
        return version;
    }

    /** Whether the version's rows look different now, so that every month is to be written anew. */
    boolean restated() {
        return restated;
    }

    /** The rows of a month, or null when there are none. */
    @Nullable
    Frame monthRows(YearMonth month) {
        Frame known = months.get(month);
        DatasetVersion from = version;
        if (known != null || restated || from == null) {
            return known;
        }
        for (DatasetVersion.Partition partition : from.partitions()) {
            if (partition.month().equals(month)) {
                Frame read = store.read(from, List.of(partition), from.schema().names());
                months.put(month, read);
                return read;
            }
        }
        return null;
    }

    /** How many of the first rows of a reading were dealt with already. */
    int dealtWith(SourceRows reading, int until) {
        return rows == reading && cut <= until ? cut : 0;
    }

    /** Rows among those dealt with that came too late. */
    List<QuarantinedRow> tooLate() {
        return tooLate;
    }

    /** Follows a load that succeeded. */
    void advance(
            @Nullable DatasetVersion now,
            Set<YearMonth> touched,
            Map<YearMonth, Frame> changed,
            SourceRows reading,
            int until,
            List<QuarantinedRow> late) {
        version = now;
        months.keySet().removeAll(touched);
        months.putAll(changed);
        rows = reading;
        cut = until;
        tooLate = List.copyOf(late);
    }
}
