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
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * An append-only journal of predictions and outcomes: CSV segments {@code 000001.csv}, {@code 000002.csv}, ... of one
 * folder.
 *
 * <p>Each segment begins with a header line that names the format's version and its columns; each record is one line
 * that ends with a CRC-32. One thread writes: records are encoded by their callers, gathered for a few milliseconds, written
 * and forced to disk together; at once when a caller waits for it. All callers that wait share one force.
 *
 * <p>Opening cuts a torn tail: bad lines at the very end of the last segment, after which no good one follows. A bad line
 * anywhere else is STORE_DAMAGED with segment and line. A failed write or force stops the journal: the callers that wait
 * and all later calls get the error, until it is opened again.
 *
 * <p>A segment that is closed and indexed may be compressed: {@code 000001.csv.gz} then stands in its place, and places in it
 * stay what they were. {@code zcat} reads it.
 *
 * <p>Safe for use by several threads; one process at a time (the owner of the project).
 */
public final class Journal implements AutoCloseable {
    /** Callers wait when so much is gathered and not yet written. */
    private static final int MAX_PENDING = 8 << 20;

    /** So much says that the disk does not keep up. */
    private static final int CROWDED = MAX_PENDING / 2;

    /** So much is written at once, without waiting for more. */
    private static final int GATHERED = 256 << 10;

    private static final int WRITE_CHUNK = 1 << 20;

    /** Where a first record is longer, the journal has no identity. */
    private static final long FIRST_LINES = 1L << 20;

    private final Segments segments;
    private final JournalConfig config;
    private final Thread writer;

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
    private Lines spare = new Lines(64 << 10);
    private @Nullable FileChannel channel;
    private boolean newName;
    private int segment;
    private long offset;
    private boolean unsynced;
    private long unsyncedSince;

    /** Takes one record. */
    public interface RecordHandler {
        /**
         * Takes the next record; what it throws ends the reading.
         *
         * @param record what it says
         * @param start where its line begins
         * @param after where the next one begins
         */
        void record(JournalRecord record, JournalPosition start, JournalPosition after);
    }

    private Journal(Segments segments, JournalConfig config, JournalPosition end) {
        this.segments = segments;
        this.config = config;
        this.end = end;
        this.segment = end.segment();
        this.offset = end.offset();
        this.writer = new Thread(this::writeLoop, "keelson-journal");
        writer.setDaemon(true); // close() waits for it; a process that dies without close loses at most one window
    }

    /**
     * Opens a journal; makes its folder when there is none, and cuts a torn tail.
     *
     * @param folder {@code journal} of a project
     * @param known a place up to which the records are known to be good, such as the index has read; START to check the
     *     whole last segment
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE, STORE_DAMAGED or STORE_VERSION
     */
    public static Journal open(Path folder, JournalConfig config, JournalPosition known) {
        Segments segments = new Segments(folder);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw StoreErrors.writing(folder, e);
        }
        int last = segments.last();
        if (last > 0 && segments.isCompressed(last)) { // closed, and whole when it was
            return started(segments, config, new JournalPosition(last + 1, 0));
        }
        JournalPosition end = last == 0 ? JournalPosition.START : new JournalPosition(last, soundEnd(segments, last, known));
        if (last > 0) {
            cut(segments.file(last), end.offset()); // also forces what a killed process had written, not forced
            if (end.offset() > 0 && !segments.isCurrent(last)) {
                end = new JournalPosition(last + 1, 0); // records of one segment have one form
            }
        }
        return started(segments, config, end);
    }

    private static Journal started(Segments segments, JournalConfig config, JournalPosition end) {
        Journal journal = new Journal(segments, config, end);
        journal.writer.start();
        return journal;
    }

    /**
     * Compresses the oldest segment before a place that is closed and not compressed yet.
     *
     * @param before segments from here on are left as they are
     * @param from nothing is done where fewer of them wait, at least 1
     * @param goOn told after each piece of work how many nanoseconds it took; says whether to go on
     * @return whether one was compressed
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE; the segment stays as it is
     */
    boolean compressOldest(JournalPosition before, int from, LongPredicate goOn) {
        int closed = Math.min(before.segment(), end().segment());
        int oldest = closed;
        while (oldest > 1 && !segments.isCompressed(oldest - 1)) { // they are compressed in order
            oldest--;
        }
        return closed - oldest >= from && segments.compress(oldest, goOn);
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

    /** Whether more than half of what may be gathered waits for the disk. */
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
     * Hands over the records of {@code [from, to)} in order.
     *
     * @param from the start of a record, of a segment, or the end
     * @param to at most {@link #end()}
     * @return {@code to}
     * @throws KeelsonException STORE_DAMAGED with segment and line
     */
    public JournalPosition read(JournalPosition from, JournalPosition to, RecordHandler handler) {
        LineParser parser = new LineParser();
        for (int i = from.segment(); i <= to.segment(); i++) {
            int number = i;
            long start = i == from.segment() ? from.offset() : 0;
            long stop = i == to.segment() ? to.offset() : segments.size(i);
            if (start >= stop) {
                continue;
            }
            segments.lines(number, start, stop, (bytes, first, last, at, complete) -> {
                if (complete && at == 0 && segments.header(number, bytes, first, last)) {
                    return;
                }
                JournalRecord record = complete ? parser.parse(bytes, first, last) : null;
                if (record == null) {
                    throw segments.damaged(number, at);
                }
                handler.record(
                        record,
                        new JournalPosition(number, at),
                        new JournalPosition(number, at + (last - first) + 1));
            });
        }
        return to;
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
            requireUsable();
            while (busy || synced < appended) {
                awaitSync(appended);
                if (busy) {
                    progress.awaitUninterruptibly();
                }
                requireUsable();
            }
            requireBoundary(position);
            FileChannel open = channel;
            channel = null;
            if (open != null) {
                open.close();
            }
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
            segment = position.segment();
            offset = position.offset();
            end = position;
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
            segment++;
            offset = 0;
        }
        if (out == null) {
            Path file = segments.file(segment);
            newName = !Files.exists(file);
            out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = out;
            out.position(offset);
        }
        if (!unsynced) {
            unsynced = true;
            unsyncedSince = oldest;
        }
        if (offset == 0) {
            write(out, Lines.HEADER, Lines.HEADER.length);
        }
        write(out, batch.array(), batch.length());
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
        if (known.isEmpty() && Journal.isAfter(end(), new JournalPosition(1, Lines.HEADER.length))) {
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

    private void requireBoundary(JournalPosition position) {
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

    /** Where the good lines of the last segment end. */
    private static long soundEnd(Segments segments, int last, JournalPosition known) {
        long size = segments.size(last);
        long start = known.segment() == last && known.offset() <= size ? known.offset() : 0;
        LineParser parser = new LineParser();
        long[] good = {start};
        long[] bad = {-1};
        segments.lines(last, start, size, (bytes, from, to, at, complete) -> {
            boolean sound = complete
                    && (at == 0 ? segments.header(last, bytes, from, to) : parser.sound(bytes, from, to));
            if (!sound) {
                if (bad[0] < 0) {
                    bad[0] = at;
                }
            } else if (bad[0] >= 0) {
                throw segments.damaged(last, bad[0]);
            } else {
                good[0] = at + (to - from) + 1;
            }
        });
        return good[0];
    }
}
