package dev.keelson.control;

import dev.keelson.stats.GroupSequential;
import dev.keelson.stats.NormalMixture;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether another recipe is better than the champion: one-sided evidence for a gain above what is worth it. Package-private part
 * of {@link PromotionGate}; stateless.
 */
final class ChangeTest {
    private final DecisionPlan plan;
    private final double alpha;
    private final double range;
    private final Map<String, Double> evidence;
    private final List<Together.Shown> others;

    /**
     * @param range width of the range of a gain
     * @param others what the other challengers have shown that share the level of which alpha is a part; empty when it is by itself
     * @param evidence gets the numbers
     */
    ChangeTest(
            DecisionPlan plan, double alpha, double range, List<Together.Shown> others, Map<String, Double> evidence) {
        this.others = others;
        this.plan = plan;
        this.alpha = alpha;
        this.range = range;
        this.evidence = evidence;
    }

    /** What a challenger has shown to others that share its level. */
    Together.Shown shown(List<Double> gains) {
        GainEvidence better = evidence(gains);
        double logFree = better.logFree();
        double logE = better.logE(); // of few epochs it means little
        return new Together.Shown(better.independent() < PromotionGate.BURN_IN ? Math.min(logE, logFree) : logE, logFree);
    }

    private GainEvidence evidence(List<Double> gains) {
        GainEvidence better = new GainEvidence(new GainEvidence.Question(
                plan.worthwhile(), 1, alpha, range, plan.horizon(), plan.overlapping()));
        gains.forEach(better::add);
        return better;
    }

    PromotionDecision decide(List<Double> gains) {
        GainEvidence better = evidence(gains);
        int n = gains.size();
        if (better.independent() < PromotionGate.BURN_IN) {
            return PromotionGate.burnIn(n, PromotionGate.BURN_IN * plan.overlapping());
        }
        double deviation = better.deviation();
        double mean = better.mean() + plan.worthwhile();
        double half = better.half();
        evidence.put("lower_bound", mean - half);
        evidence.put("upper_bound", mean + half);
        evidence.put("worthwhile", plan.worthwhile());
        String numbers = PromotionGate.numbers(mean, mean - half, mean + half, n);
        if (!(deviation > 0)) {
            String alike = "Champion and challenger scored exactly alike in %d settlement epochs".formatted(n);
            return n >= plan.horizon()
                    ? new PromotionDecision.Expired(alike + "; the champion stays.")
                    : new PromotionDecision.Hold(alike + ".", null);
        }
        double logFree = plan.together().allowing(better.logFree(), others, Together.Shown::logFree);
        evidence.put("log_e_distribution_free", logFree);
        evidence.put("log_e_needed", better.needed());
        evidence.put("alpha", alpha);
        PromotionDecision decided = plan.groupSequential() ? atLooks(gains, numbers) : atAnyTime(better, logFree, numbers);
        if (decided instanceof PromotionDecision.Promote && plan.strict() && !(logFree >= better.needed())) {
            return new PromotionDecision.Hold(
                    "The evidence suffices, but the distribution-free one (log e %s) does not yet, which the policy asks for: %s"
                            .formatted(PromotionGate.number(logFree), numbers),
                    null);
        }
        return decided;
    }

    // ---- evidence at any time

    private PromotionDecision atAnyTime(GainEvidence better, double logFree, String numbers) {
        int n = better.epochs();
        double threshold = better.needed();
        double own = better.logE();
        double logE = plan.together().allowing(own, others, Together.Shown::logE);
        evidence.put("log_e", logE);
        String told = "%s log e %s%s of %s needed."
                .formatted(
                        numbers,
                        PromotionGate.number(own),
                        others.isEmpty() ? "" : ", with what %d other %s shown %s".formatted(
                                others.size(), others.size() == 1 ? "challenger has" : "challengers have", PromotionGate.number(logE)),
                        PromotionGate.number(threshold));
        if (logE >= threshold && (logFree >= threshold || n >= GainEvidence.STRICT_BELOW)) {
            return new PromotionDecision.Promote("The change is better than the champion: " + told);
        }
        if (better.mean() + better.half() < 0) {
            return new PromotionDecision.Reject("The change is not better than the champion: " + told);
        }
        if (n >= plan.horizon()) {
            return PromotionGate.expired(n, told);
        }
        Integer more = foreseen(better, threshold);
        return new PromotionDecision.Hold("Not enough evidence yet: " + told + PromotionGate.missing(n, more, plan.horizon()), more);
    }

