package dev.keelson.control.retrain;

import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Condition.Op;
import dev.keelson.expression.Condition.Unit;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Limits that one call puts in place of those of the project file: {@code drift}, the share of drifted columns from which a model
 * has drifted; {@code margin} and {@code alpha} of the promotion policy; {@code predictions}, {@code days} and
 * {@code better_than_champion} of what was served; and metrics of the test period, at least or, where less is better, at most.
 */
public final class Thresholds {
    /** The share of drifted columns from which a model has drifted. */
    public static final String DRIFT = "drift";

    /** The kind of the reports that keep those a version is judged by. */
    public static final String KIND = "thresholds";

    private static final String GAIN = "better_than_champion";
    private static final String MARGIN = "margin";
    private static final String ALPHA = "alpha";
    private static final Set<String> GUARDS = Set.of("predictions", "days");
    private static final Set<String> AT_MOST = Set.of("log_loss", "brier", "rps", "ece", "rmse", "mae");
    private static final Set<String> AT_LEAST = Set.of(
            "accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall", "weighted_f1", "f1", "precision",
            "recall", "roc_auc", "pr_auc", "mcc", "r2", GAIN);

    private static final Set<String> OF_NUMBERS = Set.of("rmse", "mae", "r2");
    private static final Set<String> OF_TWO_CLASSES = Set.of("f1", "precision", "recall");

    private Thresholds() {}

    /** All names, sorted. */
    public static Set<String> names() {
        Set<String> all = new TreeSet<>(AT_LEAST);
        all.addAll(AT_MOST);
        all.addAll(GUARDS);
        all.addAll(List.of(DRIFT, MARGIN, ALPHA));
        return all;
    }

    /**
     * Refuses what are no thresholds.
     *
     * @throws KeelsonException BAD_REQUEST with all of them
     */
    public static void check(Map<String, Double> thresholds) {
        List<Problem> problems = new ArrayList<>();
        thresholds.forEach((name, value) -> {
            double most = name.equals(DRIFT) ? 1 : name.equals(ALPHA) ? 0.5 : Double.POSITIVE_INFINITY;
            boolean reached = !(AT_LEAST.contains(name) && !name.equals(GAIN) && value > 1);
            boolean share = Double.isFinite(most);
            if (!names().contains(name)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "There is no threshold (%s); there are %s.".formatted(name, names()),
                        Suggestion.sentence(name, names()).orElse(null)));
            } else if (!reached) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The threshold %s is (%s); at most 1 was expected, which no model surpasses.".formatted(name, value),
                        value <= 100 ? "Maybe %s was meant.".formatted(value / 100) : null));
            } else if (!Double.isFinite(value) || (share && !(value > 0 && value < most)) || (name.equals(MARGIN) && value < 0)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The threshold %s is (%s); %s was expected."
                                .formatted(name, value, share ? "a number above 0 and below " + most : name.equals(MARGIN) ? "a number of at least 0" : "a number"),
                        null));
            }
        });
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** Metrics that limits of a model can be on, sorted: those that its trainings keep of their test period. */
    public static SortedSet<String> measured(ModelDefinition model) {
        SortedSet<String> all = new TreeSet<>(AT_LEAST);
        all.addAll(AT_MOST);
        all.remove(GAIN);
        if (model.isNumber()) {
            all.retainAll(OF_NUMBERS);
        } else {
            all.removeAll(OF_NUMBERS);
            if (model.classes().size() > 2) {
                all.removeAll(OF_TWO_CLASSES);
            }
        }
        return all;
    }

    /**
     * Those of some limits that a model can never meet, because it has no such metric; sorted.
     *
     * @param names of limits; what are none is left to others
     */
    public static SortedSet<String> unmet(ModelDefinition model, Set<String> names) {
        SortedSet<String> unmet = new TreeSet<>(names);
        unmet.retainAll(names());
        unmet.removeAll(measured(model));
        unmet.removeAll(GUARDS);
        unmet.removeAll(List.of(DRIFT, MARGIN, ALPHA));
        if (!model.isNumber()) {
            unmet.remove(GAIN); // a difference of hit rates
        }
        return unmet;
    }

    /** Problems of the limits of a call that one of its models can never meet. */
    public static List<Problem> unsuited(ModelDefinition model, Set<String> names) {
        return unmet(model, names).stream()
                .map(each -> Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The threshold %s does not suit the model %s, whose trainings keep no such metric; there are %s."
                                .formatted(each, model.name(), measured(model)),
                        "Maybe ask for the model %s by itself.".formatted(model.name())))
                .toList();
    }

    /** A policy with these limits in place of its own. */
    public static PromotionPolicyDefinition applied(PromotionPolicyDefinition policy, Map<String, Double> thresholds) {
        List<Condition> guards = without(policy.guards(), thresholds);
        List<Condition> when = without(policy.when(), thresholds);
        thresholds.forEach((name, value) -> {
            if (GUARDS.contains(name)) {
                guards.add(condition(name, Op.GREATER_OR_EQUAL, value));
            } else if (AT_LEAST.contains(name)) {
                when.add(condition(name, Op.GREATER_OR_EQUAL, value));
            } else if (AT_MOST.contains(name)) {
                when.add(condition(name, Op.LESS_OR_EQUAL, value));
            }
        });
        return new PromotionPolicyDefinition(
                policy.name(), policy.models(), policy.presets(), policy.refreshMetric(),
                thresholds.getOrDefault(MARGIN, policy.refreshMargin()), thresholds.getOrDefault(ALPHA, policy.changeAlpha()), guards, when,
                policy.approval(), policy.plan(), policy.budget(), policy.watch(), policy.location());
    }

    private static List<Condition> without(List<Condition> conditions, Map<String, Double> named) {
        return new ArrayList<>(conditions.stream().filter(each -> !named.containsKey(each.name())).toList());
    }

    private static Condition condition(String name, Op op, double value) {
        return new Condition(name, List.of(), op, value, Unit.NONE);
    }

    /** In words, such as {@code accuracy = 0.72, drift = 0.2}. */
    static String text(SortedMap<String, Double> thresholds) {
        List<String> all = new ArrayList<>();
        thresholds.forEach((name, value) -> all.add("%s = %s".formatted(name, value)));
        return String.join(", ", all);
    }

    /** The id of the report that keeps those a version is judged by. */
    public static String report(String model, int version) {
        return "%s-%s-v%d".formatted(KIND, model, version);
    }
}
