package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A rollout through the commands, from its start to its end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RolloutIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void trainTwoVersions() throws IOException {
        TinyLeague.make(folder);
        assertThat(keelson("run").code()).isZero();
        Cli trained = keelson("train football-1x2 --learner xgboost");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private static Cli keelson(String line) {
        return Cli.run(folder, line.split(" "));
    }

    @Test
    @Order(1)
    void shadowSaysThatItAnswersNothing() {
        Cli started = keelson("rollout start football-1x2 v2 --kind shadow --reason Looking");

        assertThat(started.code()).as(started.err()).isZero();
        assertThat(started.out())
                .startsWith("v2 predicts all keys beside v1 and answers nothing (shadow, step 1 of 1);")
                .doesNotContain("waits for a person");
    }

    @Test
    @Order(2)
    void abortTellsHowItEnded() {
        Cli aborted = keelson("rollout abort football-1x2 --reason Enough");
        JsonNode history = keelson("rollout history football-1x2 --json").json();

        assertThat(aborted.code()).as(aborted.err()).isZero();
        assertThat(aborted.out()).startsWith("The rollout of v2 over v1 is over (").contains("Enough");
        assertThat(history.at("/rollouts/0/kind").asText()).isEqualTo("shadow");
        assertThat(history.path("rollouts")).hasSize(1);
    }

    @Test
    @Order(3)
    void statusOfWhatNeverBeganIsRefused() {
        assertThat(keelson("rollout status nothing").code()).isEqualTo(2);
        assertThat(keelson("rollout start football-1x2 v9 --reason Looking").err()).contains("no version 9");
    }
}
