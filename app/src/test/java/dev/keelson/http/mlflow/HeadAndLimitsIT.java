package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files asked for by HEAD, and documents that are too large. */
class HeadAndLimitsIT {
    private static final String RUN = "0123456789abcdef0123456789abcdef";
    private static final String BYTES = "not opened";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void headTellsOfAFileWhatGetTells(@TempDir Path folder) throws Exception {
        try (ServedCatalog served = ServedCatalog.start(folder)) {
            served.catalog().update(tx -> {
                tx.tracking().createRun(RUN, "0", "first", "ann", Instant.EPOCH, Map.of());
                tx.registry().createModel("goals", "", Map.of(), Instant.EPOCH);
                tx.registry()
                        .createVersion("goals", "runs:/" + RUN + "/model", RUN, null, null, "ann", "", Map.of(), Instant.EPOCH);
            });
            String proxy = "/api/2.0/mlflow-artifacts/artifacts/0/" + RUN + "/artifacts/model/a.bin";
            assertThat(send(served, "PUT", proxy, BodyPublishers.ofString(BYTES)).statusCode()).isEqualTo(200);

            for (String address : List.of(
                    proxy,
                    "/api/v1/runs/" + RUN + "/files/model/a.bin",
                    "/get-artifact?run_uuid=" + RUN + "&path=model/a.bin",
                    "/model-versions/get-artifact?name=goals&version=1&path=a.bin",
                    "/ajax-api/2.0/mlflow/get-artifact?run_id=" + RUN + "&path=model/a.bin")) {
                HttpResponse<String> got = send(served, "GET", address, BodyPublishers.noBody());
                HttpResponse<String> head = send(served, "HEAD", address, BodyPublishers.noBody());

                assertThat(got.body()).isEqualTo(BYTES);
                assertThat(head.statusCode()).as(address).isEqualTo(200);
                assertThat(head.body()).isEmpty();
                for (String name : List.of("Content-Length", "Content-Type", "ETag", "Content-Disposition", "Accept-Ranges")) {
                    assertThat(head.headers().firstValue(name)).as(name).isEqualTo(got.headers().firstValue(name)).isPresent();
                }
            }
            assertThat(send(served, "HEAD", proxy + "x", BodyPublishers.noBody()).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedInTheFormOfMlflow(@TempDir Path folder) throws Exception {
        try (ServedCatalog served = ServedCatalog.start(folder)) {
            byte[] large = new byte[(8 << 20) + 1];
            Arrays.fill(large, (byte) ' ');
            byte[] start = "{\"run_id\":".getBytes(StandardCharsets.UTF_8);
            System.arraycopy(start, 0, large, 0, start.length);

            for (String address :
                    List.of("/api/2.0/mlflow/runs/log-batch", "/api/2.0/mlflow/runs/create", "/ajax-api/2.0/mlflow/runs/search")) {
                for (BodyPublisher body : List.of(
                        BodyPublishers.ofByteArray(large), // says how long it is
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
                    HttpResponse<String> answer = send(served, "POST", address, body);
                    JsonNode document = new ObjectMapper().readTree(answer.body());

                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
                    assertThat(document.path("error_code").asText()).isEqualTo("INVALID_PARAMETER_VALUE");
                    assertThat(document.path("message").asText()).startsWith("The body is larger than 8 MiB.").contains("several requests");
                }
            }
        }
    }

    private HttpResponse<String> send(ServedCatalog served, String method, String address, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(served.url() + address))
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }
}
