package dev.keelson.wiring;

import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.PromotionCheck;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.control.PromotionTest;
import dev.keelson.control.PromotionTests;
import dev.keelson.control.ServedEvidence;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a project file asks of promotions, looked up in what the project has stored.
 *
 * @param evidence of what was served; null where nothing was yet
 */
record ProjectPromotion(Supplier<Project> current, Catalog catalog, Supplier<@Nullable ServedEvidence> evidence) implements PromotionRules {

    /** The evidence in a log that may not be there. */
    static @Nullable ServedEvidence in(@Nullable PredictionLog log) {
        return log == null ? null : new ServedEvidence(log);
    }

    @Override
    public boolean serves(String model) {
        return current.get().models().stream().anyMatch(each -> each.name().equals(model));
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
        List<PolicyLine> lines = champion != null && !champion.equals(version)
                ? compared(policy.get(), Projects.loop(project, definition.get()), champion, version, metrics, at)
                : PromotionCheck.lines(policy.get(), new PromotionCheck.Facts(version.kind(), metrics, null, false));
        return new PolicyReport(
                model, version.version(), serving, policy.get().name(), policy.get().approval(), at, lines);
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
        if (loop.model().isNumber() || kind == Kind.INITIAL || !policy.presets().contains(Preset.RECOMMENDED)) {
            return PromotionCheck.lines(
                    policy,
                    new PromotionCheck.Facts(kind, metrics, served(loop, champion, version, null, at), true));
        }
        PromotionTests.Standing standing = PromotionTests.of(catalog, policy, champion, version, kind, at);
        PromotionTest test = standing.test();
        Instant since = test != null && test.number() > 1 ? test.begunAt() : null;
        return PromotionCheck.lines(
                policy,
                new PromotionCheck.Facts(kind, metrics, served(loop, champion, version, since, at), true),
                standing);
    }

    private @Nullable PairedEpochs served(
            LoopDefinition loop, ModelVersion champion, ModelVersion version, @Nullable Instant since, Instant at) {
        ServedEvidence seen = evidence.get();
        return seen == null || loop.model().isNumber() ? null : seen.of(loop, champion, version, since, at);
    }
}
