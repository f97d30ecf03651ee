package dev.keelson.data;

import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.expression.Durations;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Loads rows of a source into its next dataset version. A load is idempotent and incremental: rows that are there
 * already
 * are unchanged, new ones are added, a row whose content changed replaces the old one if its cursor lies within the
 * late
 * window of the greatest cursor loaded, and is set aside otherwise. Checks are evaluated on what the version would be;
 * nothing is visible before all of them were.
 *
 * <p>A row without a created column that comes in after later ones were known became known right after the watermark of
 * the previous version: it counts from when it became known, and history is never restated.
 *
 * <p>A source that is a change feed (see {@link RowOperation}) applies, of all visible rows of one key, the last one. A
 * delete takes the row out of the next version; the versions before keep it, and a question about the past that is
 * asked of the next version is answered as if the row had never been. A delete of a row that is not there changes
 * nothing, so a feed that is read again changes nothing.
 *
 * <p>What is known of the latest version is kept between calls, so loading the same reading week by week costs as much
 * as
 * the new rows. Safe for use by several threads, which take turns.
 */
public final class DataLoad {
    private final DatasetStore store;
    private final Consumer<Blocked> blocked;
    private final Map<String, DatasetState> states = new HashMap<>();

    /**
     * A load that was blocked: none of its rows became visible, those it would have set aside are kept for a look.
     *
     * @param source name of the source
     * @param read rows read
     * @param quarantined how many of them would have been set aside
     * @param quarantineId under which these are stored, or null when there are none
     * @param latest the version before, which stays the latest, or null
     */
    public record Blocked(
            String source, long read, int quarantined, @Nullable String quarantineId, @Nullable DatasetVersion latest) {}

    /** @param store where versions are kept */
    public DataLoad(DatasetStore store) {
        this(store, load -> {});
    }

    /**
     * @param store where versions are kept
     * @param blocked told of a load that is blocked, before it fails with DATA_BLOCKED
     */
    public DataLoad(DatasetStore store, Consumer<Blocked> blocked) {
        this.store = store;
        this.blocked = blocked;
    }

    /**
     * Reads a source's file and loads it. A plain file in order of time, of which nothing is rejected, goes month by
     * month through the memory; every other one is read as a whole.
     *
     * @param until only rows known strictly before it are visible; null for all
     * @param now when the load happens: creation time of the version, and what freshness is measured against when there
     *     is no {@code until}
     * @throws KeelsonException as {@link SourceReader#read} and {@link #load(SourceRows, Instant, Instant)} do
     */
    public synchronized LoadReport load(
            SourceReader reader, SourceDefinition source, @Nullable Instant until, Instant now) {
        DatasetVersion previous = store.latest(source.name()).orElse(null);
        Optional<LoadReport> plain = BulkLoad.load(reader.files(), store, source, previous, until, now, blocked);
        if (plain.isPresent()) {
            return plain.get();
        }
        return load(reader.read(source, previous), until, now);
    }

    /**
     * Loads rows that were read.
     *
     * @param until only rows known strictly before it are visible; null for all
     * @param now when the load happens
     * @return what was done; every visible row is counted once
     * @throws KeelsonException DATA_BLOCKED when a check of severity BLOCK does not hold or no row is good; WRONG_TYPE
     *     when a column's type cannot follow that of the previous version; BAD_VALUE when the key is another one; what
     *     the store throws. Nothing visible has changed then
     */
    public synchronized LoadReport load(SourceRows rows, @Nullable Instant until, Instant now) {
        return load(rows, until, now, true);
    }

    /**
     * Loads rows that came in beside the source's file, as {@link #load(SourceRows, Instant, Instant)} does, but the next
     * load continues where it would have without them: the file may lag behind.
     */
    public synchronized LoadReport loadBeside(SourceRows rows, Instant now) {
        return load(rows, null, now, false);
    }

    private LoadReport load(SourceRows rows, @Nullable Instant until, Instant now, boolean movesCursor) {
        SourceDefinition source = rows.source();
        DatasetVersion previous = store.latest(source.name()).orElse(null);
        Step step = new Step(rows, until, now, movesCursor, state(source, previous, rows.schema()), null, false);
        return step.run();
    }

