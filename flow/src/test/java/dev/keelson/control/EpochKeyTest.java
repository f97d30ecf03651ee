package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What makes up an epoch, and what it is scored by. */
final class EpochKeyTest {
    private static final Instant MONDAY = Instant.parse("2024-04-01T15:00:00Z");
    private static final Instant TUESDAY = MONDAY.plus(Duration.ofDays(1));
    private static final Instant LATER = MONDAY.plus(Duration.ofDays(2));

    private final InMemoryPredictionLog log = new InMemoryPredictionLog();
    private int ids;

    @Test
    void eventsOfADayAreOneEpoch() {
        both("a", "E0", MONDAY, MONDAY, "H");
        both("b", "E1", MONDAY, MONDAY, "H");
        both("c", "E0", TUESDAY, MONDAY, "H");

        assertThat(read(EpochKey.DAY, 0, Prices.NONE).gains()).hasSize(2);
    }

    @Test
    void segmentsOfADayAreEpochsOfTheirOwn() {
        both("a", "E0", MONDAY, MONDAY, "H");
        both("b", "E1", MONDAY, MONDAY, "H");
        both("c", "E0", TUESDAY, MONDAY, "H");

        PairedEpochs read = read(EpochKey.SEGMENT, 0, Prices.NONE);

        assertThat(read.gains()).hasSize(3);
        assertThat(read.days()).isOne();
    }

    @Test
    void dayOfTheDecisionWaitsForEverythingThatWasAskedOnIt() {
        both("a", "E0", MONDAY, MONDAY, "H");
        both("b", "E0", TUESDAY, MONDAY, "");
        both("c", "E0", MONDAY, MONDAY.minus(Duration.ofDays(1)), "A");

        PairedEpochs open = read(EpochKey.DECISION_DAY, 0, Prices.NONE);
        settle("b", "H");
        PairedEpochs settled = read(EpochKey.DECISION_DAY, 0, Prices.NONE);

        assertThat(open.events()).isOne(); // Sunday's decision; of Monday's one is open
        assertThat(settled.gains()).hasSize(2);
        assertThat(settled.events()).isEqualTo(3);
    }

    @Test
    void whatHasNoOutcomeOfTheModelIsVoidForBoth() {
        both("a", "E0", MONDAY, MONDAY, "H");
        both("b", "E0", MONDAY, MONDAY, "abandoned");

        PairedEpochs open = read(EpochKey.DAY, 0, Prices.NONE, LATER);
        PairedEpochs givenUp = read(EpochKey.DAY, 0, Prices.NONE, MONDAY.plus(Duration.ofDays(400)));

        assertThat(open.events()).isZero(); // the day waits for its maximum delay
        assertThat(givenUp.events()).isOne();
    }

    @Test
    void profitIsThatOfFlatBetsCappedAndTheCapIsTold() {
        both("a", "E0", MONDAY, MONDAY, "A");
        Prices prices = (model, entity) -> new double[] {2.0, 3.0, 12.0};

        PairedEpochs capped = read(EpochKey.DAY, 4, prices);
        PairedEpochs high = read(EpochKey.DAY, 20, prices);
        PairedEpochs unpriced = read(EpochKey.DAY, 4, Prices.NONE);

        // the champion (0.65, 0.25, 0.1) bets on H, expecting 0.3; the challenger on A, expecting 3.8
        assertThat(capped.gains()).singleElement().satisfies(gain -> assertThat(gain).isCloseTo(4 + 1, within(1e-12)));
        assertThat(capped.cut()).isCloseTo(7, within(1e-12));
        assertThat(high.gains()).singleElement().satisfies(gain -> assertThat(gain).isCloseTo(11 + 1, within(1e-12)));
        assertThat(high.cut()).isZero();
        assertThat(unpriced.events()).isZero();
    }

    private void both(String entity, String segment, Instant eventTime, Instant asked, String outcome) {
        log.append(
                List.of(
                        event("champion", 1, entity, segment, eventTime, asked, 0.65, 0.25, 0.1),
                        event("challenger", 2, entity, segment, eventTime, asked, 0.3, 0.3, 0.4)),
                true);
        if (!outcome.isEmpty()) {
            settle(entity, outcome);
        }
    }

    private void settle(String entity, String outcome) {
        log.appendOutcomes(List.of(new OutcomeEvent(FakeLeague.MODEL, entity, outcome, LATER)), true);
        log.catchUp();
    }

    private PredictionEvent event(
            String role, int version, String entity, String segment, Instant eventTime, Instant asked, double... p) {
        return new PredictionEvent(
                new UUID(7, ids++), FakeLeague.MODEL, version, role, entity, segment, eventTime, asked, asked, p, new double[0],
                new double[0]);
    }

    private PairedEpochs read(EpochKey key, double cap, Prices prices) {
        return read(key, cap, prices, LATER);
    }

    private PairedEpochs read(EpochKey key, double cap, Prices prices, Instant now) {
        PromotionPolicyDefinition policy = new PromotionPolicyDefinition(
                        "gate",
                        List.of(FakeLeague.MODEL),
                        PromotionPolicyDefinition.Preset.RECOMMENDED,
                        Metric.LOG_LOSS,
                        0.01,
                        0.05,
                        List.of(),
                        null)
                .with(new DecisionPlan(180, 0, false, 0, 1, 0.05, cap, key, Together.ALONE));
        LoopDefinition whole = FakeLeague.definition(policy, null, ScheduleDefinition.OnFinding.ALERT);
        LoopDefinition definition = new LoopDefinition(whole.model(), null, null, policy, List.of(), ZoneOffset.UTC);
        return new ServedEvidence(log, prices).of(definition, version(1), version(2), Kind.CHANGE, null, now);
    }

    private static ModelVersion version(int number) {
        return new ModelVersion(FakeLeague.MODEL, number, "run" + number, "sha", Kind.CHANGE, MONDAY, MONDAY);
    }
}
