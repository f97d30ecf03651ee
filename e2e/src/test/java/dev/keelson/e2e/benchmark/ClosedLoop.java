package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Connections that each send a request, wait for the answer, and send the next. A small client, as it shares the cores. */
final class ClosedLoop {
    private static final int BUFFER = 16 * 1024;

    private ClosedLoop() {}

    /** One request; its answer's body. */
    static byte[] once(int port, String path, byte[] body) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(HttpBenchmark.request(port, path, body));
            Answers answers = new Answers(socket.getInputStream());
            answers.next();
            return answers.body();
        }
    }

    /**
     * Runs for a while.
     *
     * @return requests, requests a second, median and 99th percentile of the time to an answer, and what the processor worked
     *     for one, client and compiler included
     */
    static ObjectNode run(int port, String path, List<byte[]> bodies, int connections, Duration length) throws Exception {
        return run(port, path, bodies, connections, 0, length);
    }

    /**
     * As {@link #run(int, String, List, int, Duration)}, but requests are sent at times fixed before, whether or not the
     * answers come; times to an answer count from then.
     *
     * @param rate requests a second; 0 for a closed loop
     */
    static ObjectNode run(int port, String path, List<byte[]> bodies, int connections, int rate, Duration length)
            throws Exception {
        List<byte[]> requests = bodies.stream()
                .map(body -> HttpBenchmark.request(port, path, body))
                .toList();
        long worked = Timing.processor();
        long start = System.nanoTime();
        long end = start + length.toNanos();
        List<Callable<long[]>> loops = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int first = i * requests.size() / connections;
            long between = rate == 0 ? 0 : 1_000_000_000L * connections / rate;
            long offset = between * i / connections;
            loops.add(() -> loop(port, requests, first, end, start + offset, between));
        }
        List<long[]> times = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            for (Future<long[]> future : threads.invokeAll(loops)) {
                times.add(future.get());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long processor = Timing.processor() - worked;
        Timing timing = new Timing(times.stream().flatMapToLong(Arrays::stream).toArray());
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("requests", timing.nanos().length);
        node.put("requests_a_second", Math.round(timing.nanos().length / seconds));
        node.put("p50_ms", Timing.rounded(timing.quantile(0.5) / 1e6));
        node.put("p99_ms", Timing.rounded(timing.quantile(0.99) / 1e6));
        node.put("processor_ms", Timing.rounded(processor / 1e6 / timing.nanos().length));
        return node;
    }

    private static long[] loop(int port, List<byte[]> requests, int first, long end, long begin, long between)
            throws IOException {
        long[] times = new long[1 << 12];
        int size = 0;
        try (Socket socket = connect(port)) {
            OutputStream out = socket.getOutputStream();
            Answers answers = new Answers(socket.getInputStream());
            int next = first;
            long now = between == 0 ? System.nanoTime() : begin;
            while (now < end) {
                while (between > 0 && System.nanoTime() < now) {
                    LockSupport.parkNanos(now - System.nanoTime());
                }
                out.write(requests.get(next++ % requests.size()));
                answers.next();
                long answered = System.nanoTime();
                if (size == times.length) {
                    times = Arrays.copyOf(times, 2 * size);
                }
                times[size++] = answered - now;
                now = between == 0 ? answered : now + between;
            }
        }
        return Arrays.copyOf(times, size);
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Reads answers that state their length; every one must be a 200. */
    private static final class Answers {
        private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
        private static final String LENGTH = "content-length:";

        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER];
        private int bodyStart;
        private int filled;

        Answers(InputStream in) {
            this.in = in;
        }

        void next() throws IOException {
            filled = 0;
            int headEnd = -1;
            while (headEnd < 0) {
                fill();
                headEnd = headEnd();
            }
            if (!Arrays.equals(buffer, 0, OK.length, OK, 0, OK.length)) {
                throw new IOException(
                        "The answer was not 200: " + new String(buffer, 0, filled, StandardCharsets.UTF_8));
            }
            bodyStart = headEnd;
            int end = headEnd + length(headEnd);
            while (filled < end) {
                fill();
            }
        }

        byte[] body() {
            return Arrays.copyOfRange(buffer, bodyStart, filled);
        }

        private void fill() throws IOException {
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read <= 0) {
                throw new EOFException("The server closed the connection, or its answer is longer than %d bytes.".formatted(BUFFER));
            }
            filled += read;
        }

        private int headEnd() {
            for (int i = 3; i < filled; i++) {
                if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                    return i + 1;
                }
            }
            return -1;
        }

        private int length(int headEnd) throws IOException {
            String head = new String(buffer, 0, headEnd, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
            int at = head.indexOf(LENGTH);
            if (at < 0) {
                throw new IOException("The answer does not state its length.");
            }
            int end = head.indexOf('\r', at);
            return Integer.parseInt(head.substring(at + LENGTH.length(), end).strip());
        }
    }
}
