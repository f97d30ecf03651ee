package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The log of predictions through the commands. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PredictionLogIT {
    private static final String ROWS = """
            [{"div": "E0", "date": "2019-05-05", "HomeTeam": "Ashford", "AwayTeam": "Brampton",
              "AvgH": 2.1, "AvgD": 3.3, "AvgA": 3.6}]
            """;

    @TempDir
    static Path folder;

    @BeforeAll
    static void makeTheProject() throws IOException {
        TinyLeague.make(folder);
        Files.writeString(
                folder.resolve("keelson.yaml"),
                "\nelsewhere:\n  churn: { classes: [stay, leave], features: [tenure] }\n  spend: {}\n",
                StandardOpenOption.APPEND);
    }

    private static Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    @Order(1)
    void onePredictionIsToldFromTheEventToTheSourceRows() {
        assertThat(keelson("run").code()).isZero();
        Cli predicted = Cli.run(folder, ROWS, Map.of(), "predict", "football-1x2", "-", "--json");
        String id = predicted.json().at("/predictions/0/id").asText();

        Cli shown = keelson("predictions show " + id);
        JsonNode json = keelson("predictions show --json " + id).json();

        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("football-1x2 v1, as champion", "P(H)", "not known yet", "matches.csv", "home.ratings.elo\t");
        assertThat(json.at("/features/0/status").asText()).isEqualTo("NOT_FOUND"); // nobody has seen that team
        assertThat(json.path("served").asBoolean()).isTrue();
        assertThat(json.at("/lineage/nodes").size()).isGreaterThan(3);
        assertThat(json.path("explanation").path("contributions").size()).isPositive();
        assertThat(keelson("predictions show 1").code()).isEqualTo(2);
        assertThat(keelson("predictions show 00000000-0000-0000-0000-000000000000").err()).contains("error[");
    }

    @Test
    @Order(1)
    void featureIsToldWithItsAgeAndItsRowsWithTheirLines() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("data/football/matches.csv"));
        List<String> header = List.of(lines.getFirst().split(",", -1));
        List<String> last = List.of(lines.getLast().split(",", -1));
        String home = last.get(header.indexOf("HomeTeam"));
        LocalDate day = LocalDate.parse(last.get(header.indexOf("date")));
        String entity = "%s|%s|%s|Newcomers".formatted(last.get(header.indexOf("div")), day.plusDays(7), home);
        Cli predicted = Cli.run(
                folder, "[{\"entity\": \"%s\"}]".formatted(entity), Map.of(), "predict", "football-1x2", "-", "--json", "--details", "features");
        assertThat(predicted.code()).as(predicted.err()).isZero();

        JsonNode answered = predicted.json().at("/predictions/0");
        JsonNode json = keelson("predictions show --json --limit 3 " + answered.path("id").asText()).json();

        assertThat(json.path("features")).hasSameSizeAs(answered.path("features"));
        JsonNode elo = null;
        for (int i = 0; i < json.path("features").size(); i++) {
            JsonNode told = answered.path("features").get(i);
            JsonNode logged = json.path("features").get(i);
            assertThat(List.of(logged.path("name"), logged.path("value"), logged.path("status")))
                    .isEqualTo(List.of(told.path("name"), told.path("value"), told.path("status")));
            if (told.has("age_s")) {
                assertThat(logged.path("age_s").asDouble()).isEqualTo(told.path("age_s").asDouble());
            }
            elo = told.path("name").asText().equals("home.ratings.elo") ? logged : elo;
        }
        JsonNode rating = Objects.requireNonNull(elo);
        assertThat(rating.path("status").asText()).isEqualTo("PRESENT");
        assertThat(rating.at("/inputs/0/view").asText()).isEqualTo("ratings@v1");
        assertThat(rating.at("/inputs/0/key").asText()).isEqualTo(home);
        assertThat(rating.at("/inputs/0/rows")).hasSize(3);
        assertThat(rating.at("/inputs/0/more").asBoolean()).isTrue();
        assertThat(json.path("rows").size()).isGreaterThanOrEqualTo(3);
        for (JsonNode row : json.path("rows")) {
            String[] place = row.path("place").asText().split(":", -1);
            assertThat(place[0]).isEqualTo("data/football/matches.csv");
            assertThat(lines.get(Integer.parseInt(place[1]) - 1).split(",", -1))
                    .contains(row.path("row").asText().replace("matches:", "").split("\\|", -1));
            assertThat(row.path("file_unchanged").asBoolean()).isTrue();
        }
    }

    @Test
    @Order(2)
    void outcomesComeFromAFile() throws IOException {
        Files.writeString(
                folder.resolve("outcomes.csv"), "model,entity,outcome\nfootball-1x2,E0|2019-05-05|Ashford|Brampton,D\n");

        Cli first = keelson("predictions outcomes outcomes.csv --json");
        Cli again = keelson("predictions outcomes outcomes.csv");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.json().path("matched").asInt()).isOne();
        assertThat(again.out()).contains("1 outcomes: 1 matched", "1 were known");
        assertThat(keelson("predictions list --outcome D --json").json().path("total").asInt()).isOne();
        assertThat(keelson("predictions outcomes nothing.csv").code()).isEqualTo(2);
    }

    @Test
    @Order(2)
    void windowThatEndsBeforeItBeginsIsRefused() {
        for (String command : List.of("predictions list", "predictions score churn", "performance show churn", "streaks churn")) {
            Cli reversed = keelson(command + " --from 2026-12-01 --to 2026-01-01");
            assertThat(reversed.code()).as(command).isEqualTo(2);
            assertThat(reversed.err()).contains("--from (2026-1", "must be before --to (202", "Maybe they were exchanged.");
        }
    }

    @Test
    @Order(3)
    void predictionsMadeElsewhereAreTakenAndSearched() throws IOException {
        Files.writeString(
                folder.resolve("churn.csv"),
                """
                entity,probabilities.stay,probabilities.leave,features.tenure,at,version,metadata,outcome
                ann,0.9,0.1,12,2024-01-01T00:00:00Z,a1,"{""plan"":""gold""}",
                bob,0.4,0.6,,2024-01-02T00:00:00Z,a1,,leave
                """);
        Files.writeString(folder.resolve("spend.jsonl"), "{\"entity\":\"ann\",\"value\":12.5,\"at\":\"2024-01-01T00:00:00Z\"}\n");

        Cli taken = keelson("predictions submit churn churn.csv --json");
        Cli again = keelson("predictions submit churn churn.csv");
        Cli number = keelson("predictions submit spend spend.jsonl");

        assertThat(taken.code()).as(taken.err()).isZero();
        assertThat(taken.json().path("accepted").asInt()).isEqualTo(2);
        assertThat(again.out()).contains("2 predictions of churn, 2 of them known already");
        assertThat(number.code()).as(number.err()).isZero();
        assertThat(keelson("predictions list --model churn --role elsewhere --min-confidence 0.8 --json").json()
                        .at("/predictions/0/metadata/plan")
                        .asText())
                .isEqualTo("gold");
        assertThat(keelson("predictions list --model churn --settled --from 2024-01-02 --to 2024-01-03 --json").json()
                        .path("total")
                        .asInt())
                .isOne();
        assertThat(keelson("predictions submit football-1x2 churn.csv").err()).contains("served here");
        Files.writeString(folder.resolve("wrong.csv"), "entity,oops,probabilities.stay,probabilities.leave,at\na,1,0.5,0.5,\n\nb,2,0.5,0.5,\nc,3,1.5,0.5,noon\n");
        String wrong = keelson("predictions submit churn wrong.csv").err();
        assertThat(wrong)
                .containsOnlyOnce("The key oops is unknown")
                .contains("wrong.csv:2", "It is so in other rows, too.", "wrong.csv:5", "probabilities.stay: The probability (1.5)", "(noon) of at")
                .doesNotContain("predictions[");
        assertThat(keelson("predictions submit churn none.csv").err()).contains("There is no file (none.csv).");
        String id = keelson("predictions list --model churn --json").json().at("/predictions/1/id").asText();
        JsonNode shown = keelson("predictions show --json " + id).json();
        assertThat(shown.at("/features/0/name").asText()).isEqualTo("tenure");
        assertThat(shown.at("/features/0/value").asDouble()).isEqualTo(12);
        assertThat(keelson("explain churn").err()).contains("is served by others", "predictions score churn");
    }

    @Test
    @Order(4)
    void predictionsAreScoredByTheOutcomesThatCount() throws IOException {
        JsonNode before = keelson("predictions score churn --json").json();
        Files.writeString(
                folder.resolve("corrected.csv"),
                "model,entity,outcome\nchurn,ann,stay\nchurn,bob,stay\nchurn,nobody,stay\nspend,ann,10.5\n");

        Cli corrected = keelson("predictions outcomes corrected.csv");
        JsonNode after = keelson("predictions score churn --json").json();
        JsonNode number = keelson("predictions score spend --json").json();

        assertThat(before.path("predicted").asInt()).isEqualTo(2);
        assertThat(before.path("settled").asInt()).isOne();
        assertThat(before.at("/versions/0/version_name").asText()).isEqualTo("a1");
        assertThat(before.at("/versions/0/metrics/accuracy").asDouble()).isOne();
        assertThat(before.at("/versions/0/metrics/log_loss").asDouble()).isCloseTo(-Math.log(0.6), within(1e-12));
        assertThat(corrected.err()).contains("The log holds no prediction of churn about (nobody)");
        assertThat(after.path("settled").asInt()).isEqualTo(2);
        assertThat(after.at("/versions/0/metrics/accuracy").asDouble()).isEqualTo(0.5);
        assertThat(after.at("/versions/0/metrics/log_loss").asDouble())
                .isCloseTo(-(Math.log(0.9) + Math.log(0.4)) / 2, within(1e-12));
        assertThat(number.at("/versions/0/metrics/rmse").asDouble()).isEqualTo(2);
        assertThat(keelson("predictions score football-1x2 --json").json().path("predicted").asInt()).isPositive();
        assertThat(keelson("predictions outcomes --model churn --entity bob --outcome leave").out()).contains("1 corrected another");
        assertThat(keelson("predictions score churn --json").json().at("/versions/0/metrics/accuracy").asDouble()).isOne();
        assertThat(keelson("predictions outcomes --entity bob").err()).contains("Either a file of outcomes or one outcome");
        assertThat(keelson("predictions score chrun").err()).contains("error[", "`churn`");
    }

    @Test
    @Order(4)
    void copiesAreComparedAndMended() throws SQLException {
        assertThat(keelson("predictions reconcile").code()).isZero();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(".keelson/predictions.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("update predictions set entity = 'eve' where entity = 'ann'");
        }

        Cli found = keelson("predictions reconcile");
        Cli mended = keelson("predictions reconcile --repair --json");

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).contains("differing", "the journal says entity ann, the copy entity eve");
        assertThat(mended.code()).isZero();
        assertThat(mended.json().at("/copies/0/repaired").asInt()).isEqualTo(2);
        assertThat(keelson("predictions reconcile").code()).isZero();
        assertThat(keelson("predictions remote").code()).isZero();
    }

    @Test
    @Order(5)
    void checksForDriftAreEvaluations() {
        assertThat(keelson("drift check").code()).isZero();

        Cli events = keelson("predictions events --kind evaluation --json");

        assertThat(events.code()).as(events.err()).isZero();
        assertThat(events.json().at("/events/0/metadata/kind").asText()).isEqualTo("drift");
        assertThat(keelson("predictions events --kind training --model football-1x2 --json").json().path("events")).singleElement()
                .satisfies(event -> assertThat(event.path("version").asInt()).isOne());
        assertThat(keelson("predictions events --kind training --model churn").err()).contains("No training or evaluation matches.");
    }

    @Test
    @Order(6)
    void aRemoteTableThatCannotBeReachedIsSaidAndTheIndexIsComparedAllTheSame() throws IOException {
        Files.writeString(
                folder.resolve("keelson.yaml"), "\nprediction_log: { remote: '${PREDICTION_LOG}' }\n", StandardOpenOption.APPEND);
        Map<String, String> environment = Map.of("PREDICTION_LOG", "postgresql://u:hunter2@127.0.0.1:1/d");

        Cli compared = Cli.run(folder, "", environment, "predictions", "reconcile", "--json");
        Cli remote = Cli.run(folder, "", environment, "predictions", "remote");

        assertThat(compared.code()).isEqualTo(2);
        assertThat(compared.json().at("/copies/0/agrees").asBoolean()).isTrue();
        assertThat(compared.json().at("/copies/1/problem").asText()).contains("evaluation_log").doesNotContain("hunter2");
        assertThat(remote.code()).isEqualTo(1);
        assertThat(remote.out()).contains("unreachable").doesNotContain("hunter2");
    }
}
