package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.train.JudgingDefinition.CustomMetric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JudgingTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("OH", ColumnType.DOUBLE),
            new Column("goals", ColumnType.DOUBLE),
            new Column("div", ColumnType.STRING));

    private static Judging judging(JudgingDefinition definition) {
        return new Judging(
                TrainingFixture.definition(),
                definition,
                COLUMNS,
                Set.of("goals"),
                TrainingFixture.table(10, 1).features().names());
    }

    private static JudgingDefinition metrics(String... texts) {
        List<CustomMetric> metrics = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            metrics.add(new CustomMetric("m" + i, Located.of(texts[i]), true));
        }
        return new JudgingDefinition(List.of(), metrics);
    }

    private record Made(TrainingTable table, TrainingOutcome outcome, Map<String, @Nullable Object[]> cells) {}

    private static Made made() {
        TrainingTable table = TrainingFixture.table(400, 3);
        TrainingOutcome outcome = TrainingFixture.training(1)
                .run(TrainingFixture.request(table, new TrainingMode.Full()));
        Map<String, @Nullable Object[]> cells = new HashMap<>();
        for (int i = 0; i < table.rows(); i++) {
            cells.put(table.rowIds().get(i), new @Nullable Object[] {2.0, i % 3 == 0 ? null : 1.5, "d" + i % 2});
        }
        return new Made(table, outcome, cells);
    }

    private static Map<String, @Nullable Object[]> cellsOf(Judging judging, Made made) {
        Map<String, @Nullable Object[]> cells = new HashMap<>();
        made.cells().forEach((row, all) -> {
            @Nullable Object[] some = new @Nullable Object[judging.cells().size()];
            for (int c = 0; c < some.length; c++) {
                some[c] = all[List.of("OH", "goals", "div").indexOf(judging.cells().get(c))];
            }
            cells.put(row, some);
        });
        return cells;
    }

    private static Judgement judge(JudgingDefinition definition, Made made) {
        Judging judging = judging(definition);
        return judging.judge(made.outcome(), made.table(), cellsOf(judging, made)::get).orElseThrow();
    }

    @Test
    void everyMetricStandsInItsInterval() {
        Made made = made();

        Judgement judged = judge(JudgingDefinition.NONE, made);

        JsonNode metrics = judged.document().path("metrics");
        for (String name : List.of("log_loss", "brier", "rps", "accuracy", "macro_f1", "mcc", "roc_auc", "pr_auc")) {
            JsonNode metric = metrics.path(name);
            assertThat(metric.path("value").asDouble())
                    .as(name)
                    .isBetween(metric.path("lower").asDouble(), metric.path("upper").asDouble());
        }
        assertThat(metrics.path("log_loss").path("value").asDouble())
                .isCloseTo(Objects.requireNonNull(made.outcome().metrics().get("test_log_loss")), within(1e-12));
        assertThat(judged.metrics()).containsKeys("test_log_loss_lower", "class/H/test_f1", "test_mcc_upper");
        assertThat(judged.metrics()).doesNotContainKey("test_log_loss");
        assertThat(judged.document().path("confusion").path("counts")).hasSize(3);
    }

    @Test
    void sameTrainingGivesTheSameBytes() {
        Made made = made();
        JudgingDefinition definition = new JudgingDefinition(List.of(Located.of("div")), List.of());

        String first = judge(definition, made).document().toString();

        assertThat(judge(definition, made).document().toString()).isEqualTo(first);
    }

    @Test
    void segmentsPartTheTestPeriod() {
        Made made = made();
        JudgingDefinition definition =
                new JudgingDefinition(List.of(Located.of("div"), Located.of("p('H') > 0.4")), List.of());

        JsonNode segments = judge(definition, made).document().path("segments");

        int rows = Objects.requireNonNull(made.outcome().test()).rowIds().size();
        assertThat(segments).hasSize(4);
        assertThat(segments.get(0).path("rows").asInt() + segments.get(1).path("rows").asInt()).isEqualTo(rows);
        assertThat(segments.get(2).path("value").asText()).isEqualTo("false");
        assertThat(segments.get(3).path("metrics").path("log_loss").has("lower")).isTrue();
    }

    @Test
    void customMetricReadsPredictionOutcomeAndColumns() {
        Made made = made();
        HoldoutForecast test = Objects.requireNonNull(made.outcome().test());

        Judgement judged = judge(
                metrics(
                        "mean(case when predicted = actual then 1 else 0 end)",
                        "mean(p('D')) - rate(actual = 'D')",
                        "sum(OH * weight) / count()",
                        "mean(goals)",
                        "sqrt(mean(loss))",
                        "mean(confidence)"),
                made);

        double accuracy = Objects.requireNonNull(made.outcome().metrics().get("test_accuracy"));
        double loss = Objects.requireNonNull(made.outcome().metrics().get("test_log_loss"));
        double draws = 0;
        for (int i = 0; i < test.labels().length; i++) {
            draws += (test.probabilities()[3 * i + 1] - (test.labels()[i] == 1 ? 1 : 0)) / test.labels().length;
        }
        assertThat(judged.metrics().get("test_m0")).isCloseTo(accuracy, within(1e-12));
        assertThat(judged.metrics().get("test_m1")).isCloseTo(draws, within(1e-12));
        assertThat(judged.metrics().get("test_m2")).isEqualTo(2);
        assertThat(judged.metrics().get("test_m3")).isEqualTo(1.5);
        assertThat(judged.metrics().get("test_m4")).isCloseTo(Math.sqrt(loss), within(1e-12));
        assertThat(judged.metrics()).containsKeys("test_m1_lower", "test_m5_upper");
        assertThat(judged.document().path("custom").get(1).path("better").asText()).isEqualTo("higher");
    }

    @Test
    void segmentByWhatCameTrueIsRefused() {
        assertThatThrownBy(() -> judging(new JudgingDefinition(List.of(Located.of("goals > 1")), List.of())))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("goals");
        assertThatThrownBy(() -> judging(new JudgingDefinition(List.of(Located.of("actual = 'H'")), List.of())))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("actual");
    }

    @Test
    void theSearchSaysHowManySlicesItLookedAt() {
        JsonNode document = judge(new JudgingDefinition(List.of(Located.of("div")), List.of()), made()).document();

        assertThat(document.path("search").path("searched").asInt()).isPositive();
        assertThat(document.path("surprise").path("verdict").asText())
                .contains(document.path("surprise").path("searched").asText() + " slices");
    }

    @Test
    void refreshHasNothingToJudge() {
        TrainingTable table = TrainingFixture.table(400, 3);
        TrainingOutcome full =
                TrainingFixture.training(1).run(TrainingFixture.request(table, new TrainingMode.Full()));
        TrainingOutcome refresh = TrainingFixture.training(1)
                .run(TrainingFixture.request(table, new TrainingMode.Refresh(full.parameters())));

        assertThat(judging(JudgingDefinition.NONE).judge(refresh, table, row -> null)).isEmpty();
    }
}
