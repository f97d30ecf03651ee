package dev.keelson.control;

import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.expression.Condition.Op;
import dev.keelson.expression.Condition.Unit;
import dev.keelson.expression.Condition;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.governance.PolicyLine.State;
import dev.keelson.registry.governance.PolicyLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A promotion policy, condition by condition. Stateless and safe for use by several threads. */
public final class PromotionCheck {
    private static final List<Condition> ACIS =
            List.of(condition("accuracy", Op.GREATER, 0.70), condition("roc_auc", Op.GREATER, 0.75));
    private static final int WINMIX_PREDICTIONS = 100;
    private static final int WINMIX_DAYS = 7;
    private static final Condition WINMIX_GAIN =
            new Condition("better_than_champion", List.of(), Op.GREATER_OR_EQUAL, 0.03, Unit.PERCENT);
    /** A difference of two shares: 0.43 - 0.40 is a hair below 0.03. */
    private static final double HAIR = 1e-9;

    private PromotionCheck() {}

    /** Names of the metrics of the test period on which a policy has limits, those of its presets among them. */
    public static Set<String> limits(PromotionPolicyDefinition policy) {
        return Stream.concat(policy.presets().contains(Preset.ACIS) ? ACIS.stream() : Stream.empty(), policy.when().stream())
                .map(Condition::name)
                .collect(Collectors.toSet());
    }

    private static Condition condition(String name, Op op, double value) {
        return new Condition(name, List.of(), op, value, Unit.NONE);
    }

    /**
     * What is known of the version.
     *
     * @param kind why it was trained
     * @param metrics metrics of its run
     * @param served what it and the champion said of the same events, or null where there is no champion or where such
     *     evidence is not kept
     * @param hasChampion whether there is a champion that it would replace
     * @param others what the other challengers have shown that share the level of its test
     */
    public record Facts(
            Kind kind,
            Map<String, Double> metrics,
            @Nullable PairedEpochs served,
            boolean hasChampion,
            List<Together.Shown> others) {
        public Facts {
            others = List.copyOf(others);
        }

        /** Of a version by itself. */
        public Facts(Kind kind, Map<String, Double> metrics, @Nullable PairedEpochs served, boolean hasChampion) {
            this(kind, metrics, served, hasChampion, List.of());
        }
    }

    /** All lines of a policy: those on the training's test period, then those on what was served. */
    public static List<PolicyLine> lines(PromotionPolicyDefinition policy, Facts facts) {
        List<PolicyLine> lines = new ArrayList<>(heldOut(policy, facts.metrics()));
        for (Preset preset : policy.presets()) {
            switch (preset) {
                case ACIS -> {} // on the test period alone
                case WINMIX -> {
                    lines.add(served("winmix", condition("predictions", Op.GREATER_OR_EQUAL, WINMIX_PREDICTIONS), facts));
                    lines.add(served("winmix", condition("days", Op.GREATER_OR_EQUAL, WINMIX_DAYS), facts));
                    lines.add(served("winmix", WINMIX_GAIN, facts));
                }
                case RECOMMENDED -> lines.add(recommended(policy, facts));
            }
        }
        policy.guards().forEach(guard -> lines.add(served("guards", guard, facts)));
        policy.when().stream()
                .filter(PromotionCheck::isServed)
                .forEach(each -> lines.add(served("when", each, facts)));
        return lines;
    }

