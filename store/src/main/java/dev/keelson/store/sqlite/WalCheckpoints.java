package dev.keelson.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what was committed from the log of a SQLite file into the file itself, beside the commits instead of within them: a
 * commit waits for one write to the disk, not for all that a checkpoint writes. Only a log that grew very long, because
 * commits never paused, is cut short by a commit.
 *
 * <p>What is committed is safe in the log; a checkpoint that fails is tried again after the next commit.
 */
final class WalCheckpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WalCheckpoints.class);
    private static final long LONG = 8L << 20;
    private static final long TOO_LONG = 64L << 20;
    private static final long WAIT_SECONDS = 60;

    private final SqliteFile file;
    private final Path wal;
    private final Connection writer;
    private final AtomicBoolean busy = new AtomicBoolean();
    private @Nullable ExecutorService thread;
    private @Nullable Connection connection;

    /** Takes over from the connection that writes what it did itself at every thousandth page. */
    WalCheckpoints(SqliteFile file, Connection writer) throws SQLException {
        this.file = file;
        this.wal = file.path().resolveSibling(file.path().getFileName() + "-wal");
        this.writer = writer;
        try (Statement statement = writer.createStatement()) {
            statement.execute("pragma wal_autocheckpoint = 0");
            statement.execute("pragma journal_size_limit = " + LONG);
        }
    }

    /** To be called after each commit, by whoever may write. */
    void committed() {
        long size = size();
        if (size <= LONG) {
            return;
        }
        if (size > TOO_LONG) {
            checkpoint(writer);
            return;
        }
        if (busy.compareAndSet(false, true)) {
            ExecutorService worker = thread;
            if (worker == null) {
                worker = Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("keelson-checkpoint").factory());
                thread = worker;
            }
            worker.execute(() -> {
                try {
                    checkpoint(own());
                } catch (SQLException | RuntimeException e) {
                    LOG.warn("The log of the store ({}) could not be moved into it: {}", file.path(), e.getMessage());
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    private Connection own() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = file.openForWriting();
            connection = open;
            try (Statement statement = open.createStatement()) {
                statement.execute("pragma wal_autocheckpoint = 0");
            }
        }
        return open;
    }

    /** As much as nobody reads any more; nobody waits. */
    private void checkpoint(Connection on) {
        try (Statement statement = on.createStatement()) {
            statement.execute("pragma wal_checkpoint(passive)");
        } catch (SQLException e) {
            LOG.warn("The log of the store ({}) could not be moved into it: {}", file.path(), e.getMessage());
        }
    }

    private long size() {
        try {
            return Files.size(wal);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a checkpoint that is under way. */
    @Override
    public void close() throws SQLException {
        ExecutorService worker = thread;
        if (worker != null) {
            worker.shutdown();
            try {
                if (!worker.awaitTermination(WAIT_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("A checkpoint of the store ({}) takes more than {} s.", file.path(), WAIT_SECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Connection open = connection;
        if (open != null) {
            open.close();
        }
    }
}
