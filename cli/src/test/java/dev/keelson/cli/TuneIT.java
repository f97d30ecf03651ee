package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search for settings through the commands alone. */
final class TuneIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void loadTheData() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "(?m)^    learner: .*$",
                                """
                                    learner: { logistic: { l2: 100 } }
                                    tune: { trials: 6, batch: 2, pruner: median, space: { l2: 1..10000 log } }\
                                """));
        assertThat(keelson("data", "load", "--json").code()).isZero();
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    @Test
    void trialsAreNestedRunsAndALongerSearchGoesOn() {
        Cli first = keelson("tune", "football-1x2", "--trials", "4", "--json");
        assertThat(first.code()).as(first.err()).isZero();
        JsonNode shorter = first.json();

        JsonNode longer = keelson("tune", "football-1x2", "--json").json();
        JsonNode again = keelson("tune", "football-1x2", "--fresh", "--json").json();
        JsonNode other = keelson("tune", "football-1x2", "--seed", "1", "--sampler", "random", "--json").json();
        String run = longer.path("run").asText();
        JsonNode nested = keelson("runs", "list", "--parent", run, "--json").json().path("runs");
        JsonNode top = keelson("runs", "list", "--json").json().path("runs");

        assertThat(shorter.path("trials")).hasSize(4);
        assertThat(longer.at("/counts/taken_over").asInt()).isEqualTo(4);
        assertThat(again.at("/counts/taken_over").asInt()).isZero();
        assertThat(again.path("trials")).isEqualTo(longer.path("trials"));
        assertThat(longer.path("trials").get(0)).isEqualTo(shorter.path("trials").get(0));
        assertThat(other.path("trials").get(0).path("settings"))
                .isNotEqualTo(longer.path("trials").get(0).path("settings"));
        assertThat(nested).hasSize(6);
        assertThat(keelson("runs", "show", nested.get(0).path("id").asText()).out()).contains("tag mlflow.parentRunId\t" + run);
        assertThat(top.findValuesAsText("id")).contains(run).doesNotContainAnyElementsOf(nested.findValuesAsText("id"));
        assertThat(longer.path("yaml").asText()).startsWith("models:\n  football-1x2:\n    learner: { logistic: { l2: ");
        assertThat(longer.path("sentence").asText()).contains("out-of-fold log_loss");
    }

    @Test
    void theBestSettingsAreTrainedAndRegisteredWhenAsked() {
        Cli tuned = keelson("tune", "football-1x2", "--trials", "2", "--seed", "9", "--train", "--json");
        assertThat(tuned.code()).as(tuned.err()).isZero();

        JsonNode models = keelson("models", "list", "--json").json();

        assertThat(tuned.json().path("trained").asText()).contains("football-1x2 v1");
        Cli again = keelson("reproduce", "football-1x2@v1");
        assertThat(again.code()).as(again.out() + again.err()).isZero();
        assertThat(models.toString()).contains("football-1x2");
    }

    @Test
    void whatCannotBeSearchedIsSaid() {
        Cli sampler = keelson("tune", "football-1x2", "--sampler", "tpee");
        Cli model = keelson("tune", "football-1x3");
        Cli trials = keelson("tune", "football-1x2", "--trials", "0");

        assertThat(sampler.code()).isEqualTo(2);
        assertThat(sampler.err()).contains("There is no sampler (tpee)", "tpe");
        assertThat(model.err()).contains("football-1x2");
        assertThat(trials.err()).contains("at least 1");
    }

    @Test
    void aModelWithoutASearchIsToldOneThatFits(@TempDir Path other) throws IOException {
        TinyLeague.make(other);
        Path file = other.resolve("keelson.yaml");
        String written = Files.readString(file)
                .replaceFirst("(?m)^    learner: .*$", "    learner: { ensemble: [logistic, xgboost], combine: blend }");
        Files.writeString(file, written);
        assertThat(Cli.run(other, "data", "load", "--json").code()).isZero();

        Cli refused = Cli.run(other, "tune", "football-1x2");
        String hint = refused.err().lines().filter(line -> line.contains("`tune: ")).findFirst().orElseThrow();
        String block = hint.substring(hint.indexOf("`tune: ") + 1, hint.lastIndexOf('`'));
        Files.writeString(file, written.replaceFirst("(?m)^(    learner: .*)$", "$1\n    " + block));
        Cli valid = Cli.run(other, "validate");

        assertThat(refused.code()).isNotZero();
        assertThat(valid.code()).as(valid.err()).isZero();
    }
}
