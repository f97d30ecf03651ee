package dev.keelson.remote;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits for another registry in the background: at once when something is queued, and after a failure again and again,
 * with pauses that double up to a limit and are spread by chance. Safe for use by several threads.
 */
public final class RegistryCourier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryCourier.class);

    private final String to;
    private final Supplier<RegistryLink.Sent> send;
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator chance;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;
    private boolean queued = true; // what an earlier process left
    private boolean ended;

    /**
     * Starts.
     *
     * @param send sends what waits
     * @param first the first pause after a failure
     * @param longest no pause is longer
     * @param chance spreads the pauses
     */
    public RegistryCourier(
            Supplier<RegistryLink.Sent> send, Duration first, Duration longest, RandomGenerator chance) {
        this("the other registry", send, first, longest, chance);
    }

    /**
     * Starts.
     *
     * @param to who is told, as the log names it
     * @param send as above
     * @param first as above
     * @param longest as above
     * @param chance as above
     */
    public RegistryCourier(
            String to, Supplier<RegistryLink.Sent> send, Duration first, Duration longest, RandomGenerator chance) {
        this.to = to;
        this.send = send;
        this.first = first;
        this.longest = longest;
        this.chance = chance;
        this.thread = Thread.ofVirtual().name("registry-courier").start(this::run);
    }

    /** Says that something was queued. */
    public void nudge() {
        lock.lock();
        try {
            queued = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Duration pause = Duration.ZERO;
        while (awaitWork(pause)) {
            RegistryLink.Sent sent = attempt();
            if (sent.problem() == null) {
                if (!pause.isZero()) {
                    LOG.info("What waited for {} goes through again; {} were sent.", to, sent.sent());
                }
                pause = Duration.ZERO;
            } else {
                if (pause.isZero()) {
                    LOG.warn("{} {} changes wait; work goes on.", sent.problem(), sent.waiting());
                }
                Duration twice = pause.isZero() ? first : pause.multipliedBy(2);
                pause = twice.compareTo(longest) > 0 ? longest : twice;
            }
        }
    }

    private RegistryLink.Sent attempt() {
        try {
            return send.get();
        } catch (RuntimeException e) { // whatever it is, what waits must not wait for ever
            LOG.error("Sending to {} failed.", to, e);
            return new RegistryLink.Sent(0, 1, 0, String.valueOf(e.getMessage()));
        }
    }

    /** Waits for something to send, or after a failure for the end of the pause. Whether to go on. */
    private boolean awaitWork(Duration pause) {
        lock.lock();
        try {
            if (pause.isZero()) {
                while (!queued && !ended) {
                    woken.await();
                }
            } else {
                long left = pause.toNanos() / 2 + chance.nextLong(pause.toNanos() / 2 + 1);
                while (left > 0 && !ended) {
                    left = woken.awaitNanos(left);
                }
            }
            queued = false;
            return !ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Stops; what is just being sent is waited for, for a while. */
    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
                thread.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
