package dev.keelson.wiring;

import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.PromotionDecision;
import dev.keelson.control.PromotionGate;
import dev.keelson.control.ServedEvidence;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.ModelDefinition;
import java.time.Instant;
import java.util.Optional;

/**
 * Looks after promotions: a champion that was replaced goes on predicting beside its successor for a while, and comes back when
 * it is shown to be better. Safe for use by several threads and servers: whoever is second finds the roles changed.
 */
final class PromotionWatch {
    private static final System.Logger LOG = System.getLogger(PromotionWatch.class.getName());
    private static final String ACTOR = "system";

    private final Project project;
    private final Catalog catalog;
    private final Governance governance;
    private final ServedEvidence evidence;

    PromotionWatch(Project project, Catalog catalog, Governance governance, ServedEvidence evidence) {
        this.project = project;
        this.catalog = catalog;
        this.governance = governance;
        this.evidence = evidence;
    }

    /** Looks at every model whose policy asks for it. */
    void look(Instant now) {
        for (ModelDefinition model : project.models()) {
            LoopDefinition loop = Projects.loop(project, model);
            if (loop.promotion().watch() > 0 && !model.isNumber()) {
                look(loop, now);
            }
        }
    }

    private void look(LoopDefinition loop, Instant now) {
        String model = loop.model().name();
        Optional<ModelVersion> champion = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION));
        Optional<ModelVersion> other = catalog.read(tx -> tx.alias(model, ModelVersion.CHALLENGER));
        if (champion.isEmpty() || other.isEmpty() || catalog.read(tx -> tx.rollouts().open(model)).isPresent()) {
            return;
        }
        ServingTimeline timeline =
                ServingTimeline.of(model, catalog.read(tx -> tx.audit(model, Integer.MAX_VALUE)));
        Optional<ServingTimeline.Span> serving = timeline.now().filter(span -> span.version() == champion.get().version());
        if (serving.isEmpty() || !timeline.served(other.get().version())) {
            return; // a challenger that never served is judged by the policy
        }
        PairedEpochs since = evidence.of(loop, champion.get(), other.get(), ModelVersion.Kind.CHANGE, serving.get().from(), now);
        PromotionGate.Verdict verdict = PromotionGate.watch(since, loop.promotion());
        try {
            follow(model, champion.get(), other.get(), verdict);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.TRANSITION_REFUSED) {
                throw e;
            }
            LOG.log(System.Logger.Level.INFO, "The watch over {0} was overtaken: {1}", model, e.getMessage());
        }
    }

    private void follow(String model, ModelVersion champion, ModelVersion former, PromotionGate.Verdict verdict) {
        String reason = verdict.decision().reason();
        switch (verdict.decision()) {
            case PromotionDecision.Promote ignored -> governance.rollback(
                    model,
                    former.version(),
                    ACTOR,
                    "ROLLBACK: v%d is better than v%d, which replaced it: %s".formatted(former.version(), champion.version(), reason),
                    false);
            case PromotionDecision.Reject ignored -> over(former, reason, verdict);
            case PromotionDecision.Expired ignored -> over(former, reason, verdict);
            case PromotionDecision.Hold ignored -> {
                // goes on
            }
        }
    }

    private void over(ModelVersion former, String reason, PromotionGate.Verdict verdict) {
        governance.dismiss(
                former, ACTOR, "watch_over", "The watch over the promotion is over; its successor stays: " + reason, verdict.json());
    }
}
