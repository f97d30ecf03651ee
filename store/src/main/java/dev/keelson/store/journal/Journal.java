package dev.keelson.store.journal;

import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.DurableFiles;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only journal of predictions and outcomes: CSV segments {@code 000001.csv}, {@code 000002.csv}, ... of one
 * folder.
 *
 * <p>Each segment begins with a header line that names the format's version, its columns and the end of the segment before; each
 * record is one line that ends with its number in the segment, the check of the line before it and a CRC-32 of its own, so that
 * nothing can be taken out, put in, exchanged or changed unseen ({@link SegmentCheck}). One thread writes: records are encoded by their callers, gathered for a few milliseconds, written
 * and forced to disk together; at once when a caller waits for it. All callers that wait share one force.
 *
 * <p>Opening cuts a torn tail: bad lines at the very end of the last segment, after which no good one follows. Where anything else
 * is wrong with that segment, or somebody knows records after its end, writing goes on in a new one, so that what is left can be
 * mended. Reading leaves out lines that are not what was written. A failed write or force stops the journal: the callers that wait
 * and all later calls get the error, until it is opened again.
 *
 * <p>A segment that is closed and indexed may be compressed: {@code 000001.csv.gz} then stands in its place, and places in it
 * stay what they were. {@code zcat} reads it.
 *
 * <p>Safe for use by several threads; one process at a time (the owner of the project).
 */
public final class Journal implements AutoCloseable {
    /** Callers wait when so many bytes are gathered and not yet written: a stall of the disk of about a second is not felt. */
    private static final int MAX_PENDING = (int) Math.clamp(Runtime.getRuntime().maxMemory() / 32, 8L << 20, 64L << 20);

    /** So much says that the disk does not keep up. */
    private static final int CROWDED = MAX_PENDING / 4 * 3;

    /** So much is written at once, without waiting for more. */
    private static final int GATHERED = 256 << 10;

    private static final int WRITE_CHUNK = 1 << 20;

    /** Where a first record is longer, the journal has no identity. */
    private static final long FIRST_LINES = 1L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final Segments segments;
    private final JournalConfig config;
    private final Thread writer;
    private boolean wholeAtOpening;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition progress = lock.newCondition();

    // Guarded by lock. The counters are bytes of records since opening.
    private Lines pending = new Lines(64 << 10);
    private long pendingSince;
    private long appended;
    private long synced;
    private long syncAsked;
    private boolean busy;
    private boolean closing;
    private @Nullable KeelsonException failure;
    private JournalPosition end;
    private volatile boolean crowded;
    private volatile String identity = "";

    // Used by the writer thread, or under the lock while it is not busy.
    private final List<Closed> closed = Collections.synchronizedList(new ArrayList<>());
    private Lines spare = new Lines(64 << 10);
    private @Nullable FileChannel channel;
    private @Nullable Object channelKey;
    private boolean newName;
    private int segment;
    private long offset;
    private @Nullable LineTail tail;
    private boolean unsynced;
    private long unsyncedSince;

    /** Takes one record. */
    public interface RecordHandler {
        /**
         * Takes the next record; what it throws ends the reading.
         *
         * @param record what it says
         * @param at where it stands
         */
        void record(JournalRecord record, Standing at);
    }

    /**
     * Where a record stands.
     *
     * @param place segment times 2^40, plus its number in the segment (plus its offset in formats without numbers); ascending in
     *     the order in which records were written, and the same whatever happens to the lines before it
     * @param check of its line
     * @param after where the next line begins
     */
    public record Standing(long place, int check, JournalPosition after) {}

    /** A segment that is closed: how long it is and what its last line says. */
    record Closed(int segment, long size, @Nullable LineTail tail) {}

    private Journal(Segments segments, JournalConfig config, JournalPosition end, @Nullable LineTail tail) {
        this.segments = segments;
        this.config = config;
        this.end = end;
        this.segment = end.segment();
        this.offset = end.offset();
        this.tail = tail;
        this.writer = new Thread(this::writeLoop, "keelson-journal");
        writer.setDaemon(true); // close() waits for it; a process that dies without close loses at most one window
    }

