package dev.keelson.registry.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.Detail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunColumnsTest {

    @Test
    void columnsAreReadInTheirOrder() {
        RunColumns columns = RunColumns.parse("metrics.logloss:min, params.`a,b` ,tags.team,metrics.loss:@100,note, metric.val/auc");

        assertThat(columns.columns().stream().map(RunColumns.Column::title))
                .containsExactly(
                        "metrics.logloss:min", "params.a,b", "tags.team", "metrics.loss:@100", "tags.mlflow.note.content", "metrics.val/auc");
    }

    @Test
    void onlyWhatIsShownIsRead() {
        Detail detail = RunColumns.parse("metrics.a:max,metrics.a,params.p").detail();

        assertThat(detail.metrics()).containsExactly("a");
        assertThat(detail.params()).containsExactly("p");
        assertThat(detail.tags()).containsExactly(RunTags.PARENT);
        assertThat(detail.inputs()).isFalse();
    }

    @Test
    void aStarReadsAll() {
        Detail detail = RunColumns.parse("metrics.*,params.p").detail();

        assertThat(detail.metrics()).isNull();
        assertThat(detail.params()).containsExactly("p");
    }

    @Test
    void aStarAloneIsEverything() {
        assertThat(RunColumns.parse("*")).isEqualTo(RunColumns.EVERYTHING);
        assertThat(RunColumns.parse("note,*").columns()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", "metrics", "metrics.", "params.p:min", "start_time", "metrics.`a"})
    void whatIsNoColumnIsRefused(String text) {
        assertThatThrownBy(() -> RunColumns.parse(text)).isInstanceOf(KeelsonException.class).hasMessageContaining("is not understood");
    }

    @ParameterizedTest
    @CsvSource({
        "test_log_loss, true", "logloss, true", "val/loss, true", "RMSE, true", "epoch_time, true", "accuracy, false",
        "glossary, false", "roc_auc, false", "test_brier, true"
    })
    void whatIsBestFollowsTheName(String metric, boolean smaller) {
        assertThat(RunColumns.smaller(metric)).isEqualTo(smaller);
    }
}