    /**
     * The same for a version that is tested against a champion: by the terms of its test, with a line that tells them and one that
     * tells what the tests of the quarter have spent.
     *
     * @param standing its test
     */
    public static List<PolicyLine> lines(
            PromotionPolicyDefinition policy, Facts facts, PromotionTests.Standing standing) {
        PromotionTest test = standing.test();
        PromotionTests.Spending budget = standing.budget();
        AlphaBudget bound = budget.budget();
        List<PolicyLine> lines = new ArrayList<>();
        if (test == null) {
            lines.add(told(
                    "budget",
                    "alpha of %s <= %s".formatted(budget.quarter(), number(bound == null ? 1 : bound.alpha())),
                    budget.spent(),
                    bound == null ? "" : "<= " + number(bound.alpha()),
                    State.NOT_YET_KNOWN,
                    "NOT YET: the alpha budget of the quarter is spent, so that no other test begins in it. " + budget.sentence()));
        } else {
            lines.add(told(
                    "test",
                    "test %d: %s".formatted(test.number(), test.told()),
                    test.alpha(),
                    "alpha " + number(test.alpha()),
                    State.PASSED,
                    standing.begun()
                            ? "Agreed at %s, before its first look; other terms are another test.".formatted(test.begunAt())
                            : "These terms hold as soon as a server or a promotion looks at it."));
            lines.add(told(
                    "budget",
                    bound == null
                            ? "alpha of %s is told".formatted(budget.quarter())
                            : "alpha of %s <= %s".formatted(budget.quarter(), number(bound.alpha())),
                    budget.spent(),
                    bound == null ? "no bound" : "<= " + number(bound.alpha()),
                    State.PASSED,
                    budget.sentence()));
        }
        List<PolicyLine> tested = new ArrayList<>(lines(test == null ? policy : test.governing(policy, facts.kind()), facts));
        if (test == null) {
            tested.removeIf(line -> line.rule().equals("recommended"));
        }
        tested.addAll(lines);
        return tested;
    }

    private static PolicyLine told(
            String rule, String condition, double observed, String needed, State state, String sentence) {
        return new PolicyLine(rule, condition, observed, Double.NaN, Double.NaN, needed, state, sentence);
    }

    /**
     * The lines on the test period of the training, which need nothing that was served.
     *
     * @param metrics metrics of the version's run
     */
    public static List<PolicyLine> heldOut(PromotionPolicyDefinition policy, Map<String, Double> metrics) {
        List<PolicyLine> lines = new ArrayList<>();
        if (policy.presets().contains(Preset.ACIS)) {
            ACIS.forEach(each -> lines.add(heldOut("acis", each, metrics)));
        }
        policy.when().stream()
                .filter(each -> !isServed(each))
                .forEach(each -> lines.add(heldOut("when", each, metrics)));
        return lines;
    }

    private static boolean isServed(Condition condition) {
        return PromotionGate.GUARD_NAMES.containsKey(condition.name());
    }

    /**
     * A limit on a metric of the test period of a training.
     *
     * @param rule what asks for it
     * @param metrics of the version's run, with names such as {@code test_accuracy} and {@code test_accuracy_lower}
     */
    public static PolicyLine heldOut(String rule, Condition condition, Map<String, Double> metrics) {
        String metric = "test_" + condition.name();
        double observed = metrics.getOrDefault(metric, Double.NaN);
        double lower = metrics.getOrDefault(metric + "_lower", Double.NaN);
        double upper = metrics.getOrDefault(metric + "_upper", Double.NaN);
        if (Double.isNaN(observed)) {
            return line(
                    rule,
                    condition,
                    observed,
                    lower,
                    upper,
                    State.NOT_YET_KNOWN,
                    "Its training kept no %s on a test period of its own.".formatted(condition.name()));
        }
        boolean holds = condition.test(observed);
        String interval = Double.isFinite(lower) && Double.isFinite(upper)
                ? " (95 %%: %s to %s)".formatted(number(lower), number(upper))
                : "";
        double n = metrics.getOrDefault("test_n", Double.NaN);
        String rows = Double.isNaN(n) ? "" : String.format(Locale.ROOT, " on %,.0f rows of its test period", n);
        return line(
                rule,
                condition,
                observed,
                lower,
                upper,
                holds ? State.PASSED : State.FAILED,
                "%s is %s%s%s.".formatted(condition.name(), number(observed), interval, rows));
    }