    /**
     * Reads a source's file and makes its dataset anew of it, as {@link #loadAnew(SourceRows, Instant, Instant)} does.
     *
     * @throws KeelsonException as {@link SourceReader#read} and {@link #loadAnew(SourceRows, Instant, Instant)} do
     */
    public synchronized LoadReport loadAnew(
            SourceReader reader, SourceDefinition source, @Nullable Instant until, Instant now) {
        DatasetVersion replaced = store.latest(source.name()).orElse(null);
        Optional<LoadReport> plain = BulkLoad.load(
                reader.files(),
                store,
                source,
                null,
                until,
                now,
                load -> blocked.accept(new Blocked(
                        load.source(), load.read(), load.quarantined(), load.quarantineId(), replaced)));
        states.remove(source.name());
        return plain.isPresent()
                ? plain.get().since(replaced)
                : loadAnew(reader.read(source, null), until, now);
    }

    /**
     * Makes a dataset of rows alone, as if nothing had been loaded before: the version before is where changes are measured
     * from, and stays as it is.
     *
     * @param rows read without a previous version
     * @param until only rows known strictly before it are visible; null for all
     * @param now when the load happens
     * @throws KeelsonException DATA_BLOCKED when a check of severity BLOCK does not hold or no row is good; what the store
     *     throws. Nothing visible has changed then
     */
    public synchronized LoadReport loadAnew(SourceRows rows, @Nullable Instant until, Instant now) {
        return anew(rows, until, now, false);
    }

    /** Judges rows as {@link #loadAnew(SourceRows, Instant, Instant)} would, and changes nothing. */
    public synchronized LoadReport checkAnew(SourceRows rows, @Nullable Instant until, Instant now) {
        return anew(rows, until, now, true);
    }

    private LoadReport anew(SourceRows rows, @Nullable Instant until, Instant now, boolean dry) {
        SourceDefinition source = rows.source();
        DatasetVersion replaced = store.latest(source.name()).orElse(null);
        DatasetState nothing = DatasetState.of(store, null, rows.schema(), source.key());
        LoadReport report = new Step(rows, until, now, true, nothing, replaced, dry).run();
        states.remove(source.name());
        return report;
    }

    /**
     * Judges rows as {@link #load(SourceRows, Instant, Instant)} would, and changes nothing.
     *
     * @param until only rows known strictly before it are visible; null for all
     * @param now what freshness is measured against when there is no {@code until}
     * @return what a load would do, with the checks that would block it among its checks; its version is the latest one
     * @throws KeelsonException as a load does, except when a check does not hold
     */
    public synchronized LoadReport check(SourceRows rows, @Nullable Instant until, Instant now) {
        SourceDefinition source = rows.source();
        DatasetVersion previous = store.latest(source.name()).orElse(null);
        return new Step(rows, until, now, true, state(source, previous, rows.schema()), null, true).run();
    }

    private DatasetState state(SourceDefinition source, @Nullable DatasetVersion previous, Schema wanted) {
        Schema schema = previous == null ? wanted : merged(source, previous, wanted);
        DatasetState known = states.get(source.name());
        if (known != null && known.isOf(previous, schema)) {
            return known;
        }
        DatasetState read = DatasetState.of(store, previous, schema, source.key());
        states.put(source.name(), read);
        return read;
    }

