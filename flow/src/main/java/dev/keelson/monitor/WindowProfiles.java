package dev.keelson.monitor;

import dev.keelson.frame.Micros;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the inputs of one model were spread, minute by minute, hour by hour and day by day, built while it answers: a check of a
 * window merges what was tallied and reads no prediction again. An input goes into the minute of its event; minutes that are
 * far back make hours, and hours days, so that memory does not grow with what was served.
 *
 * <p>Safe for use by several threads.
 */
public final class WindowProfiles {
    /** So many minutes, hours and days are kept by themselves. */
    static final int MINUTES = 60;

    static final int HOURS = 24 * 8;
    static final int DAYS = 400;
    /** So many rows stand for a window at most. */
    static final int MOST = 50_000;

    private static final int SKETCH = 256;
    /** So often a window is summed anew because cells moved, before predictions have to wait for it. */
    private static final int PATIENT = 3;
    private static final long MINUTE = 60_000_000L;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final int columns;
    private final boolean[] categories;
    private final NavigableMap<Long, Cell> minutes = new TreeMap<>();
    private final NavigableMap<Long, Cell> hours = new TreeMap<>();
    private final NavigableMap<Long, Cell> days = new TreeMap<>();
    /** Events before it are tallied by the hour. */
    private long minutesFrom = Long.MIN_VALUE;
    /** Events before it are tallied by the day; a whole day. */
    private long hoursFrom = Long.MIN_VALUE;

    private long newest = Long.MIN_VALUE;
    /** How often cells were moved into longer ones. */
    private long moved;
    private @Nullable Cell last;

    /** The inputs of a stretch of time. */
    private static final class Cell {
        final long start;
        final ColumnTally[] tallies;
        long rows;
        long first = Long.MAX_VALUE;

        Cell(long start, boolean[] categories) {
            this.start = start;
            this.tallies = new ColumnTally[categories.length];
            for (int c = 0; c < tallies.length; c++) {
                tallies[c] = new ColumnTally(categories[c], SKETCH);
            }
        }

        void merge(Cell other) {
            rows += other.rows;
            first = Math.min(first, other.first);
            for (int c = 0; c < tallies.length; c++) {
                tallies[c].merge(other.tallies[c]);
            }
        }
    }

    /**
     * A window as it was tallied.
     *
     * @param columns one for each input: features, then watched values
     * @param rows inputs
     * @param from event time of the oldest input; start of the window when there is none
     * @param end end of the window, exclusive
     */
    public record Tallied(List<ColumnTally> columns, long rows, Instant from, Instant end) {
        /** Copies the list. */
        public Tallied {
            columns = List.copyOf(columns);
        }

        /** The window to check: of more than {@value WindowProfiles#MOST} inputs as many that are spread as they are. */
        public DriftCheck.Window window() {
            double[][] values = new double[columns.size()][];
            double slack = 0;
            for (int c = 0; c < values.length; c++) {
                values[c] = columns.get(c).expand(MOST);
                slack = Math.max(slack, columns.get(c).rankError());
            }
            return new DriftCheck.Window(values, from, end, slack);
        }
    }

    /** @param categories for each input whether its numbers stand for categories; handed over */
    public WindowProfiles(boolean[] categories) {
        this.columns = categories.length;
        this.categories = categories;
    }

    /** Number of inputs of a row. */
    public int columns() {
        return columns;
    }

    /**
     * Takes the inputs of one prediction.
     *
     * @param eventTime when its event happens
     * @param features first inputs
     * @param watched the others
     * @return false when they are not as many as expected, and were not taken: those of a model with other features
     */
    public boolean add(Instant eventTime, double[] features, double[] watched) {
        if (features.length + watched.length != columns) {
            return false;
        }
        add(Micros.of(eventTime), features, watched);
        return true;
    }

    private synchronized void add(long time, double[] features, double[] watched) {
        Cell cell = cell(time);
        cell.rows++;
        cell.first = Math.min(cell.first, time);
        for (int c = 0; c < features.length; c++) {
            cell.tallies[c].add(features[c]);
        }
        for (int c = 0; c < watched.length; c++) {
            cell.tallies[features.length + c].add(watched[c]);
        }
        newest = Math.max(newest, time);
    }

    private Cell cell(long time) {
        if (time >= minutesFrom) {
            long start = Math.floorDiv(time, MINUTE) * MINUTE;
            Cell known = last;
            if (known != null && known.start == start) {
                return known;
            }
            Cell cell = minutes.get(start);
            if (cell == null) {
                cell = new Cell(start, categories);
                minutes.put(start, cell);
                settle();
                if (time < minutesFrom) { // the oldest of all, and at once part of its hour
                    return cell(time);
                }
            }
            last = cell;
            return cell;
        }
        return time >= hoursFrom ? of(hours, time, HOUR) : of(days, time, DAY);
    }

    private Cell of(NavigableMap<Long, Cell> level, long time, long length) {
        return level.computeIfAbsent(Math.floorDiv(time, length) * length, start -> new Cell(start, categories));
    }

