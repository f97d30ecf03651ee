package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.error.Located;
import dev.keelson.expression.Condition;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyLine.State;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PromotionCheckTest {
    private static final Map<String, Double> GOOD = Map.of(
            "test_accuracy", 0.74, "test_accuracy_lower", 0.71, "test_accuracy_upper", 0.77, "test_roc_auc", 0.81, "test_n", 900.0);

    @Test
    void acisLooksAtTheTestPeriodWithItsInterval() {
        List<PolicyLine> lines = PromotionCheck.lines(policy(List.of(Preset.ACIS)), facts(GOOD, null));

        assertThat(lines).extracting(PolicyLine::condition).containsExactly("accuracy > 0.7", "roc_auc > 0.75");
        assertThat(lines).extracting(PolicyLine::state).containsOnly(State.PASSED);
        assertThat(lines.getFirst().lower()).isEqualTo(0.71);
        assertThat(lines.getFirst().sentence()).isEqualTo("accuracy is 0.74 (95 %: 0.71 to 0.77) on 900 rows of its test period.");
        assertThat(lines.getFirst().needed()).isEqualTo("> 0.7");
    }

    @Test
    void metricThatIsNotAboveTheLimitFails() {
        List<PolicyLine> lines = PromotionCheck.lines(
                policy(List.of(Preset.ACIS)), facts(Map.of("test_accuracy", 0.70, "test_roc_auc", 0.80), null));

        assertThat(lines).extracting(PolicyLine::state).containsExactly(State.FAILED, State.PASSED);
    }

    @Test
    void metricThatWasNotMeasuredIsNotYetKnown() {
        List<PolicyLine> lines = PromotionCheck.lines(policy(List.of(Preset.ACIS)), facts(Map.of(), null));

        assertThat(lines).extracting(PolicyLine::state).containsOnly(State.NOT_YET_KNOWN);
    }

    @Test
    void winmixCountsBeforeItJudges() {
        List<PolicyLine> few = PromotionCheck.lines(policy(List.of(Preset.WINMIX)), facts(Map.of(), epochs(99, 10, 0.40, 0.40)));
        List<PolicyLine> better =
                PromotionCheck.lines(policy(List.of(Preset.WINMIX)), facts(Map.of(), epochs(100, 7, 0.40, 0.43)));
        List<PolicyLine> equal =
                PromotionCheck.lines(policy(List.of(Preset.WINMIX)), facts(Map.of(), epochs(100, 7, 0.40, 0.42)));

        assertThat(few).extracting(PolicyLine::state).containsExactly(State.NOT_YET_KNOWN, State.PASSED, State.NOT_YET_KNOWN);
        assertThat(better).extracting(PolicyLine::state).containsOnly(State.PASSED);
        assertThat(equal).extracting(PolicyLine::state).containsExactly(State.PASSED, State.PASSED, State.FAILED);
        assertThat(equal.getLast().condition()).isEqualTo("better_than_champion >= 3%");
    }

    @Test
    void presetsAndConditionsHoldTogether() {
        PromotionPolicyDefinition policy = new PromotionPolicyDefinition(
                "promote",
                List.of("m"),
                List.of(Preset.ACIS, Preset.WINMIX),
                Metric.LOG_LOSS,
                0.005,
                0.05,
                List.of(condition("days >= 30")),
                List.of(condition("accuracy > 72%"), condition("better_than_champion >= 3%")),
                false,
                null);

        List<PolicyLine> lines = PromotionCheck.lines(policy, facts(GOOD, epochs(120, 20, 0.40, 0.50)));

        assertThat(lines).extracting(PolicyLine::rule)
                .containsExactly("acis", "acis", "when", "winmix", "winmix", "winmix", "guards", "when");
        assertThat(lines).filteredOn(line -> line.state() != State.PASSED)
                .extracting(PolicyLine::condition)
                .containsExactly("days >= 30");
    }

    @Test
    void recommendedSaysWhatTheGateSays() {
        PolicyLine line = PromotionCheck.lines(policy(List.of(Preset.RECOMMENDED)), facts(Map.of(), epochs(90, 40, 0.4, 0.4)))
                .getFirst();

        assertThat(line.condition()).isEqualTo("refresh: gain >= -0.005 log_loss");
        assertThat(line.state()).isEqualTo(State.PASSED);
        assertThat(line.observed()).isCloseTo(0.01, within(1e-12));
        assertThat(line.lower()).isLessThanOrEqualTo(line.observed());
    }

    @Test
    void withoutAChampionThereIsNothingToCompare() {
        List<PolicyLine> lines = PromotionCheck.lines(
                policy(List.of(Preset.WINMIX, Preset.RECOMMENDED)),
                new PromotionCheck.Facts(Kind.REFRESH, Map.of(), null, false));

        assertThat(lines).extracting(PolicyLine::state).containsOnly(State.PASSED);
    }

    @Test
    void loopRejectsWhatMissesTheTestPeriodAndHoldsWhatWasNotMeasured() {
        PromotionPolicyDefinition policy = policy(List.of(Preset.ACIS, Preset.WINMIX));
        PairedEpochs better = epochs(120, 20, 0.40, 0.50);

        assertThat(PromotionGate.decide(better, Kind.REFRESH, policy, GOOD).decision().word()).isEqualTo("promote");
        assertThat(PromotionGate.decide(better, Kind.REFRESH, policy, Map.of()).decision().word()).isEqualTo("not_yet");
        assertThat(PromotionGate.decide(better, Kind.REFRESH, policy, Map.of("test_accuracy", 0.5)).decision().word())
                .isEqualTo("reject");
    }

    private static PromotionPolicyDefinition policy(List<Preset> presets) {
        return new PromotionPolicyDefinition(
                "promote", List.of("m"), presets, Metric.LOG_LOSS, 0.005, 0.05, List.of(), List.of(), false, null);
    }

    private static PromotionCheck.Facts facts(Map<String, Double> metrics, @Nullable PairedEpochs served) {
        return new PromotionCheck.Facts(Kind.REFRESH, metrics, served, true);
    }

    private static PairedEpochs epochs(int events, int days, double champion, double challenger) {
        return new PairedEpochs(Collections.nCopies(40, 0.01), events, days, champion, challenger);
    }

    private static Condition condition(String text) {
        return Condition.parse(Located.of(text));
    }
}
