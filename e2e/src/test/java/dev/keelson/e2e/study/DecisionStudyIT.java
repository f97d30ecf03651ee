package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.control.PromotionDecision;
import dev.keelson.e2e.study.DecisionStudy.Rule;
import dev.keelson.e2e.study.DecisionStudy.World;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few short paths of the whole study. */
final class DecisionStudyIT {
    private static final int LOOKS = 2_000;

    @ParameterizedTest
    @EnumSource(World.class)
    void challengerThatIsNoBetterIsPromotedByTheNaiveRuleAlone(World world) {
        long naive = promoted(world, 0, world == World.DRIFTING ? Rule.NAIVE_Z_LATELY : Rule.NAIVE_Z_EVERY_LOOK);
        long product = promoted(world, 0, Rule.PRODUCT);

        assertThat(product).isLessThanOrEqualTo(3);
        assertThat(naive).isGreaterThan(product + 2);
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void challengerThatIsMuchBetterIsFound(World world) {
        Map<Rule, Boolean> found = DecisionStudy.path(world, 0.4, LOOKS, 1);

        assertThat(found).containsEntry(Rule.PRODUCT, true).containsEntry(Rule.PRODUCT_GROUP_SEQUENTIAL, true);
    }

    @Test
    void refreshThatIsEqualPassesAndOneThatIsWorseByTwoMarginsDoesNot() {
        assertThat(DecisionStudy.refresh(0, 1)).isInstanceOf(PromotionDecision.Promote.class);
        assertThat(DecisionStudy.refresh(-0.01, 1)).isInstanceOf(PromotionDecision.Reject.class);
    }

    private static long promoted(World world, double gain, Rule rule) {
        return LongStream.rangeClosed(1, 20)
                .filter(seed -> DecisionStudy.path(world, gain, LOOKS, seed).getOrDefault(rule, false))
                .count();
    }
}
