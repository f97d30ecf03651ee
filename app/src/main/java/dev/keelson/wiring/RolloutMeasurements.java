package dev.keelson.wiring;

import dev.keelson.control.GainPath;
import dev.keelson.control.rollout.ArmCounts;
import dev.keelson.control.rollout.GuardState;
import dev.keelson.control.rollout.RolloutCounts;
import dev.keelson.http.Measurement;
import dev.keelson.http.Measurement.Kind;
import dev.keelson.http.Measurement.Sample;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Open rollouts, and how many ended early, as measurements. For one thread. */
final class RolloutMeasurements {
    private final List<Sample> steps = new ArrayList<>();
    private final List<Sample> lasts = new ArrayList<>();
    private final List<Sample> weights = new ArrayList<>();
    private final List<Sample> predictions = new ArrayList<>();
    private final List<Sample> dropped = new ArrayList<>();
    private final List<Sample> epochs = new ArrayList<>();
    private final List<Sample> gains = new ArrayList<>();
    private final List<Sample> evidence = new ArrayList<>();
    private final List<Sample> guardrails = new ArrayList<>();
    private final List<Sample> guardrailEvidence = new ArrayList<>();
    private final List<Sample> guardrailNeeded = new ArrayList<>();
    private final List<Sample> aborts = new ArrayList<>();

    /**
     * Adds an open rollout.
     *
     * @param counts of all servers, as far as this one knows
     * @param path gains of what settled; null while nothing did
     * @param guards where its guardrails stand
     */
    void add(Rollout rollout, RolloutCounts counts, @Nullable GainPath path, List<GuardState> guards) {
        Map<String, String> model = Map.of("model", rollout.model());
        steps.add(new Sample(model, rollout.step() + 1.0));
        lasts.add(new Sample(model, rollout.steps().size()));
        double share = share(rollout);
        arm(rollout, "baseline", rollout.baseline(), 1 - share, counts.baseline());
        arm(rollout, "candidate", rollout.candidate(), share, counts.candidate());
        dropped.add(new Sample(model, counts.dropped()));
        if (path != null && path.epochs() > 0) {
            GainPath.Point last = path.points().getLast();
            epochs.add(new Sample(model, path.epochs()));
            gains.add(new Sample(model, last.mean()));
            evidence.add(new Sample(with(model, "candidate_is", "better"), greater(last.logBetter(), last.logBetterFree())));
            evidence.add(new Sample(with(model, "candidate_is", "worse"), greater(last.logWorse(), last.logWorseFree())));
        }
        for (GuardState guard : guards) {
            Map<String, String> labels = with(model, "guardrail", guard.guardrail().text());
            for (GuardState.State state : GuardState.State.values()) {
                guardrails.add(new Sample(
                        with(labels, "state", state.name().toLowerCase(Locale.ROOT)), guard.state() == state ? 1 : 0));
            }
            if (!Double.isNaN(guard.logE())) {
                guardrailEvidence.add(new Sample(labels, guard.logE()));
                guardrailNeeded.add(new Sample(labels, guard.logENeeded()));
            }
        }
    }

    /** The share of keys that the candidate answers; groups of clients come on top of it. */
    private static double share(Rollout rollout) {
        return rollout.steps().subList(0, rollout.step() + 1).stream()
                .filter(step -> step.groups().isEmpty())
                .mapToDouble(RolloutStep::share)
                .max()
                .orElse(0);
    }

    private void arm(Rollout rollout, String arm, int version, double share, ArmCounts counts) {
        Map<String, String> labels =
                Map.of("model", rollout.model(), "arm", arm, "version", Integer.toString(version));
        weights.add(new Sample(labels, share));
        predictions.add(new Sample(with(labels, "result", "served"), counts.served()));
        predictions.add(new Sample(with(labels, "result", "shadowed"), counts.shadowed()));
        predictions.add(new Sample(with(labels, "result", "failed"), counts.failures()));
    }

    /** Adds how many rollouts of a model a person, and how many a guardrail or a rollback ended before their end. */
    void ended(String model, long aborted, long rolledBack) {
        aborts.add(new Sample(Map.of("model", model, "state", Rollout.State.ABORTED.word()), aborted));
        aborts.add(new Sample(Map.of("model", model, "state", Rollout.State.ROLLED_BACK.word()), rolledBack));
    }

    private static double greater(double one, double other) {
        return Double.isNaN(one) ? other : Math.max(one, other);
    }

    private static Map<String, String> with(Map<String, String> labels, String name, String value) {
        Map<String, String> more = new HashMap<>(labels);
        more.put(name, value);
        return more;
    }

    /** All that was added. */
    List<Measurement> all() {
        return List.of(
                new Measurement("keelson_rollout_step", Kind.GAUGE, "Step that the open rollout is at, from 1", steps),
                new Measurement("keelson_rollout_steps", Kind.GAUGE, "Steps of the open rollout", lasts),
                new Measurement("keelson_rollout_weight", Kind.GAUGE, "Share of keys that a version answers, 0 to 1", weights),
                new Measurement(
                        "keelson_rollout_predictions_total",
                        Kind.COUNTER,
                        "Predictions of a version since the rollout began",
                        predictions),
                new Measurement(
                        "keelson_rollout_dropped_total",
                        Kind.COUNTER,
                        "Predictions beside the answer that were left out because too many waited",
                        dropped),
                new Measurement("keelson_rollout_epochs", Kind.GAUGE, "Settlement epochs that both versions predicted", epochs),
                new Measurement(
                        "keelson_rollout_gain",
                        Kind.GAUGE,
                        "Mean loss of the baseline minus that of the candidate, by settlement epoch",
                        gains),
                new Measurement(
                        "keelson_rollout_log_evidence",
                        Kind.GAUGE,
                        "Natural logarithm of the e-value that the candidate is better, or worse",
                        evidence),
                new Measurement(
                        "keelson_rollout_guardrail",
                        Kind.GAUGE,
                        "1 for the state that a guardrail is in, 0 for the others",
                        guardrails),
                new Measurement(
                        "keelson_rollout_guardrail_log_evidence",
                        Kind.GAUGE,
                        "Natural logarithm of the e-value that a guardrail is broken",
                        guardrailEvidence),
                new Measurement(
                        "keelson_rollout_guardrail_log_evidence_needed",
                        Kind.GAUGE,
                        "What the evidence must reach for the candidate to be taken back",
                        guardrailNeeded),
                new Measurement(
                        "keelson_rollout_aborts_total",
                        Kind.COUNTER,
                        "Rollouts that ended before their end, by a person or by a guardrail or rollback",
                        aborts));
    }
}