    /** Epochs that are missing at the present mean and spread, or null. */
    private @Nullable Integer foreseen(GainEvidence better, double threshold) {
        int n = better.epochs();
        double mean = better.mean();
        if (!(mean > 0)) {
            return null;
        }
        double deviation = better.deviation();
        int from = Math.max(n, GainEvidence.STRICT_BELOW - 1);
        IntPredicate enough = t -> {
            double tuned = Math.max(1, plan.horizon() / plan.overlapping());
            int each = t / plan.overlapping();
            double variance = deviation * deviation;
            return NormalMixture.logOneSided(
                            mean * each,
                            each * variance,
                            NormalMixture.rhoOneSided(tuned * variance, alpha))
                    >= threshold;
        };
        Integer more = PromotionGate.missing(from, enough);
        return more == null ? null : more + from - n;
    }

    // ---- looks

    /** Looks are those that were due until now; the first that reaches its bound decides. */
    private PromotionDecision atLooks(List<Double> gains, String numbers) {
        int n = gains.size();
        int horizon = plan.horizon();
        int[] at = lookTimes();
        double[] shares = new double[at.length];
        for (int k = 0; k < at.length; k++) {
            shares[k] = (double) at[k] / horizon;
        }
        double[] bounds = GroupSequential.lanDeMets(shares, alpha);
        GainEvidence sofar = new GainEvidence(new GainEvidence.Question(
                plan.worthwhile(), 1, alpha, range, horizon, 1));
        int look = 0;
        double z = Double.NaN;
        for (int i = 0; i < Math.min(n, horizon); i++) {
            sofar.add(gains.get(i));
            if (look < at.length && i + 1 == at[look]) {
                // neighbours that overlap are as good as one
                z = sofar.mean() / sofar.deviation() * Math.sqrt((double) at[look] / plan.overlapping());
                String told = "z %s against %s at look %d of %d, after %d epochs: %s"
                        .formatted(
                                PromotionGate.number(z), PromotionGate.number(bounds[look]), look + 1, at.length, at[look], numbers);
                put(z, bounds[look], look + 1, at.length);
                if (z >= bounds[look]) {
                    return new PromotionDecision.Promote("The change is better than the champion: " + told);
                }
                if (z <= -bounds[look]) {
                    return new PromotionDecision.Reject("The change is worse than the champion: " + told);
                }
                look++;
            }
        }
        if (n >= horizon) {
            return PromotionGate.expired(n, numbers);
        }
        int next = at[look] - n;
        return new PromotionDecision.Hold(
                "Not enough evidence yet: %s The next of %d looks is in %d epochs.".formatted(numbers, at.length, next),
                foreseenLook(sofar, at, bounds, look, n));
    }

    private void put(double z, double bound, int look, int looks) {
        evidence.put("z", z);
        evidence.put("z_needed", bound);
        evidence.put("look", (double) look);
        evidence.put("looks", (double) looks);
    }

    private @Nullable Integer foreseenLook(GainEvidence sofar, int[] at, double[] bounds, int look, int n) {
        double each = sofar.mean() / sofar.deviation();
        for (int k = look; k < at.length; k++) {
            if (each * Math.sqrt((double) at[k] / plan.overlapping()) >= bounds[k]) {
                return at[k] - n;
            }
        }
        return null;
    }

    /** From the end of the burn-in on, the last at the horizon. */
    private int[] lookTimes() {
        int burnIn = PromotionGate.BURN_IN * plan.overlapping();
        int first = (burnIn + plan.lookEvery() - 1) / plan.lookEvery() * plan.lookEvery();
        int regular = plan.horizon() > first ? (plan.horizon() - 1 - first) / plan.lookEvery() + 1 : 0;
        int[] at = new int[regular + 1];
        for (int k = 0; k < regular; k++) {
            at[k] = first + k * plan.lookEvery();
        }
        at[regular] = plan.horizon();
        return at;
    }
}
