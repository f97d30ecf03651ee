package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions by values, in batches, by version and with details. */
final class PredictIT {
    private static final String MODEL = "football-1x2-odds";
    private static final String ENTITY = "E0|2030-01-05|Ashford|Brampton";

    @TempDir
    static Path folder;

    private static String run = "";

    @BeforeAll
    static void train() throws IOException {
        TinyLeague.make(folder);
        assertThat(keelson("data", "load", "--json").code()).isZero();
        Cli trained = keelson("train", MODEL, "--json");
        assertThat(trained.code()).as(trained.err()).isZero();
        run = trained.json().path("run").asText();
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    private static Cli predict(String... words) {
        List<String> all = new ArrayList<>(List.of("predict", MODEL));
        all.addAll(List.of(words));
        return keelson(all.toArray(String[]::new));
    }

    @Test
    void theModelTellsWhatItTakes() {
        Cli table = predict("--info");
        JsonNode info = predict("--info", "--json").json();

        assertThat(table.code()).as(table.err()).isZero();
        assertThat(table.out()).contains(MODEL + " v1", "the classes H, D, A", "AvgH", "--entity", "test_log_loss", " to ");
        assertThat(table.out()).doesNotContain("/", "_lower");
        assertThat(info.path("version").asInt()).isEqualTo(1);
        assertThat(info.path("run_id").asText()).isEqualTo(run);
        assertThat(info.path("metrics")).isNotEmpty();
        assertThat(info.path("keys").toString()).isEqualTo("[\"div\",\"date\",\"HomeTeam\",\"AwayTeam\"]");
    }

    @Test
    void valuesStandInTheOrderOfTheColumns() {
        Cli byName = predict(
                "--json", "--row", "div=E0", "--row", "date=2030-01-05", "--row", "HomeTeam=Ashford", "--row", "AwayTeam=Brampton",
                "--row", "AvgH=2.1", "--row", "AvgD=3.3", "--row", "AvgA=3.6");

        Cli negative = predict("-2.1", "-3", "-.5", "--entity", ENTITY, "--json");
        assertThat(negative.out()).contains("The value (-2.1) of the column (AvgH) is below"); // read as a value, no option
        Cli byPlace = predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--json");

        assertThat(byPlace.code()).as(byPlace.err()).isZero();
        assertThat(byPlace.json().at("/predictions/0/entity").asText()).isEqualTo(ENTITY);
        assertThat(byPlace.json().at("/predictions/0/probabilities"))
                .isEqualTo(byName.json().at("/predictions/0/probabilities"));
        assertThat(predict("2.1", "3.3", "--entity", ENTITY).err()).contains("2 values", "takes 3: AvgH, AvgD, AvgA");
        assertThat(predict("2.1", "3.3", "3.6", "--entity", "E0|x").err()).contains("div|date|HomeTeam|AwayTeam");
        assertThat(predict("_", "3.3", "3.6", "--entity", ENTITY, "--json").json().at("/predictions/0/id").asText())
                .hasSize(36);
    }

    @Test
    void aVersionIsNamedByItsNumberAliasOrRun() {
        for (String reference : List.of("1", "@champion", "champion", "models:/" + MODEL + "/1", run)) {
            Cli cli = predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--version", reference, "--json");
            assertThat(cli.code()).as(reference + cli.err()).isZero();
            assertThat(cli.json().at("/predictions/0/version").asInt()).isEqualTo(1);
        }
        assertThat(predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--model-id", "7").err()).contains("version 7");
    }

    @Test
    void detailsAreToldOnRequestAlsoByAServer() throws IOException {
        JsonNode own = predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--details", "features,contributions", "--json")
                .json()
                .at("/predictions/0");
        JsonNode served;
        try (LiveBackend backend = LiveBackend.open(Projects.read(folder, Map.of()), InstantSource.system());
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
            backend.serving(KeelsonServer.DEFAULT_HOST, server.port());
            served = predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--details", "features,contributions", "--json")
                    .json()
                    .at("/predictions/0");
            assertThat(predict("--info", "--json").json().path("version").asInt()).isEqualTo(1);
        }

        assertThat(own.path("features").size()).isPositive();
        assertThat(own.at("/contributions/margins").size()).isEqualTo(3);
        assertThat(served.path("features")).isEqualTo(own.path("features"));
        assertThat(served.path("contributions")).isEqualTo(own.path("contributions"));
        assertThat(predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--details", "features").out()).contains("PRESENT");
        assertThat(predict("2.1", "3.3", "3.6", "--entity", ENTITY, "--details", "all").err()).contains("(all)");
    }

    @Test
    void aBatchAnswersGoodRowsAndSetsWrongOnesAside() throws IOException {
        Files.writeString(
                folder.resolve("rows.csv"),
                """
                div,date,HomeTeam,AwayTeam,AvgH,AvgD,AvgA,FTR
                E0,2030-01-05,Ashford,Brampton,2.1,3.3,3.6,H
                E0,2030-01-05,Ashford,Brampton,much,3.3,3.6,H
                E0,2030-01-05,Ashford
                E0,2030-01-06,Ashford,Brampton,2.1,3.3,3.6,
                """);

        Cli csv = predict("--batch", "rows.csv");
        Cli lines = predict("--batch", "rows.csv", "--output", "out.jsonl", "--rejects", "bad.csv", "--json");
        Cli parquet = predict("--batch", "rows.csv", "--output", "out.parquet", "--json");

        assertThat(csv.code()).as(csv.err()).isEqualTo(1);
        assertThat(csv.out().lines()).hasSize(3);
        assertThat(csv.out()).startsWith("row,entity,predicted,confidence,p_H,p_D,p_A").contains("\n4,E0|2030-01-06|");
        assertThat(csv.err()).contains("line 3: AvgH", "line 4: The line has 3 cells", "2 wrong rows set aside", "rows-rejected.csv");
        assertThat(Files.readAllLines(folder.resolve("rows-rejected.csv")).get(1)).startsWith("2,3,AvgH,");
        assertThat(lines.json().path("predicted").asInt()).isEqualTo(2);
        assertThat(lines.json().path("refused").asInt()).isEqualTo(2);
        assertThat(Files.readAllLines(folder.resolve("bad.csv"))).hasSize(3);
        List<String> answers = Files.readAllLines(folder.resolve("out.jsonl"));
        assertThat(answers).hasSize(2);
        assertThat(new ObjectMapper().readTree(answers.getLast()).path("row").asInt()).isEqualTo(4);
        assertThat(parquet.json().path("output").asText()).isEqualTo("out.parquet");
        assertThat(Files.size(folder.resolve("out.parquet"))).isPositive();
        assertThat(folder.resolve("out.parquet.csv")).doesNotExist();
    }

    @Test
    void linesOfJsonAreABatchToo() throws IOException {
        String row = "{\"div\":\"E0\",\"date\":\"2030-01-05\",\"HomeTeam\":\"A\",\"AwayTeam\":\"B\",\"AvgH\":2.1,\"AvgD\":3.3,\"AvgA\":3.6}\n";
        Files.writeString(folder.resolve("rows.jsonl"), row.repeat(700));

        Cli cli = predict("--batch", "rows.jsonl", "--output", "many.csv", "--json");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.json().path("rows").asInt()).isEqualTo(700);
        assertThat(Files.readAllLines(folder.resolve("many.csv"))).hasSize(701);
        assertThat(cli.err()).contains("predict 100 %");
    }

    @Test
    void theAddressesOfTheServerAreListed() {
        assertThat(keelson("api").out()).contains("POST\t/api/v1/models/{name}/predict\t");
        assertThat(keelson("api", "--json").json().path("openapi").asText()).isEqualTo("3.1.0");
    }

    @Test
    void whatCannotBeAskedTogetherIsSaid() {
        assertThat(predict("--info", "--batch", "rows.csv").err()).contains("exclude each other");
        assertThat(predict("rows.csv", "--output", "x.csv").err()).contains("those of --batch");
        assertThat(predict("--batch", "rows.txt").err()).contains(".jsonl");
        assertThat(predict("--batch", "nowhere.csv").err()).contains("no file");
        assertThat(predict("--batch", "rows.csv", "--json").out()).contains("--output");
        assertThat(predict().err()).contains("There is no row");
    }
}
