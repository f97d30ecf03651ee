package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of one model through the commands alone. */
final class TrainIT {
    private static final String MODEL = "football-1x2";

    @TempDir
    static Path folder;

    @BeforeAll
    static void trainTheFirst() throws IOException {
        TinyLeague.make(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("(?m)^    learner: .*$", "    learner: { logistic: { l2: 100 } }"));
        assertThat(keelson("data", "load", "--json").code()).isZero();
        Cli first = keelson("train", MODEL, "--json");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.json().path("promoted").asBoolean()).isTrue();
        assertThat(first.json().path("gates").asText()).isEqualTo("passed");
    }

    private static Cli keelson(String... words) {
        return Cli.run(folder, words);
    }

    @Test
    void anUpdateSaysWhatItDidAndOneThatForgetsEndsWithOne() {
        Cli gentle = keelson("train", MODEL, "--update", "--rounds", "1", "--learning-rate", "1e-6", "--json");
        Cli wild = keelson("train", MODEL, "--update", "--rounds", "3000", "--learning-rate", "1");

        JsonNode result = gentle.json();
        assertThat(gentle.code()).as(gentle.err()).isZero();
        assertThat(result.path("mode").asText()).isEqualTo("update");
        assertThat(result.path("status").asText()).isEqualTo("registered");
        assertThat(result.path("base_run").asText()).hasSize(32);
        assertThat(wild.code()).isIn(0, 1);
        assertThat(wild.out()).contains("old rows the log loss is");
        assertThat(wild.code() == 1).isEqualTo(wild.out().startsWith("The update forgets: it is refused."));
    }

    @Test
    void aPartOfTheRowsIsTrainedAndItsRunReproduced() {
        Cli some = keelson("train", MODEL, "--rows", "div = 'E0'", "--learner", "xgboost", "--json");
        assertThat(some.code()).as(some.out() + some.err()).isZero();

        Cli again = keelson("reproduce", some.json().path("run").asText());

        assertThat(again.code()).as(again.out() + again.err()).isZero();
        assertThat(keelson("train", MODEL, "--rows", "FTR = 'H'").err()).contains("reads `FTR` of its own row");
        assertThat(keelson("train", MODEL, "--update", "--rows", "div = 'E0'").err()).contains("cannot be chosen");
    }

    @Test
    void whatCannotBeAskedForIsSaid() {
        assertThat(keelson("train", MODEL, "--update", "--reinforce").err()).contains("exclude each other");
        assertThat(keelson("train", MODEL, "--rounds", "3").err()).contains("those of an update");
        assertThat(keelson("train", MODEL, "--update", "--mode", "refit").err()).contains("logistic").contains("refit");
        assertThat(keelson("train", MODEL, "--update", "--mode", "again").err()).contains("continue or refit");
        assertThat(keelson("train", MODEL, "--min-rows", "10000000").err()).contains("10,000,000");
        assertThat(keelson("train", "football-1x3").err()).contains("football-1x2");
        assertThat(keelson("train", MODEL, "--learner", "logistics").code()).isEqualTo(2);
    }
}
