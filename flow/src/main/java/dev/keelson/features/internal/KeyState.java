package dev.keelson.features.internal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a view remembers about one entity key: the events its windows may still need, in the order (event time, known
 * at, application), and a few cells for the folds that are not windows.
 *
 * <p>Events are applied in known order; one that happened earlier than those already held is inserted at its place, so
 * what a window holds depends on the set of applied events alone. Events that no later reading can need are dropped:
 * every later reading has an {@code as_of} above the known time of the event that is being applied.
 *
 * <p>A state may also hold how it stood {@linkplain #before before its newest known time}, for questions of that very
 * moment, which do not see what became known with it.
 *
 * <p>Binary form, version 2, big-endian:
 *
 * <pre>
 * u8   version (2; 1 where nothing may follow the events)
 * i64  fingerprint of the view's definition
 * i64  newest event time, microseconds
 * i64  newest known time, microseconds
 * u16  lanes L          values kept of one event
 * u16  cells C          values of the other folds
 * i32  events N
 * i64  x C              cells (doubles by their raw bits)
 * N x (i64 event time, L x f64)   oldest first
 * [the same again, of the state before]
 * </pre>
 *
 * <p>Safe for reading by several threads while it does not change.
 */
public final class KeyState {
    /** {@link #newestEvent()} of a state without events. */
    public static final long NONE = Long.MIN_VALUE;

    private static final byte VERSION = 2;
    private static final Computed[] NOTHING = {};
    private static final int HEADER_BYTES = 1 + 3 * 8 + 2 * 2 + 4;

    private final int lanes;
    private final long[] cells;
    private long newestEvent = NONE;
    private long newestKnown = NONE;
    private int first;
    private int size;
    private long[] eventTimes;
    private double[] values;
    private @Nullable KeyState before;
    private volatile Computed[] computed = NOTHING;

    /** What a fold made of the events from one on. */
    record Computed(Fold fold, int from, double value) {}

    /** An empty state; {@code cells} is kept, not copied. */
    KeyState(int lanes, long[] cells) {
        this.lanes = lanes;
        this.cells = cells;
        this.eventTimes = new long[8];
        this.values = new double[8 * lanes];
    }

    private KeyState(KeyState other) {
        this.lanes = other.lanes;
        this.cells = other.cells.clone();
        this.newestEvent = other.newestEvent;
        this.newestKnown = other.newestKnown;
        this.size = other.size;
        int capacity = other.size + 4;
        this.eventTimes = new long[capacity];
        this.values = new double[capacity * lanes];
        System.arraycopy(other.eventTimes, other.first, eventTimes, 0, size);
        System.arraycopy(other.values, other.first * lanes, values, 0, size * lanes);
    }

    /** An independent copy, which holds no state before. */
    public KeyState copy() {
        return new KeyState(this);
    }

    /** Time of the newest event, or {@link #NONE}. */
    public long newestEvent() {
        return newestEvent;
    }

    /** The greatest known time applied, or {@link #NONE}. */
    public long newestKnown() {
        return newestKnown;
    }

    /**
     * The state with what was known strictly before {@link #newestKnown()} alone; empty, with {@link #NONE} as its own
     * newest known time, when that was nothing, and null when it is not held.
     */
    public @Nullable KeyState before() {
        return before;
    }

    /** Holds the state as it stands as the one {@link #before} what is applied next. */
    public void holdBefore() {
        before = copy();
    }

    int size() {
        return size;
    }

    long eventTime(int event) {
        return eventTimes[first + event];
    }

    double value(int event, int lane) {
        return values[(first + event) * lanes + lane];
    }

    /** The values of all events; see {@link #index}. Valid until the state changes. */
    double[] values() {
        return values;
    }

    int lanes() {
        return lanes;
    }

    /** Where a value stands in {@link #values}; that of the next event stands {@link #lanes} behind it. */
    int index(int event, int lane) {
        return (first + event) * lanes + lane;
    }

    long cell(int cell) {
        return cells[cell];
    }

    void cell(int cell, long value) {
        cells[cell] = value;
    }

    double doubleCell(int cell) {
        return Double.longBitsToDouble(cells[cell]);
    }

    void doubleCell(int cell, double value) {
        cells[cell] = Double.doubleToRawLongBits(value);
    }

    /** What a fold computed last from the events held now; null when it has not. */
    @Nullable Computed computed(Fold fold) {
        for (Computed each : computed) {
            if (each.fold.equals(fold)) {
                return each;
            }
        }
        return null;
    }

    /** Keeps what a fold computed, until an event comes. Of what several readers keep at once some may be lost. */
    void computed(Computed value) {
        Computed[] before = computed;
        int place = 0;
        while (place < before.length && !before[place].fold.equals(value.fold)) {
            place++;
        }
        Computed[] after = Arrays.copyOf(before, Math.max(before.length, place + 1));
        after[place] = value;
        computed = after;
    }

    /** Notes that an event touched this key. */
    void touch(long eventTime, long knownAt) {
        newestEvent = Math.max(newestEvent, eventTime);
        newestKnown = Math.max(newestKnown, knownAt);
    }

    /**
     * Keeps an event.
     *
     * @param source its values start at {@code offset}
     * @param keepEvents the last so many events stay
     * @param horizon so do those from this time on
     */
    void push(long eventTime, double[] source, int offset, int keepEvents, long horizon) {
        computed = NOTHING;
        makeRoom();
        int place = first + size;
        while (place > first && eventTimes[place - 1] > eventTime) {
            place--;
        }
        int moved = first + size - place;
        if (moved > 0) {
            System.arraycopy(eventTimes, place, eventTimes, place + 1, moved);
            System.arraycopy(values, place * lanes, values, (place + 1) * lanes, moved * lanes);
        }
        eventTimes[place] = eventTime;
        System.arraycopy(source, offset, values, place * lanes, lanes);
        size++;
        while (size > keepEvents && eventTimes[first] < horizon) {
            first++;
            size--;
        }
    }

    private void makeRoom() {
        if (first + size < eventTimes.length) {
            return;
        }
        if (first >= eventTimes.length / 2) {
            System.arraycopy(eventTimes, first, eventTimes, 0, size);
            System.arraycopy(values, first * lanes, values, 0, size * lanes);
        } else {
            int capacity = Math.max(8, 2 * size);
            long[] newTimes = new long[capacity];
            double[] newValues = new double[capacity * lanes];
            System.arraycopy(eventTimes, first, newTimes, 0, size);
            System.arraycopy(values, first * lanes, newValues, 0, size * lanes);
            eventTimes = newTimes;
            values = newValues;
        }
        first = 0;
    }

    /** The binary form. */
    public byte[] encode(long fingerprint) {
        KeyState earlier = before;
        ByteBuffer out = ByteBuffer.allocate(bytes() + (earlier == null ? 0 : earlier.bytes()));
        write(out, fingerprint);
        if (earlier != null) {
            earlier.write(out, fingerprint);
        }
        return out.array();
    }

    private int bytes() {
        return HEADER_BYTES + 8 * cells.length + size * 8 * (1 + lanes);
    }

    private void write(ByteBuffer out, long fingerprint) {
        out.put(VERSION).putLong(fingerprint).putLong(newestEvent).putLong(newestKnown);
        out.putShort((short) lanes).putShort((short) cells.length).putInt(size);
        for (long cell : cells) {
            out.putLong(cell);
        }
        for (int event = 0; event < size; event++) {
            out.putLong(eventTime(event));
            for (int lane = 0; lane < lanes; lane++) {
                out.putLong(Double.doubleToRawLongBits(value(event, lane)));
            }
        }
    }

    /**
     * Reads the binary form.
     *
     * @param place what is being read, for the message
     * @throws KeelsonException if the bytes are not a state of this view
     */
    static KeyState decode(byte[] bytes, long fingerprint, int lanes, int cellCount, String place) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        KeyState state = read(in, fingerprint, lanes, cellCount, place);
        if (in.hasRemaining()) {
            state.before = read(in, fingerprint, lanes, cellCount, place);
        }
        if (in.hasRemaining()) {
            throw damaged(place, "has %d bytes behind its end".formatted(in.remaining()));
        }
        return state;
    }

    private static KeyState read(ByteBuffer in, long fingerprint, int lanes, int cellCount, String place) {
        int bytes = in.remaining();
        if (bytes < HEADER_BYTES) {
            throw damaged(place, "has %d bytes; at least %d were expected".formatted(bytes, HEADER_BYTES));
        }
        byte version = in.get();
        if (version < 1 || version > VERSION) {
            throw damaged(place, "has format version %d; at most %d was expected".formatted(version, VERSION));
        }
        if (in.getLong() != fingerprint) {
            throw damaged(place, "belongs to another definition of the view");
        }
        long newestEvent = in.getLong();
        long newestKnown = in.getLong();
        int storedLanes = Short.toUnsignedInt(in.getShort());
        int storedCells = Short.toUnsignedInt(in.getShort());
        int size = in.getInt();
        long expected = HEADER_BYTES + 8L * storedCells + 8L * size * (1 + storedLanes);
        boolean fits = version == 1 ? bytes == expected : bytes >= expected;
        if (storedLanes != lanes || storedCells != cellCount || size < 0 || !fits) {
            throw damaged(
                    place,
                    "has %d lanes, %d cells, %d events in %d bytes; %d lanes and %d cells were expected"
                            .formatted(storedLanes, storedCells, size, bytes, lanes, cellCount));
        }
        long[] cells = new long[cellCount];
        for (int i = 0; i < cellCount; i++) {
            cells[i] = in.getLong();
        }
        KeyState state = new KeyState(lanes, cells);
        state.newestEvent = newestEvent;
        state.newestKnown = newestKnown;
        state.size = size;
        state.eventTimes = new long[size + 4];
        state.values = new double[(size + 4) * lanes];
        for (int event = 0; event < size; event++) {
            state.eventTimes[event] = in.getLong();
            for (int lane = 0; lane < lanes; lane++) {
                state.values[event * lanes + lane] = Double.longBitsToDouble(in.getLong());
            }
        }
        return state;
    }

    private static KeelsonException damaged(String place, String what) {
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "The stored features of %s cannot be read: the value %s.".formatted(place, what),
                "Maybe it was written by another release: without the online store, its values are computed from the"
                        + " data again.");
    }
}
