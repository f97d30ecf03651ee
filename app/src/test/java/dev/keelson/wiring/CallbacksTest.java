package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.control.job.JobBook;
import dev.keelson.control.job.JobWorkers;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.job.Job;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callbacks to a receiver that hangs, fails and lies. */
final class CallbacksTest {
    private static final Instant T0 = Instant.parse("2026-03-01T02:00:00Z");
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

    private interface Behaviour {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private record Received(String id, String time, String signature, String body) {}

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final AtomicReference<Instant> now = new AtomicReference<>(T0);
    private final Deque<Behaviour> behaviours = new ArrayDeque<>();
    private final List<Received> received = new ArrayList<>();
    private final CountDownLatch ending = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpServer server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Callbacks callbacks;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/hook/", exchange -> {
            Behaviour behaviour;
            synchronized (received) {
                received.add(new Received(
                        header(exchange, "X-Keelson-Delivery"),
                        header(exchange, "X-Keelson-Timestamp"),
                        header(exchange, "X-Keelson-Signature"),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                behaviour = behaviours.isEmpty() ? each -> each.sendResponseHeaders(204, -1) : behaviours.pop();
            }
            try (exchange) {
                behaviour.answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        callbacks = callbacks();
    }

    private Callbacks callbacks() {
        return new Callbacks(
                new ServeDefinition.Callbacks(SECRET, List.of(address(""))), catalog, now::get, Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        ending.countDown();
        callbacks.close();
        server.stop(0);
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNull(exchange.getRequestHeaders().getFirst(name));
    }

    private String address(String path) {
        return "http://127.0.0.1:%d/hook/%s".formatted(server.getAddress().getPort(), path);
    }

    private Job ask() {
        return new JobBook(catalog, now::get, () -> "job-1").ask("drift", "model/m", "", NOTHING, "ann", "Looking.");
    }

    private void work() {
        try (JobWorkers workers = new JobWorkers(catalog, now::get, "w", JobWorkers.Settings.STANDARD, Map.of("drift", run -> NOTHING))) {
            assertThat(workers.workOnce()).isTrue();
        }
    }

    private String state() {
        return Objects.requireNonNull(callbacks.of("job-1")).path("state").asText();
    }

    @Test
    void endIsToldOnceSignedAndNotBefore() {
        callbacks.add(ask().id(), address("x"));
        assertThat(callbacks.tellAll()).isZero();
        work();

        assertThat(callbacks.tellAll()).isOne();
        assertThat(callbacks.tellAll()).isZero();

        assertThat(received).singleElement().satisfies(each -> {
            assertThat(each.body()).startsWith("{\"event\":\"job.done\",\"job\":{\"id\":\"job-1\"");
            assertThat(each.signature()).isEqualTo("sha256=" + Opportunities.signature(SECRET, each.time() + "." + each.body()));
        });
        assertThat(state()).isEqualTo("sent");
    }

    @Test
    void receiverThatHangsFailsAndNeverEndsItsAnswerGetsTheSameMessageAgain() {
        behaviours.add(each -> ending.await()); // says nothing
        behaviours.add(each -> {
            each.sendResponseHeaders(200, 0);
            each.getResponseBody().write(1);
            each.getResponseBody().flush();
            ending.await(); // says yes and never ends
        });
        behaviours.add(each -> each.sendResponseHeaders(500, -1));
        behaviours.add(each -> each.sendResponseHeaders(429, -1));
        callbacks.add(ask().id(), address("x"));
        work();

        for (int i = 0; i < 5; i++) {
            assertThat(callbacks.tellAll()).isEqualTo(i == 4 ? 1 : 0);
            assertThat(callbacks.tellAll()).isZero(); // it is not hurried
            now.set(now.get().plus(Duration.ofHours(1)));
        }

        assertThat(received).hasSize(5).extracting(Received::id).containsOnly("callback-job-1");
        assertThat(state()).isEqualTo("sent");
    }

    @Test
    void whatIsNotTakenIsSentAgainForAboutADay() {
        for (int i = 0; i < 20; i++) {
            behaviours.add(each -> each.sendResponseHeaders(503, -1));
        }
        callbacks.add(ask().id(), address("x"));
        work();
        Instant first = now.get();

        while (!state().equals("failed")) {
            callbacks.tellAll();
            now.set(now.get().plus(Duration.ofMinutes(5)));
        }

        assertThat(Duration.between(first, now.get())).isBetween(Duration.ofHours(23), Duration.ofHours(26));
        assertThat(received).hasSizeGreaterThan(10).extracting(Received::id).containsOnly("callback-job-1");
    }

    @Test
    void whatIsRefusedOrLeadsElsewhereIsGivenUp() {
        behaviours.add(each -> {
            each.getResponseHeaders().add("Location", address("elsewhere"));
            each.sendResponseHeaders(302, -1);
        });
        callbacks.add(ask().id(), address("x"));
        work();

        callbacks.tellAll();

        assertThat(received).hasSize(1);
        assertThat(state()).isEqualTo("failed");
        assertThat(Objects.requireNonNull(callbacks.of("job-1")).path("problem").asText()).isEqualTo("It answered 302.");
    }

    @Test
    void serverThatEndsInBetweenLosesNothing() {
        callbacks.add(ask().id(), address("x"));
        work();
        callbacks.close();

        callbacks = callbacks();

        assertThat(callbacks.tellAll()).as(String.valueOf(callbacks.of("job-1"))).isOne();
    }

    @Test
    void otherAddressesAreRefused() {
        for (String each : List.of(
                "http://127.0.0.1:1/hook/x",
                "http://127.0.0.2:%d/hook/x".formatted(server.getAddress().getPort()),
                address("../admin"),
                address("%2e%2e/admin"),
                address("").replace("127.0.0.1", "ann@127.0.0.1"),
                address("").replace("/hook/", "/"),
                "file:///etc/passwd",
                "no address")) {
            assertThatThrownBy(() -> callbacks.check(each)).as(each).hasMessageContaining("callback is no address");
        }
        callbacks.check(address("x"));
        callbacks.check(null);
        assertThatThrownBy(() -> new Callbacks(null, catalog, now::get).check(address("x"))).hasMessageContaining("tells no callbacks");
    }
}
