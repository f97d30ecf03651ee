package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From source rows to a prediction and back, through the commands alone. */
final class LineageIT {
    @TempDir
    static Path folder;

    private static String prediction = "";
    private static String team = "";

    private static Cli keelson(String... args) {
        return Cli.run(folder, args);
    }

    @BeforeAll
    static void trainAndPredict() throws IOException {
        TinyLeague.make(folder);
        List<String> lines = Files.readAllLines(folder.resolve("data/football/matches.csv"));
        List<String> header = List.of(lines.getFirst().split(",", -1));
        String[] last = lines.getLast().split(",", -1);
        team = last[header.indexOf("HomeTeam")];
        Cli run = keelson("run");
        assertThat(run.code()).as(run.err()).isZero();
        Cli predicted = keelson(
                "predict", "football-1x2", "--json", "--row", "div=" + last[header.indexOf("div")], "--row", "date=2030-01-05",
                "--row", "HomeTeam=" + team, "--row", "AwayTeam=" + last[header.indexOf("AwayTeam")],
                "--row", "AvgH=2.1", "--row", "AvgD=3.3", "--row", "AvgA=3.6");
        assertThat(predicted.code()).as(predicted.err()).isZero();
        prediction = predicted.json().findValuesAsText("id").getFirst();
    }

    @Test
    void predictionIsFollowedToTheFileThatWasLoaded() {
        Cli up = keelson("lineage", prediction, "--up", "--depth", "4", "--json");

        assertThat(up.code()).as(up.err()).isZero();
        List<String> kinds = up.json().path("nodes").findValuesAsText("kind");
        assertThat(kinds).contains("source", "file", "dataset", "row", "view", "run", "model", "prediction");
        assertThat(up.json().path("start").asText()).isEqualTo("prediction/" + prediction);
    }

    @Test
    void sourceRowLeadsToThePrediction() {
        JsonNode up = keelson("lineage", prediction, "--up", "--depth", "1", "--json").json();
        String row = up.path("nodes").findValuesAsText("id").stream()
                .filter(id -> id.startsWith("row/") && id.contains(team))
                .findFirst()
                .orElseThrow();

        Cli down = keelson("lineage", row.substring("row/".length()), "--down", "--depth", "1", "--json");

        assertThat(down.code()).as(down.err()).isZero();
        assertThat(down.json().path("nodes").findValuesAsText("name")).contains(prediction);
    }

    @Test
    void everyKindOfNameIsAnswered() {
        JsonNode graph = keelson("lineage", "football-1x2@v1", "--depth", "3", "--json").json();

        for (JsonNode node : graph.path("nodes")) {
            Cli one = keelson("lineage", node.path("id").asText(), "--depth", "1");
            assertThat(one.code()).as(one.err()).isZero();
        }
        assertThat(keelson("lineage", "matches").out()).contains("matches");
        assertThat(keelson("lineage", "team_form").out()).contains("team_form@v1");
    }

    @Test
    void eventsAreWrittenAsOneDocumentALine() throws IOException {
        Cli cli = keelson("lineage", prediction, "--up", "--depth", "4", "--openlineage", "events.jsonl");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(Files.readAllLines(folder.resolve("events.jsonl")))
                .hasSizeGreaterThanOrEqualTo(4)
                .allMatch(line -> line.startsWith("{\"eventTime\"") && line.contains("\"runId\""));
    }

    @Test
    void unknownNameIsAnErrorWithWhatIsNear() {
        Cli cli = keelson("lineage", "team_from");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("team_form");
    }

    @Test
    void nothingLoadedIsSaid(@TempDir Path other) throws IOException {
        TinyLeague.make(other);

        Cli cli = Cli.run(other, "lineage", "matches");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("keelson run");
    }
}