    /**
     * Opens a journal; makes its folder when there is none, and cuts a torn tail.
     *
     * @param folder {@code journal} of a project
     * @param known a place up to which somebody has read it, such as the index; START if nobody has
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE or STORE_VERSION
     */
    public static Journal open(Path folder, JournalConfig config, JournalPosition known) {
        return open(folder, config, known, segment -> null, segment -> null);
    }

    /**
     * As above.
     *
     * @param knownTail what the last line of a segment says, null if that is not known
     * @param checked what the last line of a segment says that is as it was when it was checked; null if it is not
     */
    static Journal open(
            Path folder,
            JournalConfig config,
            JournalPosition known,
            IntFunction<@Nullable LineTail> knownTail,
            IntFunction<@Nullable LineTail> checked) {
        Segments segments = new Segments(folder);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw StoreErrors.writing(folder, e);
        }
        int last = segments.last();
        JournalPosition end = JournalPosition.START;
        LineTail tail = LineTail.NONE;
        if (last > 0) {
            LineTail there = segments.isCompressed(last) ? null : checked.apply(last);
            Opening opening = there == null
                    ? Opening.of(segments, last)
                    : new Opening(new JournalPosition(last, segments.size(last)), there);
            end = opening.end();
            tail = opening.tail();
        }
        boolean whole = end.segment() == last;
        if (isAfter(known, end)) { // lines are gone that somebody has read: their numbers are not given again
            end = new JournalPosition(Math.max(last, known.segment() - (known.offset() == 0 ? 1 : 0)) + 1, 0);
            tail = knownTail.apply(end.segment() - 1);
        }
        Journal journal = new Journal(segments, config, end, tail);
        journal.wholeAtOpening = whole && end.segment() == last;
        journal.writer.start();
        return journal;
    }

    /** Where writing goes on after the last segment, and what stands before that. */
    private record Opening(JournalPosition end, @Nullable LineTail tail) {
        static Opening of(Segments segments, int last) {
            boolean compressed = segments.isCompressed(last); // closed, and whole when it was
            long[] good = {0};
            int[] torn = {0};
            SegmentCheck check = new SegmentCheck(last);
            SegmentHeader header = segments.readable(last, 0, Segments.WHOLE, line -> {
                if (line.sound) {
                    check.line(line);
                    good[0] = line.after();
                    torn[0] = 0;
                } else {
                    torn[0]++;
                }
            });
            check.end(null, 0);
            boolean named = header != null && header.segment() == last; // else it is another segment, or of a former format
            LineTail tail = named ? check.tail() : null;
            if (compressed) {
                return new Opening(new JournalPosition(last + 1, 0), tail);
            }
            cut(segments.file(last), good[0]); // also forces what a killed process had written, not forced
            if (good[0] == 0) {
                return new Opening(new JournalPosition(last, 0), tailOf(segments, last - 1));
            }
            boolean goesOn = named && check.isWhole() && check.lines() == check.expected() + 1;
            return new Opening(goesOn ? new JournalPosition(last, good[0]) : new JournalPosition(last + 1, 0), tail);
        }
    }

    /** What the last line of a segment says; null if nothing says it. */
    private static @Nullable LineTail tailOf(Segments segments, int segment) {
        return segment == 0 ? LineTail.NONE : tailBefore(segments, new JournalPosition(segment, Segments.WHOLE));
    }

    private static @Nullable LineTail tailBefore(Segments segments, JournalPosition position) {
        SegmentCheck check = new SegmentCheck(position.segment());
        SegmentHeader header = segments.exists(position.segment())
                ? segments.readable(position.segment(), 0, position.offset(), line -> {
                    var _ = check.line(line);
                })
                : null;
        return header == null || !header.numbered() ? null : check.tail();
    }

    /** The place of the first record that stands at a position or after it. */
    long placeAt(JournalPosition position) {
        LineTail before = position.offset() == 0 ? LineTail.NONE : tailBefore(segments, position);
        return before == null
                ? LogRow.place(position)
                : LogRow.place(new JournalPosition(position.segment(), position.offset() == 0 ? 0 : before.number() + 1L));
    }

    /** The place of the next record, or one before it when that begins a segment; everything appended is written first. */
    long nextPlace() {
        lock.lock();
        try {
            settle();
            return offset == 0 || tail == null
                    ? LogRow.place(end)
                    : LogRow.place(new JournalPosition(segment, tail.number() + 1L));
        } finally {
            lock.unlock();
        }
    }

    /** Whether writing goes on in the segment that was the last one, which is whole by its own lines. */
    boolean wholeAtOpening() {
        return wholeAtOpening;
    }

    /** The files. */
    Segments segments() {
        return segments;
    }

    /** The segments that were closed since the last call. */
    List<Closed> takeClosed() {
        lock.lock();
        try {
            List<Closed> taken = List.copyOf(closed);
            closed.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** What the last line on disk says, with the end of the journal; only while nobody appends. */
    Closed current() {
        lock.lock();
        try {
            return new Closed(end.segment(), end.offset(), tail);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Compresses the oldest segment before a place that is closed and not compressed yet.
     *
     * @param before segments from here on are left as they are
     * @param from nothing is done where fewer of them wait, at least 1
     * @param checked what is noted of the segments stays noted
     * @param goOn told after each piece of work how many nanoseconds it took; says whether to go on
     * @return whether one was compressed
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE; the segment stays as it is
     */
    boolean compressOldest(JournalPosition before, int from, CheckedSegments checked, LongPredicate goOn) {
        int until = Math.min(before.segment(), end().segment());
        int oldest = until;
        while (oldest > 1 && !segments.isCompressed(oldest - 1)) { // they are compressed in order
            oldest--;
        }
        CheckedSegments.Stamp known = checked.unchanged(oldest);
        boolean compressed = until - oldest >= from && segments.compress(oldest, goOn);
        if (compressed && known != null) {
            checked.checked(oldest, known.tail());
        }
        return compressed;
    }

    /** Appends predictions in order; returns when they are on disk if {@code durable}, else when they are gathered. */
    public void appendPredictions(List<PredictionEvent> events, boolean durable) {
        Lines lines = new Lines(Lines.room(events));
        events.forEach(lines::add);
        append(lines, durable);
    }

    /** Appends outcomes in order; returns when they are on disk if {@code durable}, else when they are gathered. */
    public void appendOutcomes(List<OutcomeEvent> events, boolean durable) {
        Lines lines = new Lines(Math.max(256, events.size() * 96));
        events.forEach(lines::add);
        append(lines, durable);
    }

    /** Appends trainings and evaluations in order; returns when they are on disk if {@code durable}, else when they are gathered. */
    public void appendEvents(List<ModelEvent> events, boolean durable) {
        Lines lines = new Lines(Math.max(256, events.size() * 256));
        events.forEach(lines::add);
        append(lines, durable);
    }

    /** Waits until everything appended before this call is on disk, and returns a place at or after its end. */
    public JournalPosition sync() {
        lock.lock();
        try {
            requireUsable();
            awaitSync(appended);
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** Whether more than three quarters of what may be gathered waits for the disk. */
    boolean isCrowded() {
        return crowded;
    }

    /** Up to where the journal is on disk, without waiting. */
    public JournalPosition end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes on disk after a place. */
    public long bytesAfter(JournalPosition position) {
        JournalPosition to = end();
        if (position.segment() >= to.segment()) {
            return position.segment() == to.segment() ? Math.max(0, to.offset() - position.offset()) : 0;
        }
        long bytes = segments.size(position.segment()) - position.offset();
        for (int i = position.segment() + 1; i < to.segment(); i++) {
            bytes += segments.size(i);
        }
        return bytes + to.offset();
    }

    /**
     * Hands over the records of {@code [from, to)} in the order of the files, without lines that are not what was written.
     *
     * @param from the start of a record, of a segment, or the end
     * @param to at most {@link #end()}
     * @return {@code to}
     */
    public JournalPosition read(JournalPosition from, JournalPosition to, RecordHandler handler) {
        for (int i = from.segment(); i <= to.segment(); i++) {
            long start = i == from.segment() ? from.offset() : 0;
            long stop = i == to.segment() ? to.offset() : Segments.WHOLE;
            SegmentHeader header = start < stop ? segments.header(i) : null;
            if (start >= stop || !segments.exists(i) || (header != null && header.segment() != 0 && header.segment() != i)) {
                continue; // a file of another segment is none of this one
            }
            int number = i;
            boolean[] told = {false};
            var _ = segments.readable(i, start, stop, line -> {
                JournalRecord record = line.record();
                if (record != null) {
                    handler.record(record, standing(number, line));
                } else if (!line.header && !line.lost() && !told[0]) {
                    told[0] = true;
                    LOG.error(
                            "The journal segment {} has at byte {} a line that is not what was written; it is left out."
                                    + " Maybe the file was edited or its disk is failing: `keelson predictions reconcile` tells"
                                    + " which record it is, and with --repair puts back what the index still has.",
                            segments.file(number),
                            line.offset);
                }
            });
        }
        return to;
    }

    static Standing standing(int segment, JournalLine line) {
        return new Standing(
                LogRow.place(new JournalPosition(segment, line.numbered ? line.number : line.offset)),
                line.check,
                new JournalPosition(segment, line.after()));
    }

    /**
     * Cuts off everything from a place on, durably. A kill in between leaves a journal that is cut there or later.
     *
     * @param position the start of a record or of a segment, or the end
     * @throws IllegalArgumentException if it is not such a place
     * @throws KeelsonException NOT_WRITABLE or STORE_DAMAGED
     */
    public void truncateTo(JournalPosition position) {
        lock.lock();
        try {
            settle();
            requireBoundary(position);
            closeChannel();
            for (int i = end.segment(); i > position.segment(); i--) {
                segments.delete(i);
            }
            if (segments.isCompressed(position.segment())) {
                if (position.offset() == 0) {
                    segments.delete(position.segment());
                } else {
                    segments.expand(position.segment(), position.offset());
                }
            } else if (Files.exists(segments.file(position.segment()))) {
                cut(segments.file(position.segment()), position.offset());
            }
            goOnAt(position);
            progress.signalAll();
        } catch (IOException e) {
            KeelsonException stopped = StoreErrors.writing(segments.folder(), e);
            failure = stopped;
            throw stopped;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does something with the files while nobody writes them, and goes on at their end.
     *
     * @param work what is done; it leaves no torn tail
     */
    void exclusively(Runnable work) {
        lock.lock();
        try {
            settle();
            closeChannel();
            work.run();
            int last = segments.last();
            JournalPosition now = end;
            if (last > 0 && end.offset() > 0) {
                Opening opening = Opening.of(segments, Math.max(last, end.segment()));
                LineTail written = tail;
                LineTail there = opening.tail();
                boolean shorter = written != null
                        && there != null
                        && opening.end().segment() == end.segment()
                        && there.number() < written.number();
                now = shorter ? new JournalPosition(end.segment() + 1, 0) : opening.end(); // numbers are not given again
                tail = shorter ? written : there;
                segment = now.segment();
                offset = now.offset();
            }
            end = now;
            identity = "";
            progress.signalAll();
        } catch (IOException e) {
            KeelsonException stopped = StoreErrors.writing(segments.folder(), e);
            failure = stopped;
            throw stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits under the lock until all that was appended is on disk and the writer rests. */
    private void settle() {
        requireUsable();
        while (busy || synced < appended) {
            awaitSync(appended);
            if (busy) {
                progress.awaitUninterruptibly();
            }
            requireUsable();
        }
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private void goOnAt(JournalPosition position) {
        segment = position.segment();
        offset = position.offset();
        tail = offset == 0 ? tailOf(segments, segment - 1) : tailBefore(segments, position);
        end = position;
        identity = "";
        closed.removeIf(each -> each.segment() >= position.segment());
    }

    /** Waits until the journal on disk goes beyond a place; false when it was cancelled, closed or stopped instead. */
    boolean awaitBeyond(JournalPosition position, BooleanSupplier cancelled) {
        lock.lock();
        try {
            while (!cancelled.getAsBoolean() && !closing && failure == null) {
                if (isAfter(end, position)) {
                    return true;
                }
                progress.awaitUninterruptibly();
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets those who wait look at their condition again. */
    void wake() {
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    static boolean isAfter(JournalPosition a, JournalPosition b) {
        return a.segment() != b.segment() ? a.segment() > b.segment() : a.offset() > b.offset();
    }

    /**
     * Writes what is gathered, forces it to disk and ends the thread.
     *
     * @throws KeelsonException if that fails, or the error that stopped the journal before
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        lock.lock();
        try {
            FileChannel open = channel;
            channel = null;
            if (open != null) {
                open.close();
            }
            if (failure != null && synced < appended) {
                throw again(failure);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(segments.file(segment), e);
        } finally {
            lock.unlock();
        }
    }

    private void append(Lines lines, boolean durable) {
        if (lines.length() == 0) {
            return;
        }
        lock.lock();
        try {
            requireUsable();
            while (pending.length() > 0 && pending.length() + lines.length() > MAX_PENDING) {
                progress.awaitUninterruptibly();
                requireUsable();
            }
            int before = pending.length();
            pending.addAll(lines);
            appended += lines.length();
            if (before < CROWDED && pending.length() >= CROWDED) {
                crowded = true;
            }
            if (before == 0) {
                pendingSince = System.nanoTime();
            }
            if (before == 0 || (before < GATHERED && pending.length() >= GATHERED)) {
                work.signal();
            }
            if (durable) {
                awaitSync(appended);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits under the lock. */
    private void awaitSync(long ticket) {
        if (syncAsked < ticket) {
            syncAsked = ticket;
            work.signal();
        }
        while (synced < ticket) {
            if (failure != null) {
                throw again(failure);
            }
            progress.awaitUninterruptibly();
        }
    }

    private void requireUsable() {
        if (failure != null) {
            throw again(failure);
        }
        if (closing) {
            throw new IllegalStateException("The journal (%s) is closed.".formatted(segments.folder()));
        }
    }

    private static KeelsonException again(KeelsonException failure) {
        return new KeelsonException(failure.problems(), failure);
    }

    private void writeLoop() {
        lock.lock();
        try {
            while (true) {
                awaitWork();
                if (pending.length() == 0 && !unsynced && closing) {
                    return;
                }
                Lines batch = pending;
                pending = spare;
                crowded = false;
                long ticket = appended;
                long oldest = pendingSince;
                busy = true;
                lock.unlock();
                try {
                    write(batch, oldest);
                    batch.clear();
                    spare = batch;
                } finally {
                    lock.lock();
                }
                if (unsynced && (closing || syncAsked > synced || windowIsOver())) {
                    lock.unlock();
                    try {
                        force();
                    } finally {
                        lock.lock();
                    }
                    synced = ticket;
                    end = new JournalPosition(segment, offset);
                }
                busy = false;
                progress.signalAll();
            }
        } catch (IOException e) {
            stop(StoreErrors.writing(segments.file(segment), e));
        } catch (KeelsonException e) {
            stop(e);
        } catch (RuntimeException | Error e) {
            stop(StoreErrors.writing(segments.file(segment), new IOException(e)));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something that must be written or forced now. */
    private void awaitWork() {
        while (!closing && syncAsked <= synced && pending.length() < GATHERED) {
            try {
                if (pending.length() == 0 && !unsynced) {
                    work.await();
                } else {
                    long since = unsynced ? unsyncedSince : pendingSince;
                    long left = since + config.syncEvery().toNanos() - System.nanoTime();
                    if (left <= 0) {
                        return;
                    }
                    work.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("The thread of the journal must not be interrupted.", e);
            }
        }
    }

    private boolean windowIsOver() {
        return System.nanoTime() - unsyncedSince >= config.syncEvery().toNanos();
    }

    private void stop(KeelsonException why) {
        busy = false;
        failure = why; // opening keeps the good lines that reached the file and cuts a torn one
        progress.signalAll();
    }

    private void write(Lines batch, long oldest) throws IOException {
        if (batch.length() == 0) {
            return;
        }
        FileChannel out = channel;
        if (offset >= config.segmentBytes()) {
            if (out != null) {
                out.force(true);
                out.close();
                channel = null;
            }
            out = null;
            closed.add(new Closed(segment, offset, tail));
            segment++;
            offset = 0;
        } else if (out != null && !isTheFile(segments.file(segment))) {
            LOG.error(
                    "The journal segment {} was changed by somebody else while it was written; writing goes on in a new one."
                            + " Maybe an editor saved it: `keelson predictions reconcile` tells what is gone.",
                    segments.file(segment));
            out.close();
            channel = null;
            out = null;
            segment++;
            offset = 0;
        }
        if (out == null) {
            Path file = segments.file(segment);
            newName = !Files.exists(file);
            out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = out;
            channelKey = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            out.position(offset);
        }
        if (!unsynced) {
            unsynced = true;
            unsyncedSince = oldest;
        }
        if (offset == 0) {
            byte[] header = Lines.header(segment, tail);
            tail = new LineTail(0, LineParser.check(header, header.length - 1));
            write(out, header, header.length);
        }
        LineTail before = tail;
        if (before == null) {
            throw new IllegalStateException("A segment of a former format is not written any more.");
        }
        tail = new LineTail(before.number() + batch.count(), batch.seal(before.number(), before.check()));
        write(out, batch.array(), batch.length());
    }

    /** Whether a path still leads to the file that is written, and that ends where writing goes on. */
    private boolean isTheFile(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.size() == offset && Objects.equals(attributes.fileKey(), channelKey);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void write(FileChannel out, byte[] bytes, int length) throws IOException {
        for (int from = 0; from < length; from += WRITE_CHUNK) { // the channel copies each chunk outside the heap
            ByteBuffer chunk = ByteBuffer.wrap(bytes, from, Math.min(WRITE_CHUNK, length - from));
            while (chunk.hasRemaining()) {
                out.write(chunk);
            }
        }
        offset += length;
    }

    private void force() throws IOException {
        FileChannel out = channel;
        if (out != null) {
            out.force(true);
        }
        if (newName) {
            DurableFiles.syncFolder(segments.folder());
            newName = false;
        }
        unsynced = false;
    }

    /**
     * What tells this journal from others: a digest of its first record; empty while there is none. It stays the same as long as
     * the journal only grows.
     */
    public String identity() {
        String known = identity;
        if (known.isEmpty() && Journal.isAfter(end(), new JournalPosition(1, Lines.HEADER_LENGTH))) {
            int[] line = {0};
            String[] first = {""};
            segments.lines(1, 0, Math.min(segments.size(1), FIRST_LINES), (bytes, from, to, at, complete) -> {
                if (complete && line[0]++ == 1) {
                    first[0] = Sha256.ofBytes(Arrays.copyOfRange(bytes, from, to)).substring(0, 16);
                }
            });
            known = first[0];
            identity = known;
        }
        return known;
    }

    /** Whether a place is the start of a record or of a segment, or the end. */
    boolean isBoundary(JournalPosition position) {
        boolean boundary;
        if (isAfter(position, end()) || position.offset() < 0 || position.segment() < 1) {
            boundary = false;
        } else if (position.offset() == 0) {
            boundary = true;
        } else if (position.offset() > segments.size(position.segment())) {
            boundary = false;
        } else {
            boolean[] ended = {false};
            segments.lines(
                    position.segment(),
                    position.offset() - 1,
                    position.offset(),
                    (bytes, from, to, at, complete) -> ended[0] = complete);
            boundary = ended[0];
        }
        return boundary;
    }

    void requireBoundary(JournalPosition position) {
        if (!isBoundary(position)) {
            throw new IllegalArgumentException("The position (%d, %d) must be the start of a record of the journal (%s), which ends at (%d, %d)."
                    .formatted(position.segment(), position.offset(), segments.folder(), end.segment(), end.offset()));
        }
    }

    private static void cut(Path file, long length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }
}
