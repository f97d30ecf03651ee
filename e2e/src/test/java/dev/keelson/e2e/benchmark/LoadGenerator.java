package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Many connections and one thread, so that the server beside it has the rest of the machine. In a closed loop each connection
 * sends the next request when it has the answer; in an open loop requests are due at times fixed before, and times to an answer
 * count from then, whether or not a connection was free.
 */
final class LoadGenerator implements AutoCloseable {
    private static final int BUFFER = 1 << 14;
    private static final long NAP = 40_000;
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RETRY = "retry-after:".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final byte[][] requests;
    private long[] since = new long[1 << 16];
    private long[] times = new long[1 << 16];
    private short[] statuses = new short[1 << 16];
    private int answered;
    private int unsent;
    private int next;

    /**
     * What came of it.
     *
     * @param nanos times to the answers that were 200, at least one
     * @param refused answers 429 and 503 that say when to come again
     * @param failed other answers than those and 200
     * @param seconds how long it took
     * @param each every answer, in the order in which they came
     * @param unsent requests that were given up because no connection was free in time
     */
    record Load(Timing nanos, int refused, int failed, double seconds, Answers each, int unsent) {
        private static Load of(Answers each, double seconds, int unsent) {
            return new Load(
                    new Timing(each.times(200)),
                    each.times(429).length + each.times(503).length,
                    each.failed(),
                    seconds,
                    each,
                    unsent);
        }

