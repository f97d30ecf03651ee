package dev.keelson.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.ModelImport;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.learn.imported.ImportedModel;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.PriceProject;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that was trained here and a file of ONNX, served by their engines beside a model of trees. */
class EnginesE2EIT {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-06-01T00:00:00Z"));
    /** Two columns to {@code 1 / (1 + exp(-(0.1 x + b)))}, with {@code b} in the four bytes from {@link #BIAS} on. */
    private static final String ONNX =
            "CAhCBAoAEBFCDgoKYWkub25ueC5tbBADOo8BEgZiaW5hcnkKGAoBWAoBVwoBQhIFc2NvcmUiBEdlbW06AAoYCgVzY29yZRIEdG9sZCIHU2lnbW9p"
                    + "ZDoAKhMIAggBEAFCAVdKCM3MzD0AAAAAKg0IARABQgFCSgQAADDBWhQKAVgSDwoNCAESCQoDEgFOCgIIAmIXCgR0b2xkEg8KDQgB"
                    + "EgkKAxIBTgoCCAE=";
    private static final int BIAS = 119;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private Project project(String learner) throws IOException {
        Project project = PriceProject.in(
                folder,
                PriceProject.model("trees", "{ xgboost: { rounds: 5 } }")
                        + PriceProject.model("network", learner)
                        + PriceProject.model("theirs", "{ xgboost: { rounds: 5 } }")
                        + "serve: { engines: { threads: 2, queue: 100 } }\n");
        RunPipeline.run(project, CLOCK, line -> {});
        return project;
    }

    private static byte[] onnx(float bias) {
        byte[] file = Base64.getDecoder().decode(ONNX);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(BIAS, bias);
        return file;
    }

    private static double expected(double close, float bias) {
        return 1 / (1 + Math.exp(-(0.1f * close + bias)));
    }

    private static int imported(LiveBackend backend, float bias) {
        double told = expected(101, bias);
        return backend.importModel(
                        "theirs",
                        new ModelImport(
                                "theirs.onnx",
                                onnx(bias),
                                "close,volume\n101,7\n",
                                "false,true\n%s,%s\n".formatted(1 - told, told),
                                List.of("close", "volume"),
                                List.of("false", "true"),
                                null,
                                FileLink.NONE,
                                1e-5,
                                "ada",
                                "It is theirs."))
                .version()
                .version();
    }

    private JsonNode predict(KeelsonServer server, String model, int rows) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder("{\"rows\": [");
        for (int i = 0; i < rows; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"symbol\": \"BTC\", \"time\": \"2024-02-09T23:30:00Z\", \"close\": %d, \"volume\": 7.0}"
                            .formatted(101 + i % 18));
        }
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/models/" + model + "/predict"))
                        .POST(HttpRequest.BodyPublishers.ofString(body + "]}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body()).path("predictions");
    }

    @Test
    void aNetworkThatWasTrainedHereAnswersByThreadsOfItsOwn() throws IOException, InterruptedException {
        assumeTrue(
                EnginesE2EIT.class.getResource("/native/lib/pytorch.properties") != null,
                "The libraries of PyTorch, which train networks, are not on the class path.");
        try (LiveBackend backend = LiveBackend.open(project("{ mlp: { hidden: \"8\", epochs: 3 } }"), CLOCK);
                KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0)) {
            assertThat(predict(server, "trees", 500)).hasSize(500);
            JsonNode network = predict(server, "network", 500);

            assertThat(network).hasSize(500);
            assertThat(network.get(0).path("probabilities").path("true").asDouble()).isBetween(0.0, 1.0);
            assertThat(predict(server, "network", 1).get(0).path("probabilities"))
                    .isEqualTo(network.get(0).path("probabilities"));
            assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).contains("keelson-engines");
        }
    }

    @Test
    void filesOfOnnxAnswerAndAreClosedAfterManySwaps() throws IOException, InterruptedException {
        int before = ImportedModel.openFiles();
        Project project = project("logistic");
        try (LiveBackend backend = LiveBackend.open(project, CLOCK);
                KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0)) {
            for (int swap = 0; swap < 30; swap++) {
                float bias = -11f + 0.01f * swap;
                int version = imported(backend, bias);
                backend.promote("theirs", version, "ada", "It is newer.");

                JsonNode told = predict(server, "theirs", 200);

                assertThat(told.get(0).path("version").asInt()).isEqualTo(version);
                for (int i = 0; i < told.size(); i++) {
                    assertThat(told.get(i).path("probabilities").path("true").asDouble())
                            .isCloseTo(expected(101 + i % 18, bias), within(1e-5));
                }
                assertThat(ImportedModel.openFiles() - before).isLessThanOrEqualTo(10);
            }
        }
        assertThat(ImportedModel.openFiles()).isEqualTo(before);
    }
}