    /** The columns of the previous version with their types, then those that are new. */
    private static Schema merged(SourceDefinition source, DatasetVersion previous, Schema wanted) {
        List<Problem> problems = new ArrayList<>();
        if (!previous.key().equals(source.key())) {
            problems.add(Problem.at(
                    ErrorCode.BAD_VALUE,
                    source.location(),
                    "The source (%s) has the key %s, but its dataset was made with %s."
                            .formatted(source.name(), source.key(), previous.key()),
                    "Maybe give the source another name; its dataset starts anew then."));
        }
        List<Column> columns = new ArrayList<>();
        for (String name : RowDigests.contentColumns(previous.schema())) {
            ColumnType before = previous.schema().column(name).type();
            ColumnType now = wanted.contains(name) ? wanted.column(name).type() : before;
            if (before == ColumnType.DOUBLE && now == ColumnType.LONG && !previous.isEmpty(name)) {
                now = before; // whole numbers are numbers
            }
            boolean follows =
                    now == before || previous.isEmpty(name) || (before == ColumnType.LONG && now == ColumnType.DOUBLE);
            if (!follows) {
                problems.add(Problem.at(
                        ErrorCode.WRONG_TYPE,
                        source.location(),
                        "The column (%s) of the source (%s) is %s now, but %s in its dataset."
                                .formatted(name, source.name(), lower(now), lower(before)),
                        "Maybe declare it as `%s: %s`, or give the source another name."
                                .formatted(name, lower(before))));
            }
            columns.add(new Column(name, now));
        }
        for (String name : RowDigests.contentColumns(wanted)) {
            if (!previous.schema().contains(name)) {
                columns.add(wanted.column(name));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        SystemColumns.NAMES.forEach(name -> columns.add(new Column(name, ColumnType.TIMESTAMP)));
        return new Schema(columns);
    }

    private static String lower(ColumnType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Rows without a created column, those from a position on known from a version's watermark on when they come after
     * it.
     */
    static Frame knownFrom(Frame rows, int from, Instant watermark) {
        long mark = Micros.of(watermark);
        long[] known = rows.longs(SystemColumns.KNOWN_AT).values().clone();
        boolean late = false;
        for (int i = from; i < known.length; i++) {
            if (known[i] < mark) {
                late = true;
                known[i] = mark + 1; // who asked since has seen all that was known at the watermark
            }
        }
        if (!late) {
            return rows;
        }
        List<Vector> vectors = new ArrayList<>();
        for (Column column : rows.schema().columns()) {
            vectors.add(
                    column.name().equals(SystemColumns.KNOWN_AT)
                            ? new Vector.Longs(ColumnType.TIMESTAMP, known, null)
                            : rows.vector(column.name()));
        }
        return new Frame(rows.schema(), vectors, rows.rows());
    }

    /** One load. */
    private final class Step implements SourceChecks.Measurements {
        private final SourceRows rows;
        private final SourceDefinition source;
        private final @Nullable Instant until;
        private final Instant now;
        private final DatasetState state;
        private final boolean dry;
        private final @Nullable DatasetVersion previous;
        private final @Nullable DatasetVersion latest;
        private final List<QuarantinedRow> unreadable;
        private final List<QuarantinedRow> tooLate;
        private final List<Integer> fresh = new ArrayList<>();
        private final Set<Integer> updates = new HashSet<>();
        private final List<Integer> deletes = new ArrayList<>();
        private long superseded;
        private final List<long[]> rejected = new ArrayList<>();
        private final NavigableMap<YearMonth, PartitionRows> changed = new TreeMap<>();
        private final Set<YearMonth> touched = new TreeSet<>();
        private final Map<String, Long> nulls = new TreeMap<>();
        private final int cut;
        private final long copies;
        private final boolean movesCursor;
        private long cursorMark;

        /** @param replaced the latest version when the dataset is made anew; else null */
        Step(
                SourceRows rows,
                @Nullable Instant until,
                Instant now,
                boolean movesCursor,
                DatasetState state,
                @Nullable DatasetVersion replaced,
                boolean dry) {
            this.movesCursor = movesCursor;
            this.rows = rows;
            this.source = rows.source();
            this.until = until;
            this.now = now;
            this.state = state;
            this.dry = dry;
            this.previous = state.version();
            this.latest = replaced == null ? previous : replaced;
            this.cut = until == null ? rows.frame().rows() : rows.knownBefore(until);
            this.unreadable = rows.quarantinedBefore(until);
            this.copies = rows.copiesBefore(until);
            this.tooLate = new ArrayList<>();
        }

        LoadReport run() {
            sortOut();
            findRejected();
            if (!fresh.isEmpty() || !deletes.isEmpty() || !rejected.isEmpty() || state.restated()) {
                assemble();
            }
            List<QuarantinedRow> quarantined = new ArrayList<>(unreadable);
            quarantined.addAll(tooLate);
            String quarantineId =
                    quarantined.isEmpty() || dry ? null : store.putQuarantine(source.name(), quarantined);
            long read = (long) cut + unreadable.size() + copies;
            SourceChecks.Outcome outcome;
            try {
                refuseWhenNothingIsGood(quarantined);
                refuseWhenNothingIsLeft();
                outcome = SourceChecks.evaluate(source, this);
                if (!dry) {
                    SourceChecks.refuse(source, outcome, quarantined.size());
                }
            } catch (KeelsonException e) {
                if (e.code() == ErrorCode.DATA_BLOCKED && !dry) {
                    blocked.accept(new Blocked(source.name(), read, quarantined.size(), quarantineId, latest));
                }
                throw e;
            }
            DatasetVersion version = latest;
            String markedId = null;
            if (!dry) {
                markedId =
                        outcome.marked().isEmpty() ? null : store.putQuarantine(source.name(), outcome.marked());
                version = touched.isEmpty() ? latest : store.put(draft());
                follow(version);
            }
            long loaded = (long) fresh.size() - updates.size();
            return new LoadReport(
                    source.name(),
                    read,
                    loaded,
                    updates.size(),
                    deletes.size(),
                    superseded,
                    read - loaded - updates.size() - deletes.size() - superseded - quarantined.size(),
                    copies,
                    0,
                    quarantined,
                    quarantineId,
                    rows.nulled(),
                    rows.sha256(),
                    outcome.results(),
                    outcome.marked(),
                    markedId,
                    version,
                    latest,
                    null);
        }

        /** Tells the visible rows that are new or changed from those that are there already or came too late. */
        private void sortOut() {
            RowIndex index = state.index();
            long mark = previous == null ? Long.MIN_VALUE : Micros.of(previous.cursorMark());
            long oldest = previous == null ? Long.MIN_VALUE : mark - Micros.of(source.lateWindow());
            cursorMark = mark;
            int from = state.dealtWith(rows, cut);
            if (from > 0) {
                tooLate.addAll(state.tooLate());
            }
            RowIndex last = source.operation() == null ? null : lastOfKeys(from);
            for (int row = from; row < cut; row++) {
                if (last != null && last.number(last.find(rows.keyHigh(row), rows.keyLow(row))) != row) {
                    superseded++;
                    continue;
                }
                int slot = index.find(rows.keyHigh(row), rows.keyLow(row));
                boolean known = slot >= 0;
                if (rows.deletes(row) ? !known : known && sameContent(index, slot, row)) {
                    continue;
                }
                if (rows.cursor(row) < oldest && !rows.review().decided().get(row)) {
                    tooLate.add(known && !rows.deletes(row) ? changedTooLate(row, slot) : cameTooLate(row));
                    continue;
                }
                if (rows.deletes(row)) {
                    deletes.add(row);
                } else {
                    fresh.add(row);
                    if (known) {
                        updates.add(row);
                    }
                }
                cursorMark = Math.max(cursorMark, rows.cursor(row));
            }
        }

        /** The row that counts of each key of a change feed. */
        private RowIndex lastOfKeys(int from) {
            RowIndex last = new RowIndex(cut - from);
            for (int row = from; row < cut; row++) {
                int slot = last.find(rows.keyHigh(row), rows.keyLow(row));
                if (slot < 0 || rows.isAfter(row, last.number(slot))) {
                    last.put(rows.keyHigh(row), rows.keyLow(row), 0, 0, row);
                }
            }
            return last;
        }

        /** Rows that the dataset has and that are no longer in it by what persons decided. */
        private void findRejected() {
            long[] keys = rows.review().rejectedKeys();
            for (int i = 0; i < keys.length; i += 2) {
                if (state.index().find(keys[i], keys[i + 1]) >= 0) {
                    rejected.add(new long[] {keys[i], keys[i + 1]});
                }
            }
        }

        private boolean sameContent(RowIndex index, int slot, int row) {
            if (rows.schema().equals(state.schema())) {
                return index.hasContent(slot, rows.contentHigh(row), rows.contentLow(row));
            }
            long[] content = conformedContents();
            return index.hasContent(slot, content[2 * row], content[2 * row + 1]);
        }

        private long @Nullable [] conformed;

        /** Hashes of the rows' cells as the dataset holds them, for a file with fewer columns or other types. */
        private long[] conformedContents() {
            long[] hashes = conformed;
            if (hashes == null) {
                hashes = new RowDigests()
                        .ofRows(
                                Frames.conform(rows.frame(), state.schema()),
                                RowDigests.contentColumns(state.schema()));
                conformed = hashes;
            }
            return hashes;
        }

        private QuarantinedRow cameTooLate(int row) {
            String cursor = SourceParser.cursorName(source);
            return rows.setAside(
                    row,
                    ErrorCode.BAD_CELL,
                    cursor,
                    ("The row %s, but its %s (%s) lies before what was loaded up to %s by more than the late"
                                    + " window (%s).")
                            .formatted(
                                    rows.deletes(row) ? "deletes another" : "is new",
                                    cursor,
                                    RowDifference.show(
                                            rows.frame().vector(cursor).get(row)),
                                    Objects.requireNonNull(previous).cursorMark(),
                                    Durations.format(source.lateWindow())),
                    "Maybe set a longer late_window for the source `%s`.".formatted(source.name()));
        }

        private QuarantinedRow changedTooLate(int row, int slot) {
            Frame before = state.monthRows(DatasetState.month(state.index().number(slot)));
            int old = before == null ? -1 : rowOf(before, row);
            Frame now = rows.frame();
            String column = SourceParser.cursorName(source);
            String difference = "";
            if (before != null && old >= 0) {
                List<String> names = RowDifference.columns(before, old, now, row).stream()
                        .filter(now.schema()::contains)
                        .toList();
                if (!names.isEmpty()) {
                    column = names.getFirst();
                    difference = ": in the dataset " + RowDifference.describe(before, old, now, row);
                }
            }
            return rows.setAside(
                    row,
                    ErrorCode.DUPLICATE_ROW,
                    column,
                    "The row (%s) changed after the late window (%s)%s."
                            .formatted(
                                    RowDifference.key(now, source.key(), row),
                                    Durations.format(source.lateWindow()),
                                    difference),
                    "The row of the dataset stays. Maybe set a longer late_window for the source `%s`."
                            .formatted(source.name()));
        }

        private int rowOf(Frame month, int row) {
            long[] keys = new RowDigests().ofRows(month, source.key());
            for (int i = 0; i < month.rows(); i++) {
                if (keys[2 * i] == rows.keyHigh(row) && keys[2 * i + 1] == rows.keyLow(row)) {
                    return i;
                }
            }
            return -1;
        }

        /** Makes the new partitions of the months that change. */
        private void assemble() {
            Frame added = Frames.conform(
                    withKnownAt(rows.frame()
                            .take(fresh.stream().mapToInt(Integer::intValue).toArray())),
                    state.schema());
            NavigableMap<YearMonth, int[]> byMonth = DatasetState.byMonth(added);
            touched.addAll(byMonth.keySet());
            RowIndex replaced = new RowIndex(updates.size() + deletes.size() + rejected.size());
            List<Integer> gone = new ArrayList<>(updates);
            gone.addAll(deletes);
            for (long[] key : rejected) {
                replaced.put(key[0], key[1], 0, 0, 0);
                int slot = state.index().find(key[0], key[1]);
                touched.add(DatasetState.month(state.index().number(slot)));
            }
            for (int row : gone) {
                replaced.put(rows.keyHigh(row), rows.keyLow(row), 0, 0, 0);
                int slot = state.index().find(rows.keyHigh(row), rows.keyLow(row));
                touched.add(DatasetState.month(state.index().number(slot)));
            }
            if (previous != null) {
                if (state.restated()) {
                    previous.partitions().forEach(partition -> touched.add(partition.month()));
                } else {
                    nulls.putAll(previous.nulls());
                }
            }
            for (YearMonth month : touched) {
                List<Frame> parts = new ArrayList<>();
                Frame before = state.monthRows(month);
                if (before != null) {
                    if (!state.restated()) {
                        countNulls(before, -1);
                    }
                    parts.add(gone.isEmpty() && rejected.isEmpty() ? before : without(before, replaced));
                }
                if (byMonth.containsKey(month)) {
                    parts.add(added.take(byMonth.get(month)));
                }
                if (parts.isEmpty()) {
                    continue;
                }
                Frame after = Frames.concat(parts);
                if (after.rows() > 0) {
                    countNulls(after, 1);
                    changed.put(month, PartitionRows.of(month, after, source.key()));
                }
            }
            nulls.values().removeIf(count -> count == 0);
            if (changed.isEmpty() && kept().isEmpty()) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.DATA_BLOCKED,
                        source.location(),
                        "The load would delete every row of the source (%s).".formatted(source.name()),
                        "Nothing was changed. Maybe the feed is not the one that was meant."));
            }
        }

        private void countNulls(Frame frame, int sign) {
            for (String name : frame.schema().names()) {
                long count = Frames.nulls(frame.vector(name));
                if (count > 0) {
                    nulls.merge(name, sign * count, Long::sum);
                }
            }
        }

        private Frame without(Frame frame, RowIndex replaced) {
            long[] keys = new RowDigests().ofRows(frame, source.key());
            return frame.take(IntStream.range(0, frame.rows())
                    .filter(row -> replaced.find(keys[2 * row], keys[2 * row + 1]) < 0)
                    .toArray());
        }

        private Frame withKnownAt(Frame added) {
            return previous == null || source.created() != null ? added : knownFrom(added, 0, previous.watermark());
        }

        private DatasetDraft draft() {
            return new DatasetDraft(
                    source.name(),
                    state.schema(),
                    source.key(),
                    kept(),
                    List.copyOf(changed.values()),
                    nulls,
                    previous != null && !movesCursor ? previous.cursorMark() : Micros.toInstant(cursorMark),
                    latest == null ? null : latest.id(),
                    now);
        }

        private List<Partition> kept() {
            return previous == null
                    ? List.of()
                    : previous.partitions().stream()
                            .filter(partition -> !touched.contains(partition.month()))
                            .toList();
        }

        private void follow(@Nullable DatasetVersion version) {
            if (state.restated() || !deletes.isEmpty() || !rejected.isEmpty()) {
                states.remove(source.name());
                return;
            }
            long[] events = rows.frame().longs(SystemColumns.EVENT_TIME).values();
            for (int row : fresh) {
                state.index()
                        .put(
                                rows.keyHigh(row),
                                rows.keyLow(row),
                                contentHigh(row),
                                contentLow(row),
                                DatasetState.number(DatasetState.monthOf(events[row])));
            }
            Map<YearMonth, Frame> frames = new HashMap<>();
            changed.forEach((month, partition) -> frames.put(month, partition.rows()));
            state.advance(version, touched, frames, rows, cut, tooLate);
        }

        private long contentHigh(int row) {
            return rows.schema().equals(state.schema()) ? rows.contentHigh(row) : conformedContents()[2 * row];
        }

        private long contentLow(int row) {
            return rows.schema().equals(state.schema()) ? rows.contentLow(row) : conformedContents()[2 * row + 1];
        }

        private void refuseWhenNothingIsGood(List<QuarantinedRow> quarantined) {
            if (rows.frame().rows() > 0 || quarantined.isEmpty()) {
                return;
            }
            QuarantinedRow first = quarantined.getFirst();
            throw new KeelsonException(Problem.at(
                    ErrorCode.DATA_BLOCKED,
                    first.location(),
                    String.format(
                            Locale.ROOT,
                            "None of the %,d rows of the source (%s) is good. The first one: %s",
                            quarantined.size(),
                            source.name(),
                            first.reason()),
                    first.hint()));
        }

        /** A dataset that is made anew has a row: there is no version without one. */
        private void refuseWhenNothingIsLeft() {
            if (previous == null && latest != null && fresh.isEmpty()) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.DATA_BLOCKED,
                        source.location(),
                        "No row of the source (%s) is known yet, so its dataset cannot be made anew."
                                .formatted(source.name()),
                        "Nothing was changed. Maybe `known_after` or `created` is not what was meant."));
            }
        }

        // measurements

        @Override
        public double rowCount() {
            return (previous == null ? 0 : previous.rows())
                    + fresh.size()
                    - updates.size()
                    - deletes.size()
                    - rejected.size();
        }

        @Override
        public double duplicateKeys() {
            return unreadable.stream()
                    .filter(row -> row.code() == ErrorCode.DUPLICATE_ROW)
                    .count();
        }

        @Override
        public double quarantined() {
            long read = (long) cut + unreadable.size() + copies;
            return read == 0 ? 0 : (double) (unreadable.size() + tooLate.size()) / read;
        }

        @Override
        public double missing(String column) {
            Map<String, Long> counts = touched.isEmpty() && previous != null ? previous.nulls() : nulls;
            return rowCount() == 0 ? Double.NaN : counts.getOrDefault(column, 0L) / rowCount();
        }

        @Override
        public double freshnessSeconds() {
            Instant latest = previous == null ? null : previous.lastEvent();
            for (int row : fresh) {
                Instant event = Micros.toInstant(
                        rows.frame().longs(SystemColumns.EVENT_TIME).values()[row]);
                latest = latest == null || event.isAfter(latest) ? event : latest;
            }
            if (latest == null) {
                return Double.NaN;
            }
            Duration age = Duration.between(latest, until == null ? now : until);
            return Math.max(0, age.toNanos() / 1e9);
        }

        @Override
        public Schema schema() {
            return state.schema();
        }

        @Override
        public Frame rows(List<String> columns) {
            List<Frame> parts = new ArrayList<>();
            if (previous != null) {
                List<Partition> kept = kept();
                if (!kept.isEmpty()) {
                    parts.add(store.read(previous, kept, columns));
                }
            }
            changed.values().forEach(partition -> parts.add(partition.rows().select(columns)));
            return parts.isEmpty() ? Frames.empty(state.schema(), columns) : Frames.concat(parts);
        }

        @Override
        public @Nullable Frame before(List<String> columns) {
            return latest == null || !columns.stream().allMatch(latest.schema()::contains)
                    ? null
                    : store.read(latest, latest.partitions(), columns);
        }

        @Override
        public @Nullable Vector other(String name, String column) {
            DatasetVersion other = store.latest(name).orElse(null);
            return other == null || !other.schema().contains(column)
                    ? null
                    : store.read(other, other.partitions(), List.of(column)).vector(0);
        }

        @Override
        public List<RuleFindings> findings() {
            return rows.findings();
        }

        @Override
        public int count(RuleFindings findings) {
            return findings.count(until);
        }

        @Override
        public List<QuarantinedRow> examples(RuleFindings findings) {
            return findings.examples(until);
        }

        private @Nullable RowIndex read;
        private long @Nullable [] keysOfDataset;

        @Override
        public @Nullable QuarantinedRow place(int row, ErrorCode code, String column, String reason) {
            RowIndex index = read;
            if (index == null) {
                index = new RowIndex(cut);
                for (int i = 0; i < cut; i++) {
                    index.put(rows.keyHigh(i), rows.keyLow(i), 0, 0, i);
                }
                read = index;
            }
            long[] keys = keysOfDataset;
            if (keys == null) {
                keys = new RowDigests().ofRows(rows(source.key()), source.key());
                keysOfDataset = keys;
            }
            int slot = index.find(keys[2 * row], keys[2 * row + 1]);
            if (slot < 0) {
                return null;
            }
            QuarantinedRow placed = rows.setAside(index.number(slot), code, column, reason, null);
            return rows.review().accepted().contains(Review.rowId(placed)) ? null : placed;
        }
    }
}
