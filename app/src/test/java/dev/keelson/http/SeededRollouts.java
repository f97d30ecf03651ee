package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.GainPath;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.rollout.ArmCounts;
import dev.keelson.control.rollout.Guards;
import dev.keelson.control.rollout.RolloutCounts;
import dev.keelson.control.rollout.RolloutReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutStep;
import dev.keelson.registry.rollout.Rollouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One rollout that is open and one that a guardrail ended; reports are made as the product makes them. */
final class SeededRollouts implements RolloutService {
    private final Instant now;
    private final List<Rollout> all = new ArrayList<>();

    SeededRollouts(Instant now) {
        this.now = now;
        Rollout ended = rollout("r1", 6, 4, List.of(new RolloutStep(0.1, null)), Rollout.Kind.CANARY, now.minus(Duration.ofDays(90)), "Try <b>it</b>.");
        all.add(ended.ended(
                Rollout.State.ROLLED_BACK, now.minus(Duration.ofDays(89)), "error_rate<=1% is broken: 40 of 900 predictions failed."));
        all.addFirst(rollout(
                "r2",
                7,
                8,
                List.of(new RolloutStep(0.05, Duration.ofHours(1)), new RolloutStep(0.25, Duration.ofDays(2)), new RolloutStep(0.5, null)),
                Rollout.Kind.STEPS,
                now.minus(Duration.ofDays(80)),
                "The refresh of June.")
                .advanced(now.minus(Duration.ofDays(1))));
    }

    private static Rollout rollout(
            String id, int baseline, int candidate, List<RolloutStep> steps, Rollout.Kind kind, Instant at, String reason) {
        return new Rollout(
                id, SeededBackend.MODEL, kind, baseline, candidate, steps, 0, Rollout.Sticky.ENTITY, true,
                Guardrail.parse(Guardrail.DEFAULTS), Rollout.State.RUNNING, 1, at, at, null, null, "ann", reason, "");
    }

    @Override
    public JsonNode list(@Nullable String model, int limit) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("rollouts");
        all.stream().filter(each -> model == null || each.model().equals(model)).limit(limit).forEach(each -> list.add(each.toJson()));
        return document;
    }

    @Override
    public JsonNode status(String model) {
        Rollout last = all.stream().filter(each -> each.model().equals(model)).findFirst().orElseThrow(() -> Rollouts.none(model));
        return report(last);
    }

    @Override
    public JsonNode one(String id) {
        return report(all.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow(() -> RolloutService.unknown(id)));
    }

    private JsonNode report(Rollout rollout) {
        boolean failing = rollout.state() == Rollout.State.ROLLED_BACK;
        RolloutCounts counts = rollout.id().startsWith("r3")
                ? RolloutCounts.NONE
                : new RolloutCounts(arm(7_480, 2_510, 2, 381), arm(2_520, 7_470, failing ? 400 : 3, 390), 12);
        GainPath path = counts.isEmpty() || failing ? null : GainPath.of(epochs(), Metric.LOG_LOSS);
        return new RolloutReport(
                rollout,
                counts,
                2,
                path,
                Guards.of(rollout.guardrails(), counts, path),
                List.of(800L, 0L),
                null,
                rollout.open() ? new RolloutReport.Policy(false, "The gain (0.0016) is not shown to be above 0 yet.") : null,
                now).toJson();
    }

    private static PairedEpochs epochs() {
        List<Double> gains = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            gains.add(0.004 + 0.02 * Math.sin(day * 2.3));
        }
        return new PairedEpochs(gains, 400, 78, 0.5125, 0.525);
    }

    private static ArmCounts arm(long served, long shadowed, long failed, int bin) {
        String took = "[%d,%d,%d,%d]".formatted(bin, (served * 9) / 10, bin + 40, served - (served * 9) / 10);
        try {
            return ArmCounts.of(new ObjectMapper().readTree(
                    "{\"served\":%d,\"shadowed\":%d,\"failed\":%d,\"failed_in_shadow\":0,\"served_took\":%s,\"shadow_took\":%s}"
                            .formatted(served, shadowed, failed, took, took)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<Rollout> open(String model) {
        return all.stream().filter(each -> each.open() && each.model().equals(model)).findFirst();
    }

    @Override
    public JsonNode start(RolloutPlan plan, String actor, String reason) {
        if (open(plan.model()).isPresent()) {
            throw new KeelsonException(ErrorCode.CONFLICT, "A rollout of %s is open.".formatted(plan.model()), null);
        }
        Rollout begun = new Rollout(
                "r3", plan.model(), plan.kind(), 7, plan.version(), plan.steps(), 0, plan.sticky(), plan.paired(),
                plan.guardrails(), Rollout.State.RUNNING, 1, now, now, null, null, actor, reason, "");
        all.addFirst(begun);
        return report(begun);
    }

    @Override
    public JsonNode change(String model, Verb verb, Change change) {
        Rollout open = open(model).orElseThrow(() -> Rollouts.none(model));
        Rollout next = switch (verb) {
            case ADVANCE -> open.advanced(now);
            case PAUSE -> open.paused(now);
            case RESUME -> open.resumed(now);
            case ABORT -> open.ended(Rollout.State.ABORTED, now, change.reason());
            case PROMOTE -> throw new KeelsonException(ErrorCode.TRANSITION_REFUSED, "Its policy refuses.", null);
        };
        all.set(all.indexOf(open), next);
        return report(next);
    }
}
