package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What MLflow's Python clients send, request by request. Neither Python nor MLflow is needed, nor were they at hand: the requests
 * were written down from the protocol's description and the sources of the clients, with the fields that each call of {@code
 * MlflowClient} sets and the headers it sends, and the answers from what the client reads of them.
 */
final class RecordedRequestsIT {
    @TempDir
    private static Path folder;

    private static ServedCatalog server;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        server = ServedCatalog.start(folder);
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    @TestFactory
    Stream<DynamicContainer> conversationsGoAsTheClientsExpect() {
        return RecordedRequest.all().stream().map(file -> {
            Map<String, String> memory = new HashMap<>();
            memory.put("unique", UUID.randomUUID().toString());
            List<RecordedRequest> requests = RecordedRequest.read(file);
            return DynamicContainer.dynamicContainer(
                    file,
                    requests.stream().map(each -> DynamicTest.dynamicTest(each.title(), () -> holds(each, memory))));
        });
    }

    private static void holds(RecordedRequest recorded, Map<String, String> memory) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(server.url() + RecordedRequest.filled(recorded.address(), memory)))
                .method(recorded.method(), body(recorded, memory));
        recorded.headers().forEach((name, value) -> {
            if (recorded.body() != null || !name.equals("Content-Type")) {
                request.header(name, RecordedRequest.filled(value, memory));
            }
        });

        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(recorded.status());
        assertThat(recorded.differences(response.body(), memory)).as(response.body()).isEmpty();
    }

    private static BodyPublisher body(RecordedRequest recorded, Map<String, String> memory) {
        String body = recorded.body();
        return body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(RecordedRequest.filled(body, memory));
    }
}
