package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features of folds and of a query as of given times, through the commands alone. */
final class FeaturesHistoryIT {
    static final String QUERY = """
              shots:
                entity: team
                sources: [matches]
                ttl: 400d
                sql: |
                  WITH sides AS (
                    SELECT HomeTeam AS team, _event_time, HS AS shots FROM matches
                    UNION ALL
                    SELECT AwayTeam, _event_time, "AS" FROM matches)
                  SELECT team, _event_time AS event_time, shots AS last_shots,
                    count(*) OVER (PARTITION BY team ORDER BY _event_time) AS matches
                  FROM sides

            models:
            """;

    @TempDir
    static Path folder;

    private static String team;

    @BeforeAll
    static void loadTheData() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("(?m)^models:\\n", QUERY));
        Cli load = keelson("data", "load", "--json");
        assertThat(load.code()).as(load.err()).isZero();
        List<String> lines = Files.readAllLines(folder.resolve("data/football/matches.csv"));
        team = lines.get(1).split(",", -1)[List.of(lines.getFirst().split(",", -1)).indexOf("HomeTeam")];
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    private static List<String> history(String rows, String... features) throws IOException {
        Files.writeString(folder.resolve("asked.csv"), rows);
        Cli cli = keelson(
                "features", "history", "--entities", "asked.csv", "--features", String.join(",", features), "--out",
                "out.csv");
        assertThat(cli.code()).as(cli.err()).isZero();
        return Files.readAllLines(folder.resolve("out.csv"));
    }

    @Test
    void eachRowAskedAboutIsAnsweredInItsPlace() throws IOException {
        List<String> lines = history(
                """
                note,team,as_of
                after all,%1$s,2040-01-01T00:00:00Z
                unknown,Nobody,2040-01-01T00:00:00Z
                before all,%1$s,1990-01-01 00:00:00+01:00
                no key,,2040-01-01T00:00:00Z
                """
                        .formatted(team),
                "shots:*",
                "team_form:rest_days",
                "team_form:points_last10");

        assertThat(lines.getFirst())
                .isEqualTo("note,team,as_of,shots.last_shots,shots.matches,shots._status,shots._age_seconds,"
                        + "team_form.rest_days,team_form.points_last10,team_form._status");
        assertThat(lines.get(1)).startsWith("after all,").contains(",STALE,").endsWith(",,STALE");
        assertThat(lines.get(2)).isEqualTo("unknown,Nobody,2040-01-01T00:00:00Z,,,NOT_FOUND,,,,NOT_FOUND");
        assertThat(lines.get(3)).startsWith("before all,").endsWith(",,,NOT_FOUND,,,,NOT_FOUND");
        assertThat(lines.get(4)).isEqualTo("no key,,2040-01-01T00:00:00Z,,,NULL_KEY,,,,NULL_KEY");
        assertThat(lines).hasSize(5);
    }

    @Test
    void theReportCountsStatusesAndNamesVersions() throws IOException {
        String lastEvent = keelson("data", "versions", "--json").json().at("/versions/0/last_event").asText();
        Files.writeString(
                folder.resolve("now.csv"), "team,at\n%s,%s\n".formatted(team, lastEvent.replaceFirst("T.*", "T23:00:00Z")));

        Cli cli = keelson(
                "features", "history", "--entities", "now.csv", "--as-of", "at", "--features", "shots:matches", "--where",
                "shots:last_shots >= 0", "--out", "now.parquet", "--json");

        assertThat(cli.code()).as(cli.err()).isZero();
        JsonNode document = cli.json();
        assertThat(document.get("rows").asLong()).isEqualTo(1);
        assertThat(document.at("/views/0/name").asText()).isEqualTo("shots");
        assertThat(document.at("/views/0/statuses/present").asLong()).isEqualTo(1);
        assertThat(document.at("/dataset_versions/matches").asText()).hasSize(64);
        assertThat(document.at("/dataset_versions/view.shots").asText()).hasSize(64);
        assertThat(folder.resolve("now.parquet")).isNotEmptyFile();
    }

    @Test
    void rowsOfAViewAreVerifiedListedAndComputedAgain() throws IOException {
        Files.writeString(folder.resolve("one.csv"), "team,as_of\n%s,2040-01-01T00:00:00Z\n".formatted(team));
        String[] asked = {"features", "history", "--entities", "one.csv", "--features", "shots:*", "--out", "one-out.csv"};
        assertThat(keelson(asked).code()).isZero();

        JsonNode listed = keelson("data", "versions", "--source", "view.shots", "--json").json().at("/versions/0");
        assertThat(listed.path("source").asText()).isEqualTo("view.shots");
        assertThat(listed.path("latest").asBoolean()).isTrue();
        assertThat(keelson("data", "verify", "--source", "view.shots", "--json").json().path("version"))
                .isEqualTo(listed.path("id"));
        assertThat(keelson("data", "show", "--source", "view.shots", "--json").json().path("columns")).isNotEmpty();

        Path stored = folder.resolve(".keelson/datasets/view.shots");
        try (Stream<Path> files = Files.list(stored)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".parquet")).toList()) {
                Files.write(file, new byte[10]);
            }
        }
        Cli verify = keelson("data", "verify", "--source", "view.shots");
        assertThat(verify.code()).isEqualTo(1);
        assertThat(verify.err())
                .contains("K209", "remove the folder (.keelson/datasets/view.shots): `keelson features materialize` computes");
        try (Stream<Path> files = Files.walk(stored)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertThat(keelson("data", "verify", "--source", "view.shots").err()).contains("K308", "keelson features materialize");
        Cli materialized = keelson("features", "materialize");
        assertThat(materialized.code()).as(materialized.err()).isZero();
        assertThat(keelson("data", "verify", "--source", "view.shots", "--json").json().path("version"))
                .isEqualTo(listed.path("id"));
        assertThat(keelson(asked).code()).isZero();
    }

    @Test
    void theListTellsKindsAndDefinitions() {
        JsonNode views = keelson("features", "list", "--json").json().get("views");

        assertThat(views.findValuesAsText("name")).containsExactly("team_form", "ratings", "strengths", "league_rates", "league_means", "shots");
        assertThat(views.findValuesAsText("kind")).containsExactly("folds", "folds", "folds", "folds", "folds", "sql");
        assertThat(keelson("features", "list").out()).contains("team_form:rest_days\tfolds\tteam\tdays since last event");
    }

    @Test
    void whatIsNotThereIsNamedWithTheClosest() throws IOException {
        Files.writeString(folder.resolve("some.csv"), "team,as_of\n");

        Cli cli = keelson("features", "history", "--entities", "some.csv", "--features", "shots:match", "--out", "x.csv");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("(match)", "Maybe `matches` was meant");
    }

    @Test
    void aMistakeInAQueryIsPlacedInTheProjectFile() throws IOException {
        Path file = folder.resolve("keelson.yaml");
        Path broken = folder.resolve("broken.yaml");
        Files.writeString(file.resolveSibling("some.csv"), "team,as_of\n");
        Files.writeString(broken, Files.readString(file).replace("HS AS shots", "Hs1 AS shots"));
        int line = Files.readAllLines(broken).stream().map(String::strip).toList().indexOf(
                        "SELECT HomeTeam AS team, _event_time, Hs1 AS shots FROM matches")
                + 1;

        Cli cli = keelson(
                "--project", "broken.yaml", "features", "history", "--entities", "some.csv", "--features", "shots:*", "--out",
                "x.csv");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("broken.yaml:" + line + ":");
    }
}