        double rate() {
            return nanos.nanos().length / seconds;
        }

        ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("requests", nanos.nanos().length);
            node.put("requests_a_second", Math.round(rate()));
            for (double share : new double[] {0.5, 0.99, 0.999}) {
                node.put(
                        "p%s_ms".formatted(Double.toString(share).substring(2).replaceAll("^5$", "50")),
                        Timing.rounded(nanos.quantile(share) / 1e6));
            }
            node.put("most_ms", Timing.rounded(nanos.quantile(1) / 1e6));
            if (refused + failed > 0) {
                node.put("refused", refused).put("failed", failed);
            }
            return node;
        }
    }

    /**
     * Answers in the order in which they came.
     *
     * @param since when each was due, in nanoseconds since the begin
     * @param times until each came, in nanoseconds
     * @param statuses of HTTP; negative where one of 429 and 503 does not say when to come again
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, changed by nobody
    record Answers(long[] since, long[] times, short[] statuses) {
        /** Times to the answers of a status. */
        long[] times(int status) {
            return IntStream.range(0, times.length)
                    .filter(i -> statuses[i] == status)
                    .mapToLong(i -> times[i])
                    .toArray();
        }

        private int failed() {
            return (int) IntStream.range(0, times.length)
                    .filter(i -> statuses[i] != 200 && statuses[i] != 429 && statuses[i] != 503)
                    .count();
        }
    }

    /** A client that has one request under way at a time. */
    static class Connection {
        private final SocketChannel channel;
        private ByteBuffer in = ByteBuffer.allocate(BUFFER);
        private ByteBuffer out = ByteBuffer.allocate(0);
        private final SelectionKey key;
        private long since;
        private int status;

        Connection(SocketChannel channel, Selector selector) throws IOException {
            this.channel = channel;
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void send(byte[] request, long from) throws IOException {
            since = from;
            in.clear();
            out = ByteBuffer.wrap(request);
            write();
        }

        void write() throws IOException {
            channel.write(out);
            key.interestOps(out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        /** Whether the answer is complete. */
        boolean read() throws IOException {
            if (!in.hasRemaining()) {
                in = ByteBuffer.allocate(4 * in.capacity()).put(in.flip());
            }
            if (channel.read(in) < 0) {
                throw new EOFException("The server closed a connection.");
            }
            return complete();
        }

        /** What was read of the answer. */
        ByteBuffer incoming() {
            return in;
        }

        /** Sends something short beside the request. */
        void reply(ByteBuffer bytes) throws IOException {
            out = ByteBuffer.allocate(out.remaining() + bytes.remaining()).put(out).put(bytes).flip();
            write();
        }

        void status(int of) {
            status = of;
        }

        /** Whether what was read is the whole answer. */
        boolean complete() throws IOException {
            byte[] bytes = in.array();
            int filled = in.position();
            for (int i = 3; i < filled; i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                    status = 100 * (bytes[9] - '0') + 10 * (bytes[10] - '0') + bytes[11] - '0';
                    if ((status == 429 || status == 503) && after(bytes, i, RETRY) < 0) {
                        status = -status;
                    }
                    return filled >= i + 1 + length(bytes, i);
                }
            }
            return false;
        }

        private static int length(byte[] bytes, int end) throws IOException {
            int at = after(bytes, end, LENGTH);
            if (at < 0) {
                throw new IOException("The answer does not state its length.");
            }
            while (bytes[at] == ' ') {
                at++;
            }
            int length = 0;
            while (bytes[at] >= '0' && bytes[at] <= '9') {
                length = 10 * length + bytes[at++] - '0';
            }
            return length;
        }

        /** Where the value of a header begins; negative where the head has none of that name. */
        private static int after(byte[] bytes, int end, byte[] name) {
            for (int i = 0; i + name.length < end; i++) {
                int k = 0;
                while (k < name.length && (bytes[i + k] | 0x20) == (name[k] | 0x20)) {
                    k++;
                }
                if (k == name.length) {
                    return i + k;
                }
            }
            return -1;
        }

        String body() {
            return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
        }
    }

    /** Makes a connection of a channel. */
    private interface Dialect {
        Connection of(SocketChannel channel, Selector selector) throws IOException;
    }

    /** Connects. */
    private LoadGenerator(int port, String path, List<byte[]> bodies, int count) throws IOException {
        this(
                port,
                bodies.stream().map(body -> HttpBenchmark.request(port, path, body)).toList(),
                count,
                Connection::new);
    }

    private LoadGenerator(int port, List<byte[]> requests, int count, Dialect dialect) throws IOException {
        this.selector = Selector.open();
        this.requests = requests.toArray(byte[][]::new);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connections.add(dialect.of(channel, selector));
        }
        next = this.requests.length / 3;
    }

    /** Each connection sends the next request when it has the answer. */
    static Load closed(int port, String path, List<byte[]> bodies, int connections, Duration length) throws IOException {
        try (LoadGenerator generator = new LoadGenerator(port, path, bodies, connections)) {
            return generator.closed(length);
        }
    }

    /** As {@link #closed}, over gRPC: {@code path} is {@code /service/method}, the bodies are its messages. */
    static Load closedOfGrpc(int port, String path, List<byte[]> bodies, int connections, Duration length)
            throws IOException {
        List<byte[]> calls =
                bodies.stream().map(body -> GrpcConnection.call(port, path, body)).toList();
        try (LoadGenerator generator = new LoadGenerator(port, calls, connections, GrpcConnection::new)) {
            return generator.closed(length);
        }
    }

    /** So many requests a second, whatever the answers do. */
    static Load open(int port, String path, List<byte[]> bodies, int connections, int rate, Duration length)
            throws IOException {
        return open(port, path, bodies, connections, rate, length, Duration.ofDays(1));
    }

    /**
     * As {@link #open(int, String, List, int, int, Duration)}.
     *
     * @param patience a request that finds no free connection for so long is given up
     */
    static Load open(
            int port, String path, List<byte[]> bodies, int connections, int rate, Duration length, Duration patience)
            throws IOException {
        try (LoadGenerator generator = new LoadGenerator(port, path, bodies, connections)) {
            return generator.open(rate, length, patience.toNanos());
        }
    }

    private Load closed(Duration length) throws IOException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        for (Connection connection : connections) {
            connection.send(request(), System.nanoTime());
        }
        int busy = connections.size();
        while (busy > 0) {
            selector.select(1_000);
            for (SelectionKey key : selector.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (advanced(connection, key, start)) {
                    long now = System.nanoTime();
                    if (now < end) {
                        connection.send(request(), now);
                    } else {
                        busy--;
                    }
                }
            }
            selector.selectedKeys().clear();
        }
        return load(start);
    }

    private Load open(int rate, Duration length, long patience) throws IOException {
        long start = System.nanoTime();
        long count = rate * length.toMillis() / 1_000;
        long sent = 0;
        long done = 0;
        idle.addAll(connections);
        while (done < count) {
            long now = System.nanoTime();
            while (sent < count && !idle.isEmpty()) {
                long due = start + sent * 1_000_000_000L / rate;
                if (due > now) {
                    break;
                }
                sent++;
                if (now - due > patience) {
                    unsent++;
                    done++;
                } else {
                    idle.pop().send(request(), due);
                }
            }
            int ready = selector.selectNow();
            if (ready == 0) {
                LockSupport.parkNanos(NAP);
                continue;
            }
            for (SelectionKey key : selector.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (advanced(connection, key, start)) {
                    idle.push(connection);
                    done++;
                }
            }
            selector.selectedKeys().clear();
        }
        return load(start);
    }

    /** Whether the answer is complete; then it is counted. */
    private boolean advanced(Connection connection, SelectionKey key, long start) throws IOException {
        if (key.isWritable()) {
            connection.write();
        }
        if (!key.isReadable() || !connection.read()) {
            return false;
        }
        if (answered == 0 && connection.status != 200) {
            throw new IOException("The first answer was not 200: " + connection.body());
        }
        if (answered == times.length) {
            since = Arrays.copyOf(since, 2 * answered);
            times = Arrays.copyOf(times, 2 * answered);
            statuses = Arrays.copyOf(statuses, 2 * answered);
        }
        since[answered] = connection.since - start;
        times[answered] = System.nanoTime() - connection.since;
        statuses[answered++] = (short) connection.status;
        return true;
    }

    private byte[] request() {
        next = next + 1 == requests.length ? 0 : next + 1;
        return requests[next];
    }

    private Load load(long start) {
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        return Load.of(
                new Answers(
                        Arrays.copyOf(since, answered), Arrays.copyOf(times, answered), Arrays.copyOf(statuses, answered)),
                seconds,
                unsent);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}
