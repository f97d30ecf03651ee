package dev.keelson.registry.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainedRunsTest {
    private static Run run(String provenance) {
        return new Run("0".repeat(32), "m", Run.Status.FINISHED, Instant.EPOCH, null, Map.of(), Map.of(), Map.of(), List.of(), provenance);
    }

    @Test
    void ofTwoClassesTheSecondCounts() {
        assertThat(TrainedRuns.metrics(Map.of(
                        "test_accuracy", 0.7, "test_macro_precision", 0.5, "test_precision", 0.6, "test_macro_f1", 0.4, "test_roc_auc", 0.8)))
                .isEqualTo(Map.of("accuracy", 0.7, "precision", 0.6, "f1_score", 0.4, "roc_auc", 0.8));
    }

    @Test
    void everySourceIsAnInputWithADigestThatClientsAccept() {
        String id = "ab".repeat(32);

        List<DatasetInput> inputs = TrainedRuns.inputs(
                run("{\"dataset_version\":\"x\",\"dataset_versions\":{\"matches\":\"%s\",\"odds\":\"none\"}}".formatted(id)));

        assertThat(inputs).singleElement().satisfies(input -> {
            assertThat(input.name()).isEqualTo("matches");
            assertThat(input.digest()).hasSize(32).isEqualTo(id.substring(0, 32));
            assertThat(input.source()).contains(id);
            assertThat(input.tags()).containsEntry(RunTags.CONTEXT, "training");
        });
    }

    @Test
    void theOnlySourceIsNamedByTheConfiguration() {
        assertThat(TrainedRuns.inputs(run("{\"dataset_version\":\"abc\",\"configuration\":{\"source\":\"matches\"}}")))
                .singleElement()
                .extracting(DatasetInput::name)
                .isEqualTo("matches");
        assertThat(TrainedRuns.inputs(run("{}"))).isEmpty();
    }

    @Test
    void aCommitThatIsNoneIsNotTold() {
        assertThat(TrainedRuns.tags("full to 2020-01-01", "", Map.of("git.commit", "(initial)")))
                .doesNotContainKey(RunTags.COMMIT)
                .containsEntry(RunTags.USER, "keelson");
    }
}
