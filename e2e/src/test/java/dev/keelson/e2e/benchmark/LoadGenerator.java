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

/**
 * Many connections and one thread, so that the server beside it has the rest of the machine. In a closed loop each connection
 * sends the next request when it has the answer; in an open loop requests are due at times fixed before, and times to an answer
 * count from then, whether or not a connection was free.
 */
final class LoadGenerator implements AutoCloseable {
    private static final int BUFFER = 1 << 20;
    private static final long NAP = 40_000;
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final byte[][] requests;
    private long[] times = new long[1 << 16];
    private int answered;
    private int refused;
    private int failed;
    private int next;

    /**
     * What came of it.
     *
     * @param nanos times to the answers that were 200, at least one
     * @param refused answers 429 and 503
     * @param failed other answers than those and 200
     * @param seconds how long it took
     */
    record Load(Timing nanos, int refused, int failed, double seconds) {
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

    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
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
            if (channel.read(in) < 0) {
                throw new EOFException("The server closed a connection.");
            }
            byte[] bytes = in.array();
            int filled = in.position();
            for (int i = 3; i < filled; i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                    status = 100 * (bytes[9] - '0') + 10 * (bytes[10] - '0') + bytes[11] - '0';
                    return filled >= i + 1 + length(bytes, i);
                }
            }
            return false;
        }

        private static int length(byte[] bytes, int end) throws IOException {
            for (int i = 0; i + LENGTH.length < end; i++) {
                int k = 0;
                while (k < LENGTH.length && (bytes[i + k] | 0x20) == (LENGTH[k] | 0x20)) {
                    k++;
                }
                if (k == LENGTH.length) {
                    int at = i + k;
                    while (bytes[at] == ' ') {
                        at++;
                    }
                    int length = 0;
                    while (bytes[at] >= '0' && bytes[at] <= '9') {
                        length = 10 * length + bytes[at++] - '0';
                    }
                    return length;
                }
            }
            throw new IOException("The answer does not state its length.");
        }

        String body() {
            return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
        }
    }

    /** Connects. */
    private LoadGenerator(int port, String path, List<byte[]> bodies, int count) throws IOException {
        this.selector = Selector.open();
        this.requests = bodies.stream()
                .map(body -> HttpBenchmark.request(port, path, body))
                .toArray(byte[][]::new);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connections.add(new Connection(channel, selector));
        }
        next = requests.length / 3;
    }

    /** Each connection sends the next request when it has the answer. */
    static Load closed(int port, String path, List<byte[]> bodies, int connections, Duration length) throws IOException {
        try (LoadGenerator generator = new LoadGenerator(port, path, bodies, connections)) {
            return generator.closed(length);
        }
    }

    /** So many requests a second, whatever the answers do. */
    static Load open(int port, String path, List<byte[]> bodies, int connections, int rate, Duration length)
            throws IOException {
        try (LoadGenerator generator = new LoadGenerator(port, path, bodies, connections)) {
            return generator.open(rate, length);
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
                if (advanced(connection, key)) {
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

    private Load open(int rate, Duration length) throws IOException {
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
                idle.pop().send(request(), due);
                sent++;
            }
            int ready = selector.selectNow();
            if (ready == 0) {
                LockSupport.parkNanos(NAP);
                continue;
            }
            for (SelectionKey key : selector.selectedKeys()) {
                Connection connection = (Connection) key.attachment();
                if (advanced(connection, key)) {
                    idle.push(connection);
                    done++;
                }
            }
            selector.selectedKeys().clear();
        }
        return load(start);
    }

    /** Whether the answer is complete; then it is counted. */
    private boolean advanced(Connection connection, SelectionKey key) throws IOException {
        if (key.isWritable()) {
            connection.write();
        }
        if (!key.isReadable() || !connection.read()) {
            return false;
        }
        switch (connection.status) {
            case 200 -> {
                if (answered == times.length) {
                    times = Arrays.copyOf(times, 2 * answered);
                }
                times[answered++] = System.nanoTime() - connection.since;
            }
            case 429, 503 -> refused++;
            default -> {
                if (failed++ == 0 && answered == 0) {
                    throw new IOException("The first answer was not 200: " + connection.body());
                }
            }
        }
        return true;
    }

    private byte[] request() {
        next = next + 1 == requests.length ? 0 : next + 1;
        return requests[next];
    }

    private Load load(long start) {
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        return new Load(new Timing(Arrays.copyOf(times, answered)), refused, failed, seconds);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}
