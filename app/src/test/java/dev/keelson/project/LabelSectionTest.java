package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.train.ModelDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelSectionTest {
    private static final String TEXT = """
            keelson: 1
            project: trading
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [symbol, time]
                event_time: time
                known_after: 1h
                columns: { symbol: string, time: timestamp, close: double, volume: double }
                labels:
                  up_4h: forward_return(close, 4h) > 0.005
                  excess: forward_return(close, 63d, within = 7d) - forward_return(SPY.close, 63d)
              bets:
                file: bets.csv
                key: bet_id
                event_time: placed_at
                outcomes: { columns: [status, profit], known_after: 2d }
                columns:
                  bet_id: string
                  placed_at: timestamp
                  odds: double
                  stake: double
                  status: { type: enum, values: [won, lost, void] }
                  profit: double
                labels:
                  won: { expression: bet_won(status), classes: [lost, won] }
                  gain: "profit(status, odds, stake)"
            models:
              m:
                label: LABEL
                features: [FEATURE]
                validate: { embargo: 100d }
            """;

    @TempDir
    Path folder;

    private Project read(String label, String feature) {
        return FootballProject.read(folder, text(label, feature), SourceHeaders.none(), Map.of());
    }

    private static String text(String label, String feature) {
        return TEXT.replace("LABEL", label).replace("FEATURE", feature);
    }

    private List<Problem> problems(String text) {
        return FootballProject.problems(folder, text, SourceHeaders.none());
    }

    private static LabelDefinition label(Project project, String name) {
        return project.labels().stream()
                .filter(label -> label.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void declaredLabelsHaveClassesAndTheDelayOfTheirHorizon() {
        Project project = read("prices.up_4h", "volume");

        LabelDefinition up = label(project, "up_4h");
        LabelDefinition excess = label(project, "excess");

        assertThat(up.classes()).containsExactly("false", "true");
        assertThat(up.delay()).isEqualTo(Duration.ofMinutes(240 + 24 + 60));
        assertThat(excess.isNumber()).isTrue();
        assertThat(excess.delay()).isEqualTo(Duration.ofDays(70).plusHours(1));
        assertThat(label(project, "won").classes()).containsExactly("lost", "won");
        assertThat(label(project, "won").delay()).isEqualTo(Duration.ofDays(2));
        assertThat(label(project, "gain").isNumber()).isTrue();
        assertThat(project.models().getFirst().label()).isEqualTo(up);
    }

    @Test
    void modelMayGiveAnExpressionOfItsOwn() {
        ModelDefinition won = read("bets.status in ('won', 'half_won')", "odds").models().getFirst();
        ModelDefinition up = read("forward_return(prices.close, 4h) > 0.01", "volume").models().getFirst();

        assertThat(won.source()).isEqualTo("bets");
        assertThat(won.label().text()).isEqualTo("status in ('won', 'half_won')");
        assertThat(won.classes()).containsExactly("false", "true");
        assertThat(up.label().text()).isEqualTo("forward_return(close, 4h) > 0.01");
        assertThat(up.embargo()).isEqualTo(Duration.ofDays(100));
    }

    @Test
    void embargoDefaultsToTheHorizonAndMayNotBeShorter() {
        String without = text("prices.excess > 0", "volume").replace("    validate: { embargo: 100d }\n", "");
        String inline = without.replace("prices.excess > 0", "forward_return(prices.close, 63d, within = 7d) > 0");

        Project project = FootballProject.read(folder, inline, SourceHeaders.none(), Map.of());

        assertThat(project.models().getFirst().embargo()).isEqualTo(Duration.ofDays(70).plusHours(1));
        assertThat(problems(inline + "    validate: { embargo: 63d }\n"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo(ErrorCode.EMBARGO_TOO_SHORT);
                    assertThat(problem.hint()).contains("70d1h");
                });
    }

    @Test
    void outcomesOfTheLabelAreNoFeatures() {
        assertThat(problems(text("bets.won", "status = 'won'")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.LABEL_AMONG_FEATURES);
        assertThat(problems(text("bets.won", "profit")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.FEATURE_READS_OWN_OUTCOME);
    }

    @Test
    void numberIsPredictedAsSuch() {
        ModelDefinition gain = read("bets.gain", "odds").models().getFirst();

        assertThat(gain.isNumber()).isTrue();
        assertThat(gain.task().outputs()).containsExactly("value");
        assertThat(gain.calibration()).isEqualTo(ModelDefinition.Calibration.NONE);
        assertThat(gain.baselines()).containsExactly(new ModelDefinition.Baseline.Mean());
    }

    @Test
    void whatANumberHasNoUseForIsRefused() {
        String text = text("bets.gain", "odds");

        assertThat(problems(text + "    calibrate: platt\n")).singleElement().satisfies(problem -> assertThat(
                        problem.message())
                .contains("corrects probabilities"));
        assertThat(problems(text + "    learner: logistic\n")).singleElement().satisfies(problem -> {
            assertThat(problem.message()).contains("predicts classes").contains("is a number");
            assertThat(problem.hint()).contains("linear");
        });
        assertThat(problems(text + "    baselines: [frequencies]\n")).singleElement().satisfies(problem -> assertThat(
                        problem.hint())
                .contains("mean"));
        assertThat(problems(text + "    backtest: { odds: [odds, odds] }\n")).singleElement().satisfies(problem -> assertThat(
                        problem.message())
                .contains("stakes on classes"));
        assertThat(problems(text("bets.won", "odds") + "    baselines: [mean]\n")).singleElement().satisfies(problem -> assertThat(
                        problem.hint())
                .contains("frequencies"));
    }

    @Test
    void labelThatIsKnownBeforehandIsRefused() {
        assertThat(problems(text("bets.odds > 2", "odds"))).singleElement().satisfies(problem -> assertThat(problem.message())
                .contains("reads no outcome"));
    }

    @Test
    void misspeltNamesAreSuggested() {
        assertThat(problems(text("bets.wonn", "odds"))).singleElement().satisfies(problem -> assertThat(problem.hint())
                .contains("won"));
        assertThat(problems(text("bets.statsu = 'won'", "odds"))).isNotEmpty().allSatisfy(problem -> assertThat(
                        problem.message() + problem.hint())
                .contains("statsu"));
        assertThat(problems(text("prices.up_4h", "volume").replace("(close, 4h)", "(clos, 4h)")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.message()).contains("clos");
                    assertThat(problem.location()).isNotNull();
                    assertThat(problem.hint()).contains("close");
                });
    }

    @Test
    void labelOverTwoSourcesIsRefused() {
        assertThat(problems(text("bets.status = 'won' and prices.close > 1", "odds")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("one source"));
    }

    @Test
    void labelMayNotHaveTheNameOfAColumn() {
        assertThat(problems(text("bets.won", "odds").replace("      gain:", "      odds:")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.DUPLICATE_KEY);
    }

    @Test
    void columnOfNumbersIsALabelAsItIs() {
        Project project = read("bets.profit", "odds");

        LabelDefinition label = project.models().getFirst().label();
        assertThat(label.isNumber()).isTrue();
        assertThat(label.address()).isEqualTo("bets.profit");
        assertThat(label.delay()).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void conditionHasTwoClasses() {
        assertThat(problems(text("bets.won", "odds").replace("[lost, won]", "[a, b, c]")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("two classes"));
    }
}
