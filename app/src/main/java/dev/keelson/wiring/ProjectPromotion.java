package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.Prices;
import dev.keelson.control.PromotionCheck;
import dev.keelson.control.PromotionGate;
import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.PromotionTest;
import dev.keelson.control.PromotionTests;
import dev.keelson.control.ServedEvidence;
import dev.keelson.control.Together;
import dev.keelson.control.retrain.Thresholds;
import dev.keelson.http.ModelPerformance;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.train.ModelDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a project file asks of promotions, looked up in what the project has stored.
 *
 * @param evidence of what was served; null where nothing was yet
 * @param registers whether a test that is asked for begins; else it is told what it would be
 */
record ProjectPromotion(Supplier<Project> current, Catalog catalog, Supplier<@Nullable ServedEvidence> evidence, boolean registers)
        implements PromotionRules {

    /** The evidence in a log that may not be there. */
    static @Nullable ServedEvidence in(@Nullable PredictionLog log, Prices prices) {
        return log == null ? null : new ServedEvidence(log, prices);
    }

    /**
     * Agrees on the terms of the test of a version that was just trained, before anything is known of it.
     *
     * @param thresholds limits that whoever had it trained put in place of the policy's
     */
    static void begin(Project project, Catalog catalog, ModelVersion version, Map<String, Double> thresholds, Instant at) {
        Optional<ModelVersion> champion = catalog.read(tx -> tx.alias(version.model(), ModelVersion.CHAMPION));
        boolean tested = version.kind() != Kind.INITIAL && champion.isPresent() && !champion.get().equals(version);
        ModelDefinition model = Projects.model(project, version.model());
        if (tested && comparable(model, version.kind())) {
            project.promotion().stream()
                    .filter(each -> each.models().contains(version.model()) && each.presets().contains(Preset.RECOMMENDED))
                    .findFirst()
                    .map(each -> Thresholds.applied(gate(project, model, catalog, champion.get()), thresholds))
                    .ifPresent(policy -> PromotionTests.of(catalog, policy, champion.get(), version, version.kind(), at));
        }
    }

    /** Errors of numbers have no range, which evidence that a change is better needs. */
    private static boolean comparable(ModelDefinition model, Kind kind) {
        return !model.isNumber() || kind == Kind.REFRESH;
    }

    /** The policy of a model in the loss by which its versions are compared. */
    private static PromotionPolicyDefinition gate(
            Project project, ModelDefinition model, Catalog catalog, @Nullable ModelVersion champion) {
        return Projects.loop(project, model)
                .gate(champion == null ? Map.of() : catalog.read(tx -> tx.run(champion.runId())).map(Run::metrics).orElse(Map.of()));
    }

    @Override
    public boolean serves(String model) {
        return current.get().models().stream().anyMatch(each -> each.name().equals(model));
    }

    @Override
    public int watch(String model) {
        return current.get().promotion().stream()
                .filter(each -> each.models().contains(model))
                .findFirst()
                .map(PromotionPolicyDefinition::watch)
                .orElse(0);
    }

    @Override
    public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
        Project project = current.get();
        String model = version.model();
        Integer serving = champion == null ? null : champion.version();
        Optional<ModelDefinition> definition =
                project.models().stream().filter(each -> each.name().equals(model)).findFirst();
        Optional<PromotionPolicyDefinition> policy = project.promotion().stream()
                .filter(each -> each.models().contains(model))
                .findFirst();
        if (definition.isEmpty() || policy.isEmpty()) {
            return PolicyReport.unasked(model, version.version(), serving, at);
        }
        Map<String, Double> metrics =
                catalog.read(tx -> tx.run(version.runId())).map(Run::metrics).orElse(Map.of());
        PromotionPolicyDefinition governing =
                Thresholds.applied(gate(project, definition.get(), catalog, champion), thresholds(version));
        List<PolicyLine> lines = champion != null && !champion.equals(version)
                ? compared(governing, Projects.loop(project, definition.get()), champion, version, metrics, at)
                : PromotionCheck.lines(governing, new PromotionCheck.Facts(version.kind(), metrics, null, false));
        return new PolicyReport(
                model, version.version(), serving, policy.get().name(), policy.get().approval(), at, lines);
    }

    /** The limits that whoever had the version trained put in place of the policy's. */
    private Map<String, Double> thresholds(ModelVersion version) {
        Map<String, Double> limits = new TreeMap<>();
        catalog.read(tx -> tx.report(Thresholds.report(version.model(), version.version()))).ifPresent(report -> RunPipeline.parsed(report.document())
                .path("thresholds")
                .properties()
                .forEach(each -> limits.put(each.getKey(), each.getValue().asDouble())));
        return limits;
    }

    private List<PolicyLine> compared(
            PromotionPolicyDefinition policy,
            LoopDefinition loop,
            ModelVersion champion,
            ModelVersion version,
            Map<String, Double> metrics,
            Instant at) {
        ServingTimeline timeline = ServingTimeline.of(
                version.model(), catalog.read(tx -> tx.audit(version.model(), Integer.MAX_VALUE)));
        // one that was replaced must be better to come back: as good as its successor is not enough
        Kind kind = timeline.served(version.version()) ? Kind.CHANGE : version.kind();
        if (!comparable(loop.model(), kind) || kind == Kind.INITIAL || !policy.presets().contains(Preset.RECOMMENDED)) {
            return PromotionCheck.lines(
                    policy,
                    new PromotionCheck.Facts(kind, metrics, served(loop, champion, version, kind, null, at), true));
        }
        PromotionTests.Standing standing = registers
                ? PromotionTests.of(catalog, policy, champion, version, kind, at)
                : PromotionTests.look(catalog, policy, champion, version, kind, at);
        PromotionTest test = standing.test();
        Instant since = test != null && test.number() > 1 ? test.begunAt() : null;
        List<Together.Shown> others = test == null || kind != Kind.CHANGE
                ? List.of()
                : standing.others().stream()
                        .flatMap(each -> shown(policy, loop, champion, each, at).stream())
                        .toList();
        return PromotionCheck.lines(
                policy,
                new PromotionCheck.Facts(kind, metrics, served(loop, champion, version, kind, since, at), true, others),
                standing);
    }

    /** What another challenger of the champion has shown; nothing when it is gone. */
    private Optional<Together.Shown> shown(
            PromotionPolicyDefinition policy, LoopDefinition loop, ModelVersion champion, PromotionTest other, Instant at) {
        return catalog.read(tx -> tx.version(other.model(), other.challenger())).flatMap(version -> {
            PairedEpochs epochs =
                    served(loop, champion, version, Kind.CHANGE, other.number() > 1 ? other.begunAt() : null, at);
            return epochs == null
                    ? Optional.empty()
                    : Optional.of(PromotionGate.shown(epochs, other.governing(policy, Kind.CHANGE)));
        });
    }

    @Override
    public Optional<ObjectNode> whereWorse(ModelVersion version, ModelVersion champion) {
        Project project = current.get();
        ServedEvidence seen = evidence.get();
        Optional<ModelDefinition> definition =
                project.models().stream().filter(each -> each.name().equals(version.model())).findFirst();
        if (seen == null || definition.isEmpty()) {
            return Optional.empty();
        }
        List<String> features =
                catalog.read(tx -> tx.run(version.runId())).map(ModelPerformance::features).orElse(List.of());
        return Optional.of(seen.whereWorse(Projects.loop(project, definition.get()), champion, version, features));
    }

    private @Nullable PairedEpochs served(
            LoopDefinition loop, ModelVersion champion, ModelVersion version, Kind kind, @Nullable Instant since, Instant at) {
        ServedEvidence seen = evidence.get();
        return seen == null || !comparable(loop.model(), kind) ? null : seen.of(loop, champion, version, kind, since, at);
    }
}
