package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import dev.keelson.train.BanditDefinition;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BanditSectionTest {
    private static final String BANDIT = """

            bandits:
              stakes:
                profit: 0.5 * (matches.FTHG - matches.FTAG)
                probability: AvgH
                odds: AvgH
                context: [AvgH, AvgD]
            """;

    @TempDir
    Path folder;

    private BanditDefinition read(String more) {
        return FootballProject.read(folder, FootballProject.TEXT + BANDIT + more).bandit("stakes");
    }

    @Test
    void everythingElseHasAStandard() {
        BanditDefinition bandit = read("");

        assertThat(bandit.actions()).containsExactly(0.0, 0.25, 0.5, 1.0);
        assertThat(bandit.settings().algorithm()).isEqualTo(Algorithm.THOMPSON);
        assertThat(bandit.settings().explore()).isEqualTo(0.1);
        assertThat(bandit.current()).isEqualTo(1);
        assertThat(bandit.log()).isEqualTo(new BanditDefinition.Simulated());
        assertThat(bandit.cap()).isEqualTo(0.1);
        assertThat(bandit.seed()).isEqualTo(42);
    }

    @Test
    void banditIsReadAsWritten() {
        BanditDefinition bandit = read("""
                    actions: [0, 1]
                    algorithm: linucb
                    explore: 5%
                    width: 2
                    current: logged
                    log: { action: AvgH, propensity: AvgD }
                    test: 0.5
                    clip: 20
                    reward: profit
                """);

        assertThat(bandit.actions()).containsExactly(0.0, 1.0);
        assertThat(bandit.settings().width()).isEqualTo(2);
        assertThat(bandit.settings().explore()).isEqualTo(0.05);
        assertThat(bandit.current()).isNull();
        assertThat(bandit.log()).isEqualTo(new BanditDefinition.Columns("AvgH", "AvgD", null));
        assertThat(bandit.reward()).isEqualTo(BanditDefinition.Reward.PROFIT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "    actions: [0.5, 0.25]|do not ascend",
                "    current: 0.3|one of the actions",
                "    log: { action: nothing, propensity: AvgD }|has no column `nothing`",
                "    algorithm: greedy|linucb",
                "    cap: 1|below 1",
            })
    void mistakesAreTold(String line, String message) {
        KeelsonException wrong = catchThrowableOfType(KeelsonException.class, () -> read(line + "\n"));

        assertThat(wrong.problems()).extracting(Problem::message).anyMatch(text -> text.contains(message));
    }

    @Test
    void outcomeIsNoContext() {
        KeelsonException wrong = catchThrowableOfType(
                KeelsonException.class,
                () -> FootballProject.read(
                        folder, FootballProject.TEXT + BANDIT.replace("[AvgH, AvgD]", "[AvgH, FTHG]")));

        assertThat(wrong.problems()).extracting(Problem::message).anyMatch(text -> text.contains("is an outcome"));
    }
}
