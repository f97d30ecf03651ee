package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.Run;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BeforeTrainingTest {
    private static final String ONE_CLASS = "The label t.y has one class only (y, in all 400 rows): there is nothing to tell apart.";

    private static BeforeTraining before(@Nullable String label) {
        return new BeforeTraining("passed", List.of(), null, "There is no champion to compare with.", List.of(), label);
    }

    private static Run run(BeforeTraining before) {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        return new Run("a".repeat(32), "m", Run.Status.FINISHED, at, at, Map.of(), Map.of(), before.tags(), List.of(), "{}");
    }

    @Test
    void aLabelOfOneClassIsWarnedOfAndKeptInTheRun() {
        BeforeTraining before = before(ONE_CLASS);

        assertThat(before.tags()).containsEntry("label", ONE_CLASS);
        assertThat(new String(before.file(), StandardCharsets.UTF_8)).contains("one class only");
        assertThat(BeforeTraining.sentence(run(before))).contains("warning: the label t.y has one class only (y, in all 400 rows)");
    }

    @Test
    void aLabelThatVariesIsNotTalkedOf() {
        BeforeTraining before = before(null);

        assertThat(before.tags()).doesNotContainKey("label");
        assertThat(BeforeTraining.sentence(run(before))).isEmpty();
    }
}
