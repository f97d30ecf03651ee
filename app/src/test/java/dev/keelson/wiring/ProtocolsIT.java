package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One trained model, asked in every language of the server. */
@Timeout(180)
final class ProtocolsIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2017-07-01T12:00:00Z"));
    private static final String MODEL = "football-1x2-odds";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private static JsonNode ask(HttpClient http, String url, String type, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", type);
        HttpResponse<String> answer = http.send(
                (body.isEmpty() ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(url + " " + answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body());
    }

    private static void train(LiveBackend backend) {
        String id = backend.trainings().start(ModelTraining.full(MODEL, "ann")).id();
        JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
        assertThat(backend.trainings().get(id).state()).isEqualTo(State.DONE);
    }

    @Test
    void everyProtocolTellsTheSame() throws Exception {
        Project project = project();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            train(backend);
            try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                    HttpClient http = HttpClient.newHttpClient()) {
                String api = server.url() + "/api/v1/models/" + MODEL;
                String inference = server.url() + "/v2/models/" + MODEL;
                String json = "application/json";
                String keys = "\"div\":\"E0\",\"date\":\"2017-07-01\",\"HomeTeam\":\"Ashford\",\"AwayTeam\":\"Brampton\"";
                JsonNode told = ask(
                                http, api + "/predict", json, "{%s,\"AvgH\":2.1,\"AvgD\":3.3,\"AvgA\":null}".formatted(keys))
                        .at("/predictions/0/probabilities");
                String expected = "[%s,%s,%s]".formatted(told.get("H"), told.get("D"), told.get("A"));

                JsonNode model = ask(http, inference, json, "");
                JsonNode columns = ask(
                        http,
                        inference + "/versions/@champion/infer",
                        json,
                        "{\"inputs\":[%s,%s,%s,%s,%s,%s,%s],\"outputs\":[{\"name\":\"probabilities\"}]}"
                                .formatted(
                                        text("div", "E0"), text("date", "2017-07-01"), text("HomeTeam", "Ashford"),
                                        text("AwayTeam", "Brampton"), number("AvgH", "2.1"), number("AvgD", "3.3"),
                                        number("AvgA", "null")));
                JsonNode matrix = ask(
                        http,
                        inference + "/versions/1/infer",
                        json,
                        "{\"parameters\":{\"entity\":\"E0|2017-07-01|Ashford|Brampton\",\"details\":\"features,contributions\"},\"inputs\":["
                                + "{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP64\",\"data\":[[2.1,3.3,null]]}]}");
                JsonNode invoked = ask(
                                http,
                                server.url() + "/models/" + MODEL + "/invocations",
                                json,
                                "{\"dataframe_split\":{\"columns\":[\"div\",\"date\",\"HomeTeam\",\"AwayTeam\",\"AvgH\",\"AvgD\",\"AvgA\",\"x\"],\"data\":[[\"E0\",\"2017-07-01T00:00:00.000\",\"Ashford\",\"Brampton\",2.1,3.3,null,1]]}}")
                        .at("/predictions/0");
                JsonNode csv = ask(
                                http,
                                api + "/predict",
                                "text/csv",
                                "div,date,HomeTeam,AwayTeam,AvgH,AvgD,AvgA,FTR\nE0,2017-07-01,Ashford,Brampton,2.1,3.3,,H\n")
                        .at("/predictions/0/probabilities");

                assertThat(model.path("inputs").findValuesAsText("name"))
                        .contains("div", "date", "HomeTeam", "AwayTeam", "AvgH", "AvgD", "AvgA");
                assertThat(columns.at("/outputs/0/data").toString()).isEqualTo(expected);
                assertThat(matrix.at("/outputs/0/data").toString()).isEqualTo(expected);
                assertThat(matrix.path("outputs").findValuesAsText("name")).contains("features", "contributions");
                assertThat(invoked.toString()).isEqualTo(told.toString());
                assertThat(csv.toString()).isEqualTo(told.toString());
                assertThat(ask(http, server.url() + "/api/v1/predictions?model=" + MODEL, json, "").path("total").asInt())
                        .isEqualTo(5);
            }
        }
    }

    @Test
    void entityStandsForTheKeysInEveryForm() throws Exception {
        Project project = project();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            train(backend);
            try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                    HttpClient http = HttpClient.newHttpClient()) {
                String predict = server.url() + "/api/v1/models/" + MODEL + "/predict";
                String entity = "E0|2017-07-01|Ashford|Brampton";
                String row = "{\"entity\":\"%s\",\"AvgH\":2.1,\"AvgD\":3.3,\"AvgA\":4}".formatted(entity);

                JsonNode json = ask(http, predict, "application/json", row).at("/predictions/0");
                JsonNode lines = ask(http, predict, "application/x-ndjson", row);
                JsonNode csv = ask(http, predict, "text/csv", "AvgH,AvgD,AvgA,entity\n2.1,3.3,4," + entity + "\n")
                        .at("/predictions/0");
                JsonNode parquet = parquet(http, predict, entity).at("/predictions/0");

                assertThat(List.of(lines, csv, parquet)).allSatisfy(each -> {
                    assertThat(each.path("entity").asText()).isEqualTo(entity);
                    assertThat(each.path("probabilities")).isEqualTo(json.path("probabilities"));
                });
                assertThat(json.path("predicted").asText()).isIn("H", "D", "A");
            }
        }
    }

    private JsonNode parquet(HttpClient http, String url, String entity) throws Exception {
        Path csv = Files.writeString(folder.resolve("rows.csv"), "AvgH,AvgD,AvgA,entity\n2.1,3.3,4," + entity + "\n");
        Path file = folder.resolve("rows.parquet");
        Map<String, String> columns = new LinkedHashMap<>();
        List.of("AvgH", "AvgD", "AvgA").forEach(name -> columns.put(name, "DOUBLE"));
        columns.put("entity", "VARCHAR");
        new ParquetBodies().write(csv, columns, file);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/vnd.apache.parquet")
                        .POST(HttpRequest.BodyPublishers.ofFile(file))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body());
    }

    private Project project() throws IOException {
        Project project = TinyLeague.create(folder.resolve("p"));
        try (Workspace workspace = new Workspace(project)) {
            RunPipeline.loadAll(workspace, project, CLOCK.instant(), step -> {});
        }
        return project;
    }

    private static String text(String name, String value) {
        return "{\"name\":\"%s\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"%s\"]}".formatted(name, value);
    }

    private static String number(String name, String value) {
        return "{\"name\":\"%s\",\"shape\":[1,1],\"datatype\":\"FP64\",\"data\":[[%s]]}".formatted(name, value);
    }
}
