package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project of two sources and no model, through the commands alone. */
final class SeveralSourcesIT {
    private static final String PROJECT =
            """
            keelson: 1
            project: bars
            timezone: UTC
            sources:
              hourly:
                file: hourly.csv
                key: [symbol, at]
                event_time: at
                columns: { symbol: string, at: timestamp, close: double }
                checks:
                  - block: row_count >= 1
              daily:
                file: daily.csv
                key: [symbol, at]
                event_time: at
                columns: { symbol: string, at: timestamp, close: double }
                rules:
                  - { check: close < 100, on_fail: warn }
                checks:
                  - block: row_count >= 2
            entities:
              coin: { key: symbol }
            feature_views:
              prices:
                entity: coin
                source: hourly
                key: symbol
                features:
                  price: last(close) over last event
            """;

    @TempDir
    Path folder;

    private Cli keelson(String... args) {
        return Cli.run(folder, args);
    }

    @BeforeEach
    void make() throws IOException {
        Path project = Files.createDirectory(folder.resolve("p"));
        Files.writeString(project.resolve("keelson.yaml"), PROJECT);
        Files.writeString(project.resolve("hourly.csv"), "symbol,at,close\na,2020-01-01T00:00:00Z,1\n");
        daily("a,2020-01-01T00:00:00Z,1\na,2020-01-02T00:00:00Z,300\n");
    }

    private void daily(String rows) throws IOException {
        Files.writeString(folder.resolve("p/daily.csv"), "symbol,at,close\n" + rows);
    }

    @Test
    void reviewIsSuggestedForTheSourceWithTheMarkedRows() {
        Cli load = keelson("-C", "p", "data", "load");
        Cli one = keelson("-C", "p", "data", "load", "daily");
        Cli review = keelson("-C", "p", "data", "review", "list", "--source", "daily");
        Cli unknown = keelson("-C", "p", "data", "review", "accept", "--source", "daily", "0000", "--reason", "Right.");

        assertThat(load.code()).as(load.err()).isZero();
        assertThat(load.err()).contains("1 row marked; `keelson -C p data review list --source daily` shows them.");
        assertThat(one.err()).doesNotContain("review list`");
        assertThat(review.out()).contains("marked", "close < 100");
        assertThat(unknown.err()).contains("`keelson -C p data review list --source daily`");
    }

    @Test
    void rowsOfEverySourceAreReviewedWithoutNamingOne() {
        keelson("-C", "p", "data", "load");
        JsonNode rows = keelson("-C", "p", "data", "review", "list", "--json").json().path("rows");
        String row = rows.path(0).path("row").asText();
        Cli list = keelson("-C", "p", "data", "review", "list");
        Cli wrong = keelson("-C", "p", "data", "review", "correct", row, "--set", "close=3,0", "--set", "at=soon", "--reason", "Typing.");
        Cli undecided = keelson("-C", "p", "data", "review", "history");
        Cli right = keelson("-C", "p", "data", "review", "correct", row, "--set", "close=3.0", "--reason", "A point.");
        Cli history = keelson("-C", "p", "data", "review", "history");
        Cli reload = keelson("-C", "p", "data", "load", "daily", "--json");

        assertThat(rows.findValuesAsText("source")).containsExactly("daily");
        assertThat(list.out()).startsWith("daily\t" + row);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("K207", "value (soon) of the column (at)", "value (3,0) of the column (close)");
        assertThat(undecided.out()).isEmpty();
        assertThat(right.code()).as(right.err()).isZero();
        assertThat(history.out()).startsWith("daily\t").contains("close: 300 -> 3.0");
        assertThat(reload.json().path("rows_updated").asInt()).isEqualTo(1);
        String id = history.out().split("\t", -1)[1];
        Cli unknown = keelson("-C", "p", "data", "review", "revert", "zzz", "--reason", "No.");
        assertThat(unknown.err()).contains("`keelson -C p data review history`");
        assertThat(keelson("-C", "p", "data", "review", "revert", id.substring(0, 8), "--reason", "No.").code()).isZero();
    }

