package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Measurement;
import dev.keelson.http.Measurement.Kind;
import dev.keelson.http.Measurement.Sample;
import dev.keelson.learn.imported.ImportedModel;
import dev.keelson.project.ServeDefinition.Engines;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of models that predict by an engine. They are few, a bounded number of requests waits for them, and what does not
 * fit or is not done in time is turned away: a slow engine costs its own requests alone. Safe for use by several threads.
 */
final class EnginePool implements AutoCloseable {
    private static final int SHARE = 64;
    private static final int IDLE_SECONDS = 10;

    private final Engines limits;
    private final ThreadPoolExecutor threads;
    private final LongAdder shed = new LongAdder();
    private final LongAdder late = new LongAdder();

    EnginePool(Engines limits) {
        this.limits = limits;
        this.threads = new ThreadPoolExecutor(
                limits.threads(),
                limits.threads(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(limits.queue()),
                work -> {
                    Thread thread = new Thread(work, "keelson-engines");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** The rows of one request, taken share by share by as many threads as are free. */
    private static final class Job implements Runnable {
        private final int count;
        private final IntConsumer work;
        private final int shares;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger left;
        private final AtomicReferenceArray<@Nullable Throwable> failures;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile boolean givenUp;

        Job(int count, IntConsumer work) {
            this.count = count;
            this.work = work;
            this.shares = (count + SHARE - 1) / SHARE;
            this.left = new AtomicInteger(shares);
            this.failures = new AtomicReferenceArray<>(shares);
        }

        @Override
        public void run() {
            int share;
            while (!givenUp && (share = next.getAndIncrement()) < shares) {
                try {
                    int end = Math.min(count, (share + 1) * SHARE);
                    for (int i = share * SHARE; i < end && !givenUp; i++) {
                        work.accept(i);
                    }
                } catch (RuntimeException | Error e) {
                    failures.set(share, e);
                } finally {
                    if (left.decrementAndGet() == 0) {
                        done.countDown();
                    }
                }
            }
        }

        /** What the first of the rows that failed did. */
        void throwFirst() {
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
    }

    /**
     * Does something for each row and returns when all is done. What it throws for the first of the rows for which it throws
     * is thrown; nothing is said of the rows behind that. After OVERLOADED a row that had begun may still end.
     *
     * @param count rows
     * @param work takes the position of a row; rows must not depend on each other
     * @throws KeelsonException OVERLOADED when too many wait, when it is not done in time, or after the end
     */
    void each(int count, IntConsumer work) {
        if (count == 0) {
            return;
        }
        Job job = new Job(count, work);
        int wanted = Math.min(limits.threads(), job.shares);
        for (int worker = 0; worker < wanted; worker++) {
            try {
                threads.execute(job);
            } catch (RejectedExecutionException e) {
                if (worker == 0) {
                    throw refused(e);
                }
                break; // those that have it do it all
            }
        }
        await(job);
        job.throwFirst();
    }

    private KeelsonException refused(RejectedExecutionException cause) {
        shed.increment();
        return new KeelsonException(
                ErrorCode.OVERLOADED,
                ends()
                        ? "The server ends."
                        : "%d requests wait for the %d threads of models by engines already."
                                .formatted(limits.queue(), limits.threads()),
                "Maybe send it again in a second, and many rows in one request.",
                cause);
    }

    private void await(Job job) {
        try {
            if (job.done.await(limits.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        job.givenUp = true;
        while (threads.remove(job)) {
            // once for each thread that it was to have
        }
        late.increment();
        throw new KeelsonException(
                ErrorCode.OVERLOADED,
                "The engine of the model did not answer within %d ms.".formatted(limits.deadline().toMillis()),
                "Maybe send it again in a second with fewer rows, or give it longer by serve.engines.deadline.");
    }

    /** Threads that predict now. */
    int busy() {
        return threads.getActiveCount();
    }

    /** Requests that wait. */
    int waiting() {
        return threads.getQueue().size();
    }

    /** Requests that were turned away because too many waited. */
    long shed() {
        return shed.sum();
    }

    /** Requests that were turned away because they were not done in time. */
    long late() {
        return late.sum();
    }

    /** All of this in numbers. */
    List<Measurement> measurements() {
        return List.of(
                Measurement.of("keelson_engine_threads", Kind.GAUGE, "Threads of models by engines", limits.threads()),
                Measurement.of("keelson_engine_threads_busy", Kind.GAUGE, "Threads of models by engines that predict", busy()),
                Measurement.of("keelson_engine_waiting", Kind.GAUGE, "Requests that wait for a thread of models by engines", waiting()),
                Measurement.of(
                        "keelson_engine_files",
                        Kind.GAUGE,
                        "Model files that engines of other languages hold open",
                        ImportedModel.openFiles()),
                new Measurement(
                        "keelson_engine_shed_total",
                        Kind.COUNTER,
                        "Requests turned away by the threads of models by engines",
                        List.of(
                                new Sample(Map.of("reason", "queue"), shed()),
                                new Sample(Map.of("reason", "deadline"), late()))));
    }

    /** Whether it takes no more. */
    boolean ends() {
        return threads.isShutdown();
    }

    /** Takes no more, and lets what was taken end within the deadline. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(limits.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
