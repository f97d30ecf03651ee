package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PolicyOptionsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path folder;

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        assertThat(Cli.run(folder, "init", "p", "--example", "football").code()).isZero();

        Cli wrong = Cli.run(
                folder.resolve("p"),
                "policy compare --model football-1x3 --from 2020-02-01 --to 2020-01-01 --step 0d --every 0 --retrain-cost -1 --loss-value 0"
                        .split(" "));

        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err())
                .contains(
                        "--step (0d) must be positive", "--every (0)", "--retrain-cost (-1.0)", "--loss-value (0.0)",
                        "--from (2020-02-01) must be before --to (2020-01-01)", "There is no model (football-1x3)");
    }
}
