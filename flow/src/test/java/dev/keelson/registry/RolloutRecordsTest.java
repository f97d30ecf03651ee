package dev.keelson.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.Rollout.Kind;
import dev.keelson.registry.rollout.Rollout.State;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutStep;
import dev.keelson.registry.rollout.TrafficSplit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RolloutRecordsTest {
    private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

    private static Rollout rollout(Rollout.Sticky sticky, int step, RolloutStep... steps) {
        return new Rollout(
                "0198-abc", "m", Kind.STEPS, 1, 2, List.of(steps), step, sticky, true,
                Guardrail.parse(Guardrail.DEFAULTS), State.RUNNING, 3, T0, T0, null, null, "ann", "why", "");
    }

    @Test
    void sharesAreExactWithinHalfAPercentOn100ThousandEntities() {
        for (double share : new double[] {0.05, 0.1, 0.25, 0.5, 0.9}) {
            for (String salt : List.of("first", "second", "third", "0198c0de-0000-7000-8000-000000000001")) {
                TrafficSplit split = TrafficSplit.of(salt, share);
                int candidate = 0;
                for (int i = 0; i < 100_000; i++) {
                    candidate += split.toCandidate("match_" + i, null) ? 1 : 0;
                }

                assertThat(candidate / 100_000.0).as("%s of %s", share, salt).isCloseTo(share, within(0.005));
            }
        }
    }

    @Test
    void aKeyThatTheCandidateAnswersStaysWithItWhileSharesGrow() {
        for (int i = 0; i < 20_000; i++) {
            boolean before = false;
            for (double share : new double[] {0, 0.05, 0.1, 0.5, 0.99, 1}) {
                boolean now = TrafficSplit.of("salt", share).toCandidate("entity|" + i, null);
                assertThat(now || !before).isTrue();
                before = now;
            }
            assertThat(before).isTrue();
        }
    }

    @Test
    void theSameKeyLiesAtTheSamePlaceForEver() {
        TrafficSplit split = TrafficSplit.of("salt", 0.5);

        assertThat(split.place("match_001")).isEqualTo(TrafficSplit.of("salt", 0.1).place("match_001"));
        assertThat(split.place("match_001")).isCloseTo(PLACE, within(1e-12));
        assertThat(split.place("match_001")).isNotEqualTo(TrafficSplit.of("other", 0.5).place("match_001"));
    }

    /** By another program: FNV-1a 64 of the UTF-16 units of salt|match_001, low byte first, then fmix64, over 2^64. */
    private static final double PLACE = 0.87335316270151;

    @Test
    void rolloutsOfDifferentSaltsShareNoOrder() {
        TrafficSplit one = TrafficSplit.of("one", 0.5);
        TrafficSplit other = TrafficSplit.of("two", 0.5);
        int both = 0;
        for (int i = 0; i < 100_000; i++) {
            both += one.toCandidate("e" + i, null) && other.toCandidate("e" + i, null) ? 1 : 0;
        }

        assertThat(both / 100_000.0).isCloseTo(0.25, within(0.005));
    }

    @Test
    void groupsOfClientsComeFirstAndStayIn() {
        RolloutStep beta = new RolloutStep(1, List.of("beta-*", "anna"), null);
        RolloutStep some = new RolloutStep(0.2, null);

        TrafficSplit first = TrafficSplit.of(rollout(Rollout.Sticky.ENTITY, 0, beta, some));
        TrafficSplit second = TrafficSplit.of(rollout(Rollout.Sticky.ENTITY, 1, beta, some));

        int others = 0;
        for (int i = 0; i < 10_000; i++) {
            String entity = "e" + i;
            assertThat(first.toCandidate(entity, "beta-7")).isTrue();
            assertThat(first.toCandidate(entity, "anna")).isTrue();
            assertThat(first.toCandidate(entity, "annabel")).isFalse();
            assertThat(first.toCandidate(entity, null)).isFalse();
            assertThat(second.toCandidate(entity, "beta-7")).isTrue();
            others += second.toCandidate(entity, "annabel") ? 1 : 0;
        }
        assertThat(others / 10_000.0).isCloseTo(0.2, within(0.02));
    }

    @Test
    void allRowsOfAClientAreOnOneSideWhereClientsAreTheKeys() {
        TrafficSplit split = TrafficSplit.of(rollout(Rollout.Sticky.CLIENT, 0, new RolloutStep(0.5, null)));
        int clients = 0;
        for (int c = 0; c < 1_000; c++) {
            String client = "client-" + c;
            boolean side = split.toCandidate("a", client);
            clients += side ? 1 : 0;
            for (int e = 0; e < 10; e++) {
                assertThat(split.toCandidate("e" + e, client)).isEqualTo(side);
            }
        }

        assertThat(clients).isBetween(440, 560);
        assertThat(split.toCandidate("a", null)).isFalse();
    }

    @Test
    void anEndedRolloutSendsNothingToItsCandidate() {
        Rollout ended = rollout(Rollout.Sticky.ENTITY, 0, new RolloutStep(1, null)).ended(State.ABORTED, T0, "No.");

        assertThat(TrafficSplit.of(ended).toCandidate("a", null)).isFalse();
        assertThat(Rollout.of(ended.toJson().toString())).isEqualTo(ended);
    }

    @Test
    void guardrailsComeBackAsTheyAreWritten() {
        List<String> texts = List.of("error_rate<=0.5%", "latency_p99.9<=5ms", "latency_p50<=1.5x", "harm", "harm<=0.005");

        List<Guardrail> read = Guardrail.parse(texts);

        assertThat(read).extracting(Guardrail::text).isEqualTo(texts);
        assertThat(read).extracting(Guardrail::alpha).containsOnly(0.01);
        assertThat(Guardrail.parse(List.of("none"))).isEmpty();
        assertThat(Guardrail.parse(List.of("latency_p99 < 2s")).getFirst().limit()).isEqualTo(2_000);
        for (String wrong : List.of("error_rate", "error_rate<=120%", "latency_p99<=5", "latency<=5ms", "harm<=5ms", "x<=1", "latency_p0<=5ms")) {
            assertThatThrownBy(() -> Guardrail.parse(List.of(wrong)))
                    .as(wrong)
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining(wrong);
        }
    }

    @Test
    void plansThatDoNotFitTogetherAreRefused() {
        assertPlan("needs its steps", Kind.STEPS, null, List.of(), true);
        assertPlan("has one share", Kind.CANARY, null, List.of(new RolloutStep(1, null)), true);
        assertPlan("has no share", Kind.SHADOW, 0.5, List.of(), true);
        assertPlan("would do nothing", Kind.SHADOW, null, List.of(), false);
        assertPlan("above 0", Kind.AB, 0.0, List.of(), true);
        assertPlan("not paired", Kind.AB, null, List.of(), false);
        assertPlan(
                "stays in",
                Kind.STEPS,
                null,
                List.of(new RolloutStep(0.5, Duration.ofHours(1)), new RolloutStep(0.2, null)),
                true);
    }

    private static void assertPlan(
            String message, Kind kind, @Nullable Double share, List<RolloutStep> steps, boolean paired) {
        assertThatThrownBy(() -> RolloutPlan.of(
                        "m", 2, kind, share, List.of(), null, steps, Rollout.Sticky.ENTITY, paired, null))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining(message);
    }
}
