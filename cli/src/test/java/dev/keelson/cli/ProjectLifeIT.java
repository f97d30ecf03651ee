package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A project from its first run to its rollback, through the commands alone. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ProjectLifeIT {
    private static final String ROWS = """
            [{"div": "E0", "date": "2030-01-05", "HomeTeam": "Ashford", "AwayTeam": "Brampton",
              "AvgH": 2.1, "AvgD": 3.3, "AvgA": 3.6}]
            """;

    @TempDir
    static Path folder;

    /** What the first version predicts for {@link #ROWS}. */
    private static JsonNode probabilities = MissingNode.getInstance();

    @BeforeAll
    static void makeTheProject() throws IOException {
        TinyLeague.make(folder);
    }

    private static Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    @Order(0)
    void planShowsWhatTheFirstRunWillRegister() {
        Cli plan = keelson("plan --exit-code");
        Cli json = keelson("plan --json");

        assertThat(plan.code()).as(plan.err()).isEqualTo(1);
        assertThat(plan.out()).contains("added feature team_form:", "to be trained again: football-1x2");
        assertThat(json.code()).isZero();
        assertThat(json.json().get("changed").asBoolean()).isTrue();
        assertThat(keelson("apply").code()).isEqualTo(2);
        assertThat(keelson("labels show matches.FTR").code()).isEqualTo(2);
    }

    @Test
    @Order(1)
    void firstRunLoadsTrainsAndRegisters() {
        Cli cli = keelson("run --json");

        assertThat(cli.code()).as(cli.err()).isZero();
        JsonNode document = cli.json();
        assertThat(document.get("rows_loaded").asInt()).isEqualTo(540);
        assertThat(document.get("models").properties()).hasSize(2);
        assertThat(document.get("steps").findValuesAsText("changed")).startsWith("true");
        assertThat(document.get("seconds").asDouble()).isPositive();
    }

    @Test
    @Order(2)
    void secondRunRedoesNothing() {
        Cli cli = keelson("run");

        assertThat(cli.code()).isZero();
        assertThat(cli.out().lines().filter(line -> line.startsWith("train:")))
                .hasSize(2)
                .allMatch(line -> line.contains("unchanged"));
    }

    @Test
    @Order(3)
    void labelsAreListedAndShown() {
        Cli list = keelson("labels list --json");
        Cli show = keelson("labels show matches.FTR --json");

        assertThat(list.json().at("/labels/0/name").asText()).isEqualTo("matches.FTR");
        assertThat(list.json().at("/labels/0/models")).isNotEmpty();
        assertThat(show.json().get("rows").asInt()).isEqualTo(540);
        assertThat(show.json().at("/shares/H").asDouble()).isBetween(0.2, 0.7);
        assertThat(keelson("labels show matches.FTH").code()).isEqualTo(2);
        assertThat(keelson("plan --exit-code").code()).isZero();
        assertThat(keelson("apply").code()).isZero();
    }

    @Test
    @Order(3)
    void featuresAreShownAndValidated() {
        Cli view = keelson("features show team_form --json");
        JsonNode feature = view.json().at("/features/0");
        Cli one = keelson("features show team_form:" + feature.get("name").asText() + " --json");
        Cli check = keelson("features validate football-1x2 --json");

        assertThat(view.code()).as(view.err()).isZero();
        assertThat(feature.at("/versions/0/version").asInt()).isEqualTo(1);
        assertThat(feature.at("/statistics/rows").asInt()).isEqualTo(2 * 540);
        assertThat(feature.at("/models")).hasSize(2);
        assertThat(feature.at("/importance/0/share").asDouble()).isBetween(0.0, 1.0);
        assertThat(one.json().get("features")).hasSize(1);
        assertThat(keelson("features show team_from").code()).isEqualTo(2);
        assertThat(check.code()).as(check.err()).isZero();
        assertThat(check.json().at("/reports/0/verdict").asText()).isIn("ok", "warn");
        assertThat(check.json().at("/reports/0/features").size()).isPositive();
        assertThat(check.json().at("/reports/0/recomputed_rows").asInt()).isPositive();
        assertThat(keelson("models show football-1x2 --json").json().at("/versions/0/importance").properties())
                .isNotEmpty();
    }

    @Test
    @Order(3)
    void generationSaysWhatItTriedAndFound() {
        Cli cli = keelson("features generate football-1x2 --budget 6 --json");

        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.json().get("tried").asInt()).isEqualTo(6);
        assertThat(cli.json().get("base_log_loss").asDouble()).isBetween(0.5, 2.5);
        assertThat(cli.json().get("chosen").isArray()).isTrue();
        assertThat(keelson("features generate football-1x2 --budget 0").code()).isEqualTo(2);
    }

    @Test
    @Order(3)
    void listsAndStatusShowWhatThereIs() {
        assertThat(keelson("status --json").json().get("ready").asBoolean()).isTrue();
        assertThat(keelson("status").out().lines()).hasSize(2).allMatch(line -> line.contains("\tv1\t"));
        assertThat(keelson("models list").out().lines()).hasSize(2);
        assertThat(keelson("models show football-1x2 --json").json().get("champion").asInt()).isEqualTo(1);
        assertThat(keelson("runs list --model football-1x2-odds").out().lines()).hasSize(1);
        String run = keelson("runs list --json").json().at("/runs/0/id").asText();
        assertThat(keelson("runs show " + run.substring(0, 8) + " --json").json().get("id").asText()).isEqualTo(run);
        assertThat(keelson("runs show ffff").code()).isEqualTo(2);
        assertThat(keelson("runs show football-1x2@v1 --json").json().at("/checklist/0/passed").asBoolean()).isTrue();
        JsonNode slices = keelson("slices football-1x2 --json").json();
        assertThat(slices.get("model").asText()).isEqualTo("football-1x2");
        assertThat(slices.at("/metrics/macro_f1").has("lower")).isTrue();
        assertThat(slices.at("/search/verdict").asText()).contains("slice");
        assertThat(keelson("slices football-1x2 --again --json").json()).isEqualTo(slices);
        assertThat(keelson("slices football-1x2@v1").code()).isZero();
        assertThat(keelson("data versions --json").json().get("versions")).hasSize(1);
        assertThat(keelson("data verify").out()).contains("540 rows");
    }

    @Test
    @Order(3)
    void runIsCheckedMadeAgainComparedAndExported() throws IOException {
        Cli check = keelson("reproduce football-1x2@champion --check --json");
        Cli again = keelson("reproduce models:/football-1x2/1 --json");
        Cli diff = keelson("runs diff football-1x2@1 football-1x2-odds@1 --json");
        Cli export = keelson("runs export football-1x2@1 exported --json");

        assertThat(check.code()).as(check.out()).isZero();
        assertThat(check.json().get("holds").asBoolean()).isTrue();
        assertThat(again.code()).as(again.out()).isZero();
        assertThat(again.json().get("identical").asBoolean()).isTrue();
        assertThat(again.json().at("/parts/0/state").asText()).isEqualTo("identical");
        assertThat(diff.json().get("differences").findValuesAsText("section")).contains("run", "definition", "file").doesNotContain("data");
        assertThat(keelson("runs diff football-1x2@1 football-1x2@1").out()).isEmpty();
        assertThat(export.code()).as(export.err()).isZero();
        assertThat(folder.resolve("exported/plots/bankroll.svg")).isRegularFile();
        assertThat(Files.readString(folder.resolve("exported/README.md"))).startsWith("# football-1x2, run ");
        assertThat(keelson("runs export football-1x2@1 exported").code()).isEqualTo(2);
        assertThat(keelson("reproduce nobody@1").code()).isEqualTo(2);
    }

    @Test
    @Order(4)
    void predictionsComeFromRowsFilesAndStandardInput() throws IOException {
        Cli row = Cli.run(
                folder,
                "predict", "football-1x2-odds", "--json", "--row", "div=E0", "--row", "date=2030-01-05",
                "--row", "HomeTeam=Ashford", "--row", "AwayTeam=Brampton",
                "--row", "AvgH=2.1", "--row", "AvgD=3.3", "--row", "AvgA=3.6");
        Cli json = Cli.run(folder, ROWS, Map.of(), "predict", "football-1x2-odds", "-", "--json");
        Files.writeString(
                folder.resolve("rows.csv"),
                "div,date,HomeTeam,AwayTeam,AvgH,AvgD,AvgA,FTR\nE0,2030-01-05,Ashford,Brampton,2.1,3.3,3.6,H\n");
        Cli csv = keelson("predict models:/football-1x2-odds@champion rows.csv --json");

        assertThat(row.code()).as(row.err()).isZero();
        probabilities = row.json().at("/predictions/0/probabilities");
        assertThat(probabilities.get("H").asDouble()
                        + probabilities.get("D").asDouble()
                        + probabilities.get("A").asDouble())
                .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(json.json().at("/predictions/0/probabilities")).isEqualTo(probabilities);
        assertThat(csv.json().at("/predictions/0/probabilities")).isEqualTo(probabilities);
        assertThat(csv.err()).contains("known only after the event: FTR");
        assertThat(keelson("predictions list --json").json().get("total").asInt()).isEqualTo(3);
        assertThat(keelson("predictions list --settled").out()).isEmpty();
        assertThat(keelson("predictions list --text Brampton --limit 1").out().lines()).hasSize(1);
    }

    @Test
    @Order(5)
    void wrongRowsAreNamedFieldByField() {
        Cli cli = keelson("predict football-1x2 --row div=E0");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K304]", "rows[0].HomeTeam", "rows[0].AwayTeam");
    }

    @Test
    @Order(6)
    void tooLittleDataIsNoDrift() {
        Cli cli = keelson("drift check --model football-1x2");

        Cli strict = keelson("drift check --model football-1x2 --require-evidence");

        assertThat(cli.code()).isZero();
        assertThat(cli.out()).startsWith("football-1x2\tinsufficient\t");
        assertThat(cli.err()).contains("rows");
        assertThat(strict.code()).isEqualTo(2);
        assertThat(strict.out()).startsWith("football-1x2\tinsufficient\t");
        assertThat(keelson("drift report --json").json().at("/reports/0/verdict").asText()).isEqualTo("insufficient");
    }

    @Test
    @Order(6)
    void driftReportShowsTheLatestOfEachModel() throws IOException {
        assertThat(keelson("drift check").code()).isZero();

        Cli all = keelson("drift report --json");
        Cli one = keelson("drift report --model football-1x2 --json");
        Cli text = keelson("drift report");
        Cli ambiguous = keelson("drift report --html report.html");
        Cli nowhere = keelson("drift report --model football-1x2 --html no/such/report.html");
        Cli html = keelson("drift report --model football-1x2 --html report.html");

        assertThat(all.json().get("reports").findValuesAsText("model")).containsExactly("football-1x2", "football-1x2-odds");
        assertThat(one.json().get("reports").findValuesAsText("model")).containsExactly("football-1x2");
        assertThat(text.err()).contains("football-1x2 v1 at", "football-1x2-odds v1 at");
        assertThat(ambiguous.code()).isEqualTo(2);
        assertThat(ambiguous.err()).contains("error[K407]", "football-1x2, football-1x2-odds", "--model football-1x2");
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("error[K402]", "there is no folder (no/such)");
        assertThat(folder.resolve("no")).doesNotExist();
        assertThat(html.code()).as(html.err()).isZero();
        assertThat(html.out()).isEmpty();
        assertThat(html.err()).isEqualToIgnoringNewLines("Written to report.html.");
        assertThat(folder.resolve("report.html")).content().startsWith("<!doctype html>");
    }

    @Test
    @Order(7)
    void refusedTransitionsAreTheAnswerNo() {
        Cli silent = keelson("models promote football-1x2 1");
        Cli again = keelson("models promote football-1x2 v1 --reason because");
        Cli back = keelson("models rollback football-1x2 --reason because --json");

        assertThat(silent.code()).isEqualTo(2);
        assertThat(silent.err()).contains("--reason");
        assertThat(again.code()).isEqualTo(1);
        assertThat(back.code()).isEqualTo(1);
        assertThat(back.json().at("/error/code").asText()).isEqualTo("K307");
    }

    @Test
    @Order(7)
    void governanceIsTold() {
        Cli check = keelson("models check football-1x2 1 --json");
        Cli history = keelson("models history football-1x2 --json");
        Cli compared = keelson("models compare --stage Production --format csv --output stage.csv");
        Cli one = keelson("models compare models:/football-1x2@champion models:/football-1x2/1");
        Cli card = keelson("models card football-1x2");
        Cli referred = keelson("models card models:/football-1x2/Production");
        Cli refused = keelson("models promote models:/football-1x2/1 --reason because");
        Cli audit = keelson("audit show --model football-1x2 --json");
        Cli verified = keelson("audit verify --json");
        Cli anchored = keelson("audit verify --head " + "ab".repeat(32));
        Cli status = keelson("status --json");
        Cli nobody = keelson("models approve football-1x2 1 --reason because");

        assertThat(check.json().path("verdict").asText()).isEqualTo("passed");
        assertThat(history.json().path("history")).hasSize(1);
        assertThat(history.json().at("/history/0/version").asInt()).isEqualTo(1);
        assertThat(compared.code()).as(compared.err()).isZero();
        assertThat(folder.resolve("stage.csv")).content().startsWith("what,football-1x2 v1,").contains("test_log_loss,");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(card.out()).startsWith("# football-1x2 v1").contains("## Metrics of the test period", "| log_loss |");
        assertThat(referred.out()).isEqualTo(card.out());
        assertThat(refused.err()).contains("error[K307]", "is the champion already");
        assertThat(audit.json().path("audit").findValuesAsText("action")).contains("promote", "register");
        assertThat(verified.code()).isZero();
        assertThat(verified.json().path("sound").asBoolean()).isTrue();
        assertThat(anchored.code()).isEqualTo(1);
        assertThat(status.json().path("approvals").isArray()).isTrue();
        assertThat(nobody.code()).isEqualTo(2);
        assertThat(nobody.err()).contains("error[K309]");
    }

    @Test
    @Order(8)
    void replayComparesPolicies() {
        Cli cli = keelson("replay --from 2015-12-01 --policy never_retrain --json");
        Cli text = keelson("replay --from 2015-12-01 --policy never_retrain");
        Cli wrong = keelson("replay --policy sometimes_retrain");

        assertThat(cli.code()).as(cli.out()).isZero();
        assertThat(cli.json().at("/models/football-1x2/comparison").properties().stream().map(Map.Entry::getKey))
                .contains("this_policy", "never_retrain", "market", "frequencies");
        JsonNode timeline = cli.json().at("/models/football-1x2/timeline");
        JsonNode drift = cli.json().at("/models/football-1x2/drift_counts");
        assertThat(timeline).isNotEmpty();
        assertThat(drift.get("insufficient").asInt())
                .isEqualTo((int) timeline.findValuesAsText("drift").stream().filter("insufficient"::equals).count());
        assertThat(text.err()).contains(" would serve; ");
        if (drift.get("insufficient").asInt() > 0) {
            assertThat(text.err())
                    .contains("; %d of %d steps had too little data".formatted(drift.get("insufficient").asInt(), timeline.size()));
        }
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("never_retrain");
    }

    @Test
    @Order(9)
    void badRowIsSetAside() throws IOException {
        Path file = folder.resolve("data/football/matches.csv");
        String text = Files.readString(file);
        int last = text.lastIndexOf('\n', text.length() - 2) + 1;
        String row = text.substring(last);
        Files.writeString(file, text.substring(0, last) + row.replaceFirst(",[^,]*\n", "\n"));
        Cli ragged = keelson("data load");
        Cli quarantine = keelson("data quarantine");
        Files.writeString(file, text);

        assertThat(ragged.code()).as(ragged.err()).isZero();
        assertThat(ragged.err()).contains("1 row set aside", "matches.csv:541");
        assertThat(quarantine.out()).contains("matches.csv:541", "K206");
    }

    @Test
    void manyRowsSetAsideAreRemindedOf(@TempDir Path other) throws IOException {
        TinyLeague.make(other);
        Path project = other.resolve("keelson.yaml");
        Files.writeString(
                project,
                Files.readString(project).lines().filter(line -> !line.contains("quarantined") && !line.contains("row_count")).collect(Collectors.joining("\n", "", "\n")));
        Path file = other.resolve("data/football/matches.csv");
        List<String> lines = Files.readAllLines(file);
        for (int i = 40; i < lines.size(); i++) {
            lines.set(i, lines.get(i).replaceFirst(",[^,]*$", "")); // a cell is missing
        }
        Files.write(file, lines);

        Cli run = Cli.run(other, "run");
        Cli status = Cli.run(other, "status");

        String said = "%,d of %,d rows of the latest load are set aside: `keelson data quarantine`"
                .formatted(lines.size() - 40, lines.size() - 1);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(2);
        assertThat(run.err()).contains("error[K305]", said);
        assertThat(status.err()).contains(said);
    }

    @Test
    void blockedDataIsTheAnswerNo(@TempDir Path other) throws IOException {
        TinyLeague.make(other);
        Path file = other.resolve("data/football/matches.csv");
        Files.writeString(
                file, Files.readString(file).lines().limit(40).collect(Collectors.joining("\n", "", "\n")));

        Cli cli = Cli.run(other, "data", "load", "--json");

        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.json().at("/error/code").asText()).isEqualTo("K205");
        assertThat(Cli.run(other, "data", "versions").out()).isEmpty();
        assertThat(Cli.run(other, "data", "quarantine").err()).contains("was blocked", "no row of it was bad");
    }

    @Test
    void rowsOfABlockedLoadCanBeListed(@TempDir Path other) throws IOException {
        TinyLeague.make(other);
        Path file = other.resolve("data/football/matches.csv");
        String good = Files.readString(file);
        Stream<String> cut = good.lines().skip(51).map(line -> line.replaceFirst(",[^,]*$", ""));
        Files.writeString(
                file, Stream.concat(good.lines().limit(51), cut).collect(Collectors.joining("\n", "", "\n")));

        Cli blocked = Cli.run(other, "run");
        Cli text = Cli.run(other, "data", "quarantine");
        Cli document = Cli.run(other, "data", "quarantine", "--json");
        Files.writeString(file, good);
        Cli mended = Cli.run(other, "run");
        Cli after = Cli.run(other, "data", "quarantine", "--json");

        assertThat(blocked.code()).as(blocked.err()).isEqualTo(1);
        assertThat(blocked.err()).contains("error[K205]", "`keelson data quarantine` lists them");
        assertThat(text.code()).isZero();
        assertThat(text.out().lines()).hasSize(490).allMatch(line -> line.contains("K206"));
        assertThat(text.err()).contains("was blocked", "490 rows");
        assertThat(document.json().get("blocked").asBoolean()).isTrue();
        assertThat(document.json().get("quarantined")).hasSize(490);
        assertThat(mended.code()).as(mended.err()).isZero();
        assertThat(after.json().get("blocked").asBoolean()).isFalse();
        assertThat(after.json().get("quarantined")).isEmpty();
    }

    @Test
    @Order(9)
    void predictingDoesNotWaitForAReplay() {
        Cli cli;
        try (ProjectOwner owner = ProjectOwner.acquire(new StateFolder(folder.resolve(".keelson")), "secret")) {
            assertThat(owner.owner().port()).isNull();
            cli = Cli.run(folder, ROWS, Map.of(), "predict", "football-1x2-odds", "-");
        }

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K404]", "in use by process", "wait until it has ended");
    }

    @Test
    @Order(9)
    void eventOfThePastIsRefusedWithARemedy() {
        Cli cli = Cli.run(
                folder, ROWS.replace("2030-01-05", "2014-01-05"), Map.of(), "predict", "football-1x2-odds", "-");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("error[K304]", "--> rows[0]\n", "`keelson replay`");
    }

    @Test
    @Order(10)
    void serverTellsItsAddressAndOwnsTheProject() throws Exception {
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Thread server = Thread.ofPlatform().start(() -> ended.complete(Main.run(
                new String[] {"serve", "--port", "0"},
                folder,
                java.io.InputStream.nullInputStream(),
                new Lines(lines),
                new Lines(new LinkedBlockingQueue<>()),
                Map.of())));
        try {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).startsWith("Serving football-tips at http://127.0.0.1:");
            String url = line.substring(line.indexOf("http"));
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<String> ready = client.send(
                        HttpRequest.newBuilder(URI.create(url + "/ready")).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(ready.statusCode()).isEqualTo(200);
            }
            String port = url.substring(url.lastIndexOf(':') + 1);
            assertThat(keelson("models list").out().lines()).hasSize(2); // looking is allowed meanwhile
            assertThat(keelson("doctor --port " + port).out())
                    .contains("ok\tport\t%s: this project serves there (process ".formatted(port));
            assertServed();
            Cli second = keelson("serve --port " + port);
            assertThat(second.code()).isEqualTo(2);
            assertThat(second.err()).contains("error[K40"); // in use: the project, or the port
        } finally {
            server.interrupt();
        }
        assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(keelson("models promote football-1x2 v1 --reason because").code()).isEqualTo(1);
    }

    /** Commands that go over the port of the process that serves. */
    private static void assertServed() {
        int before = keelson("predictions list --json").json().get("total").asInt();

        Cli predicted = Cli.run(folder, ROWS, Map.of(), "predict", "football-1x2-odds", "-", "--json");
        Cli wrong = keelson("predict football-1x2 --row div=E0");
        Cli unknown = Cli.run(folder, ROWS, Map.of(), "predict", "football-1x3", "-");
        Cli drift = keelson("drift check --json");
        Cli promoted = keelson("models promote football-1x2 v1 --reason because");
        Cli rolledBack = keelson("models rollback football-1x2 --reason because");

        assertThat(predicted.code()).as(predicted.err()).isZero();
        JsonNode first = predicted.json().at("/predictions/0");
        assertThat(first.get("entity").asText()).isEqualTo("E0|2030-01-05|Ashford|Brampton");
        assertThat(first.get("probabilities")).isEqualTo(probabilities);
        assertThat(keelson("predictions list --json").json().get("total").asInt()).isEqualTo(before + 1);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("error[K304]", "rows[0].HomeTeam", "rows[0].AwayTeam");
        assertThat(unknown.err()).contains("error[K301]");
        assertThat(drift.code()).as(drift.err()).isZero();
        assertThat(drift.json().get("drift").isNull()).isTrue();
        assertThat(drift.json().get("reports").valueStream().map(each -> each.path("verdict").asText()))
                .containsExactly("insufficient", "insufficient");
        assertThat(keelson("predictions events --kind evaluation --json").json().at("/events/0/metadata/kind").asText())
                .isEqualTo("drift");
        assertThat(keelson("predictions reconcile --json").json().path("agrees").asBoolean()).isTrue();
        assertThat(List.of(promoted.code(), rolledBack.code())).containsExactly(1, 1);
        assertThat(promoted.err()).contains("error[K307]", "is the champion already");
        assertThat(rolledBack.err()).contains("error[K307]");
        assertThat(keelson("run").err()).contains("error[K404]", "which serves on port");
    }

    /** Hands on each line that is printed. */
    private static final class Lines extends java.io.PrintStream {
        private final LinkedBlockingQueue<String> lines;

        Lines(LinkedBlockingQueue<String> lines) {
            super(java.io.OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            this.lines = lines;
        }

        @Override
        public void println(String text) {
            lines.add(text);
        }
    }
}
