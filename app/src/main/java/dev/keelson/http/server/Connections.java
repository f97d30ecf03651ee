package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.project.ServeDefinition.Limits;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected. An address that has {@code per_address} connections gets no further one, and a peer that does not send the head
 * of its request, or take its answer, within {@code receive} is hung up on, so that slow clients hold neither all connections
 * nor all threads. Bodies are {@link BodyLimit}'s, connections without a request the web server's idle time.
 *
 * <p>Safe for use by several threads.
 */
final class Connections implements Http1ConnectionListener {
    private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(50);
    /** So long the rest of a head is waited for when the server ends. */
    private static final long AT_THE_END = TimeUnit.SECONDS.toNanos(1);

    private final Limits limits;
    private final LongSupplier clock;
    private final Map<SocketAddress, Connected> open = new ConcurrentHashMap<>();
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private final LongAdder refused = new LongAdder();
    private final LongAdder late = new LongAdder();
    private volatile boolean ending;
    private long looked;

    /** @param clock as {@link System#nanoTime} */
    Connections(Limits limits, LongSupplier clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** Connections that are open. */
    int count() {
        return open.size();
    }

    /** Connections that were turned away because their address had as many as it may. */
    long refused() {
        return refused.sum();
    }

    /** Connections that were hung up on because their peer was too slow. */
    long late() {
        return late.sum();
    }

    /**
     * Takes note of a connection that was accepted.
     *
     * @throws IllegalStateException if it is to be closed: the server ends, or its address has too many and was told so
     */
    void accepted(SocketChannel channel) {
        if (ending) {
            throw new IllegalStateException("The server ends.");
        }
        InetSocketAddress address;
        try {
            address = (InetSocketAddress) channel.getRemoteAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("The peer hung up at once.", e);
        }
        if (admitted(address.getAddress())) {
            Connected before = open.put(address, new Connected(channel, address, now() + limits.receive().toNanos()));
            if (before != null) { // the peer took the same port again before it was seen that it left
                left(before);
            }
            return;
        }
        refused.increment();
        try {
            channel.write(ByteBuffer.wrap(Connected.answer(tooMany(address.getAddress()))));
        } catch (IOException e) {
            throw new UncheckedIOException("The peer hung up at once.", e);
        }
        throw new IllegalStateException("The address has too many connections.");
    }

    private HttpFailure tooMany(InetAddress address) {
        return new HttpFailure(
                429,
                Problem.of(
                        ErrorCode.TOO_MANY_REQUESTS,
                        "The address (%s) has %d connections open, as many as one may."
                                .formatted(address.getHostAddress(), limits.perAddress()),
                        "Maybe send several requests over each connection; `serve.limits.per_address` says how many one may have."));
    }

    private synchronized boolean admitted(InetAddress address) {
        if (limits.perAddress() > 0 && byAddress.getOrDefault(address, 0) >= limits.perAddress()) {
            forgetClosed(); // perhaps some ended since the last look
            if (byAddress.getOrDefault(address, 0) >= limits.perAddress()) {
                return false;
            }
        }
        byAddress.merge(address, 1, Integer::sum);
        return true;
    }

    private synchronized void left(Connected connection) {
        byAddress.computeIfPresent(connection.from(), (address, count) -> count == 1 ? null : count - 1);
    }

    private synchronized void forgetClosed() {
        for (Iterator<Connected> each = open.values().iterator(); each.hasNext(); ) {
            Connected connection = each.next();
            if (!connection.isOpen()) {
                each.remove();
                left(connection);
            }
        }
    }

    private long now() {
        return clock.getAsLong();
    }

    /** The connection of a peer; null of one that left. */
    @Nullable Connected of(PeerInfo peer) {
        return peer instanceof Connected connection ? connection : open.get(peer.address());
    }

    /** The first line of a request is there. */
    @Override
    public void prologue(ConnectionContext context, HttpPrologue prologue) {
        Connected connection = of(context.remotePeer());
        if (connection != null) {
            connection.head(now() + limits.receive().toNanos());
        }
    }

    /** All of a head is there. */
    @Override
    public void headers(ConnectionContext context, Headers headers) {
        Connected connection = of(context.remotePeer());
        if (connection != null) {
            connection.asked();
            if (headers.containsToken(HeaderValues.CONNECTION_CLOSE)) {
                connection.isLast();
            }
        }
    }

    /** Looks whom to hang up on; so often as it is called, but not more than every 50 ms. */
    void look(long now) {
        if (now - looked < LOOK_EVERY) {
            return;
        }
        looked = now;
        forgetClosed();
        for (Connected connection : open.values()) {
            if (connection.isLate(now)) {
                hangUp(connection, connection.isBusy() || connection.isLingering() ? null : BodyLimit.late());
                connection.expects(now + limits.receive().toNanos()); // to take that
            }
        }
    }

    /** Hangs up on a peer that is too slow, and tells it why where it can be told. */
    void hangUp(Connected connection, @Nullable HttpFailure why) {
        late.increment();
        connection.hangUp(why);
    }

    /** Takes no further ones, hangs up on those that sent nothing yet, and soon on those that sent half a head. */
    void end() {
        ending = true;
        for (Connected connection : open.values()) {
            if (!connection.wasHeard()) {
                connection.hangUp(null);
            } else if (connection.sendsHead()) {
                connection.expects(now() + AT_THE_END);
            }
        }
    }
}
