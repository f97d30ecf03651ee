package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.mlflow.ServedCatalog;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.MetricPoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cards of versions that clients registered, over HTTP. */
class ModelCardsIT {
    private static final String RUN = "0123456789abcdef0123456789abcdef";
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final String MLMODEL = """
            flavors:
              sklearn: {}
            signature:
              inputs: '[{"type": "double", "name": "form", "required": true}]'
              outputs: '[{"type": "string", "required": true}]'
            """;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void cardOfAClientsVersionTellsWhatWasLoggedAndWhatIsNotKnown(@TempDir Path folder) throws Exception {
        try (ServedCatalog served = ServedCatalog.start(folder)) {
            served.catalog().update(tx -> {
                tx.tracking().createRun(RUN, "0", "first | try", "ann", AT, Map.of("team", "blue"));
                tx.tracking()
                        .log(
                                RUN,
                                List.of(new MetricPoint("loss", 0.9, 1, 0), new MetricPoint("loss", 0.4, 2, 1)),
                                Map.of("depth", "6"),
                                Map.of());
                tx.tracking()
                        .addInputs(
                                RUN,
                                List.of(new DatasetInput(
                                        "matches", "12ab", "local", "m.csv", null, null, Map.of("mlflow.data.context", "training"))),
                                List.of());
                tx.tracking().updateRun(RUN, Run.Status.FINISHED, AT, null);
                tx.registry().createModel("goals", "", Map.of(), AT);
                tx.registry()
                        .createVersion(
                                "goals",
                                "runs:/" + RUN + "/model",
                                RUN,
                                null,
                                null,
                                "ann",
                                "The first one.",
                                Map.of("checked", "yes"),
                                AT);
                tx.registry().createVersion("goals", "s3://elsewhere/model", null, null, null, "ann", "", Map.of(), AT);
            });
            send(served, "PUT", "/api/2.0/mlflow-artifacts/artifacts/0/" + RUN + "/artifacts/model/MLmodel", MLMODEL);
            send(
                    served,
                    "POST",
                    "/api/2.0/mlflow/model-versions/transition-stage",
                    "{\"name\":\"goals\",\"version\":\"1\",\"stage\":\"Staging\"}");

            JsonNode card = new ObjectMapper().readTree(send(served, "GET", "/api/v1/models/goals/versions/1/card", ""));
            String text = send(served, "GET", "/api/v1/models/goals/versions/1/card?format=md", "");
            JsonNode bare = new ObjectMapper().readTree(send(served, "GET", "/api/v1/models/goals/versions/2/card", ""));
            String page = send(served, "GET", "/registry/goals/versions/1", "");

            assertThat(card.path("made_by").asText()).isEqualTo("client");
            assertThat(card.path("description").asText()).isEqualTo("The first one.");
            assertThat(card.path("tags").path("checked").asText()).isEqualTo("yes");
            assertThat(card.at("/logged/run/status").asText()).isEqualTo("finished");
            assertThat(card.at("/logged/params/depth").asText()).isEqualTo("6");
            assertThat(card.at("/logged/tags/team").asText()).isEqualTo("blue");
            assertThat(card.at("/logged/metrics/0/points").asLong()).isEqualTo(2);
            assertThat(card.at("/logged/metrics/0/value").asDouble()).isEqualTo(0.4);
            assertThat(card.at("/logged/datasets/0/context").asText()).isEqualTo("training");
            assertThat(card.at("/signature/inputs/0/name").asText()).isEqualTo("form");
            assertThat(card.path("history")).hasSize(1);
            assertThat(card.at("/history/0/action").asText()).isNotEmpty();
            assertThat(unknown(card)).hasSize(2).anyMatch(each -> each.startsWith("Whether its metrics"));
            assertThat(text)
                    .contains("## Not known", "| loss | run | 0.4 | 2 | 1 |", "- Param, depth: 6", "- Run, name: first \\| try", "## Changes");
            assertThat(unknown(bare)).anyMatch(each -> each.contains("names none")).anyMatch(each -> each.contains("s3://elsewhere"));
            assertThat(page).contains("Card: not known", "Card: metrics as they were logged", "matches");
        }
    }

    private static List<String> unknown(JsonNode card) {
        List<String> texts = new ArrayList<>();
        card.path("unknown").forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private String send(ServedCatalog served, String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(served.url() + path))
                .header("Content-Type", method.equals("PUT") ? "application/octet-stream" : "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
