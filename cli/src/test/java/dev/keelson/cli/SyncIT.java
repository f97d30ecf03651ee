package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.testkit.PostgrestServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Tables are written back to a service of Supabase's shape, through the commands alone. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SyncIT {
    private static final String KEY = "service-key-5e1d";

    @TempDir
    static Path folder;

    private static PostgrestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new PostgrestServer(KEY, 1_000);
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file) + """

                sync:
                  matches_back:
                    from: matches
                    columns: { div: league, date: played_on, HomeTeam: home, AwayTeam: away, FTR: result }
                    supabase: { url: "${SB_URL}", key: "${SB_KEY}", table: matches }
                  tips:
                    from: predictions
                    columns: [id, model, entity, predicted, confidence, probabilities]
                    supabase: { url: "${SB_URL}", key: "${SB_KEY}", table: tips }
                  evaluation_log:
                    from: evaluations
                    supabase: { url: "${SB_URL}", key: "${SB_KEY}", table: evaluation_log }
                  checks:
                    from: check_results
                    supabase: { url: "${SB_URL}", key: "${SB_KEY}", table: checks }
                """);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Map<String, String> environment() {
        return Map.of("SB_URL", server.address(), "SB_KEY", KEY);
    }

    private static Cli keelson(String... args) {
        return Cli.run(folder, "", environment(), args);
    }

    private static JsonNode table(Cli cli, String name) {
        for (JsonNode table : cli.json().path("tables")) {
            if (table.path("name").asText().equals(name)) {
                return table;
            }
        }
        throw new AssertionError(cli.out() + cli.err());
    }

    private static long rows(Cli cli, String name) {
        return table(cli, name).path("rows").asLong();
    }

    @Test
    @Order(1)
    void missingTableIsNamedWithTheStatementThatMakesIt() {
        Cli loaded = keelson("data", "load", "--json");

        Cli cli = keelson("sync", "matches_back");

        assertThat(loaded.code()).as(loaded.err()).isZero();
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("(matches)").contains("create table \"matches\" (\"league\" text").doesNotContain(KEY);
    }

    @Test
    @Order(2)
    void dryRunShowsWhatWouldBeWritten() {
        server.define("matches", Map.of("league", "text", "played_on", "date", "home", "text", "away", "text", "result", "text"));

        Cli cli = keelson("sync", "matches_back", "--dry-run", "--json");

        assertThat(rows(cli, "matches_back")).isEqualTo(540);
        assertThat(table(cli, "matches_back").path("columns").path(1).asText()).isEqualTo("played_on");
        assertThat(table(cli, "matches_back").path("examples")).hasSize(3);
        assertThat(server.rows("matches")).isEmpty();
        assertThat(keelson("sync", "matches_back", "--dry-run").err()).contains("matches_back: league=");
    }

    @Test
    @Order(3)
    void rowsAreWrittenOnce() {
        Cli first = keelson("sync", "matches_back", "--json");
        int requests = server.requests().size();
        Cli second = keelson("sync", "matches_back", "--json");

        assertThat(rows(first, "matches_back")).isEqualTo(540);
        assertThat(rows(second, "matches_back")).isZero();
        assertThat(server.requests()).hasSize(requests);
        ObjectNode row = server.rows("matches").getFirst();
        assertThat(row.properties()).extracting(Map.Entry::getKey)
                .containsExactly("league", "played_on", "home", "away", "result");
        assertThat(row.path("played_on").asText()).matches("\\d{4}-\\d\\d-\\d\\d");
        assertThat(first.out() + first.err() + second.err()).doesNotContain(KEY);
    }

    @Test
    @Order(4)
    void predictionsEvaluationsAndChecksFollow() {
        server.insert("tips");
        server.insert("evaluation_log");
        server.insert("checks");
        Cli run = keelson("run", "--json");
        String request = "{\"div\": \"E0\", \"date\": \"2030-05-01\", \"HomeTeam\": \"E0 01\", \"AwayTeam\": \"E0 02\","
                + " \"AvgH\": 2.0, \"AvgD\": 3.4, \"AvgA\": 3.9}";
        Cli predicted = Cli.run(folder, request, environment(), "predict", "football-1x2", "-", "--json");

        Cli cli = keelson("sync", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(predicted.code()).as(predicted.err()).isZero();
        assertThat(rows(cli, "tips")).isEqualTo(1);
        assertThat(server.rows("tips").getFirst().path("probabilities").path("H").isNumber()).isTrue();
        assertThat(rows(cli, "evaluation_log")).isZero();
        assertThat(rows(cli, "checks")).isPositive();
        assertThat(rows(keelson("sync", "--json"), "checks")).isZero();
    }

    @Test
    @Order(5)
    void whileItIsServedTheServerWrites() {
        var project = Projects.read(folder, environment());
        try (LiveBackend backend = LiveBackend.open(project, InstantSource.system());
                KeelsonServer serving = KeelsonServer.start(backend, "127.0.0.1", 0)) {
            backend.serving("127.0.0.1", serving.port());

            Cli again = keelson("sync", "tips", "--full", "--json");
            Cli unknown = keelson("sync", "tip");
            Cli status = keelson("sync", "--status", "--json");

            assertThat(rows(again, "tips")).isEqualTo(1);
            assertThat(unknown.code()).isEqualTo(2);
            assertThat(unknown.err()).contains("tips");
            assertThat(table(status, "tips").path("state").asText()).isEqualTo("complete");
            assertThat(table(status, "evaluation_log").path("state").asText()).isEqualTo("new");
        }
    }
}
