package dev.keelson.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutcomeIntakeTest {
    private static final Instant KICK_OFF = Instant.parse("2020-05-02T14:00:00Z");
    private static final Instant NOW = KICK_OFF.plus(Duration.ofHours(3));

    private final InMemoryPredictionLog log = new InMemoryPredictionLog();
    private final OutcomeIntake intake = new OutcomeIntake(log);

    @Test
    void outcomeOfAPredictionMatches() {
        predict("a", KICK_OFF);

        OutcomeReceipt receipt = take(outcome("a", "H")).getFirst();

        assertThat(receipt).isEqualTo(new OutcomeReceipt(outcome("a", "H"), true, null));
        assertThat(settled("a")).isEqualTo("H");
    }

    @Test
    void outcomeWithoutAPredictionIsKeptAndSettlesOneThatComesLater() {
        assertThat(take(outcome("a", "H")).getFirst().matched()).isFalse();

        predict("a", KICK_OFF);

        assertThat(settled("a")).isEqualTo("H");
    }

    @Test
    void sameOutcomeAgainWritesNothing() {
        predict("a", KICK_OFF);
        take(outcome("a", "H"));
        var before = log.position();

        OutcomeReceipt receipt = take(outcome("a", "H")).getFirst();

        assertThat(receipt.repeated()).isTrue();
        assertThat(receipt.corrected()).isFalse();
        assertThat(log.position()).isEqualTo(before);
    }

    @Test
    void otherOutcomeIsAppendedAsACorrection() {
        predict("a", KICK_OFF);
        take(outcome("a", "H"));
        var before = log.position();

        OutcomeReceipt receipt = take(outcome("a", "D")).getFirst();

        assertThat(receipt.corrected()).isTrue();
        assertThat(receipt.before()).isEqualTo("H");
        assertThat(settled("a")).isEqualTo("D");
        assertThat(log.position().offset()).isEqualTo(before.offset() + 1);
    }

    @Test
    void outcomesOfOneCallThatContradictAreRefusedAndNothingIsTaken() {
        predict("a", KICK_OFF);

        assertThatThrownBy(() -> take(outcome("a", "H"), outcome("b", "H"), outcome("a", "A")))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        e -> assertThat(e.problems().getFirst().location()).hasToString("outcomes[2].outcome"))
                .hasMessageContaining("The outcome (A) of (a) contradicts outcomes[0], which says H");
        assertThat(settled("a")).isNull();
    }

    @Test
    void sameOutcomeTwiceInOneCallIsWrittenOnce() {
        predict("a", KICK_OFF);

        List<OutcomeReceipt> receipts = take(outcome("a", "A"), outcome("a", "A"));

        assertThat(receipts).extracting(OutcomeReceipt::before).containsExactly(null, "A");
        assertThat(settled("a")).isEqualTo("A");
    }

    @Test
    void entityThatCannotBeOneIsRefusedUnlessItWasPredicted() {
        predict("a|b", KICK_OFF);
        OutcomeIntake.EventTimes none = new OutcomeIntake.EventTimes() {
            @Override
            public @Nullable Instant of(String model, String entity) {
                return null;
            }

            @Override
            public String notAKey(String model, String entity) {
                return "it has too many parts";
            }
        };

        assertThat(intake.take(List.of(outcome("a|b", "H")), none, NOW)).hasSize(1);
        assertThatThrownBy(() -> intake.take(List.of(outcome("c|d", "H")), none, NOW))
                .hasMessageContaining("outcomes[0].entity: The entity (c|d) cannot be one of the model (m): it has too many parts.");
    }

    @Test
    void outcomeOfAnEventToComeIsRefusedAndNothingIsTaken() {
        predict("a", KICK_OFF);
        predict("b", NOW.plusSeconds(1));

        assertThatThrownBy(() -> take(outcome("a", "H"), outcome("b", "H")))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        e -> assertThat(e.problems().getFirst().location())
                                .hasToString("outcomes[1].entity"))
                .hasMessageContaining("cannot be known yet");
        assertThat(settled("a")).isNull();
    }

    @Test
    void eventTimeOfAnUnpredictedEntityCountsToo() {
        assertThatThrownBy(() -> intake.take(List.of(outcome("a", "H")), (model, entity) -> NOW.plusSeconds(9), NOW))
                .hasMessageContaining("cannot be known yet");
    }

    @Test
    void outcomeKnownBeforeItsEventOrInTheFutureIsRefused() {
        predict("a", KICK_OFF);

        assertThatThrownBy(() -> take(new OutcomeEvent("m", "a", "H", KICK_OFF.minusSeconds(1))))
                .hasMessageContaining("before the event");
        assertThatThrownBy(() -> take(new OutcomeEvent("m", "a", "H", NOW.plus(OutcomeIntake.CLOCKS).plusSeconds(1))))
                .hasMessageContaining("lies in the future");
        assertThat(take(new OutcomeEvent("m", "a", "H", NOW.plusSeconds(1)))).hasSize(1);
    }

    private List<OutcomeReceipt> take(OutcomeEvent... outcomes) {
        return intake.take(List.of(outcomes), (model, entity) -> null, NOW);
    }

    private static OutcomeEvent outcome(String entity, String outcome) {
        return new OutcomeEvent("m", entity, outcome, NOW);
    }

    private void predict(String entity, Instant eventTime) {
        double[] none = {};
        log.append(
                List.of(new PredictionEvent(
                        UUID.nameUUIDFromBytes(entity.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        "m", 1, "champion", entity, "", eventTime, eventTime, eventTime,
                        new double[] {0.5, 0.3, 0.2}, none, none)),
                true);
    }

    private @Nullable String settled(String entity) {
        log.catchUp();
        return log.find(new PredictionQuery("m", null, null, null, null, null, entity, true, 1))
                .getFirst()
                .outcome();
    }
}
