package dev.keelson.registry.rollout;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout is asked to be.
 *
 * @param model whose versions they are
 * @param version the candidate
 * @param kind its kind
 * @param steps as its kind has them; see {@link #of}
 * @param sticky what one version always answers
 * @param paired whether the version that does not answer predicts as well
 * @param guardrails what takes the candidate back
 */
public record RolloutPlan(
        String model,
        int version,
        Rollout.Kind kind,
        List<RolloutStep> steps,
        Rollout.Sticky sticky,
        boolean paired,
        List<Guardrail> guardrails) {
    public RolloutPlan {
        steps = List.copyOf(steps);
        guardrails = List.copyOf(guardrails);
    }

    /**
     * A plan, with what its kind has where nothing is said.
     *
     * @param share of a canary (default {@link Rollout#CANARY}) or of a comparison of two (default 0.5); null otherwise
     * @param groups the clients that a canary or a comparison is about; empty for all
     * @param hold how long a canary or comparison is held, or null
     * @param steps of the kind steps alone; empty otherwise
     * @param guardrails null for {@link Guardrail#DEFAULTS}
     * @throws KeelsonException BAD_REQUEST when they do not fit together
     */
    public static RolloutPlan of(
            String model,
            int version,
            Rollout.Kind kind,
            @Nullable Double share,
            List<String> groups,
            @Nullable Duration hold,
            List<RolloutStep> steps,
            Rollout.Sticky sticky,
            boolean paired,
            @Nullable List<Guardrail> guardrails) {
        if (kind == Rollout.Kind.STEPS == steps.isEmpty()) {
            throw wrong(
                    kind == Rollout.Kind.STEPS
                            ? "The kind steps needs its steps, such as 5%:1h,25%:1h,50%."
                            : "Only the kind steps has steps; %s has one share.".formatted(kind.word()));
        }
        boolean shared = kind == Rollout.Kind.CANARY || kind == Rollout.Kind.AB;
        if (!shared && (share != null || !groups.isEmpty())) {
            throw wrong("The kind %s has no share and no groups of its own.".formatted(kind.word()));
        }
        if (kind == Rollout.Kind.SHADOW && !paired) {
            throw wrong("A shadow that does not predict would do nothing.");
        }
        if (share != null && !(share > 0 && share <= 1)) {
            throw wrong("The share (%s) must be above 0 and at most 100 %%.".formatted(share));
        }
        double least = 0;
        for (RolloutStep step : steps) {
            if (step.groups().isEmpty()) {
                if (step.share() < least) {
                    throw wrong("The share of a step (%s) is below that of an earlier one (%s): what was let in stays in."
                            .formatted(step.share(), least));
                }
                least = step.share();
            }
        }
        List<RolloutStep> all =
                switch (kind) {
                    case BLUE_GREEN -> List.of(new RolloutStep(1, hold));
                    case SHADOW -> List.of(new RolloutStep(0, hold));
                    case CANARY -> List.of(new RolloutStep(share == null ? Rollout.CANARY : share, groups, hold));
                    case AB -> List.of(new RolloutStep(share == null ? 0.5 : share, groups, hold));
                    case STEPS -> steps;
                };
        List<Guardrail> guards = guardrails == null ? Guardrail.parse(Guardrail.DEFAULTS) : guardrails;
        if (!paired && guards.stream().anyMatch(guard -> guard.metric() == Guardrail.Metric.HARM)) {
            throw wrong("Harm is measured on events that both versions predicted, and this rollout is not paired.");
        }
        return new RolloutPlan(model, version, kind, all, sticky, paired, guards);
    }

    private static KeelsonException wrong(String what) {
        return new KeelsonException(ErrorCode.BAD_REQUEST, what, "Maybe look at docs/reference/rollouts.md.");
    }
}
