package dev.keelson.control;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.expression.Condition;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.governance.PolicyLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a challenger replaces the champion, from paired settlement epochs. It may be asked after every epoch:
 * the bounds hold at all looks at once.
 *
 * <ul>
 *   <li><b>Refresh</b> (same recipe, newer data): non-inferiority. Promote when the lower bound of the mean gain is not
 *       below {@code -margin}; reject when the upper bound is.
 *   <li><b>Change</b> (other recipe or features): superiority over what is worth it (nothing, unless the plan says more).
 *       Promote when the one-sided normal-mixture e-value reaches {@code 1/alpha}; below 100 epochs, and always where the plan
 *       is strict, the distribution-free gamma-exponential e-value must reach it too. Reject when the upper bound of the mean
 *       gain is below that. Where the plan has looks, the standardised sum against the bounds of a group-sequential test
 *       decides instead, at each look alone.
 *   <li><b>winmix</b>: accuracy at least 3 points above the champion on at least 100 predictions over at least 7 days.
 *       Followed to the letter; an equal model passes it in 29 % of cases at 100 predictions.
 * </ul>
 *
 * <p>Sources: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024) for the bounds; Howard, Ramdas, McAuliffe and Sekhon
 * (2021) and Choe and Ramdas (2023) for the e-values; Lan and DeMets (1983) for looks. After the horizon of the plan without a
 * decision the challenger is dropped. Stateless and safe for use by several threads.
 */
public final class PromotionGate {
    /** No look before so many epochs: the bounds are asymptotic. */
    public static final int BURN_IN = 30;
    /** The horizon for which the shares that a refresh gate accepts are told. */
    private static final int HORIZON = DecisionPlan.STANDARD.horizon();
    /** Losses are scored on probabilities clipped to [0.02, 0.98], so that a difference is at most ln(0.98/0.02). */
    public static final double CLIP = 0.02;

    private static final double REFRESH_ALPHA = 0.05;
    /** How far ahead the number of missing epochs is looked for. */
    private static final int LOOK_AHEAD = 100 * HORIZON;

    private static final double WINMIX_GAIN = 0.03;

    /** Names that guards may use, with what they mean. */
    public static final Map<String, String> GUARD_NAMES = Map.of(
            "predictions", "settled events scored by both",
            "days", "days from the first to the last of them",
            "epochs", "settlement epochs among them",
            "better_than_champion", "accuracy of the challenger minus that of the champion");

    private PromotionGate() {}

    /**
     * Width of the range of a difference of losses: what the distribution-free evidence of a change rests on.
     *
     * @param metric the loss; log loss of probabilities clipped to [{@link #CLIP}, 1 - {@link #CLIP}]
     */
    static double range(Metric metric) {
        return switch (metric) {
            case LOG_LOSS -> 2 * Math.log((1 - CLIP) / CLIP);
            case BRIER -> 4; // each loss lies between 0 and 2
            case RPS -> 2; // each loss lies between 0 and 1
            case MSE, MAE -> throw new IllegalArgumentException("A difference of errors of numbers has no range.");
        };
    }

    /** Range of what a change is judged by. */
    private static double range(PromotionPolicyDefinition policy) {
        DecisionPlan plan = policy.plan();
        return plan.byProfit() ? 2 * (plan.cap() + 1) : range(policy.refreshMetric()); // a bet brings -1 to the cap
    }

