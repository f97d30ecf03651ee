package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.keelson.http.SeededBackend;
import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that keep a server waiting, take too much of it, or send more than it reads. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SlowClientsTest {
    private static final String PREDICT = "/api/v1/models/" + SeededBackend.MODEL + "/predict";
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static KeelsonServer server(int perAddress, long rows, Duration receive, Duration idle) {
        Limits limits = new Limits(
                100, perAddress, 0, rows, Duration.ofSeconds(10), receive, idle, Duration.ZERO, Duration.ofSeconds(1));
        return KeelsonServer.start(
                SeededBackend.seeded().serving(new ServeDefinition(null, Map.of(), List.of(), List.of(), limits)),
                KeelsonServer.DEFAULT_HOST,
                0);
    }

    private static Socket connected(KeelsonServer server, String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(15_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** All that the server says until it hangs up. */
    private static String said(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
    }

    @Test
    void aHeadThatDoesNotComeIsGivenUp() throws IOException {
        try (KeelsonServer server = server(0, 0, SHORT, LONG);
                Socket silent = connected(server, "");
                Socket line = connected(server, "GET /health HT");
                Socket head = connected(server, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-More: ")) {

            for (Socket each : List.of(silent, line, head)) {
                assertThat(said(each)).startsWith("HTTP/1.1 408 ").contains("serve.limits.receive").doesNotContain("HTTP/1.1 5");
            }
        }
    }

    @Test
    void aBodyThatDoesNotComeIsGivenUp() throws IOException {
        String head = "POST " + PREDICT + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        try (KeelsonServer server = server(0, 0, SHORT, LONG);
                Socket counted = connected(server, head + "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{");
                Socket chunked = connected(
                        server, head + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"");
                Socket stream = connected(
                        server, head + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")) {

            assertThat(said(counted)).startsWith("HTTP/1.1 408 ");
            assertThat(said(chunked)).startsWith("HTTP/1.1 408 ");
            assertThat(said(stream)).doesNotContain("HTTP/1.1 5"); // its answer had begun: it just ends
        }
    }

    @Test
    void aConnectionWithoutARequestIsClosedAfterAWhile() throws IOException {
        try (KeelsonServer server = server(0, 0, LONG, SHORT);
                Socket socket = connected(server, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")) {

            assertThat(said(socket)).startsWith("HTTP/1.1 200 ").doesNotContain("HTTP/1.1 4", "HTTP/1.1 5");
        }
    }

    @Test
    void aClientThatDoesNotTakeItsAnswersIsHungUpOn() throws IOException {
        try (KeelsonServer server = server(0, 0, SHORT, LONG);
                Socket socket = connected(server, "")) {
            byte[] request = "GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
                while (true) {
                    socket.getOutputStream().write(request);
                }
            });
            try (Client client = new Client(server.url())) {
                assertThat(client.get("/metrics").text()).containsPattern("keelson_http_connections_late_total [1-9]");
            }
        }
    }

    @Test
    void anAddressHasOnlySoManyConnections() throws IOException {
        String asked = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        List<Socket> open = new ArrayList<>();
        try (KeelsonServer server = server(3, 0, LONG, LONG)) {
            for (int i = 0; i < 3; i++) {
                open.add(connected(server, asked));
                assertThat(answer(open.getLast())).isEqualTo("HTTP/1.1 200");
            }
            try (Socket more = connected(server, "")) {
                assertThat(said(more)).startsWith("HTTP/1.1 429 ").contains("has 3 connections open", "Retry-After: 1");
            }
            open.removeFirst().close();
            String again = "HTTP/1.1 429";
            while (again.equals("HTTP/1.1 429")) { // until the server has seen that one left
                try (Socket next = connected(server, "")) {
                    next.setSoTimeout(20);
                    again = answer(next);
                } catch (java.net.SocketTimeoutException e) {
                    again = "waits for a request";
                }
            }

            assertThat(again).isEqualTo("waits for a request");
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
    }

    @Test
    void aStreamHasOnlySoManyRows() throws IOException {
        String row = "{\"HomeTeam\":\"A\",\"AwayTeam\":\"B\",\"AvgH\":1.5,\"crowd\":2}\n";
        try (KeelsonServer server = server(0, 2, LONG, LONG);
                Client client = new Client(server.url())) {

            Client.Answer enough = client.post(PREDICT, row.repeat(2), "Content-Type", "application/x-ndjson");
            Client.Answer more = client.post(PREDICT, row.repeat(3), "Content-Type", "application/x-ndjson");

            assertThat(enough.text().lines()).hasSize(2).noneMatch(line -> line.contains("error"));
            assertThat(more.text().lines()).hasSize(3);
            assertThat(more.text().lines().toList().getLast()).contains("There are more than 2 rows", "K3");
        }
    }

    @Test
    void whatIsTooLargeIsToldBeforeItComes() throws IOException {
        try (KeelsonServer server = server(0, 0, LONG, LONG)) {
            for (String type : List.of("application/json", "application/vnd.apache.parquet")) {
                try (Socket socket = connected(
                        server,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: 900000000\r\n\r\n"
                                .formatted(PREDICT, type))) {
                    assertThat(said(socket)).startsWith("HTTP/1.1 413 ").contains("larger than");
                }
            }
        }
    }

    @Test
    void aHeadHasOnlySoManyBytes() throws IOException {
        try (KeelsonServer server = server(0, 0, LONG, LONG);
                Socket socket = connected(server, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n")) {
            String refusal = "";
            byte[] header = ("X-Filler: " + "x".repeat(4_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int i = 0; i < 50; i++) {
                    socket.getOutputStream().write(header);
                }
                refusal = answer(socket);
            } catch (SocketException e) {
                refusal = "HTTP/1.1 4xx"; // it hung up while the rest was sent
            }

            assertThat(refusal).startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void aConnectionEndsWithItsLastAnswer() throws IOException {
        try (KeelsonServer server = server(0, 0, LONG, LONG);
                Socket socket = connected(server, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")) {

            assertThat(said(socket)).startsWith("HTTP/1.1 200 ").contains("Connection: close");
        }
    }
}
