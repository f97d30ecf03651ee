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
