package dev.keelson.store.catalog;

import dev.keelson.registry.spi.CatalogTransaction;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Lets writes that come together share one transaction, and so one wait for the disk.
 *
 * <p>Each work runs on the thread that brought it, one at a time, behind a savepoint: one that fails is undone alone. Whoever
 * ends its work while others wait leaves the transaction open for them; the last commits. A result is given when what it rests
 * on is committed. Safe for use by several threads; a write within a write of the same thread is refused.
 */
public final class GroupCommit {
    /** So many works at most wait for one commit. */
    private static final int MOST = 128;

    private final Database database;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Batch batch;

    /** What a transaction is in the database at hand. */
    public interface Database {
        /** A session in a new transaction. */
        CatalogSession begin() throws SQLException;

        /** Makes durable what was done. */
        void commit(CatalogSession session) throws SQLException;

        /** Gives up what was done; never throws: what goes wrong is added to the failure that led here. */
        void rollback(CatalogSession session, Throwable why);

        /** The error that a failure is to a caller. */
        RuntimeException failure(SQLException cause);

        /**
         * Fails when there is nothing to write to any more.
         *
         * @throws IllegalStateException if it was closed
         */
        void requireOpen();
    }

    /** Works with one transaction. */
    private static final class Batch {
        private final CatalogSession session;
        private final CountDownLatch ended = new CountDownLatch(1);
        private int works;
        private volatile @Nullable SQLException failure;

        private Batch(CatalogSession session) {
            this.session = session;
        }
    }

    /** Writes to a database. */
    public GroupCommit(Database database) {
        this.database = database;
    }

    /** Runs work in a transaction; an exception undoes it and is passed on. */
    public <T> T write(Function<CatalogTransaction, T> work) {
        refuseNested();
        Batch joined;
        T result;
        lock.lock();
        try {
            database.requireOpen();
            joined = open();
            result = run(joined, work);
        } finally {
            if (batch != null && (batch.works >= MOST || !lock.hasQueuedThreads())) {
                end(batch);
            }
            lock.unlock();
        }
        await(joined);
        SQLException failure = joined.failure;
        if (failure != null) {
            throw database.failure(failure);
        }
        return result;
    }

    /** Runs what must not share a transaction, such as closing. */
    public <T> T alone(Supplier<T> work) {
        refuseNested();
        lock.lock();
        try {
            if (batch != null) {
                end(batch);
            }
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void refuseNested() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "A write must not start another write. Maybe use the transaction that is at hand.");
        }
    }

    private Batch open() {
        Batch open = batch;
        if (open == null) {
            try {
                open = new Batch(database.begin());
            } catch (SQLException e) {
                throw database.failure(e);
            }
            batch = open;
        }
        return open;
    }

    private <T> T run(Batch joined, Function<CatalogTransaction, T> work) {
        CatalogSession session = joined.session;
        boolean first = joined.works == 0;
        CatalogStatements transaction = new CatalogStatements(session);
        try {
            if (!first) {
                session.update("savepoint work");
            }
            T result = work.apply(transaction);
            if (!first) {
                session.update("release savepoint work");
            }
            joined.works++;
            return result;
        } catch (SqlFailure | JdbiException e) {
            undo(joined, first, e);
            SQLException cause = sqlCause(e);
            throw cause == null ? e : database.failure(cause);
        } catch (RuntimeException | Error e) {
            undo(joined, first, e);
            throw e;
        } finally {
            transaction.end();
        }
    }

    private void undo(Batch joined, boolean first, Throwable why) {
        joined.session.rolledBack();
        if (!first) {
            try {
                joined.session.update("rollback to savepoint work");
                joined.session.update("release savepoint work");
                return;
            } catch (SqlFailure e) {
                why.addSuppressed(e); // the database gave up the whole transaction, as it does when the disk is full
                SQLException cause = sqlCause(why);
                joined.failure = cause == null ? sqlCause(e) : cause;
            }
        }
        batch = null;
        database.rollback(joined.session, why);
        joined.ended.countDown();
    }

    private void end(Batch ending) {
        batch = null;
        try {
            database.commit(ending.session);
        } catch (SQLException e) {
            ending.failure = e;
            ending.session.rolledBack();
            database.rollback(ending.session, e);
        } finally {
            ending.ended.countDown();
        }
    }

    private static void await(Batch joined) {
        boolean interrupted = false;
        while (true) {
            try {
                joined.ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // whether the write happened must be known all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The failure of the database that an exception stems from, or null. */
    public static @Nullable SQLException sqlCause(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                return e;
            }
        }
        return null;
    }
}
