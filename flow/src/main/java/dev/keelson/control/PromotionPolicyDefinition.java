package dev.keelson.control;

import dev.keelson.error.Location;
import dev.keelson.expression.Condition;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a challenger replaces the champion, as the project file declares it.
 *
 * @param name its name in the project
 * @param models the models it governs (already expanded from patterns)
 * @param presets the rules, all of which must let it through; none when {@code when} alone decides
 * @param refreshMetric loss of the refresh gate
 * @param refreshMargin how much worse a refresh may be at most, in the loss's own unit
 * @param changeAlpha chance of a false promotion of another recipe, over the whole test
 * @param guards conditions that must hold besides, such as {@code predictions >= 100}, {@code days >= 7}
 * @param when conditions on metrics of the version's test period and on what it did beside the champion, such as {@code accuracy
 *     > 0.70} or {@code better_than_champion >= 3%}
 * @param approval whether a person must agree besides; a replay does not ask
 * @param plan how a challenger is tested
 * @param budget level of all tests of a quarter together; null for none
 * @param watch settlement epochs for which a champion that was replaced goes on predicting beside the new one, to come back when
 *     it is shown to be better; 0 for none
 */
public record PromotionPolicyDefinition(
        String name,
        List<String> models,
        List<Preset> presets,
        Metric refreshMetric,
        double refreshMargin,
        double changeAlpha,
        List<Condition> guards,
        List<Condition> when,
        boolean approval,
        DecisionPlan plan,
        @Nullable AlphaBudget budget,
        int watch,
        @Nullable Location location) {
    public PromotionPolicyDefinition {
        models = List.copyOf(models);
        presets = List.copyOf(presets);
        guards = List.copyOf(guards);
        when = List.copyOf(when);
        if (watch < 0) {
            throw new IllegalArgumentException("watch (%d) must not be negative.".formatted(watch));
        }
        if (!(refreshMargin >= 0) || !(changeAlpha > 0 && changeAlpha < 0.5)) {
            throw new IllegalArgumentException("refreshMargin (%s) must not be negative and changeAlpha (%s) must lie between 0 and 0.5."
                    .formatted(refreshMargin, changeAlpha));
        }
    }

    /** A policy with the standard plan. */
    public PromotionPolicyDefinition(
            String name,
            List<String> models,
            List<Preset> presets,
            Metric refreshMetric,
            double refreshMargin,
            double changeAlpha,
            List<Condition> guards,
            List<Condition> when,
            boolean approval,
            @Nullable Location location) {
        this(name, models, presets, refreshMetric, refreshMargin, changeAlpha, guards, when, approval, DecisionPlan.STANDARD, null, 0, location);
    }

    /** A policy of one preset alone that asks no person. */
    public PromotionPolicyDefinition(
            String name,
            List<String> models,
            Preset preset,
            Metric refreshMetric,
            double refreshMargin,
            double changeAlpha,
            List<Condition> guards,
            @Nullable Location location) {
        this(name, models, List.of(preset), refreshMetric, refreshMargin, changeAlpha, guards, List.of(), false, location);
    }

    /** The same policy, tested by another plan. */
    public PromotionPolicyDefinition with(DecisionPlan other) {
        return new PromotionPolicyDefinition(
                name, models, presets, refreshMetric, refreshMargin, changeAlpha, guards, when, approval, other, budget, watch,
                location);
    }

    /** The same policy with a margin in another loss. */
    public PromotionPolicyDefinition by(Metric loss, double margin) {
        return new PromotionPolicyDefinition(
                name, models, presets, loss, margin, changeAlpha, guards, when, approval, plan, budget, watch, location);
    }

    /** The same policy with a budget and a watch over promotions. */
    public PromotionPolicyDefinition with(@Nullable AlphaBudget other, int epochs) {
        return new PromotionPolicyDefinition(
                name, models, presets, refreshMetric, refreshMargin, changeAlpha, guards, when, approval, plan, other, epochs,
                location);
    }

    /** The same policy with another level for tests of a kind. */
    public PromotionPolicyDefinition at(double alpha, Kind kind) {
        boolean refresh = kind == Kind.REFRESH;
        DecisionPlan same = refresh ? plan.refreshAt(alpha) : plan;
        return new PromotionPolicyDefinition(
                name, models, presets, refreshMetric, refreshMargin, refresh ? changeAlpha : alpha, guards, when, approval, same,
                budget, watch, location);
    }

    /** Level of a test of that kind; of one of several that share it, its part. */
    public double alpha(Kind kind) {
        return kind == Kind.REFRESH ? plan.refreshAlpha() : changeAlpha / plan.together().challengers();
    }

    /** A rule that decides. */
    public enum Preset {
        /** Two gates on paired settlement epochs: refresh by non-inferiority, change by superiority. */
        RECOMMENDED,
        /** Champion + 3 %, at least 100 evaluated predictions, at least 7 days. */
        WINMIX,
        /** Accuracy above 0.70 and area under the ROC curve above 0.75 on the test period of its training. */
        ACIS
    }
}
