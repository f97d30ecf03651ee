package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.project.ServeDefinition.Token;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server that asks for tokens, lets pages of other sites in, and has narrow limits. */
final class GuardTest {
    private static final String READER = "reader-reader-reader";
    private static final String ADMIN = "admin-admin-admin-admin";
    private static final String PREDICT = "/api/v1/models/" + SeededBackend.MODEL + "/predict";
    private static final String ROW = "{\"HomeTeam\": \"Arsenal\", \"AwayTeam\": \"Chelsea\"}";
    private static final String PAGE = "https://board.example.com";

    private static ServeDefinition serve(Map<String, Token> tokens, int perClient, Duration receive) {
        return new ServeDefinition(
                null,
                tokens,
                List.of(PAGE, "chrome-extension://abcdefgh"),
                List.of("keelson.example.com"),
                new Limits(
                        100,
                        0,
                        perClient,
                        0,
                        Duration.ofSeconds(10),
                        receive,
                        Duration.ofMinutes(1),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(5)));
    }

    private static ServeDefinition tokens() {
        return serve(
                Map.of("reader", new Token(READER, Role.READ), "admin", new Token(ADMIN, Role.ADMIN)),
                0,
                Duration.ofSeconds(5));
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    @Test
    void aRequestShowsATokenThatMayDoIt() {
        SeededBackend backend = SeededBackend.loaded().serving(tokens());
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {

            assertThat(client.get("/health").status()).isEqualTo(200);
            Client.Answer nobody = client.get("/api/v1/models");
            assertThat(nobody.status()).isEqualTo(401);
            assertThat(nobody.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(nobody.json().path("type").asText()).isEqualTo("K320");
            assertThat(client.get("/api/v1/models", "Authorization", bearer("wrong-wrong-wrong-wrong")).status())
                    .isEqualTo(401);
            assertThat(client.get("/api/v1/models", "Authorization", bearer(READER)).status()).isEqualTo(200);
            Client.Answer reader = client.post(PREDICT, ROW, "Authorization", bearer(READER));
            assertThat(reader.status()).isEqualTo(403);
            assertThat(reader.json().path("detail").asText())
                    .isEqualTo("The token (reader) has the role read; this needs predict.");
            assertThat(client.post(PREDICT, ROW, "Authorization", bearer(ADMIN)).status()).isNotIn(401, 403);
            assertThat(client.post("/api/2.0/mlflow/runs/search", "{}", "Authorization", bearer(READER)).status())
                    .isNotIn(401, 403);
        }
    }

    @Test
    void aBrowserSignsInAndComesBackToWhereItWas() {
        SeededBackend backend = SeededBackend.loaded().serving(tokens());
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {

            Client.Answer page = client.get("/runs?nested=true", "Accept", "text/html");
            assertThat(page.status()).isEqualTo(303);
            assertThat(page.header("Location")).isEqualTo("/login?to=%2Fruns%3Fnested%3Dtrue");
            assertThat(client.get(page.header("Location"), "Accept", "text/html").text()).contains("value=\"/runs?nested=true\"");
            Client.Answer wrong = client.post("/login", "to=%2Fruns&token=guess", "Content-Type", "application/x-www-form-urlencoded");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(wrong.text()).contains("This is no token of this server.").doesNotContain("guess");
            Client.Answer signed = client.post(
                    "/login", "to=%2Fruns&token=" + READER, "Content-Type", "application/x-www-form-urlencoded");
            assertThat(signed.status()).isEqualTo(303);
            assertThat(signed.header("Location")).isEqualTo("/runs");
            String cookie = signed.header("Set-Cookie");
            assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain(READER);
            String session = cookie.substring(0, cookie.indexOf(';'));
            assertThat(client.get("/runs", "Accept", "text/html", "Cookie", session).status()).isEqualTo(200);
            client.post("/logout", "", "Cookie", session);
            assertThat(client.get("/runs", "Accept", "text/html", "Cookie", session).status()).isEqualTo(303);
        }
    }

    @Test
    void aPageThatIsNamedMayAskForPredictionsAndChangesNothing() {
        SeededBackend backend = SeededBackend.loaded().serving(serve(Map.of(), 0, Duration.ofSeconds(5)));
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {

            Client.Answer asked = client.options(
                    PREDICT, "Origin", PAGE, "Access-Control-Request-Method", "POST", "Access-Control-Request-Private-Network", "true");
            assertThat(asked.status()).isEqualTo(204);
            assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(asked.header("Access-Control-Allow-Methods")).contains("POST");
            assertThat(asked.header("Access-Control-Allow-Private-Network")).isEqualTo("true");
            Client.Answer models = client.get("/api/v1/models", "Origin", PAGE);
            assertThat(models.status()).isEqualTo(200);
            assertThat(models.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
            assertThat(client.post(PREDICT, ROW, "Origin", "chrome-extension://abcdefgh").status()).isNotEqualTo(403);
            assertThat(client.post("/api/v1/models/" + SeededBackend.MODEL + "/rollback", "{}", "Origin", PAGE).status())
                    .isEqualTo(403);
            assertThat(client.post(PREDICT, ROW, "Origin", "https://evil.example.com").status()).isEqualTo(403);
            assertThat(client.get("/api/v1/models", "Origin", "https://evil.example.com").header("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }

    @Test
    void aClientThatSendsTooMuchIsToldWhenToComeAgain() {
        SeededBackend backend = SeededBackend.loaded().serving(serve(Map.of(), 3, Duration.ofSeconds(5)));
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {

            Client.Answer last = client.get("/api/v1/models");
            for (int i = 0; i < 20 && last.status() == 200; i++) {
                last = client.get("/api/v1/models");
            }

            assertThat(last.status()).isEqualTo(429);
            assertThat(last.header("Retry-After")).isEqualTo("1");
            assertThat(last.json().path("type").asText()).isEqualTo("K322");
            assertThat(client.get("/health").status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatTricklesInIsGivenUp() throws IOException {
        SeededBackend backend = SeededBackend.loaded().serving(serve(Map.of(), 0, Duration.ofMillis(200)));
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {

            socket.getOutputStream().write(("POST " + PREDICT + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000\r\n\r\n{\"HomeTeam\"")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(10_000);
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).doesNotContain("HTTP/1.1 200", "HTTP/1.1 5");
        }
    }

    @Test
    void aServerThatEndsSaysSoAndClosesConnections() throws InterruptedException {
        SeededBackend backend = SeededBackend.seeded().serving(serve(Map.of(), 0, Duration.ofSeconds(5)));
        try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Client client = new Client(server.url())) {
            assertThat(client.get("/ready").status()).isEqualTo(200);

            Thread draining = Thread.ofVirtual().start(() -> {
                try {
                    server.drain();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Client.Answer ready = client.get("/ready");
            while (ready.status() == 200) {
                ready = client.get("/ready");
            }

            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.header("Connection")).isEqualToIgnoringCase("close");
            draining.join();
        }
    }
}
