package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.threshold.Utility;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.GuidanceDefinition.Threshold;
import dev.keelson.train.GuidanceDefinition.Uncertainty;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuidanceSectionTest {
    private static final String TEXT = """
            keelson: 1
            project: betting
            timezone: UTC
            sources:
              bets:
                file: bets.csv
                key: bet_id
                event_time: placed_at
                outcomes: { columns: [status, profit, closing], known_after: 2d }
                columns:
                  bet_id: string
                  placed_at: timestamp
                  sport: string
                  odds: double
                  stake: double
                  status: { type: enum, values: [won, lost, void] }
                  profit: double
                  closing: double
                labels:
                  won: { expression: bet_won(status), classes: [lost, won] }
                  gain: "profit(status, odds, stake)"
            models:
              m:
                label: LABEL
                features: [stake]
                validate: { embargo: 10d }
                GUIDANCE
            """;

    @TempDir
    Path folder;

    private GuidanceDefinition read(String label, String guidance) {
        return FootballProject.read(folder, text(label, guidance), SourceHeaders.none(), Map.of())
                .models()
                .getFirst()
                .guidance();
    }

    private static String text(String label, String guidance) {
        return TEXT.replace("LABEL", label).replace("GUIDANCE", guidance);
    }

    @Test
    void whatIsLeftOutTakesItsDefault() {
        assertThat(read("bets.won", "seed: 1")).isEqualTo(GuidanceDefinition.NONE);
        assertThat(read("bets.won", "uncertainty: { conformal: 0.90 }").uncertainty())
                .isEqualTo(new Uncertainty(0.9, ConformalMethod.APS, null));
        assertThat(read("bets.gain", "uncertainty: { conformal: 0.8 }").uncertainty())
                .isEqualTo(new Uncertainty(0.8, ConformalMethod.RESIDUAL, null));
        assertThat(read("bets.won", "threshold: { maximise: f1 }").threshold())
                .isEqualTo(new Threshold(Utility.F1, 1, null, 10));
        assertThat(read("bets.won", "threshold: { maximise: profit, odds: odds }").threshold())
                .isEqualTo(new Threshold(Utility.PROFIT, 1, "odds", 100));
        assertThat(read("bets.won", "threshold: { maximise: sharpe }\n    backtest: { odds: [stake, odds] }")
                        .threshold())
                .isEqualTo(new Threshold(Utility.SHARPE, 1, "odds", 100));
    }

    @Test
    void everythingCanBeSaid() {
        GuidanceDefinition guidance = read(
                "bets.won",
                "uncertainty: { conformal: 0.95, method: raps, groups: sport }\n"
                        + "    threshold: { maximise: accuracy, class: lost, at_least: 25 bets }");

        assertThat(guidance)
                .isEqualTo(new GuidanceDefinition(
                        new Uncertainty(0.95, ConformalMethod.RAPS, "sport"),
                        new Threshold(Utility.ACCURACY, 0, null, 25)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bets.won  | uncertainty: { conformal: 90 }                        | a number above 0 below 1",
                "bets.won  | uncertainty: { method: lac }                          | conformal",
                "bets.won  | uncertainty: { conformal: 0.9, method: app }          | aps",
                "bets.won  | uncertainty: { conformal: 0.9, groups: sports }       | sport",
                "bets.won  | uncertainty: { conformal: 0.9, groups: odds }         | groups are told by texts",
                "bets.won  | uncertainty: { conformal: 0.9, groups: status }       | is an outcome",
                "bets.gain | uncertainty: { conformal: 0.9, method: lac }          | makes sets of classes",
                "bets.gain | threshold: { maximise: f1 }                           | acts on a class",
                "bets.won  | threshold: { maximise: f1, class: win }               | won",
                "bets.won  | threshold: { maximise: f1, odds: odds }               | has no effect",
                "bets.won  | threshold: { maximise: profit }                       | needs decimal odds",
                "bets.won  | threshold: { maximise: profit, odds: closing }        | is an outcome",
                "bets.won  | threshold: { maximise: profit, odds: sport }          | a number was expected",
                "bets.won  | threshold: { maximise: f1, at_least: 0 bets }         | 1 or more",
                "bets.won  | threshold: { maximise: f1, at_least: 100 }            | a number of bets",
                "bets.won  | threshold: { class: won }                             | maximise"
            })
    void whatMakesNoSenseIsSaidWithItsPlace(String label, String guidance, String message) {
        List<Problem> problems =
                FootballProject.problems(folder, text(label, guidance), SourceHeaders.none());

        assertThat(problems).hasSize(1).first().satisfies(problem -> {
            assertThat(problem.message() + " " + problem.hint()).contains(message);
            assertThat(Objects.requireNonNull(problem.location()))
                    .extracting(Location::line)
                    .isEqualTo(27);
        });
    }

    @Test
    void classOfThreeMustBeNamed() {
        String text = FootballProject.with(
                "    label: matches.FTR\n", "    label: matches.FTR\n    threshold: { maximise: f1 }\n");

        List<Problem> problems = FootballProject.problems(folder, text, SourceHeaders.none());

        assertThat(problems).anySatisfy(problem -> assertThat(problem.message() + problem.hint())
                .contains("which one to act on")
                .contains("class: H"));
    }
}
