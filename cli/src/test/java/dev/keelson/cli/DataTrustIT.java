package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Checks, review and versions of data, through the commands alone. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DataTrustIT {
    @TempDir
    static Path folder;

    private static Cli keelson(String... args) {
        return Cli.run(folder, args);
    }

    private static Path data() {
        return folder.resolve("data/football/matches.csv");
    }

    private static void edit(Path file, String old, String now) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, now));
    }

    @Test
    @Order(1)
    void wrongRulesAreToldAtTheirPlace() throws IOException {
        TinyLeague.make(folder);
        edit(
                folder.resolve("keelson.yaml"),
                "    checks:",
                """
                      - AvgHH > 1
                      - { check: AvgH + 1, on_fail: warn }
                      - { check: AvgH > 1, on_fail: nul }
                    anomalies:
                      AvgX: mad
                    checks:
                      - warn: change(freshness) < 3%
                      - block: unmatched(div, leages.name) == 0
                      - warn: gap(1d) == 0
                """
                        .stripTrailing());

        Cli cli = keelson("validate", "--json");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err() + cli.out())
                .contains("AvgHH", "`AvgH` was meant")
                .contains("`AvgH + 1` is of type `double`")
                .contains("`null` was meant")
                .contains("AvgX")
                .contains("`change` does not apply to it")
                .contains("there is no source named `leages`")
                .contains("`gaps` was meant");
    }

    @Test
    @Order(2)
    void checkFindsWhatALoadWouldWithoutLoading() throws IOException {
        Path project = folder.resolve("keelson.yaml");
        String text = Files.readString(project);
        int start = text.indexOf("    rules:");
        int end = text.indexOf("    checks:", start);
        String rules =
                """
                    rules:
                      - 1/AvgH + 1/AvgD + 1/AvgA > 1
                      - { check: AvgH < 60, on_fail: warn }
                    anomalies:
                      AvgD: { method: mad, limit: 60, by: div }
                """;
        text = text.substring(0, start) + rules + text.substring(end);
        text = text.replace("      - warn: change(freshness) < 3%\n", "      - warn: change(mean(AvgH)) < 30%\n")
                .replace("      - block: unmatched(div, leages.name) == 0\n", "")
                .replace("      - warn: gap(1d) == 0", "      - warn: row_count > 1");
        Files.writeString(project, text);
        List<String> lines = new ArrayList<>(Files.readAllLines(data()));
        List<String> header = List.of(lines.getFirst().split(","));
        lines.set(5, set(lines.get(5), header, "AvgH", "400"));
        lines.set(7, set(lines.get(7), header, "AvgD", "300"));
        lines.set(9, set(set(lines.get(9), header, "AvgH", "95"), header, "AvgA", "1.01"));
        Files.write(data(), lines);

        Cli cli = keelson("data", "check", "--json", "--html", "report.html");

        assertThat(cli.code()).as(cli.err() + cli.out()).isZero();
        JsonNode report = cli.json();
        assertThat(report.path("verdict").asText()).isEqualTo("warned");
        assertThat(report.path("rows_quarantined").asInt()).isEqualTo(2);
        assertThat(report.path("rows_marked").asInt()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("matches: warned")
                .doesNotContain("<script");
        assertThat(keelson("data", "checks", "--json").json().path("checks")).hasSize(1);
        assertThat(keelson("data", "versions", "--json").json().path("versions")).isEmpty();
    }

    private static String set(String line, List<String> header, String column, String value) {
        String[] cells = line.split(",", -1);
        cells[header.indexOf(column)] = value;
        return String.join(",", cells);
    }

    @Test
    @Order(3)
    void reviewChangesTheNextVersionAndCanBeUndone() {
        assertThat(keelson("data", "load").code()).isZero();
        JsonNode open = keelson("data", "review", "list", "--json").json().path("rows");
        assertThat(open).hasSize(3);
        String first = open.path(0).path("row").asText();
        String marked = open.path(2).path("row").asText();

        assertThat(keelson("data", "review", "accept", first).code()).isEqualTo(2);
        Cli correct = keelson(
                "data", "review", "correct", first, "--set", "AvgH=2.5", "--reason", "A point was missing.", "--json");
        assertThat(correct.code()).as(correct.err()).isZero();
        assertThat(keelson("data", "review", "reject", marked.substring(0, 10), "--reason", "Wrong.").code()).isZero();
        assertThat(keelson("data", "review", "list", "--json").json().path("rows")).hasSize(1);

        JsonNode load = keelson("data", "load", "--json").json();
        assertThat(load.path("rows_loaded").asInt()).as(load.toString()).isEqualTo(1);
        JsonNode shown = keelson("data", "show", "--json").json();
        assertThat(shown.path("loads").path(0).path("decisions")).hasSize(2);
        assertThat(shown.path("loads").path(0).path("from_sha256").asText()).hasSize(64);

        String decision = correct.json().path("id").asText();
        assertThat(keelson("data", "review", "revert", decision, "--reason", "It was right.").code()).isZero();
        assertThat(keelson("data", "review", "history", "--json").json().path("decisions")).hasSize(3);
    }

    @Test
    @Order(4)
    void versionsAreComparedTaggedAndCollected() {
        JsonNode versions = keelson("data", "versions", "--json").json().path("versions");
        assertThat(versions).hasSize(2);
        assertThat(versions.findValuesAsText("latest")).containsExactly("true", "false");
        String old = versions.path(1).path("id").asText();

        Cli diff = keelson("data", "diff", old.substring(0, 10), "--json");
        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.json().path("added").asInt()).isEqualTo(1);
        assertThat(diff.json().path("removed").asInt()).isEqualTo(1);
        String then = versions.path(1).path("created_at").asText();
        assertThat(keelson("data", "show", "--as-of", then, "--json").json().path("id").asText())
                .isEqualTo(old);
        assertThat(keelson("data", "tag", "before-review", old).code()).isZero();
        assertThat(keelson("data", "verify", "before-review").code()).isZero();
        assertThat(keelson("data", "check", "--version", "before-review", "--json").json().path("of").asText())
                .isEqualTo("version");
        assertThat(keelson("data", "gc", "--json").json().path("versions")).isEmpty();
        assertThat(keelson("data", "untag", "before-review").code()).isZero();
        assertThat(keelson("data", "untag", "before-review").code()).isEqualTo(2);
        assertThat(keelson("data", "gc", "--json").json().path("bytes").asLong()).isPositive();
        assertThat(keelson("data", "versions", "--json").json().path("versions")).hasSize(2);
        assertThat(keelson("data", "gc", "--yes", "--json").json().path("versions")).hasSize(1);
        assertThat(keelson("data", "versions", "--json").json().path("versions")).hasSize(1);
        assertThat(keelson("data", "verify").code()).isZero();
    }

    @Test
    @Order(5)
    void blockedSourceIsAFinding() throws IOException {
        edit(folder.resolve("keelson.yaml"), "on_fail: warn", "on_fail: block");

        Cli check = keelson("data", "check", "--json");

        // the row that was rejected is the one that breaks the rule
        assertThat(check.json().path("verdict").asText()).isEqualTo("warned");
        JsonNode decisions = keelson("data", "review", "history", "--json").json().path("decisions");
        String rejection = decisions.path(1).path("id").asText();
        assertThat(keelson("data", "review", "revert", rejection, "--reason", "Look again.").code()).isZero();
        Cli blocked = keelson("data", "check", "--json");
        assertThat(blocked.code()).isEqualTo(1);
        assertThat(blocked.json().path("verdict").asText()).isEqualTo("blocked");
    }
}