    /** Makes hours of the minutes that are too many, and days of the hours. */
    private void settle() {
        while (minutes.size() > MINUTES) {
            long end = (Math.floorDiv(minutes.firstKey(), HOUR) + 1) * HOUR;
            minutesFrom = Math.max(minutesFrom, end);
            move(minutes.headMap(end), hours, HOUR);
            last = null;
        }
        while (hours.size() > HOURS) {
            long end = (Math.floorDiv(hours.firstKey(), DAY) + 1) * DAY;
            hoursFrom = Math.max(hoursFrom, end);
            move(hours.headMap(end), days, DAY);
        }
        while (days.size() > DAYS) {
            days.pollFirstEntry();
        }
    }

    private void move(Map<Long, Cell> from, NavigableMap<Long, Cell> to, long length) {
        moved++;
        from.values().forEach(cell -> of(to, cell.start, length).merge(cell));
        from.clear();
    }

    /**
     * The newest window: it ends with the newest event, or now when that is still to come. It begins with a whole minute, hour
     * or day, as what lies there is tallied.
     *
     * @param length of the window
     * @param minRows it is extended back until it holds so many inputs
     */
    public Tallied window(Duration length, int minRows, Instant now) {
        for (int i = 0; i < PATIENT; i++) {
            Tallied window = sum(choose(length, minRows, now));
            if (window != null) {
                return window;
            }
        }
        synchronized (this) { // so many events of the past come that cells move all the time
            return Objects.requireNonNull(sum(choose(length, minRows, now)));
        }
    }

    /** The cells of a window, newest first, while none of them was moved into another since. */
    private record Chosen(List<Cell> cells, Instant start, Instant end, long move) {}

    private synchronized Chosen choose(Duration length, int minRows, Instant now) {
        Instant end = newest == Long.MIN_VALUE || Micros.toInstant(newest).isAfter(now)
                ? now
                : Micros.toInstant(newest).plusSeconds(1);
        long start = Micros.of(end.minus(length));
        List<Cell> cells = new ArrayList<>();
        long rows = 0;
        for (NavigableMap<Long, Cell> level : List.of(minutes, hours, days)) {
            for (Cell cell : level.descendingMap().values()) {
                if (cell.start < start && rows >= minRows) {
                    break;
                }
                cells.add(cell);
                rows += cell.rows;
            }
        }
        return new Chosen(cells, end.minus(length), end, moved);
    }

    /** Adds cells up one by one, so that predictions are tallied in between; null when cells were moved meanwhile. */
    private @Nullable Tallied sum(Chosen chosen) {
        Cell sum = new Cell(Micros.of(chosen.start), categories);
        for (Cell cell : chosen.cells) {
            synchronized (this) {
                if (moved != chosen.move) {
                    return null;
                }
                sum.merge(cell);
            }
        }
        return new Tallied(
                List.of(sum.tallies), sum.rows, sum.rows == 0 ? chosen.start : Micros.toInstant(sum.first), chosen.end);
    }

    /** Number of values that are kept, each of eight bytes. */
    public synchronized long kept() {
        return List.of(minutes, hours, days).stream()
                .flatMap(level -> level.values().stream())
                .flatMap(cell -> List.of(cell.tallies).stream())
                .mapToLong(ColumnTally::kept)
                .sum();
    }

    /** Writes all of it for {@link #read}. */
    public synchronized void write(DataOutput out) throws IOException {
        out.writeInt(columns);
        for (boolean category : categories) {
            out.writeBoolean(category);
        }
        out.writeLong(minutesFrom);
        out.writeLong(hoursFrom);
        out.writeLong(newest);
        for (NavigableMap<Long, Cell> level : List.of(minutes, hours, days)) {
            out.writeInt(level.size());
            for (Cell cell : level.values()) {
                out.writeLong(cell.start);
                out.writeLong(cell.rows);
                out.writeLong(cell.first);
                for (ColumnTally tally : cell.tallies) {
                    tally.write(out);
                }
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    public static WindowProfiles read(DataInput in) throws IOException {
        boolean[] categories = new boolean[in.readInt()];
        for (int c = 0; c < categories.length; c++) {
            categories[c] = in.readBoolean();
        }
        WindowProfiles profiles = new WindowProfiles(categories);
        synchronized (profiles) {
            profiles.minutesFrom = in.readLong();
            profiles.hoursFrom = in.readLong();
            profiles.newest = in.readLong();
            for (NavigableMap<Long, Cell> level : List.of(profiles.minutes, profiles.hours, profiles.days)) {
                int cells = in.readInt();
                for (int i = 0; i < cells; i++) {
                    Cell cell = new Cell(in.readLong(), categories);
                    cell.rows = in.readLong();
                    cell.first = in.readLong();
                    for (int c = 0; c < categories.length; c++) {
                        cell.tallies[c] = ColumnTally.read(in);
                    }
                    level.put(cell.start, cell);
                }
            }
        }
        return profiles;
    }

    /** Whether numbers of the inputs stand for categories, by place. */
    public List<Boolean> layout() {
        List<Boolean> layout = new ArrayList<>();
        for (boolean category : categories) {
            layout.add(category);
        }
        return layout;
    }
}
