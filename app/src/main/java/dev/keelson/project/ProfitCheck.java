package dev.keelson.project;

import dev.keelson.control.PriceColumns;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.train.ModelDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether each model whose changes are judged by profit has prices that are known when it predicts. */
final class ProfitCheck {
    private final Problems problems;
    private final List<ModelDefinition> models;
    private final Map<String, SourceColumns> sourceByModel;

    ProfitCheck(Problems problems, List<ModelDefinition> models, Map<String, SourceColumns> sourceByModel) {
        this.problems = problems;
        this.models = models;
        this.sourceByModel = sourceByModel;
    }

    void check(List<PromotionPolicyDefinition> policies) {
        for (PromotionPolicyDefinition policy : policies) {
            if (policy.plan().byProfit()) {
                models.stream().filter(each -> policy.models().contains(each.name())).forEach(each -> check(policy, each));
            }
        }
    }

    private void check(PromotionPolicyDefinition policy, ModelDefinition model) {
        Optional<PriceColumns> prices = PriceColumns.of(model);
        if (prices.isEmpty()) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    policy.location(),
                    "`profit` of `policies.%s` judges changes of `%s` by bets, and the model names no odds"
                            .formatted(policy.name(), model.name()),
                    "Maybe add `backtest: { odds: [COLUMN, …] }` or the baseline `market(COLUMN, …)` to the model.");
            return;
        }
        SourceColumns source = sourceByModel.get(model.name());
        List<String> late = source == null
                ? List.of()
                : prices.get().names().stream().filter(source::isOutcome).toList();
        if (!late.isEmpty()) {
            problems.add(
                    ErrorCode.FEATURE_READS_OWN_OUTCOME,
                    policy.location(),
                    "`profit` of `policies.%s` bets at `%s` of `%s`, an outcome that is not known yet when bets are made"
                            .formatted(policy.name(), String.join("`, `", late), model.name()),
                    "Maybe name the odds that were offered before the event under `backtest: { odds }`.");
        }
    }
}