    @Test
    void nothingIsJudgedWithoutModels() {
        keelson("-C", "p", "run");
        Cli text = keelson("-C", "p", "features", "validate");
        Cli json = keelson("-C", "p", "features", "validate", "--json");

        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.err()).contains("Nothing was judged", "no model").doesNotContain("Nothing was found");
        assertThat(json.json().path("judged").asInt(-1)).isZero();
    }

    @Test
    void checkAgainstASourceThatIsNotLoadedSaysWhatToDo() throws IOException {
        Path file = folder.resolve("p/keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file).replace("      - block: row_count >= 1\n", "      - warn: unmatched(symbol, daily.symbol) == 0\n"));

        Cli first = keelson("-C", "p", "data", "load");
        Cli again = keelson("-C", "p", "data", "load");

        assertThat(first.err())
                .contains("does not hold: it cannot be judged: the source (daily) is not loaded yet", "keelson -C p data load daily");
        assertThat(again.err()).doesNotContain("unmatched");
    }

    @Test
    void oneVersionTwiceIsNothingToCompare() {
        keelson("-C", "p", "data", "load");
        Cli text = keelson("-C", "p", "data", "diff", "latest", "--source", "daily");
        Cli json = keelson("-C", "p", "data", "diff", "latest", "--source", "daily", "--json");

        assertThat(text.code()).isZero();
        assertThat(text.err()).contains("Both are version ", "nothing to compare");
        assertThat(json.json().path("same").asBoolean()).isTrue();
    }

    @Test
    void nextStepAfterARunWithoutModelsKeepsTheFolder() {
        Cli run = keelson("-C", "p", "run");

        assertThat(run.err()).contains("Next: `keelson -C p features status`, or `keelson -C p serve`.");
    }

    @Test
    void everySourceIsCheckedAndOneThatBlocksIsAFinding() throws IOException {
        Cli warned = keelson("-C", "p", "data", "check");
        daily("a,2020-01-01T00:00:00Z,1\n");
        Cli blocked = keelson("-C", "p", "data", "check", "--json");
        Cli one = keelson("-C", "p", "data", "check", "hourly", "--json", "--html", "report.html");
        Cli html = keelson("-C", "p", "data", "check", "--html", "report.html");

        assertThat(warned.code()).isZero();
        assertThat(warned.out().lines()).anyMatch(line -> line.startsWith("hourly\tholds\trow_count >= 1"));
        assertThat(warned.out().lines()).anyMatch(line -> line.startsWith("daily\tholds\trow_count >= 2"));
        assertThat(warned.err()).contains("hourly: passed. 1 row read", "daily: warned. 2 rows read");
        assertThat(blocked.code()).isEqualTo(1);
        assertThat(blocked.json().path("accepted").asBoolean(true)).isFalse();
        assertThat(blocked.json().path("sources").findValuesAsText("verdict")).containsExactly("passed", "blocked");
        assertThat(one.code()).isZero();
        assertThat(one.json().path("verdict").asText()).isEqualTo("passed");
        assertThat(html.code()).isEqualTo(2);
        assertThat(html.err()).contains("the project has 2", "`keelson -C p data check daily`");
    }

    @Test
    void everySourceIsCheckedBesideAServerToo() throws Exception {
        assertThat(keelson("-C", "p", "run").code()).isZero();
        Files.writeString(folder.resolve("p/keelson.yaml"), PROJECT.replace("row_count >= 2", "row_count >= 3"));
        Cli alone = keelson("-C", "p", "data", "check");
        CompletableFuture<String> started = new CompletableFuture<>();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        PrintStream out = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                started.complete(line);
            }
        };
        Thread server = Thread.ofPlatform().start(() -> ended.complete(Main.run(
                new String[] {"-C", "p", "serve", "--port", "0"},
                folder,
                InputStream.nullInputStream(),
                out,
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                Map.of())));
        try {
            assertThat(started.get(60, TimeUnit.SECONDS)).startsWith("Serving bars at ");

            Cli beside = keelson("-C", "p", "data", "check");
            JsonNode document = keelson("-C", "p", "data", "check", "--json").json();

            assertThat(beside).isEqualTo(alone);
            assertThat(beside.code()).isEqualTo(1);
            assertThat(document.path("sources").findValuesAsText("source")).containsExactly("hourly", "daily");
        } finally {
            server.interrupt();
        }
        assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(130);
    }
}
