package dev.keelson.wiring;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Work on many rows, shared among as many threads as the machine has processors; on few rows the caller does it. All callers
 * share these threads, which end when there is nothing to do. Safe for use by several threads.
 */
final class Shares {
    /** Of fewer rows, sharing costs more than it gains. */
    static final int LEAST = 256;

    private static final int SHARE = 64;
    private static final int IDLE_SECONDS = 10;

    private final int threads;
    private final Executor executor;

    Shares(int threads) {
        this.threads = threads;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "keelson-rows");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.executor = pool;
    }

    /**
     * Does something for each row and returns when all is done. What it throws for the first of the rows for which it throws
     * is thrown; nothing is said of the rows behind that.
     *
     * @param count rows
     * @param work takes the position of a row; rows must not depend on each other
     */
    void each(int count, IntConsumer work) {
        if (count < LEAST || threads == 1) {
            for (int i = 0; i < count; i++) {
                work.accept(i);
            }
            return;
        }
        int shares = (count + SHARE - 1) / SHARE;
        int workers = Math.min(threads, shares);
        AtomicInteger next = new AtomicInteger();
        AtomicReferenceArray<@Nullable Throwable> failures = new AtomicReferenceArray<>(shares);
        CountDownLatch done = new CountDownLatch(workers);
        for (int worker = 0; worker < workers; worker++) {
            executor.execute(() -> {
                try {
                    int share;
                    while ((share = next.getAndIncrement()) < shares) {
                        share(share, count, work, failures);
                    }
                } finally {
                    done.countDown();
                }
            });
        }
        await(done);
        for (int share = 0; share < shares; share++) {
            Throwable failure = failures.get(share);
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private static void share(
            int share, int count, IntConsumer work, AtomicReferenceArray<@Nullable Throwable> failures) {
        try {
            for (int i = share * SHARE; i < Math.min(count, (share + 1) * SHARE); i++) {
                work.accept(i);
            }
        } catch (RuntimeException | Error e) {
            failures.set(share, e);
        }
    }

    private static void await(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
