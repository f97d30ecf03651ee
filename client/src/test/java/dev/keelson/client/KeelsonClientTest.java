package dev.keelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.http.SeededBackend;
import dev.keelson.http.server.KeelsonServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client, and the examples of the guide, against a real server. */
@Timeout(60)
final class KeelsonClientTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(java|python)\\n(.*?)^```");

    private static KeelsonServer server;
    private static String url;
    private static KeelsonClient keelson;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        url = server.url();
        keelson = KeelsonClient.at(url);
    }

    @AfterAll
    static void stop() {
        keelson.close();
        server.stop();
    }

    @Test
    void healthIsTold() {
        boolean live = keelson.isLive();
        Optional<String> reason = keelson.notReady(); // why predictions cannot be answered; empty when they can

        assertThat(live).isTrue();
        assertThat(reason).isEmpty();
        try (KeelsonServer empty = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
                KeelsonClient other = KeelsonClient.at(empty.url())) {
            assertThat(other.notReady()).isPresent();
        }
    }

    @Test
    void rowsArePredicted() {
        Prediction prediction = keelson.predict("football-1x2", Map.of("HomeTeam", "Northport", "AwayTeam", "Langley"));
        List<Prediction> several = keelson.predict(
                "football-1x2",
                List.of(Map.of("HomeTeam", "Northport", "AwayTeam", "Langley"), Map.of("HomeTeam", "Redcliff", "AwayTeam", "Langley")),
                Map.of("durable", true, "version", "@champion"));

        assertThat(prediction.predicted()).isEqualTo("H");
        assertThat(prediction.probabilities()).containsExactly(Map.entry("H", 0.5), Map.entry("D", 0.3), Map.entry("A", 0.2));
        assertThat(prediction.value()).isNaN();
        assertThat(prediction.version()).isEqualTo(7);
        assertThat(several).hasSize(2);
        assertThat(keelson.signature("football-1x2").path("keys").toString()).isEqualTo("[\"HomeTeam\",\"AwayTeam\"]");
    }

    @Test
    void refusalsNameTheField() {
        ServerFailure failure = catchThrowableOfType(
                ServerFailure.class, () -> keelson.predict("football-1x2", Map.of("HomeTeam", 7)));
        String field = failure.problems().getFirst().field(); // rows[0].HomeTeam

        assertThat(field).isEqualTo("rows[0].HomeTeam");
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure.mayBeRetried()).isFalse();
        assertThat(failure.getMessage()).contains("expected a team's name");
        ServerFailure unknown =
                catchThrowableOfType(ServerFailure.class, () -> keelson.versions("a model? & signs"));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.getMessage()).contains("(a model? & signs)");
    }

    @Test
    void outcomesAreToldAndTheLogIsRead() {
        JsonNode taken = keelson.outcomes(List.of(Outcome.of("football-1x2", "Northport|Langley", "H")));
        JsonNode open = keelson.predictions(Map.of("model", "football-1x2", "settled", false, "limit", 5));

        assertThat(taken.path("accepted").asInt()).isEqualTo(1);
        assertThat(open.path("predictions")).hasSize(5);
        String id = open.at("/predictions/0/id").asText();
        assertThat(keelson.prediction(UUID.fromString(id)).path("id").asText()).isEqualTo(id);
    }

    @Test
    void featuresTrainingsDriftDataAndRegistryAreAsked() {
        JsonNode form = keelson.features(List.of("team_form:*"), Map.of("team", List.of("Northport")));
        Training training = keelson.train("football-1x2", Map.of("actor", "ann"));
        Training now = keelson.await(training, Duration.ofMillis(500)); // minutes, rather
        keelson.cancel(now);
        JsonNode report = keelson.checkDrift("football-1x2");
        JsonNode reports = keelson.driftReports("football-1x2");
        JsonNode versions = keelson.datasetVersions("matches");
        JsonNode latest = keelson.datasetVersion("matches", "latest");
        JsonNode models = keelson.models();
        JsonNode registered = keelson.versions("football-1x2");
        JsonNode runs = keelson.runs(Map.of("model", "football-1x2", "limit", 3));

        assertThat(form.at("/rows/0/features")).isNotEmpty();
        assertThat(training.isRunning()).isTrue();
        assertThat(now.id()).isEqualTo(training.id());
        assertThat(keelson.training(training.id()).state()).isEqualTo("cancelled");
        assertThat(report.path("verdict").asText()).isEqualTo("alarm");
        assertThat(reports).isNotEmpty();
        assertThat(versions).isNotEmpty();
        assertThat(latest.path("rows").asInt()).isPositive();
        assertThat(models).hasSize(4);
        assertThat(registered).hasSize(8);
        assertThat(runs).hasSize(3);
    }

    @Test
    void aServerThatIsNotThereIsSaid() {
        try (KeelsonClient nobody = KeelsonClient.at("http://127.0.0.1:1").withTimeout(Duration.ofSeconds(5))) {
            assertThat(nobody.isLive()).isFalse();
            assertThat(catchThrowableOfType(UncheckedIOException.class, nobody::models)).hasMessageContaining("127.0.0.1:1");
        }
    }

    @Test
    void aTokenIsShownWithEveryRequest() throws Exception {
        HttpServer echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext("/", exchange -> {
            String shown = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] body = JsonNodeFactory.instance.objectNode().put("shown", shown).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        echo.start();
        try (KeelsonClient client = KeelsonClient.at("http://127.0.0.1:" + echo.getAddress().getPort()).withToken("hush-hush")) {
            assertThat(client.get("x/%s", Map.of("a b", List.of(1, 2)), "y z").path("shown").asText())
                    .isEqualTo("Bearer hush-hush");
        } finally {
            echo.stop(0);
        }
    }

    // ---- the guide

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("docs/guide"))) {
            folder = Objects.requireNonNull(folder.getParent(), "a folder with docs/guide");
        }
        return folder;
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(root().resolve("docs/guide/clients.md")));
        while (block.find()) {
            if (block.group(1).equals(language)) {
                blocks.add(block.group(2));
            }
        }
        return blocks;
    }

    @Test
    void theJavaOfTheGuideIsThatOfTheTests() throws IOException {
        String source = plain(Files.readString(
                root().resolve("client/src/test/java/dev/keelson/client/KeelsonClientTest.java")));

        for (String block : blocks("java").subList(1, blocks("java").size())) {
            for (String statement : plain(block).split("(?<=;)", -1)) {
                assertThat(source).contains(statement.strip());
            }
        }
    }

    /** Without comments and line breaks. */
    private static String plain(String text) {
        return text.replaceAll("//[^\n]*", "").replaceAll("\\s+", " ").strip();
    }

    @Test
    void thePythonOfTheGuideRuns() throws Exception {
        Path script = Files.writeString(
                folder.resolve("clients.py"),
                "import urllib.error\nURL = '%s'\n".formatted(url) + String.join("\n", blocks("python")));
        Process python;
        try {
            python = new ProcessBuilder("python3", script.toString()).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeThat(false).as("python3 is there: " + e.getMessage()).isTrue();
            return;
        }
        String told = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(python.exitValue()).as(told).isZero();
        assertThat(told).contains("ready: ready", "predicted: H", "refused: 400 rows[0].HomeTeam", "outcomes: 1", "drift: alarm", "champion: 7");
    }
}
