package dev.keelson.store.journal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.serve.JournalReport;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.StateFolder;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prediction log of a project: a {@link Journal}, which is the truth, and its index in SQLite.
 *
 * <p>Opening brings both in step, whatever a killed process left: a torn tail of the journal is cut, and an index that lags catches
 * up. Segments whose files changed since they were written or checked are checked, and what was done to them is logged; the index
 * keeps what the journal has lost until {@link #reconcile} puts it back. The index only ever reads what is on disk.
 * {@code truncateTo} cuts the index first.
 *
 * <p>An outcome that is appended later corrects an earlier one of the same model and entity. A prediction with the id of
 * an earlier one stays in the journal and is left out of the index. The text of a query is compared without regard to the
 * case of ASCII letters. Times are kept to the microsecond; finer parts are cut.
 *
 * <p>Safe for use by several threads; one process at a time (the owner of the project). Others read the index.
 */
public final class JournaledPredictionLog extends IndexedPredictionLog {
    private static final Logger LOG = LoggerFactory.getLogger(JournaledPredictionLog.class);

    private static final long ARCHIVE_EVERY_NANOS = 5_000_000_000L;

    /** When so many closed segments wait, they are compressed although predictions are appended. */
    private static final int MANY_SEGMENTS = 8;

    private final Journal journal;
    private final CheckedSegments checkedSegments;
    private final ReentrantLock indexing = new ReentrantLock();
    private final ReentrantLock threading = new ReentrantLock();
    private volatile JournalPosition indexed;
    private volatile boolean stopping;
    private final ReentrantLock archiving = new ReentrantLock();
    private final AtomicInteger hurried = new AtomicInteger();
    private volatile @Nullable Thread indexer;
    private volatile @Nullable Thread archiver;

    private JournaledPredictionLog(Journal journal, PredictionIndex index, CheckedSegments checked) {
        super(index);
        this.journal = journal;
        this.checkedSegments = checked;
        this.indexed = index.position();
    }

    /** Opens the log of a project with the default configuration. */
    public static JournaledPredictionLog open(StateFolder state) {
        return open(state, JournalConfig.defaults());
    }

    /**
     * Opens the log of a project; makes its files when there are none, and brings journal and index in step.
     *
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE, PROJECT_IN_USE, STORE_DAMAGED or STORE_VERSION
     */
    public static JournaledPredictionLog open(StateFolder state, JournalConfig config) {
        PredictionIndex index = PredictionIndex.open(state.predictions());
        try {
            CheckedSegments checked = new CheckedSegments(new Segments(state.journal()), index);
            Journal journal = Journal.open(state.journal(), config, index.position(), index::tail, checked::tail);
            try {
                JournaledPredictionLog log = new JournaledPredictionLog(journal, index, checked);
                log.checkAtStart();
                log.catchUp();
                return log;
            } catch (RuntimeException e) {
                closing(journal, e);
                throw e;
            }
        } catch (RuntimeException e) {
            closing(index, e);
            throw e;
        }
    }

    /**
     * Opens the index for reading, also while another process writes the log. Appending, cutting and positions are
     * refused with {@link IllegalStateException}.
     *
     * @throws KeelsonException NOT_FOUND if there is none, STORE_VERSION or STORE_DAMAGED
     */
    public static PredictionLog openReadOnly(StateFolder state) {
        if (!Files.isRegularFile(state.predictions())) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "There is no index of predictions at (%s).".formatted(state.predictions()),
                    "Maybe nothing was predicted here yet.");
        }
        return new ReadOnlyPredictionLog(
                PredictionIndex.openReadOnly(state.predictions()), new Segments(state.journal()));
    }

    @Override
    public void append(List<PredictionEvent> events, boolean durable) {
        journal.appendPredictions(events, durable);
    }

    @Override
    public void appendOutcomes(List<OutcomeEvent> outcomes, boolean durable) {
        journal.appendOutcomes(outcomes, durable);
    }

    @Override
    public void appendEvents(List<ModelEvent> events, boolean durable) {
        journal.appendEvents(events, durable);
    }

    @Override
    public void catchUp() {
        JournalPosition to = journal.sync();
        if (Journal.isAfter(to, indexed)) {
            hurrying(() -> indexTo(to, () -> {}));
        }
    }

    /** Checks the segments that changed since they were checked, and logs what was done to them. */
    private void checkAtStart() {
        Inspection inspection = new Inspection(journal.segments(), index);
        if (journal.wholeAtOpening()) {
            checkedSegments.checked(journal.end().segment(), journal.current().tail());
        }
        for (int segment = 1; segment <= Math.max(inspection.last(), index.position().segment()); segment++) {
            if (segment != inspection.file(segment) || checkedSegments.unchanged(segment) == null) {
                SegmentCheck check = inspection.check(segment);
                if (check.isWhole() && segment == inspection.file(segment)) {
                    checkedSegments.checked(segment, check.numbered() ? check.tail() : null);
                }
            }
        }
        checkedSegments.store();
        JournalReport report = inspection.report(null);
        if (report.agrees()) {
            return;
        }
        LOG.error(
                "The journal of predictions ({}) is not what was written. Records missing: {}. Lines altered: {}. Lines or files out of"
                        + " place: {}. Of these records the index still has {}, and none of {}. Serving goes on. Maybe files were"
                        + " edited, moved or deleted: `keelson predictions reconcile --repair` puts back what the index has, the"
                        + " rest only a backup has.",
                journal.segments().folder(),
                report.missing(),
                report.altered(),
                report.misplaced(),
                report.restorable(),
                report.lost());
        report.examples().forEach(damage -> LOG.error("{}", damage.text()));
    }

    /** Does something with the index alone; its thread does not rest meanwhile. */
    private void hurrying(Runnable work) {
        hurried.incrementAndGet();
        LockSupport.unpark(indexer);
        indexing.lock();
        try {
            work.run();
        } finally {
            indexing.unlock();
            hurried.decrementAndGet();
        }
    }

    /** Bytes of the journal on disk that the index has not seen. */
    @Override
    public long lag() {
        return journal.bytesAfter(indexed);
    }

    @Override
    public boolean isCrowded() {
        return journal.isCrowded();
    }

    @Override
    public JournalPosition position() {
        return journal.sync();
    }

    @Override
    public long nextPlace() {
        return journal.nextPlace();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is not the start of a record or of a segment, nor the end
     */
    @Override
    public void truncateTo(JournalPosition position) {
        archiving.lock();
        try {
            hurrying(() -> {
                journal.requireBoundary(position);
                index.truncateTo(position, journal.placeAt(position)); // first: it must never know more than the journal
                journal.truncateTo(position);
                checkedSegments.forget(position.segment());
                indexed = index.position();
            });
        } finally {
            archiving.unlock();
        }
    }

    /**
     * Checks the journal, and compares the index with it, record by record.
     *
     * @param repair whether to mend both: the journal by what the index still has of it, then the index by the journal
     * @throws KeelsonException STORE_DAMAGED if the index cannot be read, DISK_FULL or NOT_WRITABLE
     */
    public Reconciled reconcile(boolean repair) {
        archiving.lock();
        try {
            Reconciliation.Result found = compared(index, false);
            JournalReport before = found.inspection().report(null);
            if (!repair || (before.agrees() && found.report().differences() + found.report().moved() == 0)) {
                return new Reconciled(before, found.report());
            }
            SegmentMending.Done done = before.agrees() ? null : mend(found.inspection());
            ReconciliationReport mended = compared(index, true).report();
            return new Reconciled(found.inspection().report(done), mended);
        } finally {
            archiving.unlock();
        }
    }

    /** What was found of the journal itself and of its index. */
    public record Reconciled(JournalReport journal, ReconciliationReport index) {}

    private Reconciliation.Result compared(JournalCopy copy, boolean repair) {
        catchUp();
        Reconciliation[] begun = new Reconciliation[1];
        hurrying(() -> begun[0] = Reconciliation.begin(journal, copy, index, repair));
        return begun[0].run(journal);
    }

    /** Mends the files of the journal; appending waits only while the last one is written anew. */
    private SegmentMending.Done mend(Inspection found) {
        SegmentMending mending = new SegmentMending(journal.segments(), index);
        hurrying(() -> {
            Inspection inspection = found;
            if (!found.renamed().isEmpty() || !found.strangers().isEmpty()) {
                journal.exclusively(() -> mending.rename(found));
                inspection = new Inspection(journal.segments(), index);
                for (int segment = 1; segment <= Math.max(inspection.last(), index.position().segment()); segment++) {
                    var _ = inspection.check(segment);
                }
            }
            for (SegmentCheck check : inspection.damaged()) {
                mend(mending, inspection, check, found.known());
            }
            Set<Integer> unnumbered = new TreeSet<>();
            found.known().forEach(row -> unnumbered.add(LogRow.position(row.place()).segment()));
            for (int segment : unnumbered) {
                if (inspection.damaged().stream().noneMatch(check -> check.segment() == segment)) {
                    mend(mending, inspection, SegmentCheck.unnumbered(segment), found.known());
                }
            }
        });
        return mending.done();
    }

    private void mend(SegmentMending mending, Inspection inspection, SegmentCheck check, List<LogRow> known) {
        int segment = check.segment();
        Runnable work = () -> mending.mend(
                inspection,
                check,
                known.stream().filter(row -> LogRow.position(row.place()).segment() == segment).toList());
        if (segment < journal.end().segment()) {
            work.run();
        } else {
            boolean caughtUp = !Journal.isAfter(journal.end(), indexed);
            journal.exclusively(work);
            if (caughtUp) {
                index.setPosition(journal.end()); // its last lines may stand elsewhere in the file now
                indexed = index.position();
            }
        }
    }

    /**
     * Compares a remote table with the journal, record by record, up to where it has followed; first it is told what it does not
     * have yet.
     *
     * @param repair whether to mend the table where it differs; what is taken out of it is put aside
     * @return with a problem when the table cannot be reached
     * @throws KeelsonException STORE_DAMAGED if the index cannot be read
     */
    public ReconciliationReport reconcile(PredictionOutbox outbox, boolean repair) {
        try {
            outbox.copyAll();
            return compared(outbox.table(), repair).report();
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            return new ReconciliationReport(
                    outbox.table().name(), 0, 0, 0, 0, 0, 0, 0, 0, outbox.status().lagBytes(), List.of(),
                    e.problems().getFirst().message());
        }
    }

    /** What copies this log into a remote table; it does not run yet. To be closed before this log. */
    public PredictionOutbox outbox(RemoteTable table, InstantSource clock) {
        return new PredictionOutbox(journal, table, clock);
    }

    /**
     * Starts a thread that keeps the index close behind the journal, as {@link IndexPace} says, and one that compresses the
     * segments that are closed and indexed. Does nothing when they run already.
     */
    public void startIndexing() {
        threading.lock();
        try {
            if (indexer != null) {
                return;
            }
            stopping = false;
            Thread thread = new Thread(this::indexLoop, "keelson-prediction-index");
            thread.setDaemon(true); // what it has not read yet is read at the next start
            thread.start();
            indexer = thread;
            Thread second = new Thread(this::archiveLoop, "keelson-journal-archive");
            second.setDaemon(true); // a segment half compressed is begun anew
            second.start();
            archiver = second;
        } finally {
            threading.unlock();
        }
    }

    /** Stops these threads, after the transaction that the first is in. Does nothing when they do not run. */
    public void stopIndexing() {
        threading.lock();
        try {
            Thread thread = indexer;
            if (thread == null) {
                return;
            }
            stopping = true;
            journal.wake();
            LockSupport.unpark(thread);
            LockSupport.unpark(archiver);
            boolean interrupted = ended(thread);
            Thread second = archiver;
            if (second != null) {
                interrupted |= ended(second);
            }
            indexer = null;
            archiver = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        } finally {
            threading.unlock();
        }
    }

    /** Waits for the end of a thread; whether it was interrupted meanwhile. */
    private static boolean ended(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    @Override
    public void close() {
        stopIndexing();
        try {
            journal.close();
            noteClosed();
            Journal.Closed last = journal.current();
            if (last.size() > 0) {
                checkedSegments.closed(last);
            }
            checkedSegments.store();
        } finally {
            index.close();
        }
    }

    private void indexLoop() {
        try {
            Shift shift = new Shift();
            while (journal.awaitBeyond(indexed, () -> stopping)) {
                shift.begin();
                indexing.lock();
                try {
                    indexTo(journal.end(), shift::rest);
                } finally {
                    indexing.unlock();
                }
                shift.rest();
            }
        } catch (RuntimeException e) {
            LOG.error("The index of predictions has stopped; predictions are still journaled and served.", e);
        }
    }

    /** Compresses closed segments while nobody appends; of many that wait the oldest also then, at a slow pace. */
    private void archiveLoop() {
        JournalPosition seen = JournalPosition.START;
        try {
            while (!stopping) {
                LockSupport.parkNanos(this, ARCHIVE_EVERY_NANOS);
                noteClosed();
                JournalPosition end = journal.end();
                boolean quiet = end.equals(seen);
                seen = end;
                while (!stopping && compressOldest(quiet)) {
                    // the next one
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("Closed segments of the journal are not compressed any more; nothing else changes.", e);
        }
    }

    /** Notes the segments that were closed as they were written, so that the next start need not read them. */
    private void noteClosed() {
        archiving.lock();
        try {
            journal.takeClosed().forEach(checkedSegments::closed);
            checkedSegments.store();
        } finally {
            archiving.unlock();
        }
    }

    private boolean compressOldest(boolean quiet) {
        archiving.lock();
        try {
            journal.takeClosed().forEach(checkedSegments::closed);
            boolean compressed = journal.compressOldest(indexed, quiet ? 1 : MANY_SEGMENTS, checkedSegments, worked -> {
                if (!quiet) {
                    LockSupport.parkNanos(this, 4 * worked);
                }
                return !stopping;
            });
            checkedSegments.store();
            return compressed;
        } finally {
            archiving.unlock();
        }
    }

    /** Compresses all segments that are closed and indexed. */
    void compressAll() {
        while (compressOldest(true)) {
            // the next one
        }
    }

    private void indexTo(JournalPosition to, Runnable between) {
        // A cut may have moved the end since the caller asked; the lock holds off the next one.
        JournalPosition end = journal.end();
        index.readFrom(journal, Journal.isAfter(to, end) ? end : to, at -> {
            indexed = at;
            between.run();
        });
        indexed = index.position();
    }

    /** The work and the rests of the indexing thread. */
    private final class Shift {
        private long since;
        private JournalPosition seen = JournalPosition.START;

        void begin() {
            since = System.nanoTime();
        }

        /** Rests after the work since the last rest, unless somebody waits for the index or nobody appends. */
        void rest() {
            JournalPosition end = journal.end();
            boolean appending = Journal.isAfter(end, seen);
            seen = end;
            long now = System.nanoTime();
            long until = now + (appending ? IndexPace.rest(now - since, lag()) : 0);
            while (now < until && hurried.get() == 0 && !stopping) {
                LockSupport.parkNanos(this, until - now);
                now = System.nanoTime();
            }
            since = now;
        }
    }

    private static void closing(AutoCloseable resource, RuntimeException failure) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
