package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command about data and features beside a running server does what it does alone: same output, same exit code. */
final class BesideServerIT {
    private static final String PUSHED =
            "div=E0,date=2021-06-01,HomeTeam=Ashford,AwayTeam=Brampton,FTHG=2,FTAG=1,FTR=H,AvgH=2.1,AvgD=3.3,AvgA=3.6";

    @TempDir
    static Path folder;

    /** Two folders with the same project; a server runs in the first. */
    private record Pair(Path served, Path alone) {

        /** Runs a command in both, and demands that they end alike. */
        Cli both(int code, String... args) {
            Cli beside = Cli.run(served, args);
            Cli other = Cli.run(alone, args);
            String what = String.join(" ", args);
            assertThat(beside.code()).as("%s: %s%s", what, beside.out(), beside.err()).isEqualTo(code);
            assertThat(other.code()).as("%s, alone: %s%s", what, other.out(), other.err()).isEqualTo(code);
            assertThat(lines(beside.out())).as(what).containsExactlyElementsOf(lines(other.out()));
            assertThat(lines(beside.err())).as(what).containsExactlyElementsOf(lines(other.err()));
            return beside;
        }

        void edit(String file, String old, String now) throws IOException {
            for (Path project : List.of(served, alone)) {
                String text = Files.readString(project.resolve(file));
                assertThat(text).contains(old);
                Files.writeString(project.resolve(file), text.replace(old, now));
            }
        }

        private List<String> lines(String text) {
            return timeless(text)
                    .lines()
                    .filter(line -> !line.startsWith("materialize ") && !line.startsWith("generate ")) // how far it is is known to who does it
                    .toList();
        }

        /** Without what differs between two calls of the same command: when it was, how long it took, where. */
        private String timeless(String text) {
            return text.replace(served.toString(), "HERE")
                    .replace(alone.toString(), "HERE")
                    .replaceAll("20(2[2-9]|[3-9]\\d)-\\d\\d-\\d\\dT[0-9:.]+Z", "NOW")
                    .replaceAll("((?:age|freshness)_seconds\" : )[0-9.E]+", "$1AGE")
                    .replaceAll("(\"replay\" : \"|[(]replay )[0-9a-f]{12}", "$1REPLAY") // named by the decisions too, which tell when
                    .replaceAll("(\"seconds\" : )[0-9.E-]+", "$1SECONDS")
                    .replaceAll("Replayed in [0-9.]+ s", "Replayed in SECONDS")
                    .replaceAll("(?m)^(replay \\d+/\\d+ ).*", "$1")
                    .replaceAll("(\"millis\" : )\\d+", "$1MILLIS")
                    .replaceAll("\\b[0-9a-f]{16}\\b", "DECISION");
        }
    }

    private static Pair pair() throws IOException {
        Pair pair = new Pair(
                Files.createDirectories(folder.resolve("served")), Files.createDirectories(folder.resolve("alone")));
        for (Path project : List.of(pair.served(), pair.alone())) {
            TinyLeague.make(project);
        }
        pair.edit("keelson.yaml", "    checks:", """
                      - { check: AvgH < 300, on_fail: quarantine }
                      - { check: AvgD < 200, on_fail: warn }
                    checks:\
                """.stripIndent().replaceAll("(?m)^", "    ").stripTrailing());
        pair.edit("keelson.yaml", "      - warn:  freshness < 8d\n", ""); // that would change with every second
        pair.edit("keelson.yaml", "\nmodels:\n", "\n" + FeaturesHistoryIT.QUERY);
        Path data = pair.served().resolve("data/football/matches.csv");
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        List<String> header = List.of(lines.getFirst().split(","));
        lines.set(5, set(lines.get(5), header.indexOf("AvgH"), "400"));
        lines.set(6, set(lines.get(6), header.indexOf("AvgH"), "500"));
        lines.set(7, set(lines.get(7), header.indexOf("AvgD"), "300"));
        for (Path project : List.of(pair.served(), pair.alone())) {
            Files.write(project.resolve("data/football/matches.csv"), lines.subList(0, lines.size() - 10));
            assertThat(Cli.run(project, "-q", "data", "load").code()).isZero();
            Files.write(project.resolve("data/football/matches.csv"), lines.subList(0, lines.size() - 5));
            assertThat(Cli.run(project, "-q", "data", "load").code()).isZero();
            Files.write(project.resolve("data/football/matches.csv"), lines);
        }
        return pair;
    }

