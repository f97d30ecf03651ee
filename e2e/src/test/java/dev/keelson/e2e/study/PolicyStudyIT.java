package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.control.policy.PolicyComparison;
import dev.keelson.e2e.study.PolicyStream.Law;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One stream of each law of the whole study. */
final class PolicyStudyIT {

    @ParameterizedTest
    @EnumSource(Law.class)
    void whatIsKnownBeforehandIsSaid(Law law) {
        PolicyComparison comparison = PolicyStudy.compare(law, 1);

        assertThat(PolicyStudy.right(law, comparison))
                .as("%s: %s", law, comparison.verdict().sentences())
                .isTrue();
    }
}
