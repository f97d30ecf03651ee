package dev.keelson.e2e.study;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Whoever gets the messages of a webhook: it takes a message, refuses it, hangs up, hangs, or lies, as it takes a message and says
 * that it failed. Messages that were taken are told apart by their delivery. Safe for use by several threads.
 */
final class MoodyReceiver implements AutoCloseable {
    /** Longer than a sender waits. */
    private static final long HANGS_SECONDS = 15;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Random random;
    /** How often a delivery was taken. */
    private final Map<String, Integer> taken = new ConcurrentHashMap<>();
    private final Map<String, Integer> moods = new ConcurrentHashMap<>();
    private volatile boolean honest;

    MoodyReceiver(long seed) throws IOException {
        this.random = new Random(seed);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:%d/hook".formatted(server.getAddress().getPort());
    }

    /** From now on it takes what comes and says so. */
    void becomeHonest() {
        honest = true;
    }

    boolean took(String delivery) {
        return taken.containsKey(delivery);
    }

    Map<String, Integer> moods() {
        return Map.copyOf(moods);
    }

    /** Deliveries that were taken more than once. */
    long again() {
        return taken.values().stream().filter(times -> times > 1).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String delivery = exchange.getRequestHeaders().getFirst("X-Keelson-Delivery");
            exchange.getRequestBody().readAllBytes();
            String mood = mood();
            moods.merge(mood, 1, Integer::sum);
            switch (mood) {
                case "takes" -> {
                    take(delivery);
                    say(exchange, 200);
                }
                case "lies" -> {
                    take(delivery);
                    say(exchange, 500);
                }
                case "fails" -> say(exchange, 503);
                case "hangs" -> hang();
                default -> exchange.getRequestBody().close(); // hangs up
            }
        }
    }

    private void take(String delivery) {
        taken.merge(delivery, 1, Integer::sum);
    }

    private static void say(HttpExchange exchange, int status) throws IOException {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void hang() {
        try {
            TimeUnit.SECONDS.sleep(HANGS_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String mood() {
        if (honest) {
            return "takes";
        }
        double at = random.nextDouble();
        return at < 0.5 ? "takes" : at < 0.65 ? "fails" : at < 0.8 ? "lies" : at < 0.9 ? "hangs_up" : "hangs";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
