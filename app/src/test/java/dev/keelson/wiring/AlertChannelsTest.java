package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.control.alert.AlertChannel;
import dev.keelson.control.alert.AlertChannel.Answer;
import dev.keelson.project.ChannelDefinition;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels against servers that really listen. */
final class AlertChannelsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    private static final String SECRET = "a-secret-of-24-letters-1";
    private static final Alert ALERT = Alert.raised(
            "a1", "drift/m", "drift", Alert.Severity.WARNING, "m", "odds <moved>", "3 of 8 features drifted — 612 rows.", "", "", NOW);
    private static final Delivery MESSAGE = Delivery.waiting(
            "d1", "a1", "chat", Delivery.Event.RAISED, "Drift, warning: m: odds <moved>", "3 of 8 features drifted — 612 rows.", NOW);

    private final List<String> bodies = new ArrayList<>();
    private final List<Headers> heads = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();
    private volatile int status = 200;

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            synchronized (bodies) {
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                heads.add(exchange.getRequestHeaders());
                paths.add(exchange.getRequestURI().getPath());
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static AlertChannel channel(ChannelDefinition definition) {
        return AlertChannels.of(List.of(definition), () -> NOW).getFirst();
    }

    private JsonNode body() throws IOException {
        return new ObjectMapper().readTree(bodies.getLast());
    }

    @Test
    void telegramIsWrittenToByItsBot() throws IOException {
        ChannelDefinition.Telegram definition = new ChannelDefinition.Telegram("chat", Set.of(), "12:abc", "-99");
        try (AlertChannel channel = AlertChannels.telegram(definition, url())) {
            assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.TAKEN);
        }
        assertThat(paths).containsExactly("/bot12:abc/sendMessage");
        assertThat(body().path("chat_id").asText()).isEqualTo("-99");
        assertThat(body().path("text").asText()).isEqualTo(MESSAGE.subject() + "\n" + MESSAGE.body());
        assertThat(definition.toString()).doesNotContain("12:abc");
    }

    @Test
    void slackIsWrittenToInItsTexts() throws IOException {
        try (AlertChannel channel = channel(new ChannelDefinition.Slack("chat", Set.of("drift"), url() + "/services/x"))) {
            assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.TAKEN);
            assertThat(channel.wants("drift")).isTrue();
            assertThat(channel.wants("failure")).isFalse();
        }
        assertThat(body().path("text").asText()).startsWith("*Drift, warning: m: odds &lt;moved&gt;*\n3 of 8");
    }

    @Test
    void webhookIsSigned() throws IOException {
        try (AlertChannel channel = channel(new ChannelDefinition.Webhook("n8n", Set.of(), url() + "/hook", SECRET))) {
            assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.TAKEN);
        }
        Headers head = heads.getLast();
        String time = head.getFirst("X-Keelson-Timestamp");
        assertThat(time).isEqualTo(Long.toString(NOW.getEpochSecond()));
        assertThat(head.getFirst("X-Keelson-Signature"))
                .isEqualTo("sha256=" + Opportunities.signature(SECRET, time + "." + bodies.getLast()));
        assertThat(head.getFirst("X-Keelson-Delivery")).isEqualTo("d1");
        assertThat(body().at("/alert/cause").asText()).isEqualTo("drift/m");
        assertThat(body().path("event").asText()).isEqualTo("alert.raised");
    }

    @Test
    void answersSayWhetherTryingAgainHelpsAndNeverTellTheAddress() throws IOException {
        ChannelDefinition definition = new ChannelDefinition.Slack("chat", Set.of(), url() + "/services/secret");
        try (AlertChannel channel = channel(definition)) {
            for (int code : new int[] {500, 503, 429, 408}) {
                status = code;
                assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.later("It answered %d.".formatted(code)));
            }
            for (int code : new int[] {302, 400, 404, 410}) {
                status = code;
                assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.refused("It answered %d.".formatted(code)));
            }
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (AlertChannel nobody =
                channel(new ChannelDefinition.Slack("chat", Set.of(), "http://127.0.0.1:%d/secret".formatted(free)))) {
            Answer answer = nobody.send(ALERT, MESSAGE);
            assertThat(answer.taken() || answer.hopeless()).isFalse();
            assertThat(answer.problem()).doesNotContain("secret");
        }
    }

    @Test
    void mailArrivesInTheMailboxOfARealServer() throws Exception {
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.setUser("keelson@example.org", "keelson", "p@ss");
        mail.start();
        try {
            int port = mail.getSmtp().getPort();
            ChannelDefinition.Mail definition = new ChannelDefinition.Mail(
                    "email",
                    Set.of(),
                    "smtp://keelson:p%40ss@127.0.0.1:" + port,
                    "keelson@example.org",
                    List.of("ann@example.org", "bob@example.org"));
            try (AlertChannel channel = channel(definition)) {
                assertThat(channel.send(ALERT, MESSAGE)).isEqualTo(Answer.TAKEN);
            }
            MimeMessage[] got = mail.getReceivedMessages();
            assertThat(got).hasSize(2);
            assertThat(got[0].getSubject()).isEqualTo(MESSAGE.subject());
            assertThat(got[0].getContent().toString().strip()).isEqualTo(MESSAGE.body());
            assertThat(got[0].getMessageID()).isEqualTo("<d1@keelson>");
            assertThat(definition.toString()).doesNotContain("p%40ss");
        } finally {
            mail.stop();
        }
    }

    @Test
    void mailThatCannotBeHandedOverSaysWhy() throws IOException {
        GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.setUser("keelson@example.org", "keelson", "right");
        mail.start();
        try {
            int port = mail.getSmtp().getPort();
            try (AlertChannel channel = channel(new ChannelDefinition.Mail(
                    "email", Set.of(), "smtp://keelson:wrong@127.0.0.1:" + port, "k@example.org", List.of("a@example.org")))) {
                assertThat(channel.send(ALERT, MESSAGE).problem()).contains("user and the password").doesNotContain("wrong");
            }
        } finally {
            mail.stop();
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (AlertChannel channel = channel(new ChannelDefinition.Mail(
                "email", Set.of(), "smtp://127.0.0.1:" + free, "k@example.org", List.of("a@example.org")))) {
            assertThat(channel.send(ALERT, MESSAGE).hopeless()).isFalse();
        }
    }

    @Test
    void mailGoesToTheAddressesThatTheServerTakesAndTellsTheOthers() throws Exception {
        List<String> taken = new CopyOnWriteArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                AlertChannel channel = channel(new ChannelDefinition.Mail(
                        "email",
                        Set.of(),
                        "smtp://127.0.0.1:" + server.getLocalPort(),
                        "k@example.org",
                        List.of("ann@example.org", "gone@example.org")))) {
            Thread mail = Thread.ofVirtual().start(() -> knowsNobodyWhoIsGone(server, taken));

            Answer answer = channel.send(ALERT, MESSAGE);
            mail.join();

            assertThat(answer).isEqualTo(Answer.refused("The mail server took it for ann@example.org and refuses gone@example.org."));
            assertThat(String.join("", taken)).contains("3 of 8 features drifted");
        }
    }

    private static void knowsNobodyWhoIsGone(ServerSocket server, List<String> taken) {
        try (Socket socket = server.accept();
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)) {
            out.append("220 here\r\n").flush();
            boolean message = false;
            for (String line = in.readLine(); line != null && !line.equals("QUIT"); line = in.readLine()) {
                boolean ends = message && line.equals(".");
                if (message && !ends) {
                    taken.add(line);
                    continue;
                }
                message = line.equals("DATA");
                String answer = line.contains("gone@") ? "550 nobody" : message ? "354 go on" : "250 yes";
                out.append(answer).append("\r\n").flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
