package dev.keelson.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.control.GainPath;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.rollout.GuardState.State;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GuardsTest {
    private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

    private static GuardState one(String guardrail, RolloutCounts counts, @Nullable GainPath path) {
        return Guards.of(Guardrail.parse(List.of(guardrail)), counts, path).getFirst();
    }

    private static RolloutCounts counted(ArmTally baseline, ArmTally candidate) {
        return new RolloutCounts(baseline.counts(), candidate.counts(), 0);
    }

    private static GainPath path(int epochs, double mean, double sd, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Double> gains = new ArrayList<>();
        for (int i = 0; i < epochs; i++) {
            gains.add(mean + sd * random.nextGaussian());
        }
        return GainPath.of(new PairedEpochs(gains, 10L * epochs, epochs, 0.5, 0.5), Metric.LOG_LOSS);
    }

    @Test
    void nothingIsMeasuredBeforeAnyPrediction() {
        assertThat(one("error_rate<=1%", RolloutCounts.NONE, null).state()).isEqualTo(State.UNMEASURED);
        assertThat(one("latency_p99<=5ms", RolloutCounts.NONE, null).state()).isEqualTo(State.UNMEASURED);
        assertThat(one("latency_p99<=2x", RolloutCounts.NONE, null).state()).isEqualTo(State.UNMEASURED);
        assertThat(one("harm", RolloutCounts.NONE, null).state()).isEqualTo(State.UNMEASURED);
    }

    @Test
    void aFewFailuresInARowAreEnoughAndOneIsNot() {
        ArmTally candidate = new ArmTally();
        candidate.failed();
        GuardState first = one("error_rate<=1%", counted(new ArmTally(), candidate), null);
        for (int i = 0; i < 5; i++) {
            candidate.failed();
        }
        GuardState more = one("error_rate<=1%", counted(new ArmTally(), candidate), null);

        assertThat(first.state()).isEqualTo(State.KEPT);
        assertThat(more.broken()).isTrue();
        assertThat(more.logE()).isGreaterThanOrEqualTo(more.logENeeded());
        assertThat(more.sentence()).contains("6 of 6 predictions of the candidate failed");
    }

    @Test
    void aShareOfFailuresWithinTheLimitIsKept() {
        ArmTally candidate = new ArmTally();
        for (int i = 0; i < 10_000; i++) {
            candidate.served(50_000);
        }
        for (int i = 0; i < 90; i++) {
            candidate.failedInShadow();
        }

        GuardState state = one("error_rate<=1%", counted(new ArmTally(), candidate), null);

        assertThat(state.state()).isEqualTo(State.KEPT);
        assertThat(state.estimate()).isCloseTo(90 / 10_090.0, within(1e-12));
        assertThat(state.lower()).isLessThan(state.estimate());
        assertThat(state.upper()).isGreaterThan(state.estimate());
    }

    @Test
    void aSlowTailBreaksALimitInMilliseconds() {
        ArmTally fast = new ArmTally();
        ArmTally slow = new ArmTally();
        for (int i = 0; i < 2_000; i++) {
            fast.served(100_000);
            slow.served(i % 20 == 0 ? 9_000_000 : 100_000);
        }

        GuardState kept = one("latency_p99<=5ms", counted(slow, fast), null);
        GuardState broken = one("latency_p99<=5ms", counted(fast, slow), null);

        assertThat(kept.state()).isEqualTo(State.KEPT);
        assertThat(kept.upper()).isLessThan(0.11);
        assertThat(broken.broken()).isTrue();
        assertThat(broken.estimate()).isCloseTo(9, within(0.3));
        assertThat(broken.lower()).isGreaterThan(5);
    }

    @Test
    void aCandidateThatIsSlowerThanTheBaselineIsFound() {
        ArmTally baseline = new ArmTally();
        ArmTally alike = new ArmTally();
        ArmTally slower = new ArmTally();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3_000; i++) {
            long took = (long) (100_000 * Math.exp(0.3 * random.nextGaussian()));
            baseline.served(took);
            alike.served((long) (100_000 * Math.exp(0.3 * random.nextGaussian())));
            slower.shadowed(3 * took);
        }

        assertThat(one("latency_p90<=2x", counted(baseline, alike), null).state()).isEqualTo(State.KEPT);
        GuardState broken = one("latency_p90<=2x", counted(baseline, slower), null);
        assertThat(broken.broken()).isTrue();
        assertThat(broken.estimate()).isCloseTo(3, within(0.2));
    }

    @Test
    void harmIsShownByWhatSettledAndNotByWhatIsAlike() {
        GuardState harmful = one("harm", RolloutCounts.NONE, path(120, -0.05, 0.05, 1));
        GuardState alike = one("harm", RolloutCounts.NONE, path(120, 0, 0.05, 2));
        GuardState better = one("harm", RolloutCounts.NONE, path(120, 0.05, 0.05, 3));
        GuardState allowed = one("harm<=0.1", RolloutCounts.NONE, path(120, -0.05, 0.05, 1));

        assertThat(harmful.broken()).isTrue();
        assertThat(harmful.estimate()).isCloseTo(0.05, within(0.02));
        assertThat(alike.state()).isEqualTo(State.KEPT);
        assertThat(better.state()).isEqualTo(State.KEPT);
        assertThat(allowed.state()).isEqualTo(State.KEPT);
    }

    @Test
    void harmThatIsAlwaysTheSameIsShownAndSamenessIsNot() {
        assertThat(one("harm", RolloutCounts.NONE, path(40, -0.3, 0, 1)).broken()).isTrue();
        assertThat(one("harm", RolloutCounts.NONE, path(400, 0, 0, 1)).state()).isEqualTo(State.KEPT);
    }

    @Test
    void harmIsRarelyShownWhereThereIsNone() {
        int shown = 0;
        for (int seed = 0; seed < 300; seed++) {
            GainPath path = path(300, 0, 0.05, seed);
            boolean ever = false;
            for (int n = 30; n <= 300; n += 10) {
                GainPath until = GainPath.of(
                        new PairedEpochs(path.paired().gains().subList(0, n), n, n, 0.5, 0.5), Metric.LOG_LOSS);
                ever |= until.harm(0, 0.05).shown();
            }
            shown += ever ? 1 : 0;
        }

        assertThat(shown / 300.0).isLessThanOrEqualTo(0.05);
    }

    @Test
    void evidenceOfOneIsThatOfTheOtherWithRolesSwapped() {
        GainPath path = path(80, 0.02, 0.05, 9);
        GainPath swapped = GainPath.of(
                new PairedEpochs(
                        path.paired().gains().stream().map(gain -> -gain).toList(), 800, 80, 0.5, 0.5),
                Metric.LOG_LOSS);

        GainPath.Point last = path.points().getLast();
        GainPath.Point other = swapped.points().getLast();
        assertThat(last.logBetter()).isEqualTo(other.logWorse());
        assertThat(last.logWorseFree()).isEqualTo(other.logBetterFree());
        assertThat(path.points().get(28).logBetter()).isNaN();
        assertThat(path.points().get(29).logBetter()).isNotNaN();
    }

    @Test
    void countsOfServersAddUpAndComeBack() {
        ArmTally one = new ArmTally();
        ArmTally two = new ArmTally();
        one.served(1_000);
        one.served(2_000_000);
        two.shadowed(500);
        two.failed();
        RolloutCounts counts = new RolloutCounts(one.counts(), two.counts(), 3);

        RolloutCounts both = RolloutCounts.of(List.of(counts.document(), counts.document()));

        assertThat(both.baseline().served()).isEqualTo(4);
        assertThat(both.candidate().failures()).isEqualTo(2);
        assertThat(both.candidate().asked()).isEqualTo(4);
        assertThat(both.dropped()).isEqualTo(6);
        assertThat(both.document()).isEqualTo(counts.plus(counts).document());
    }

    @Test
    void binsOfDurationsFollowOneAnother() {
        int last = -1;
        for (long nanos = 1; nanos < 200_000_000_000L; nanos += 1 + nanos / 100) {
            int bin = Latencies.bin(nanos);
            assertThat(bin).isGreaterThanOrEqualTo(last);
            if (bin > 0 && bin < Latencies.BINS - 1) {
                assertThat(nanos / 1e6).isBetween(Latencies.lowerMillis(bin) - 1e-9, Latencies.upperMillis(bin) + 1e-9);
            }
            last = bin;
        }
        assertThat(last).isEqualTo(Latencies.BINS - 1);
    }

    @Test
    void theReportSaysWhatMayBeDone() {
        Rollout rollout = new Rollout(
                "id", "m", Rollout.Kind.STEPS, 1, 2,
                List.of(new RolloutStep(0.05, Duration.ofHours(1)), new RolloutStep(0.5, null)), 0, Rollout.Sticky.ENTITY, true,
                List.of(), Rollout.State.RUNNING, 1, T0, T0, null, null, "ann", "why", "");

        RolloutReport first = report(rollout, new RolloutReport.Policy(false, "Not enough evidence."));
        RolloutReport second = report(rollout.advanced(T0.plusSeconds(3_600)), new RolloutReport.Policy(true, "It is met."));
        RolloutReport ended = report(rollout.ended(Rollout.State.ABORTED, T0, "No."), null);

        assertThat(allowed(first)).containsExactly("advance", "pause", "abort");
        assertThat(first.sentence()).contains("v2 answers 5.00 % of all keys").contains("2026-03-01T13:00:00Z");
        assertThat(first.toJson().at("/actions/3/why").asText()).isEqualTo("Not enough evidence.");
        assertThat(allowed(second)).containsExactly("pause", "promote", "abort");
        assertThat(second.sentence()).contains("a person decides");
        assertThat(allowed(report(rollout.paused(T0), new RolloutReport.Policy(true, "It is met."))))
                .containsExactly("advance", "resume", "promote", "abort");
        assertThat(allowed(ended)).isEmpty();
        assertThat(ended.sentence()).contains("aborted").contains("No.");
    }

    private static RolloutReport report(Rollout rollout, RolloutReport.@Nullable Policy policy) {
        return new RolloutReport(
                rollout, RolloutCounts.NONE, 1, path(40, 0, 0.1, 3), List.of(), List.of(0L, 0L), null, policy, T0);
    }

    private static List<String> allowed(RolloutReport report) {
        return report.actions().stream().filter(RolloutReport.Action::allowed).map(RolloutReport.Action::name).toList();
    }
}
