package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.train.Backtest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BacktestsTest {

    private static Run run(int id, String experiment, int hour, @Nullable String recipe, Map<String, String> tags) {
        Instant at = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(3_600L * hour);
        return new Run(
                "%032x".formatted(id),
                experiment,
                Run.Status.FINISHED,
                at,
                at,
                Map.of(),
                Map.of(),
                tags,
                recipe == null ? List.of() : List.of(new Run.Artifact(BundleTrainer.RECIPE_FILE, recipe, 1)),
                "{}");
    }

    private static Run trial(int id, int hour, String state) {
        return run(id, "m/tune", hour, null, Map.of(RunTags.PARENT, "study", "trial_state", state));
    }

    @Test
    void whatWasTriedCountsCompleteTrialsAndRecipesUpToTheRun() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        Run judged = run(3, "m", 10, "b".repeat(64), Map.of());
        List<Run> all = List.of(
                run(1, "m", 1, "a".repeat(64), Map.of()),
                run(2, "m", 2, "a".repeat(64), Map.of()), // the same recipe again
                judged,
                run(4, "m", 20, "c".repeat(64), Map.of()), // later
                run(5, "m/tune", 3, null, Map.of("kind", "tune")),
                trial(6, 4, "complete"),
                trial(7, 5, "complete"),
                trial(8, 6, "pruned"),
                trial(9, 7, "failed"),
                trial(10, 21, "complete")); // later
        catalog.update(tx -> all.forEach(tx::putRun));

        Backtest.Trials trials = catalog.read(tx -> Backtests.trials(tx, judged));

        assertThat(trials).isEqualTo(new Backtest.Trials(2, 2));
    }
}
