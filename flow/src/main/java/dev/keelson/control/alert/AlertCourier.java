package dev.keelson.control.alert;

import dev.keelson.control.alert.AlertChannel.Answer;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hands over what waits. A message is claimed for as long as a channel may take before it is sent, so that several servers do not
 * send it together; when the claim is over without an answer it is sent again, with the same id. What fails is tried again, twice as
 * late each time, for about a day; a test is tried once. One channel that hangs does not hold up the others: each has a thread. Safe for use by several
 * threads.
 */
public final class AlertCourier implements AutoCloseable {
    /** How often a message is tried. */
    static final int ATTEMPTS = 15;

    private static final System.Logger LOG = System.getLogger(AlertCourier.class.getName());
    static final Duration CLAIM = Duration.ofMinutes(2);
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofHours(4);

    private final Catalog catalog;
    private final InstantSource clock;
    private final Map<String, AlertChannel> channels;
    private final Duration look;
    private final List<Thread> threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long told;
    private boolean closed;

    /**
     * A courier that does not work yet: {@link #start}.
     *
     * @param look how often it looks for what may be tried again
     */
    public AlertCourier(Catalog catalog, InstantSource clock, List<AlertChannel> channels, Duration look) {
        this.catalog = catalog;
        this.clock = clock;
        this.channels = channels.stream().collect(Collectors.toUnmodifiableMap(AlertChannel::name, Function.identity()));
        this.look = look;
        this.threads = channels.stream()
                .map(each -> Thread.ofPlatform().daemon().name("keelson-alerts-" + each.name()).unstarted(() -> work(each)))
                .toList();
    }

    /** Begins to hand over. */
    public void start() {
        threads.forEach(Thread::start);
    }

    /** Something waits. */
    public void nudge() {
        lock.lock();
        try {
            told++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work(AlertChannel channel) {
        boolean found = true;
        while (found || pause()) {
            try {
                found = deliverOne(channel);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Messages of {0} cannot be handed over: {1}", channel.name(), e.getMessage());
                found = false;
            }
        }
    }

    private boolean pause() {
        lock.lock();
        try {
            long before = told;
            long left = look.toNanos();
            while (!closed && told == before && left > 0) {
                left = news.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Hands over everything that waits now, in the thread that calls; how many were taken. */
    public int deliverAll() {
        int taken = 0;
        for (AlertChannel each : channels.values()) {
            while (deliverOne(each)) {
                taken++;
            }
        }
        return taken;
    }

    /** Tries the next message of a channel; false when none may be tried now, or when it was not taken. */
    private boolean deliverOne(AlertChannel channel) {
        Claimed claimed = claim(channel.name()).orElse(null);
        if (claimed == null) {
            return false;
        }
        return send(channel, claimed).state() == Delivery.State.SENT;
    }

    /**
     * Hands over a message that was claimed for the caller, in its thread.
     *
     * @return what became of it
     */
    public Delivery deliver(Alert alert, Delivery claimed) {
        AlertChannel channel = channels.get(claimed.channel());
        if (channel == null) {
            throw new IllegalArgumentException(
                    "There is no channel (%s); the channels are %s.".formatted(claimed.channel(), channels.keySet()));
        }
        return send(channel, new Claimed(alert, claimed));
    }

    private Delivery send(AlertChannel channel, Claimed claimed) {
        Answer answer;
        try {
            answer = channel.send(claimed.alert, claimed.delivery);
        } catch (RuntimeException e) {
            answer = Answer.later("%s failed.".formatted(e.getClass().getSimpleName()));
        }
        return store(claimed.delivery, answer);
    }

    private record Claimed(Alert alert, Delivery delivery) {}

    private Optional<Claimed> claim(String channel) {
        Instant now = clock.instant();
        if (catalog.<Optional<Delivery>>read(tx -> tx.alerts().due(channel, now)).isEmpty()) {
            return Optional.empty();
        }
        return catalog.write(tx -> tx.alerts().due(channel, now).flatMap(each -> tx.alerts().alert(each.alert()).map(alert -> {
            tx.alerts().putDelivery(each.claimed(now.plus(CLAIM)));
            return new Claimed(alert, each);
        })));
    }

    private Delivery store(Delivery sent, Answer answer) {
        Instant now = clock.instant();
        @Nullable String problem = answer.problem();
        String why = problem == null ? "" : problem;
        Delivery next = answer.taken()
                ? sent.sent(now)
                : answer.hopeless() || sent.event() == Delivery.Event.TEST || sent.attempts() + 1 >= ATTEMPTS
                        ? sent.failed(now, why)
                        : sent.again(now.plus(wait(sent.attempts())), why);
        catalog.update(tx -> tx.alerts().putDelivery(next));
        if (next.state() == Delivery.State.FAILED) {
            LOG.log(System.Logger.Level.WARNING, "A message of {0} is given up: {1}", sent.channel(), why);
        }
        return next;
    }

    private static Duration wait(int attempts) {
        Duration doubled = FIRST.multipliedBy(1L << attempts);
        return doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }

    /** Ends; what waits is handed over when a courier works again. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread each : threads) {
            while (each.isAlive()) {
                try {
                    each.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        channels.values().forEach(AlertChannel::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
