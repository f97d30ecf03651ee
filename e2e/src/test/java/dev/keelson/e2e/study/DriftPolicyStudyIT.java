package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.e2e.study.DriftPolicyStudy.Plan;
import dev.keelson.e2e.study.DriftPolicyStudy.Tally;
import dev.keelson.e2e.study.DriftWorld.Fault;
import dev.keelson.e2e.study.DriftWorld.Quiet;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A few episodes of the whole study. */
final class DriftPolicyStudyIT {
    private static final List<Long> SEED = List.of(1L);

    @ParameterizedTest
    @EnumSource(Quiet.class)
    void recommendedPolicyIsSilentWhenNothingChanges(Quiet quiet) {
        Map<Policy, Tally> tallies = DriftPolicyStudy.episodes(quiet, plan(500, Set.of())).quiet;

        assertThat(tallies.get(Policy.RECOMMENDED)).satisfies(tally -> {
            assertThat(tally.episodes).isEqualTo(2);
            assertThat(tally.alarms).isZero();
        });
        if (quiet == Quiet.GROUPS_OF_10) { // where the rules that take rows for independent always alarm
            assertThat(tallies.get(Policy.PIKKIT)).satisfies(tally -> assertThat(tally.alarms).isEqualTo(2));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"SCALE_1_2", "SWAP", "STUCK", "HALF_MISSING"})
    void brokenColumnIsNamed(Fault fault) {
        Tally tally = DriftPolicyStudy.episodes(Quiet.INDEPENDENT, plan(500, Set.of(fault))).faulty(fault);

        assertThat(tally.named).isEqualTo(2);
        assertThat(tally.othersNamed).isZero();
    }

    @Test
    void smallShiftIsNamedFromFiveThousandRows() {
        Tally tally = DriftPolicyStudy.episodes(Quiet.INDEPENDENT, plan(5_000, Set.of(Fault.SHIFT_0_2)))
                .faulty(Fault.SHIFT_0_2);

        assertThat(tally.named).isEqualTo(2);
    }

    private static Plan plan(int rows, Set<Fault> faults) {
        return new Plan(rows, 50_000, SEED, 2, 2, faults, 2);
    }
}
