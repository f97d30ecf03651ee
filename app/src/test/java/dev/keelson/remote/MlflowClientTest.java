package dev.keelson.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MlflowClientTest {
    private final List<Duration> pauses = new ArrayList<>();

    private MlflowClient client(RemoteAddress address, int attempts) {
        return new MlflowClient(
                address,
                new MlflowClient.Patience(Duration.ofMillis(300), attempts, Duration.ofMillis(100), pauses::add),
                new SplittableRandom(1));
    }

    @Test
    void whatMayPassIsTriedAgainWithGrowingPauses() throws IOException {
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 4)) {
            AtomicInteger left = new AtomicInteger(3);
            server.failing((call, done) -> !done && left.getAndDecrement() > 0 ? 503 : -1);

            assertThat(client.version()).isEqualTo("2.17.2");

            assertThat(pauses).hasSize(3);
            assertThat(pauses.get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(101));
            assertThat(pauses.get(2)).isBetween(Duration.ofMillis(200), Duration.ofMillis(401));
        }
    }

    @Test
    void afterTheLastAttemptItIsUnreachable() throws IOException {
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 3)) {
            server.stop();

            assertThatThrownBy(client::version)
                    .isInstanceOfSatisfying(
                            KeelsonException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_UNREACHABLE));

            assertThat(pauses).hasSize(2);
        }
    }

    @Test
    void whatMightBeDoneTwiceIsSentOnce() throws IOException {
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 5)) {
            server.failing((call, done) -> done ? 500 : -1);

            assertThatThrownBy(() -> client.post(
                            "experiments/create", MlflowClient.object().put("name", "x"), MlflowClient.Repeat.NEVER))
                    .isInstanceOfSatisfying(
                            KeelsonException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_UNREACHABLE));

            assertThat(server.calls).hasSize(1);
        }
    }

    @Test
    void errorsOfTheServerHaveTheirCodes() throws IOException {
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 1)) {
            assertThat(client.find("experiments/get-by-name", "experiment_name", "none")).isEmpty();
            client.post("experiments/create", MlflowClient.object().put("name", "x"), MlflowClient.Repeat.NEVER);

            assertThatThrownBy(() -> client.post(
                            "experiments/create", MlflowClient.object().put("name", "x"), MlflowClient.Repeat.NEVER))
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS));
        }
    }

    @Test
    void filesGoUpAndComeDownAsTheyAre() throws IOException {
        byte[] bytes = "a file, 100 %".getBytes(StandardCharsets.UTF_8);
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 1)) {
            client.upload("1/run/artifacts/a b%.txt", bytes.length, () -> new ByteArrayInputStream(bytes));
            client.upload("1/run/artifacts/empty", 0, InputStream::nullInputStream);

            assertThat(server.files).containsKeys("1/run/artifacts/a b%.txt", "1/run/artifacts/empty");
            try (InputStream in = client.download("1/run/artifacts/a b%.txt")) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void aServerThatStopsInTheMiddleIsNotWaitedForForEver() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
        RemoteAddress address =
                RemoteAddress.of("http://127.0.0.1:" + server.getAddress().getPort(), Credentials.NONE);
        try (MlflowClient client = client(address, 1);
                InputStream in = client.download("x")) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class).hasMessageContaining("nothing came");
        } finally {
            end.countDown();
            server.stop(0);
        }
    }

    @Test
    void noSecretIsInAnyText() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] body = "{\"error_code\": \"BAD_REQUEST\", \"message\": \"you sent %s\"}"
                    .formatted(header)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(400, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        try {
            for (Credentials credentials : List.of(
                    Credentials.token("hush-hush"),
                    Credentials.basic("ann", "hush-hush"),
                    Credentials.of(Map.of("MLFLOW_TRACKING_TOKEN", "hush-hush")))) {
                try (MlflowClient client = client(RemoteAddress.of(url, credentials), 1)) {
                    assertThatThrownBy(() -> client.get("experiments/get"))
                            .hasMessageContaining("you sent")
                            .hasMessageNotContaining("hush-hush")
                            .hasMessageNotContaining("YW5uOmh1c2gtaHVzaA==");
                    assertThat(credentials + " " + client.address()).doesNotContain("hush-hush");
                }
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anAddressWithAPasswordIsRefusedWithoutRepeatingIt() {
        assertThatThrownBy(() -> RemoteAddress.of("https://ann:hush-hush@mlflow.example.org", Credentials.NONE))
                .isInstanceOf(KeelsonException.class)
                .hasMessageNotContaining("hush-hush");
        assertThatThrownBy(() -> RemoteAddress.of("ftp://ann:hush-hush@example.org", Credentials.NONE))
                .isInstanceOf(KeelsonException.class)
                .hasMessageNotContaining("hush-hush");
        assertThatThrownBy(() -> RemoteAddress.of("http://a:hush hush@b", Credentials.NONE))
                .isInstanceOf(KeelsonException.class)
                .hasMessageNotContaining("hush hush");
    }

    @Test
    void aPageThatComesAgainAndAgainIsAnError() throws IOException {
        try (FakeMlflow server = new FakeMlflow();
                MlflowClient client = client(server.address(), 1)) {
            assertThatThrownBy(() -> client.pages(
                            token -> MlflowClient.object().put("next_page_token", "same"), "items", item -> {}))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("again and again");
        }
    }
}
