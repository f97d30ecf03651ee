package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.PromotionCheck;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Condition.Op;
import dev.keelson.expression.Condition.Unit;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A limit on one metric of the test period of champions, as {@code keelson check target} takes it on the command line. */
final class ChampionTarget {
    private static final String TEST = "test_";

    @Option(
            names = "--metric",
            required = true,
            paramLabel = "METRIC",
            description = "A metric of the test period of the champions, such as f1, instead of the targets of benchmarks.")
    String metric = "";

    @Option(names = "--min", paramLabel = "NUMBER", description = "It must reach so much.")
    @Nullable Double min;

    @Option(names = "--max", paramLabel = "NUMBER", description = "It must not exceed so much.")
    @Nullable Double max;

    @Option(names = "--class", paramLabel = "CLASS", description = "The metric of this class.")
    @Nullable String label;

    @Option(names = "--model", paramLabel = "NAME", description = "Of this model (default: of every model that has a champion).")
    @Nullable String model;

    /** What holds of each champion; whether all limits do. */
    boolean tell(Session session) {
        List<Condition> limits = limits();
        ArrayNode checks = Catalogued.object().putArray("checks");
        List<List<String>> rows = new ArrayList<>();
        boolean holds = true;
        Project project = session.project();
        try (ProjectReading state = ProjectReading.open(project)) {
            for (ModelVersion champion : champions(project, state)) {
                Map<String, Double> metrics = of(state.named(champion.runId()).metrics());
                for (Condition limit : limits) {
                    PolicyLine line = PromotionCheck.heldOut("target", limit, metrics);
                    requireKnown(champion, line, metrics);
                    holds &= line.state() == PolicyLine.State.PASSED;
                    checks.add(line.toJson().put("model", champion.model()).put("version", champion.version()));
                    rows.add(List.of(champion.label(), limit.text(), PolicyLine.number(line.observed()), line.state().word(), line.sentence()));
                }
            }
        }
        session.console().table(List.of("MODEL", "TARGET", "OBSERVED", "STATE", "WHY"), rows);
        ObjectNode document = Catalogued.object();
        document.set("checks", checks);
        session.console().document(document.put("verdict", holds ? "ok" : "finding"));
        return holds;
    }

    private List<Condition> limits() {
        List<Condition> limits = new ArrayList<>();
        if (min != null) {
            limits.add(limit(Op.GREATER_OR_EQUAL, min, "--min"));
        }
        if (max != null) {
            limits.add(limit(Op.LESS_OR_EQUAL, max, "--max"));
        }
        if (limits.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "`--metric %s` names no limit.".formatted(metric), "Maybe add `--min 0.70`.");
        }
        return limits;
    }

    private Condition limit(Op op, double value, String option) {
        if (!Double.isFinite(value)) {
            throw new KeelsonException(ErrorCode.USAGE, "`%s` (%s) must be a finite number.".formatted(option, value), null);
        }
        return new Condition(metric, List.of(), op, value, Unit.NONE);
    }

    private List<ModelVersion> champions(Project project, ProjectReading state) {
        if (model != null) {
            state.requireModel(project, model);
        }
        List<ModelVersion> champions = project.models().stream()
                .map(ModelDefinition::name)
                .filter(each -> model == null || model.equals(each))
                .flatMap(each -> state.alias(each, ModelVersion.CHAMPION).stream())
                .toList();
        if (champions.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.MODEL_NOT_FOUND,
                    model == null ? "No model has a champion." : "The model (%s) has no champion.".formatted(model),
                    "Maybe train it: `keelson train`.");
        }
        return champions;
    }

    /** All metrics, or those of the class. */
    private Map<String, Double> of(Map<String, Double> metrics) {
        if (label == null) {
            return metrics;
        }
        String prefix = "class/" + label + "/";
        Map<String, Double> own = new TreeMap<>();
        metrics.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), value);
            }
        });
        metrics.entrySet().stream().filter(each -> each.getKey().equals("test_n")).forEach(each -> own.put(each.getKey(), each.getValue()));
        return own;
    }

    private void requireKnown(ModelVersion champion, PolicyLine line, Map<String, Double> metrics) {
        if (line.state() != PolicyLine.State.NOT_YET_KNOWN) {
            return;
        }
        TreeSet<String> known = new TreeSet<>();
        metrics.keySet().stream()
                .filter(each -> each.startsWith(TEST) && metrics.containsKey(each + "_lower"))
                .forEach(each -> known.add(each.substring(TEST.length())));
        throw new KeelsonException(
                ErrorCode.USAGE,
                "The training of %s kept no %s%s on a test period of its own; it has %s."
                        .formatted(champion.label(), metric, label == null ? "" : " of the class (%s)".formatted(label), known),
                "Maybe look at `keelson runs show %s`.".formatted(champion.runId()));
    }
}
