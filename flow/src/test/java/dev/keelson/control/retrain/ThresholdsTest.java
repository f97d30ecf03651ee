package dev.keelson.control.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Condition.Op;
import dev.keelson.expression.Condition.Unit;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ThresholdsTest {
    private static Condition condition(String name, Op op, double value) {
        return new Condition(name, List.of(), op, value, Unit.NONE);
    }

    @Test
    void limitsOfACallTakeThePlaceOfThoseOfThePolicy() {
        PromotionPolicyDefinition policy = new PromotionPolicyDefinition(
                "promote", List.of("m"), List.of(Preset.RECOMMENDED), Metric.LOG_LOSS, 0.005, 0.05,
                List.of(condition("days", Op.GREATER_OR_EQUAL, 7)), List.of(condition("accuracy", Op.GREATER, 0.7)), false, null);

        PromotionPolicyDefinition applied =
                Thresholds.applied(policy, Map.of("margin", 0.01, "alpha", 0.1, "days", 3.0, "accuracy", 0.6, "log_loss", 0.68, "drift", 0.2));

        assertThat(applied.refreshMargin()).isEqualTo(0.01);
        assertThat(applied.changeAlpha()).isEqualTo(0.1);
        assertThat(applied.guards()).extracting(Condition::text).containsExactly("days >= 3");
        assertThat(applied.when()).extracting(Condition::text).containsExactlyInAnyOrder("accuracy >= 0.6", "log_loss <= 0.68");
        assertThat(Thresholds.applied(policy, Map.of())).isEqualTo(policy);
    }

    @Test
    void whatAreNoLimitsIsToldTogether() {
        KeelsonException wrong = catchThrowableOfType(
                KeelsonException.class, () -> Thresholds.check(Map.of("drift", 1.0, "alpha", 0.5, "margin", -0.1, "brir", 0.2, "accuracy", 72.0)));

        assertThat(wrong.problems()).hasSize(5);
        assertThat(wrong.getMessage()).contains("The threshold margin is (-0.1); a number of at least 0 was expected.", "Maybe 0.72 was meant.");
        assertThat(wrong.getMessage()).contains("Maybe `brier` was meant.");
    }
}
