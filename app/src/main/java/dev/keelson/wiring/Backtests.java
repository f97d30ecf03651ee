package dev.keelson.wiring;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.BacktestRequest;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.runs.References;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.BacktestInput;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Backtests of stored runs, from what each kept of its test period. */
final class Backtests {
    /** Where a run keeps what it needs. */
    static final String FILE = "backtest_input.json";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Backtests() {}

    /**
     * Simulates.
     *
     * @throws KeelsonException RUN_NOT_FOUND without a run that kept a test period; USAGE when stakes are asked of holdings
     */
    static Backtest run(CatalogTransaction tx, ArtifactStore artifacts, BacktestRequest request) {
        Run run = find(tx, request);
        BacktestInput input = input(run, artifacts);
        if (request.isOther()) {
            if (!(input.definition() instanceof BacktestDefinition.Stakes stakes)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The backtest of the model (%s) holds what it ranks highest; it has no stakes.".formatted(request.model()),
                        "Maybe leave stake, commission and bankroll out.");
            }
            input = input.with(stakes.with(request.stake(), request.commission(), request.bankroll()));
        }
        Backtest made = Backtest.run(input, trials(tx, run));
        ObjectNode document = MAPPER.createObjectNode();
        document.put("model", request.model());
        document.put("run_id", run.id());
        document.put("as_of", run.params().get(BundleTrainer.AS_OF));
        document.put("own_stakes", !request.isOther());
        document.setAll(made.document());
        return new Backtest(made.metrics(), document, made.details(), made.bank());
    }

    private static Run find(CatalogTransaction tx, BacktestRequest request) {
        String asked = request.run();
        if (asked != null) {
            Run run = tx.run(References.run(tx, asked).id()).orElseThrow();
            if (file(run) == null || !run.experiment().equals(request.model())) {
                throw new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "The run (%s) kept no backtest of the model (%s).".formatted(asked, request.model()),
                        "Maybe it is a refresh, an import, of another model, or was trained before the model had a `backtest`:"
                                + " look at `keelson runs list`.");
            }
            return run;
        }
        Optional<Run> champion = tx.alias(request.model(), ModelVersion.CHAMPION).flatMap(version -> tx.run(version.runId()));
        if (champion.isPresent() && file(champion.get()) != null) {
            return champion.get();
        }
        // a refresh has no test period of its own: that of the training whose weights it took over
        List<Run> kept = tx.runs(request.model(), Integer.MAX_VALUE).stream()
                .filter(run -> file(run) != null)
                .toList();
        String recipe = champion.map(run -> run.params().get("recipe_as_of")).orElse(null);
        return kept.stream()
                .filter(run -> recipe == null || recipe.equals(run.params().get(BundleTrainer.AS_OF)))
                .findFirst()
                .or(() -> kept.stream().findFirst())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "No run of the model (%s) kept a backtest.".formatted(request.model()),
                        "Maybe add `backtest` to the model in the project file, and `keelson run`."));
    }

    private static Run.@Nullable Artifact file(Run run) {
        return run.artifacts().stream()
                .filter(artifact -> artifact.path().equals(FILE))
                .findFirst()
                .orElse(null);
    }

    private static BacktestInput input(Run run, ArtifactStore artifacts) {
        Run.Artifact file = Objects.requireNonNull(file(run));
        byte[] bytes = artifacts
                .get(file.sha256())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The file (%s) of the run (%s) is missing from the artifact store.".formatted(FILE, run.id()),
                        "Maybe the folder artifacts was restored from an older backup."));
        try {
            return BacktestInput.fromJson(MAPPER.readTree(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("The stored rows of a backtest are not JSON.", e);
        }
    }

    /**
     * How many models were tried up to a run: different recipes that were trained, its own among them, and complete trials of
     * searches. What was tried later has no part in its luck.
     */
    static Backtest.Trials trials(CatalogTransaction tx, Run run) {
        String model = run.experiment();
        long recipes = upTo(run, tx.runs(model, Integer.MAX_VALUE))
                .flatMap(each -> each.artifacts().stream())
                .filter(artifact -> artifact.path().equals(BundleTrainer.RECIPE_FILE))
                .map(Run.Artifact::sha256)
                .distinct()
                .count();
        long tuning = upTo(run, tx.runs(model + ModelTuning.EXPERIMENT, Integer.MAX_VALUE))
                .filter(ModelTuning::isComplete)
                .count();
        return new Backtest.Trials(Math.toIntExact(recipes), Math.toIntExact(tuning));
    }

    private static Stream<Run> upTo(Run run, List<Run> all) {
        return all.stream().filter(each -> !each.startedAt().isAfter(run.startedAt()));
    }
}