    /**
     * The decision with every number it rests on.
     *
     * @param decision promote, hold or reject
     * @param evidence name to number, for the audit trail; NaN where a number does not exist yet
     */
    public record Verdict(PromotionDecision decision, Map<String, Double> evidence) {
        /** The evidence as a JSON object; null for a number that does not exist yet. */
        public String json() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            new TreeMap<>(evidence).forEach((name, value) -> node.put(name, Double.isFinite(value) ? value : null));
            return node.toString();
        }
    }

    /**
     * Decides by what was served alone; the presets and conditions on the test period of a training hold for it.
     *
     * @param epochs evidence so far
     * @param kind refresh or change; an initial version needs no gate and is promoted
     * @param policy margins, alpha, guards and presets
     */
    public static Verdict decide(PairedEpochs epochs, Kind kind, PromotionPolicyDefinition policy) {
        return paired(epochs, kind, policy);
    }

    /**
     * Decides.
     *
     * @param epochs evidence so far
     * @param kind refresh or change; an initial version needs no gate and is promoted
     * @param policy margins, alpha, guards, presets and conditions
     * @param metrics metrics of the challenger's run; NaN and absent ones fulfil no condition
     */
    public static Verdict decide(
            PairedEpochs epochs, Kind kind, PromotionPolicyDefinition policy, Map<String, Double> metrics) {
        Verdict verdict = paired(epochs, kind, policy);
        List<PolicyLine> missed = kind == Kind.INITIAL
                ? List.of()
                : PromotionCheck.heldOut(policy, metrics).stream()
                        .filter(line -> line.state() != PolicyLine.State.PASSED)
                        .toList();
        if (missed.isEmpty() || ends(verdict.decision())) {
            return verdict;
        }
        String told = "On the test period of its training: "
                + missed.stream().map(PolicyLine::sentence).collect(Collectors.joining(" "));
        boolean failed = missed.stream().anyMatch(line -> line.state() == PolicyLine.State.FAILED);
        PromotionDecision decision = failed
                ? new PromotionDecision.Reject(told)
                : epochs.gains().size() >= policy.plan().horizon()
                        ? new PromotionDecision.Expired(told)
                        : new PromotionDecision.Hold(told, null);
        return new Verdict(decision, verdict.evidence());
    }

    /** Whether the challenger is dropped. */
    private static boolean ends(PromotionDecision decision) {
        return decision instanceof PromotionDecision.Reject || decision instanceof PromotionDecision.Expired;
    }

    /**
     * Looks after a promotion, with the roles swapped: whether the champion that was replaced is better than its successor.
     *
     * @param epochs evidence since the promotion; the former champion stands in the challenger's place
     * @param policy its level, its plan, and for how many epochs it watches, at least {@link #BURN_IN}
     * @return promote: the former champion comes back; hold: the watch goes on; otherwise it is over
     */
    public static Verdict watch(PairedEpochs epochs, PromotionPolicyDefinition policy) {
        Map<String, Double> evidence = new TreeMap<>();
        evidence.put("epochs", (double) epochs.gains().size());
        evidence.put("mean_gain", epochs.mean());
        DecisionPlan after = policy.plan().watching(Math.max(BURN_IN, policy.watch()));
        PromotionDecision decision =
                new ChangeTest(after, policy.changeAlpha(), range(policy), List.of(), evidence).decide(epochs.gains());
        return new Verdict(decision, evidence);
    }

    private static Verdict paired(PairedEpochs epochs, Kind kind, PromotionPolicyDefinition policy) {
        Map<String, Double> evidence = new TreeMap<>();
        evidence.put("epochs", (double) epochs.gains().size());
        evidence.put("predictions", (double) epochs.events());
        evidence.put("days", (double) epochs.days());
        evidence.put("champion_accuracy", epochs.championAccuracy());
        evidence.put("challenger_accuracy", epochs.challengerAccuracy());
        evidence.put("mean_gain", epochs.mean());
        if (policy.plan().byProfit() && kind == Kind.CHANGE) {
            evidence.put("capped_units", epochs.cut());
        }
        PromotionDecision decision =
                switch (kind) {
                    case INITIAL -> new PromotionDecision.Promote("It is the first version of its model.");
                    case REFRESH, CHANGE -> together(policy.presets().stream()
                            .map(preset -> of(preset, epochs, kind, policy, List.of(), evidence))
                            .flatMap(Optional::stream)
                            .toList());
                };
        if (decision instanceof PromotionDecision.Promote && kind != Kind.INITIAL) {
            List<Condition> guards = new ArrayList<>(policy.guards());
            policy.when().stream().filter(each -> GUARD_NAMES.containsKey(each.name())).forEach(guards::add);
            decision = guarded(decision, guards, epochs, policy);
        }
        return new Verdict(decision, evidence);
    }

    /** What one preset says of what was served; nothing when it does not look at that. */
    static Optional<PromotionDecision> of(
            PromotionPolicyDefinition.Preset preset,
            PairedEpochs epochs,
            Kind kind,
            PromotionPolicyDefinition policy,
            List<Together.Shown> others,
            Map<String, Double> evidence) {
        return switch (preset) {
            case ACIS -> Optional.empty();
            case WINMIX -> Optional.of(winmix(epochs));
            case RECOMMENDED ->
                Optional.of(kind == Kind.REFRESH ? refresh(epochs, policy, evidence) : change(epochs, policy, others, evidence));
        };
    }

    /** All must promote; one that rejects rejects. */
    private static PromotionDecision together(List<PromotionDecision> decisions) {
        for (PromotionDecision decision : decisions) {
            if (ends(decision)) {
                return decision;
            }
        }
        for (PromotionDecision decision : decisions) {
            if (decision instanceof PromotionDecision.Hold) {
                return decision;
            }
        }
        return decisions.isEmpty()
                ? new PromotionDecision.Promote("The conditions of its policy hold.")
                : new PromotionDecision.Promote(
                        decisions.stream().map(PromotionDecision::reason).collect(Collectors.joining(" ")));
    }

    private static PromotionDecision guarded(
            PromotionDecision promote, List<Condition> guards, PairedEpochs epochs, PromotionPolicyDefinition policy) {
        List<String> failed = failedGuards(guards, epochs);
        if (failed.isEmpty()) {
            return promote;
        }
        String which = String.join(", ", failed);
        return epochs.gains().size() >= policy.plan().horizon()
                ? new PromotionDecision.Expired("The evidence suffices, but after %d epochs these guards still do not hold: %s."
                        .formatted(epochs.gains().size(), which))
                : new PromotionDecision.Hold(
                        "The evidence suffices, but these guards do not hold yet: " + which + ".", null);
    }

    private static PromotionDecision refresh(
            PairedEpochs epochs, PromotionPolicyDefinition policy, Map<String, Double> evidence) {
        int n = epochs.gains().size();
        DecisionPlan plan = policy.plan();
        int independent = n / plan.overlapping();
        double margin = policy.refreshMargin();
        evidence.put("margin", margin);
        if (independent < BURN_IN) {
            return burnIn(n, BURN_IN * plan.overlapping());
        }
        double sd = epochs.standardDeviation();
        double mean = epochs.mean();
        double half = GainEvidence.half(independent, sd, plan.refreshAlpha());
        evidence.put("lower_bound", mean - half);
        evidence.put("upper_bound", mean + half);
        evidence.putAll(acceptance(sd, margin));
        String numbers = numbers(mean, mean - half, mean + half, n);
        if (mean - half >= -margin) {
            return new PromotionDecision.Promote("The refresh is not worse than the champion by more than "
                    + number(margin) + ": " + numbers);
        }
        if (mean + half < -margin) {
            return new PromotionDecision.Reject(
                    "The refresh is worse than the champion by more than " + number(margin) + ": " + numbers);
        }
        if (n >= plan.horizon()) {
            return expired(n, numbers);
        }
        Integer more = mean > -margin ? missing(n, t -> mean - GainEvidence.half(t / plan.overlapping(), sd, plan.refreshAlpha()) >= -margin) : null;
        return new PromotionDecision.Hold("Not enough evidence yet: " + numbers + missing(n, more, plan.horizon()), more);
    }

    static PromotionDecision expired(int n, String numbers) {
        return new PromotionDecision.Expired(
                "No decision after %d settlement epochs; the champion stays: %s".formatted(n, numbers));
    }

    private static PromotionDecision change(
            PairedEpochs epochs, PromotionPolicyDefinition policy, List<Together.Shown> others, Map<String, Double> evidence) {
        return new ChangeTest(policy.plan(), policy.changeAlpha(), range(policy), others, evidence).decide(epochs.gains());
    }

    /** What a change has shown to the other challengers of its champion. */
    public static Together.Shown shown(PairedEpochs epochs, PromotionPolicyDefinition policy) {
        return new ChangeTest(policy.plan(), policy.changeAlpha(), range(policy), List.of(), new TreeMap<>()).shown(epochs.gains());
    }

    private static PromotionDecision winmix(PairedEpochs epochs) {
        double gain = epochs.challengerAccuracy() - epochs.championAccuracy();
        String numbers = "accuracy %s against %s on %d predictions over %d days."
                .formatted(
                        number(epochs.challengerAccuracy()),
                        number(epochs.championAccuracy()),
                        epochs.events(),
                        epochs.days());
        if (epochs.events() < 100 || epochs.days() < 7) {
            return new PromotionDecision.Hold("winmix waits for 100 predictions and 7 days: " + numbers, null);
        }
        return gain >= WINMIX_GAIN - 1e-9 // a difference of two shares: 0.43 - 0.40 is a hair below 0.03
                ? new PromotionDecision.Promote("winmix: at least 3 points above the champion: " + numbers)
                : new PromotionDecision.Reject("winmix: not 3 points above the champion: " + numbers);
    }

    private static List<String> failedGuards(List<Condition> guards, PairedEpochs epochs) {
        List<String> failed = new ArrayList<>();
        for (Condition guard : guards) {
            double observed = observed(guard.name(), epochs);
            if (!guard.op().test(observed, guard.value())) {
                failed.add(guard + " (now " + number(observed) + ")");
            }
        }
        return failed;
    }

    /** What a guard looks at. */
    static double observed(String name, PairedEpochs epochs) {
        return switch (name) {
            case "predictions" -> epochs.events();
            case "days" -> epochs.days();
            case "epochs" -> epochs.gains().size();
            case "better_than_champion" -> epochs.challengerAccuracy() - epochs.championAccuracy();
            default ->
                throw new IllegalArgumentException("The guard (%s) must be one of %s."
                        .formatted(name, new TreeMap<>(GUARD_NAMES).keySet()));
        };
    }

    static PromotionDecision burnIn(int n, int needed) {
        return new PromotionDecision.Hold(
                "Not enough evidence yet: %d of at least %d settlement epochs.".formatted(n, needed), needed - n);
    }

    private static double oneSided(int n, double sd) {
        return GainEvidence.half(n, sd, REFRESH_ALPHA);
    }

    /**
     * Share of candidates that the refresh gate would accept within the horizon when the true mean gain is 0 (equal),
     * plus the margin (better) and minus twice the margin (worse), with epochs spread as observed: 400 simulated paths
     * each, looked at every third epoch, fixed seed.
     */
    static Map<String, Double> acceptance(double sd, double margin) {
        Map<String, Double> shares = new TreeMap<>();
        shares.put("accepts_equal", accepted(sd, margin, 0));
        shares.put("accepts_better", accepted(sd, margin, margin));
        shares.put("accepts_worse", accepted(sd, margin, -2 * margin));
        return shares;
    }

    private static double accepted(double sd, double margin, double gain) {
        int accepted = 0;
        for (double[] sums : Paths.SUMS) {
            for (int look = 0; look < sums.length; look++) {
                int t = BURN_IN + look * Paths.EVERY;
                double mean = gain + sd * sums[look] / t;
                double half = sd * Paths.HALF[look];
                if (mean - half >= -margin) {
                    accepted++;
                    break;
                }
                if (mean + half < -margin) {
                    break;
                }
            }
        }
        return (double) accepted / Paths.SUMS.length;
    }

    /** Sums of standard normal gains at each look; made once, on first use. */
    private static final class Paths {
        static final int EVERY = 3;
        static final int LOOKS = (HORIZON - BURN_IN) / EVERY + 1;
        static final double[][] SUMS = new double[400][LOOKS];
        static final double[] HALF = new double[LOOKS];

        static {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(42);
            for (double[] path : SUMS) {
                double sum = 0;
                for (int t = 1; t <= HORIZON; t++) {
                    sum += random.nextGaussian();
                    if (t >= BURN_IN && (t - BURN_IN) % EVERY == 0) {
                        path[(t - BURN_IN) / EVERY] = sum;
                    }
                }
            }
            for (int look = 0; look < LOOKS; look++) {
                HALF[look] = oneSided(BURN_IN + look * EVERY, 1);
            }
        }
    }

    static String numbers(double mean, double lower, double upper, int n) {
        return "gain %s an epoch, bounds %s to %s, %d epochs.".formatted(number(mean), number(lower), number(upper), n);
    }

    /** How many epochs after n it takes until a rule holds; null when none that can be foreseen would do. */
    static @Nullable Integer missing(int n, IntPredicate holds) {
        for (int t = n + 1; t <= LOOK_AHEAD; t++) {
            if (holds.test(t)) {
                return t - n;
            }
        }
        return null;
    }

    static String missing(int n, @Nullable Integer more, int horizon) {
        if (more == null) {
            return "";
        }
        return " About " + more + " more epochs" + (n + more > horizon ? ", but it is dropped after " + horizon + "." : ".");
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
