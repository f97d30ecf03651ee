package dev.keelson.project;

import dev.keelson.control.PromotionCheck;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.retrain.Thresholds;
import dev.keelson.error.ErrorCode;
import dev.keelson.train.ModelDefinition;
import java.util.List;
import java.util.Set;

/** Whether each model that a policy governs has the metrics that the policy has limits on: no challenger would ever meet one that is not there. */
final class LimitCheck {
    private final Problems problems;
    private final List<ModelDefinition> models;

    LimitCheck(Problems problems, List<ModelDefinition> models) {
        this.problems = problems;
        this.models = models;
    }

    void check(List<PromotionPolicyDefinition> policies) {
        for (PromotionPolicyDefinition policy : policies) {
            models.stream().filter(each -> policy.models().contains(each.name())).forEach(each -> check(policy, each));
        }
    }

    private void check(PromotionPolicyDefinition policy, ModelDefinition model) {
        Set<String> unmet = Thresholds.unmet(model, PromotionCheck.limits(policy));
        if (!unmet.isEmpty()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    policy.location(),
                    "`policies.%s` has limits on %s, which trainings of `%s` do not keep; there are %s"
                            .formatted(policy.name(), unmet, model.name(), Thresholds.measured(model)),
                    "Maybe give `%s` a policy of its own.".formatted(model.name()));
        }
    }
}