    private static String set(String line, int column, String value) {
        String[] cells = line.split(",", -1);
        cells[column] = value;
        return String.join(",", cells);
    }

    @Test
    void everyCommandEndsAsItDoesAlone() throws Exception {
        Pair pair = pair();
        CompletableFuture<String> started = new CompletableFuture<>();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        PrintStream lines = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String text) {
                started.complete(text);
            }
        };
        Thread server = Thread.ofPlatform().start(() -> ended.complete(Main.run(
                new String[] {"serve", "--port", "0"},
                pair.served(),
                InputStream.nullInputStream(),
                lines,
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                Map.of())));
        try {
            assertThat(started.get(60, TimeUnit.SECONDS)).startsWith("Serving football-tips at ");

            data(pair);
            features(pair);
            definitions(pair);
            readings(pair);
            drift(pair);
            history(pair);
        } finally {
            server.interrupt();
        }
        assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(130);
    }

    /** The loop is replayed by the server, which owns the state. */
    private static void history(Pair pair) {
        JsonNode replay = pair.both(
                        0, "replay", "--from", "2015-11-01", "--to", "2015-12-13", "--step", "21d", "--policy", "never-retrain", "--json")
                .json();
        assertThat(replay.path("models").path("football-1x2").path("timeline")).hasSize(2);
        pair.both(0, "replay", "--from", "2015-11-01", "--to", "2015-12-13", "--step", "21d", "--policy", "never-retrain");
        pair.both(2, "replay", "--from", "2099-12-01", "--model", "football");
    }

    /** Two files of the folder are compared by who serves the project, so that the report is kept; others are not read by it. */
    private static void drift(Pair pair) throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("elo\n");
        for (int i = 0; i < 600; i++) {
            csv.append(1_500 + random.nextInt(200)).append('\n');
        }
        for (Path file : List.of(pair.served().resolve("one.csv"), pair.alone().resolve("one.csv"), folder.resolve("other.csv"))) {
            Files.writeString(file, csv.toString());
        }

        Cli beside = pair.both(0, "drift", "check", "--reference", "one.csv", "--current", "one.csv");
        JsonNode kept = pair.both(0, "drift", "list", "--json").json();
        Cli outside = Cli.run(pair.served(), "drift", "check", "--reference", "one.csv", "--current", "../other.csv");
        Cli wrong = Cli.run(pair.served(), "drift", "check", "--reference", "none.csv", "--current", "../other.csv");
        Cli simulated = Cli.run(pair.served(), "drift", "simulate", "../other.csv", "--scale", "elo=2", "--out", "../changed.csv");

        assertThat(beside.err()).doesNotContain("not kept");
        assertThat(kept.toString()).contains("one.csv against one.csv");
        assertThat(outside.code()).as(outside.err()).isZero();
        assertThat(outside.err()).contains("The report is not kept: another process serves the project", "not ../other.csv.");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("none.csv").doesNotContain("not kept");
        assertThat(simulated.code()).as(simulated.err()).isZero();
        assertThat(simulated.err()).doesNotContain("not kept");
    }

    private static void data(Pair pair) throws IOException {
        JsonNode open = pair.both(0, "data", "review", "list", "--json").json().path("rows");
        assertThat(open).hasSize(3);
        pair.both(0, "data", "check", "--json", "--html", "report.html");
        pair.both(0, "data", "check", "--version", "latest", "--json");
        pair.both(2, "data", "check", "--source", "match", "--json");
        // rules are those that the file has now, and not those of the server's start
        pair.edit("keelson.yaml", "{ check: AvgD < 200, on_fail: warn }", "{ check: AvgD < 200, on_fail: block }");
        assertThat(pair.both(1, "data", "check", "--json").json().path("verdict").asText()).isEqualTo("blocked");
        pair.edit("keelson.yaml", "{ check: AvgD < 200, on_fail: block }", "{ check: AvgD < 200, on_fail: warn }");
        pair.both(0, "data", "check");
        assertThat(pair.both(0, "data", "checks", "--json").json().path("checks")).hasSize(4);

        String first = open.path(0).path("row").asText();
        String second = open.path(1).path("row").asText();
        String marked = open.path(2).path("row").asText();
        pair.both(2, "data", "review", "accept", first);
        pair.both(2, "data", "review", "accept", "nothing-there", "--reason", "It is right.");
        pair.both(0, "data", "review", "accept", second, "--reason", "It is right.");
        pair.both(0, "data", "review", "correct", first, "--set", "AvgH=2.5", "--reason", "A point was missing.", "--json");
        pair.both(0, "data", "review", "reject", marked.substring(0, 10), "--reason", "Wrong.");
        JsonNode decisions = pair.both(0, "data", "review", "history", "--json").json().path("decisions");
        assertThat(decisions).hasSize(3);
        for (Path project : List.of(pair.served(), pair.alone())) {
            String id = Cli.run(project, "data", "review", "history", "--json").json().at("/decisions/0/id").asText();
            Cli reverted = Cli.run(project, "data", "review", "revert", id, "--reason", "It was right.", "--json");
            assertThat(reverted.code()).as(reverted.err()).isZero();
        }
        JsonNode load = pair.both(0, "data", "load", "--json").json();
        assertThat(load.path("changed").asBoolean()).isTrue();
        assertThat(load.path("rows_loaded").asInt()).isEqualTo(7);
        pair.both(0, "data", "load");
        pair.both(2, "data", "load", "match");

        List<String> ids = new ArrayList<>();
        pair.both(0, "data", "versions", "--json").json().path("versions").forEach(each -> ids.add(each.path("id").asText()));
        assertThat(ids).hasSize(3);
        pair.both(0, "data", "tag", "season-1", ids.get(1), "--json");
        pair.both(0, "data", "tag", "first", ids.get(2));
        pair.both(2, "data", "tag", "1 2");
        pair.both(0, "data", "tags", "--json");
        pair.both(0, "data", "verify", "first", "--json");
        pair.both(1, "data", "diff", "first", "--json");
        pair.both(0, "data", "untag", "first", "--json");
        pair.both(2, "data", "untag", "first");
    }

    private static void features(Pair pair) throws IOException {
        JsonNode views = pair.both(0, "features", "materialize", "--json").json().path("views");
        assertThat(views).hasSizeGreaterThan(1);
        pair.both(0, "features", "materialize", "ratings", "--full");
        pair.both(2, "features", "materialize", "rating");
        pair.both(0, "features", "get", "--features", "team_form:*,ratings:*", "--entity", "team=Ashford", "--json");
        List<String> push = new ArrayList<>(List.of("features", "push", "matches"));
        for (String cell : PUSHED.split(",", -1)) {
            push.addAll(List.of("--row", cell));
        }
        assertThat(pair.both(0, push.toArray(String[]::new)).out()).contains("visible");
        pair.both(0, "features", "get", "--features", "team_form:*,ratings:*", "--entity", "team=Ashford", "--json");
        pair.both(2, "features", "push", "matches", "--row", "div=E0");
        pair.both(2, "features", "push", "match", "--row", "div=E0");
        pair.both(2, "features", "push", "matches");
        pair.both(0, "features", "status", "--json");
        pair.both(0, "features", "list", "--json");
        pair.both(0, "features", "show", "team_form", "--json");
        pair.both(0, "features", "validate", "football-1x2", "--json");
        for (Path project : List.of(pair.served(), pair.alone())) {
            Files.writeString(
                    project.resolve("asked.csv"),
                    "team,as_of\n%s,2016-01-01T00:00:00Z\nNobody,2020-05-01T00:00:00Z\n".formatted(team(project)));
        }
        pair.both(0, "features", "history", "--entities", "asked.csv", "--features", "team_form:*", "--out", "values.csv");
        assertThat(Files.readString(pair.served().resolve("values.csv")))
                .isEqualTo(Files.readString(pair.alone().resolve("values.csv")));
        histories(pair);
        JsonNode search = pair.both(0, "features", "generate", "football-1x2", "--budget", "2", "--json").json();
        assertThat(search.path("tried").asInt()).isEqualTo(2);
        pair.both(0, "-q", "features", "generate", "football-1x2", "--budget", "2");
        pair.both(2, "features", "generate", "football-1x2", "--budget", "0");
        pair.both(2, "features", "generate", "football");
        // what was pushed is loaded, and counts once
        JsonNode load = pair.both(0, "data", "load", "--json").json();
        assertThat(load.path("changed").asBoolean()).isTrue();
        assertThat(load.path("rows_pushed").asInt()).isPositive();
        assertThat(load.path("rows_loaded").asInt() + load.path("rows_updated").asInt())
                .isEqualTo(load.path("rows_pushed").asInt());
        pair.both(0, "features", "materialize", "--json");
        pair.both(0, "features", "get", "--features", "team_form:*,ratings:*", "--entity", "team=Ashford", "--json");
    }

    private static String team(Path project) throws IOException {
        List<String> lines = Files.readAllLines(project.resolve("data/football/matches.csv"));
        return lines.get(1).split(",", -1)[List.of(lines.getFirst().split(",", -1)).indexOf("HomeTeam")];
    }

    /** Rows of queries, also when they are out of date, by the command and over HTTP. */
    private static void histories(Pair pair) throws IOException {
        String features = "shots:*,team_form:points_last10";
        for (String out : List.of("shots.csv", "shots.parquet")) {
            JsonNode document = pair.both(
                            0, "features", "history", "--entities", "asked.csv", "--features", features, "--out", out, "--json")
                    .json();
            assertThat(document.at("/dataset_versions/view.shots").asText()).hasSize(64);
            assertThat(Files.readAllBytes(pair.served().resolve(out))).isEqualTo(Files.readAllBytes(pair.alone().resolve(out)));
            assertThat(asked(pair, features, out.endsWith("csv") ? "text/csv" : "application/vnd.apache.parquet"))
                    .isEqualTo(Files.readAllBytes(pair.alone().resolve(out)));
        }
        pair.edit("keelson.yaml", "shots AS last_shots", "2 * shots AS last_shots");
        pair.both(0, "features", "history", "--entities", "asked.csv", "--features", features, "--out", "twice.csv", "--json");
        byte[] twice = Files.readAllBytes(pair.alone().resolve("twice.csv"));
        assertThat(Files.readAllBytes(pair.served().resolve("twice.csv")))
                .isEqualTo(twice)
                .isNotEqualTo(Files.readAllBytes(pair.alone().resolve("shots.csv")));
        assertThat(asked(pair, features, "text/csv")).isEqualTo(twice);
        pair.edit("keelson.yaml", "2 * shots AS last_shots", "shots AS last_shots");
        pair.both(2, "features", "history", "--entities", "asked.csv", "--features", "shots:shot", "--out", "x.csv");
    }

    private static byte[] asked(Pair pair, String features, String form) throws IOException {
        int port = new ObjectMapper().readTree(pair.served().resolve(".keelson/owner.json").toFile()).path("port").asInt();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/api/v1/features/history?features=%s".formatted(port, features)))
                .header("Content-Type", "text/csv")
                .header("Accept", form)
                .POST(HttpRequest.BodyPublishers.ofFile(pair.served().resolve("asked.csv")))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).as(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(200);
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void definitions(Pair pair) throws IOException {
        pair.both(0, "plan", "--json");
        pair.both(0, "apply", "--yes", "--json");
        pair.both(0, "plan", "--exit-code");
        pair.edit("keelson.yaml", "ttl: 400d", "ttl: 401d");
        pair.both(1, "plan", "--exit-code", "--json");
        pair.both(0, "apply", "--yes");
        pair.both(0, "plan", "--exit-code");
        pair.both(0, "labels", "list", "--json");
        pair.both(0, "labels", "show", "FTR", "--json");
    }

    private static void readings(Pair pair) {
        pair.both(0, "data", "loads", "--json");
        pair.both(0, "data", "show", "--json");
        pair.both(0, "data", "quarantine", "--json");
        pair.both(0, "data", "verify");
        pair.both(0, "lineage", "matches", "--json");
        JsonNode preview = pair.both(0, "data", "gc", "--source", "matches", "--json").json();
        assertThat(preview.path("removed").asBoolean()).isFalse();
        pair.both(0, "data", "gc", "--source", "matches", "--yes", "--json");
        for (Path project : List.of(pair.served(), pair.alone())) { // a server keeps the rows of the view that it began with
            assertThat(Cli.run(project, "data", "gc", "--yes").code()).isZero();
        }
    }
}
