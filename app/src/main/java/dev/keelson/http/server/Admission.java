package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.project.ServeDefinition.Limits;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Takes on no more than can be answered in time. Each request has a virtual thread, so what cannot be worked on yet waits in
 * the queue of those threads, and a thread that only ever asks to run next tells how long that queue is in time, and
 * the scheduler tells how many wait in it. When every look in 100 ms found both beyond their limits, a share of the requests for
 * predictions is turned away with 503, which grows while the wait is longer than its limit and shrinks while it is shorter, so
 * that all that can be answered in time is answered (the idea of PIE, RFC 8033, integral part only): a queue that stands is cut, and one
 * that a moment made is not, nor a wait that other programs cause. So are small requests that would wait for the disk that keeps the
 * journal. Everything else is answered, so that one can still see what happens.
 *
 * <p>Safe for use by several threads.
 */
final class Admission implements Filter, AutoCloseable {
    /** A queue that was there for so long stands. */
    static final Duration STANDS = Duration.ofMillis(100);

    /** Fewer threads that wait are no queue, however long they do. */
    static final int FEWEST = 64;

    /** However many are turned away, some are answered. */
    static final double MOST = 0.98;

    /** A second of a wait of twice its limit, or of none, changes the share that is turned away by so much. */
    private static final double GAIN = 4;

    /** A smaller share is none. */
    private static final double LEAST = 0.01;

    /** Requests with larger bodies are many rows: they may as well wait for the disk. */
    private static final long MOST_IN_A_HURRY = 64 << 10;

    private static final Problem SHED = Problem.of(
            ErrorCode.OVERLOADED,
            "More requests for predictions come than can be answered in time.",
            "Maybe send it again in a second, and many rows in one request.");

    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_CLIENTS = 10_000;

    private final long limit;
    private final int perClient;
    private final Connections connections;
    private final LongAdder shed = new LongAdder();
    private final LongAdder limited = new LongAdder();
    private final Map<String, Bucket> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final BooleanSupplier crowded;
    private long overSince;
    private boolean over;
    private volatile double share;
    private volatile boolean draining;
    private volatile boolean closed;
    private @Nullable Thread probe;

    /** What one client may still send. */
    private static final class Bucket {
        private double left;
        private long at;

        Bucket(double left, long at) {
            this.left = left;
            this.at = at;
        }
    }

    /** @param crowded whether the next prediction would have to wait for the disk */
    Admission(Limits limits, Connections connections, BooleanSupplier crowded) {
        this.connections = connections;
        this.limit = limits.delay().toNanos();
        this.perClient = limits.perClient();
        this.crowded = crowded;
    }

    /**
     * Starts to look how long requests wait.
     *
     * @param also told the time now and then, as another one that must look
     */
    void start(LongConsumer also) {
        VirtualThreadSchedulerMXBean scheduler =
                ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        probe = Thread.ofVirtual().name("keelson-admission").start(() -> {
            while (!closed) {
                long wanted = System.nanoTime() + LOOK_EVERY;
                LockSupport.parkNanos(LOOK_EVERY);
                long now = System.nanoTime();
                looked(now, now - wanted, scheduler.getQueuedVirtualThreadCount());
                also.accept(now);
            }
        });
    }

    /**
     * A look.
     *
     * @param late how long after its time it came, in nanoseconds
     * @param queued threads that wait behind it
     */
    void looked(long now, long late, long queued) {
        boolean found = late > limit && queued >= FEWEST;
        if (found && !over) {
            overSince = now - late;
        }
        over = found;
        double before = share;
        if (before == 0 && !(found && now - overSince > STANDS.toNanos())) {
            return;
        }
        if (queued < FEWEST) {
            share = before < LEAST ? 0 : before / 2;
            return;
        }
        double excess = Math.clamp((late - limit) / (double) limit, -1, 1);
        double seconds = Math.min(late + LOOK_EVERY, STANDS.toNanos()) * 1e-9;
        double next = before + GAIN * seconds * excess;
        share = next < LEAST ? 0 : Math.min(MOST, next);
    }

    /** Which share of requests for predictions is turned away. */
    double share() {
        return share;
    }

    /**
     * Whether a request for a prediction is turned away; counts it then.
     *
     * @param bytes of its body; negative where it does not say
     */
    boolean sheds(long bytes) {
        boolean waits = bytes < 0 || bytes > MOST_IN_A_HURRY;
        if (ThreadLocalRandom.current().nextDouble() < share || (!waits && crowded.getAsBoolean())) {
            shed.increment();
            return true;
        }
        return false;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Connected connection = connections.of(request.remotePeer());
        if (connection != null) {
            connection.asked();
        }
        try {
            if (draining) {
                response.header(HeaderValues.CONNECTION_CLOSE);
            }
            if ((share > 0 || crowded.getAsBoolean())
                    && request.prologue().method().equals(Method.POST)
                    && Access.isPrediction(request.path().path())) {
                HttpFailure refused = overload(request.headers().contentLength().orElse(-1));
                if (refused != null) {
                    response.header(HeaderNames.RETRY_AFTER, "1");
                    throw refused;
                }
            }
            chain.proceed();
        } finally {
            if (connection != null) {
                connection.answered();
            }
        }
    }

    /**
     * Why a prediction is refused, as often as it has to be; null when it is taken.
     *
     * @param bytes of its body; negative where it does not say
     */
    @Nullable HttpFailure overload(long bytes) {
        return sheds(bytes) ? new HttpFailure(503, SHED) : null;
    }

    /** Counts a request of a client; why it is refused (429) when it sends more than it may, else null. */
    @Nullable HttpFailure count(String client, long now) {
        if (perClient == 0) {
            return null;
        }
        synchronized (clients) {
            Bucket bucket = clients.computeIfAbsent(client, c -> new Bucket(perClient, now));
            bucket.left = Math.min(perClient, bucket.left + (now - bucket.at) * 1e-9 * perClient);
            bucket.at = now;
            if (bucket.left >= 1) {
                bucket.left--;
                if (clients.size() > MOST_CLIENTS) {
                    clients.remove(clients.keySet().iterator().next());
                }
                return null;
            }
        }
        limited.increment();
        return new HttpFailure(
                429,
                Problem.of(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "The client (%s) sent more than %d requests in a second.".formatted(client, perClient),
                        "Maybe send many rows in one request."));
    }

    /** Whether clients have a limit. */
    boolean countsClients() {
        return perClient > 0;
    }

    /** Requests turned away because a queue stood. */
    long shed() {
        return shed.sum();
    }

    /** Requests turned away because their client sent too many. */
    long limited() {
        return limited.sum();
    }

    /** Whether the server is ending. */
    boolean isDraining() {
        return draining;
    }

    /** From now on connections are closed after their answer. */
    void drain() {
        draining = true;
    }

    @Override
    public void close() {
        closed = true;
        Thread running = probe;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }
}