    private static PolicyLine served(String rule, Condition condition, Facts facts) {
        PairedEpochs epochs = facts.served();
        if (!facts.hasChampion()) {
            return line(rule, condition, Double.NaN, Double.NaN, Double.NaN, State.PASSED, "No other version serves that it could be compared with.");
        }
        if (epochs == null || epochs.events() == 0) {
            return line(
                    rule,
                    condition,
                    epochs == null || condition.name().equals("better_than_champion") ? Double.NaN : 0,
                    Double.NaN,
                    Double.NaN,
                    State.NOT_YET_KNOWN,
                    "It and the champion have predicted no event together whose outcome is known.");
        }
        double observed = PromotionGate.observed(condition.name(), epochs);
        boolean gain = condition.name().equals("better_than_champion");
        boolean holds = condition.test(gain ? observed + HAIR : observed);
        String sentence = gain
                ? "Accuracy %s against %s of the champion on %s."
                        .formatted(
                                number(epochs.challengerAccuracy()),
                                number(epochs.championAccuracy()),
                                counted(epochs.events(), "evaluated prediction"))
                : "%s so far: %s.".formatted(PromotionGate.GUARD_NAMES.get(condition.name()), number(observed));
        // counts grow; winmix judges a gain when it has seen enough
        boolean early = rule.equals("winmix") && (epochs.events() < WINMIX_PREDICTIONS || epochs.days() < WINMIX_DAYS);
        State state = holds ? State.PASSED : gain && !early ? State.FAILED : State.NOT_YET_KNOWN;
        return line(rule, condition, observed, Double.NaN, Double.NaN, state, capital(sentence));
    }

    private static PolicyLine recommended(PromotionPolicyDefinition policy, Facts facts) {
        boolean refresh = facts.kind() == Kind.REFRESH;
        boolean profit = !refresh && policy.plan().byProfit();
        String metric = profit ? "profit" : policy.refreshMetric().word();
        String condition = refresh
                ? "refresh: gain >= -%s %s".formatted(number(policy.refreshMargin()), metric)
                : "change: gain > %s %s, alpha %s"
                        .formatted(number(policy.plan().worthwhile()), metric, number(policy.changeAlpha()));
        String needed = refresh ? "-" + number(policy.refreshMargin()) : "evidence " + number(1 / policy.changeAlpha());
        PairedEpochs epochs = facts.served();
        if (!facts.hasChampion() || facts.kind() == Kind.INITIAL) {
            return new PolicyLine(
                    "recommended", condition, Double.NaN, Double.NaN, Double.NaN, needed, State.PASSED,
                    facts.hasChampion() ? "It is the first version of its model." : "No other version serves that it could be compared with.");
        }
        if (epochs == null) {
            return new PolicyLine(
                    "recommended", condition, Double.NaN, Double.NaN, Double.NaN, needed, State.NOT_YET_KNOWN,
                    "Another recipe of a number is not compared by what it served: its errors have no range. A refresh is.");
        }
        Map<String, Double> evidence = new TreeMap<>();
        PromotionDecision decision = PromotionGate.of(Preset.RECOMMENDED, epochs, facts.kind(), policy, facts.others(), evidence)
                .orElseThrow(() -> new IllegalStateException("This preset looks at what was served."));
        State state =
                switch (decision) {
                    case PromotionDecision.Promote ignored -> State.PASSED;
                    case PromotionDecision.Hold ignored -> State.NOT_YET_KNOWN;
                    case PromotionDecision.Reject ignored -> State.FAILED;
                    case PromotionDecision.Expired ignored -> State.FAILED;
                };
        return new PolicyLine(
                "recommended",
                condition,
                epochs.mean(),
                evidence.getOrDefault("lower_bound", Double.NaN),
                evidence.getOrDefault("upper_bound", Double.NaN),
                needed,
                state,
                profit && epochs.cut() > 0
                        ? "%s Winnings above %s units a bet are not counted: %s units of both together."
                                .formatted(decision.sentence(), number(policy.plan().cap()), number(epochs.cut()))
                        : decision.sentence());
    }

    private static PolicyLine line(
            String rule, Condition condition, double observed, double lower, double upper, State state, String sentence) {
        String text = condition.text();
        String needed = text.substring(text.indexOf(condition.op().symbol()));
        return new PolicyLine(rule, text, observed, lower, upper, needed, state, sentence);
    }

    private static String counted(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    private static String number(double value) {
        return PolicyLine.number(value);
    }
}
