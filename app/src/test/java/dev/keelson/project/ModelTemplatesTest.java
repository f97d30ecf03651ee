package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ModelDefinition.Baseline;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTemplatesTest {
    private static final String TEXT = """
            keelson: 1
            project: stocks
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [ticker, day]
                event_time: day
                outcomes: { columns: [close], known_after: 1d }
                columns: { ticker: string, day: date, open: double, chance: double, strategy: string, close: double }
                labels: { up: close > 1 }
            models:
              pick_{strategy}_v{depth}:
                for: { strategy: [growth, value], depth: [2, 4] }
                label: prices.up
                rows: "strategy = '{strategy}'"
                features: [open]
                derive: { "{strategy}_flag": "case when strategy = '{strategy}' then 1 else 0 end" }
                learner: { xgboost: { max_depth: "{depth}" } }
                baselines: [frequencies, probability(chance)]
            """;

    @TempDir
    Path folder;

    private Project read(String text) {
        return FootballProject.read(folder, text, SourceHeaders.none(), Map.of());
    }

    private List<Problem> problems(String text) {
        return FootballProject.problems(folder, text, SourceHeaders.none());
    }

    @Test
    void templateMakesAModelOfEachCombination() {
        List<ModelDefinition> models = read(TEXT).models();

        assertThat(models)
                .extracting(ModelDefinition::name)
                .containsExactly("pick_growth_v2", "pick_growth_v4", "pick_value_v2", "pick_value_v4");
        assertThat(models.get(2).label().rows()).isEqualTo("strategy = 'value'");
        assertThat(models.get(2).derive()).containsOnlyKeys("value_flag");
        assertThat(models.get(3).learners().getFirst().settings()).containsEntry("max_depth", 4L);
        assertThat(models.get(0).baselines())
                .containsExactly(new Baseline.Frequencies(), new Baseline.Probability(List.of("chance")));
    }

    @Test
    void modelMayExtendOneThatATemplateMakes() {
        String text = TEXT + "  other: { extends: pick_value_v4, seed: 7 }\n";

        ModelDefinition other = read(text).models().getLast();

        assertThat(other.name()).isEqualTo("other");
        assertThat(other.label().rows()).isEqualTo("strategy = 'value'");
    }

    @Test
    void rowsMayReadFeaturesAndDerivedOnes() {
        String text = TEXT.replace("rows: \"strategy = '{strategy}'\"", "rows: \"{strategy}_flag = 1 and open > 2\"");

        assertThat(read(text).models().getFirst().label().rows()).isEqualTo("growth_flag = 1 and open > 2");
    }

    @Test
    void rowsThatReadAnOutcomeAreRefused() {
        List<Problem> problems = problems(TEXT.replace("rows: \"strategy = '{strategy}'\"", "rows: close > 2"));

        assertThat(problems).extracting(Problem::code).containsExactly(ErrorCode.LABEL_AMONG_FEATURES);
    }

    @Test
    void rowsThatAreNoConditionAreRefused() {
        List<Problem> problems = problems(TEXT.replace("rows: \"strategy = '{strategy}'\"", "rows: open + 1"));

        assertThat(problems).extracting(Problem::message).singleElement().asString().contains("a condition was expected");
    }

    @Test
    void nameThatLacksAVariableIsRefused() {
        List<Problem> problems = problems(TEXT.replace("pick_{strategy}_v{depth}:", "pick_{strategy}:"));

        assertThat(problems)
                .extracting(Problem::message)
                .containsExactly(
                        "the name of the model `pick_{strategy}` lacks `{depth}`, so that its models would have one name");
    }

    @Test
    void misspeltVariableIsToldWithTheOneMeant() {
        List<Problem> problems =
                problems(TEXT.replace("pick_{strategy}_v{depth}:", "pick_{stratgy}_{strategy}_{depth}:"));

        assertThat(problems).extracting(Problem::hint).containsExactly("Maybe `strategy` was meant.");
    }

    @Test
    void placeholderWithoutForIsRefused() {
        List<Problem> problems = problems(TEXT.replace("    for: { strategy: [growth, value], depth: [2, 4] }\n", "")
                .replace("\"{depth}\"", "3"));

        assertThat(problems.getFirst().message()).contains("no `for` says what stands there");
    }

    @Test
    void valuesThatOccurTwiceOrAreNoNamesAreRefused() {
        assertThat(problems(TEXT.replace("[growth, value]", "[growth, growth]")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.DUPLICATE_KEY);
        assertThat(problems(TEXT.replace("[growth, value]", "[growth, 'a b']")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.BAD_VALUE);
        assertThat(problems(TEXT.replace("[growth, value]", "[]")))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.BAD_VALUE);
    }

    @Test
    void modelThatIsThereAlreadyIsRefused() {
        String text = TEXT + "  pick_growth_v2: { extends: pick_value_v2 }\n";

        assertThat(problems(text)).extracting(Problem::code).contains(ErrorCode.DUPLICATE_KEY);
    }

    @Test
    void probabilityThatIsAnOutcomeIsRefused() {
        assertThat(problems(TEXT.replace("probability(chance)", "probability(close)")))
                .extracting(Problem::message)
                .containsExactly("the baseline `probability(close)` reads `close`, an outcome that is not known beforehand");
    }
}
