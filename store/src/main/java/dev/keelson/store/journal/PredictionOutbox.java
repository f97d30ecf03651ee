package dev.keelson.store.journal;

import dev.keelson.error.KeelsonException;
import dev.keelson.serve.RemoteLogStatus;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the journal into a table elsewhere, in its order and in the background. The table itself notes how far it has
 * followed, in the transaction that adds the rows, so nothing is lost or doubled wherever either side is killed, also when
 * the table is brought back from a backup. While it cannot be written the copying waits, longer each time, and goes on where
 * it was; whoever appends never waits.
 *
 * <p>Safe for use by several threads.
 */
public final class PredictionOutbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PredictionOutbox.class);
    private static final int ROWS_AT_ONCE = 2_000;
    private static final long GATHERING_NANOS = 200_000_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Journal journal;
    private final RemoteTable table;
    private final InstantSource clock;
    private final ReentrantLock copying = new ReentrantLock();
    private volatile boolean stopping;
    private volatile @Nullable Thread thread;
    private volatile @Nullable JournalPosition followed;
    private final AtomicLong copied = new AtomicLong();
    private volatile @Nullable Instant copiedAt;
    private volatile @Nullable String problem;
    private volatile @Nullable Instant retryAt;

    PredictionOutbox(Journal journal, RemoteTable table, InstantSource clock) {
        this.journal = journal;
        this.table = table;
        this.clock = clock;
    }

    /** Starts copying in the background; once. */
    public void start() {
        Thread started = new Thread(this::run, "keelson-prediction-outbox");
        started.setDaemon(true); // what it has not copied yet is copied after the next start
        started.start();
        thread = started;
    }

    /** How far the table has followed. */
    public RemoteLogStatus status() {
        JournalPosition to = followed;
        long lag = journal.bytesAfter(to == null ? JournalPosition.START : to);
        String why = problem;
        return new RemoteLogStatus(
                table.name(),
                why != null
                        ? RemoteLogStatus.State.UNREACHABLE
                        : lag == 0 ? RemoteLogStatus.State.CAUGHT_UP : RemoteLogStatus.State.BEHIND,
                lag,
                copied.get(),
                copiedAt,
                why,
                retryAt);
    }

    /**
     * Copies everything that is on disk now; returns when it is there.
     *
     * @throws KeelsonException if the table cannot be written
     */
    public void copyAll() {
        copying.lock();
        try {
            JournalPosition to = journal.sync();
            JournalPosition at = begin();
            while (Journal.isAfter(to, at) && !stopping) {
                at = copy(at, to);
            }
            problem = null;
            retryAt = null;
        } catch (KeelsonException e) {
            problem = e.problems().getFirst().message();
            throw e;
        } finally {
            copying.unlock();
        }
    }

    /** The table that is written. */
    RemoteTable table() {
        return table;
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!stopping) {
            try {
                JournalPosition seen = followed;
                if (seen == null || journal.awaitBeyond(seen, () -> stopping)) {
                    copyAll();
                    pause = FIRST_PAUSE;
                    rest(GATHERING_NANOS);
                } else {
                    return; // the journal was closed or has stopped
                }
            } catch (KeelsonException e) {
                if (pause.equals(FIRST_PAUSE)) {
                    LOG.warn("Predictions are not copied: {} They stay in the journal, and this is tried again.", e.getMessage());
                }
                retryAt = clock.instant().plus(pause);
                rest(pause.toNanos());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            } catch (RuntimeException e) {
                problem = "It has stopped: " + e;
                LOG.error("The copying of predictions has stopped; they are still journaled and served.", e);
                return;
            }
        }
    }

    private void rest(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !stopping; left = until - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    /** Where the table is; the beginning when it followed another journal, or a place that this one has not. */
    private JournalPosition begin() {
        RemoteTable.Followed stored = table.followed();
        JournalPosition at = JournalPosition.START;
        if (stored != null && stored.journal().equals(journal.identity())) {
            JournalPosition there = LogRow.position(stored.place());
            if (!Journal.isAfter(there, journal.end()) && journal.isBoundary(there)) {
                at = there;
            }
        }
        followed = at;
        return at;
    }

    private JournalPosition copy(JournalPosition from, JournalPosition to) {
        List<LogRow> rows = new ArrayList<>(ROWS_AT_ONCE);
        JournalPosition[] until = {to};
        try {
            var _ = journal.read(from, to, (record, at) -> {
                rows.add(LogRow.of(at.place(), table.kept(record)));
                if (rows.size() == ROWS_AT_ONCE) {
                    until[0] = at.after();
                    throw new Enough();
                }
            });
        } catch (Enough enough) {
            // the rest comes next
        }
        table.append(rows, new RemoteTable.Followed(journal.identity(), LogRow.place(until[0])));
        followed = until[0];
        copied.addAndGet(rows.size());
        copiedAt = clock.instant();
        return until[0];
    }

    /** Stops copying after the batch it is at, and closes the table. */
    @Override
    public void close() {
        stopping = true;
        journal.wake();
        Thread running = thread;
        boolean interrupted = false;
        if (running != null) {
            LockSupport.unpark(running);
            while (running.isAlive()) {
                try {
                    running.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        table.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a reading of the journal. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Enough() {
            super(null, null, false, false);
        }
    }
}
