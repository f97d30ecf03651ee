package dev.keelson.wiring;

import dev.keelson.serve.PredictionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Predictions that nobody waits for: they are made one after the other by a thread of their own and logged. Of more than can
 * wait the newest are left out and counted; a request never waits for them. Safe for use by several threads.
 */
final class Shadows implements AutoCloseable {
    /** How many may wait. */
    static final int WAITING = 8_192;

    private static final System.Logger LOG = System.getLogger(Shadows.class.getName());
    private static final int TOGETHER = 256;

    private final PredictionSink log;
    private final BlockingQueue<Shadow> waiting;
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean closed;

    /** One prediction. */
    interface Shadow {
        /** Makes it; null when it failed, which is counted by whoever made this. */
        @Nullable PredictionEvent predict();
    }

    /** Ends a wait of {@link #settle}. */
    private static final class Mark implements Shadow {
        private final CountDownLatch reached = new CountDownLatch(1);

        @Override
        public @Nullable PredictionEvent predict() {
            return null;
        }
    }

    Shadows(PredictionSink log) {
        this(log, WAITING);
    }

    Shadows(PredictionSink log, int capacity) {
        this.log = log;
        this.waiting = new ArrayBlockingQueue<>(capacity);
        this.thread = Thread.ofPlatform().name("keelson-shadows").daemon().unstarted(this::run);
        thread.start();
    }

    /** Takes a prediction, or leaves it out; whether it was taken. */
    boolean offer(Shadow shadow) {
        pending.incrementAndGet();
        if (!closed && waiting.offer(shadow)) {
            return true;
        }
        pending.decrementAndGet();
        dropped.increment();
        return false;
    }

    /** How many were left out. */
    long dropped() {
        return dropped.sum();
    }

    /** Waits until all that were taken before this call are logged, but not for ever. */
    void settle() {
        if (closed || pending.get() == 0) {
            return;
        }
        Mark mark = new Mark();
        pending.incrementAndGet();
        try {
            if (!waiting.offer(mark, 2, TimeUnit.SECONDS)) {
                pending.decrementAndGet();
            } else if (!mark.reached.await(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "Predictions in the shadow still wait.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Shadow> taken = new ArrayList<>(TOGETHER);
        List<PredictionEvent> events = new ArrayList<>(TOGETHER);
        while (!closed || !waiting.isEmpty()) {
            try {
                Shadow first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                taken.add(first);
            } catch (InterruptedException e) {
                continue; // closing: what waits is still made
            }
            waiting.drainTo(taken, TOGETHER - 1);
            try {
                for (Shadow each : taken) {
                    PredictionEvent event = made(each);
                    if (event != null) {
                        events.add(event);
                    }
                }
                if (!events.isEmpty()) {
                    log.append(events, false);
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Predictions in the shadow could not be logged: {0}", e.getMessage());
            } finally {
                for (Shadow each : taken) {
                    if (each instanceof Mark mark) {
                        mark.reached.countDown();
                    }
                }
                pending.addAndGet(-taken.size());
                taken.clear();
                events.clear();
            }
        }
    }

    private static @Nullable PredictionEvent made(Shadow shadow) {
        try {
            return shadow.predict();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A prediction in the shadow failed: {0}", e.toString());
            return null;
        }
    }

    /** Makes what waits, and ends. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
