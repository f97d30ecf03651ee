package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.control.PromotionDecision.Expired;
import dev.keelson.control.PromotionDecision.Hold;
import dev.keelson.control.PromotionDecision.Promote;
import dev.keelson.control.PromotionDecision.Reject;
import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.error.Located;
import dev.keelson.expression.Condition;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromotionGateTest {
    private static final double MARGIN = 0.005;
    private static final double SPREAD = 0.02;

    @Test
    void firstVersionNeedsNoGate() {
        for (Preset preset : Preset.values()) {
            assertThat(decide(epochs(1, 0, 0), Kind.INITIAL, policy(preset))).isInstanceOf(Promote.class);
        }
    }

    @Test
    void noDecisionBeforeThirtyMatchDays() {
        for (Kind kind : List.of(Kind.REFRESH, Kind.CHANGE)) {
            PromotionDecision decision = decide(epochs(1, 29, 0.5), kind, recommended());

            assertThat(decision)
                    .isEqualTo(new Hold("Not enough evidence yet: 29 of at least 30 settlement epochs.", 1));
        }
    }

    @Test
    void equalRefreshIsPromotedSoon() {
        PromotionGate.Verdict verdict =
                PromotionGate.decide(paired(exact(60, 0.001, 0.012)), Kind.REFRESH, recommended());

        assertThat(verdict.decision()).isInstanceOf(Promote.class);
        assertThat(verdict.decision().reason()).startsWith("The refresh is not worse than the champion by more than 0.0050");
        assertThat(verdict.evidence().get("lower_bound")).isBetween(-MARGIN, 0.001);
        assertThat(verdict.evidence()).containsKeys("accepts_equal", "accepts_better", "accepts_worse", "margin", "mean_gain");
    }

    @Test
    void refreshThatIsSurelyWorseIsRejected() {
        PromotionDecision decision = decide(paired(exact(60, -0.02, SPREAD)), Kind.REFRESH, recommended());

        assertThat(decision).isInstanceOf(Reject.class);
        assertThat(decision.reason()).startsWith("The refresh is worse than the champion by more than 0.0050");
    }

    @Test
    void identicalRefreshIsPromoted() {
        assertThat(decide(paired(new double[30]), Kind.REFRESH, recommended())).isInstanceOf(Promote.class);
    }

    @Test
    void holdSaysHowManyMoreMatchDaysItTakes() {
        Hold hold = (Hold) decide(paired(exact(40, 0.002, 0.03)), Kind.REFRESH, recommended());
        int missing = hold.epochsMissing() == null ? -1 : hold.epochsMissing();

        assertThat(missing).isBetween(1, 500);
        assertThat(decide(paired(exact(40 + missing + 3, 0.002, 0.03)), Kind.REFRESH, recommended()))
                .isInstanceOf(Promote.class);
        assertThat(hold.reason()).contains(" About " + missing + " more epochs");
    }

    @Test
    void numberBeyondTheHorizonIsSaidToBe() {
        Hold hold = (Hold) decide(paired(exact(40, -0.003, 0.03)), Kind.REFRESH, recommended());

        assertThat(hold.epochsMissing()).isNotNull().isGreaterThan(140);
        assertThat(hold.reason()).endsWith("more epochs, but it is dropped after 180.");
    }

    @Test
    void worseThanTheMarginHasNoNumber() {
        Hold hold = (Hold) decide(paired(exact(40, -0.006, 0.03)), Kind.REFRESH, recommended());

        assertThat(hold.epochsMissing()).isNull();
    }

    @Test
    void challengerIsDroppedAtTheHorizon() {
        assertThat(decide(paired(exact(179, -0.003, 0.05)), Kind.REFRESH, recommended())).isInstanceOf(Hold.class);
        assertThat(decide(paired(exact(180, -0.003, 0.05)), Kind.REFRESH, recommended()))
                .isInstanceOfSatisfying(Expired.class, expired -> assertThat(expired.reason())
                        .startsWith("No decision after 180 settlement epochs; the champion stays"));
        assertThat(decide(paired(exact(180, 0.001, 0.05)), Kind.CHANGE, recommended())).isInstanceOf(Expired.class);
        assertThat(decide(paired(new double[180]), Kind.CHANGE, recommended())).isInstanceOf(Expired.class);
        assertThat(decide(paired(new double[179]), Kind.CHANGE, recommended())).isInstanceOf(Hold.class);
    }

    @Test
    void clearlyBetterChangeIsPromoted() {
        PromotionGate.Verdict verdict =
                PromotionGate.decide(paired(exact(120, 0.012, SPREAD)), Kind.CHANGE, recommended());

        assertThat(verdict.decision()).isInstanceOf(Promote.class);
        assertThat(verdict.evidence().get("log_e")).isGreaterThan(Math.log(20));
        assertThat(verdict.evidence().get("log_e_needed")).isCloseTo(Math.log(20), within(1e-12));
    }

    @Test
    void earlyChangeNeedsTheDistributionFreeEvidenceToo() {
        PromotionGate.Verdict early =
                PromotionGate.decide(paired(exact(60, 0.015, SPREAD)), Kind.CHANGE, recommended());

        assertThat(early.evidence().get("log_e")).isGreaterThan(Math.log(20));
        assertThat(early.evidence().get("log_e_distribution_free")).isLessThan(Math.log(20));
        assertThat(early.decision()).isEqualTo(new Hold(early.decision().reason(), 40));
    }

    @Test
    void largeEarlyGainConvincesWithoutAnyAssumption() {
        PromotionDecision decision = decide(paired(exact(80, 0.6, 0.1)), Kind.CHANGE, recommended());

        assertThat(decision).isInstanceOf(Promote.class);
    }

    @Test
    void worseChangeIsRejected() {
        assertThat(decide(paired(exact(100, -0.02, SPREAD)), Kind.CHANGE, recommended())).isInstanceOf(Reject.class);
    }

    @Test
    void rangeOfLossDifferencesDependsOnTheLoss() {
        assertThat(PromotionGate.range(Metric.LOG_LOSS)).isCloseTo(2 * Math.log(49), within(1e-12));
        assertThat(PromotionGate.range(Metric.BRIER)).isEqualTo(4);
        assertThat(PromotionGate.range(Metric.RPS)).isEqualTo(2);
    }

    @Test
    void guardHoldsAPromotionBack() {
        PromotionPolicyDefinition guarded = policy(Preset.RECOMMENDED, "predictions >= 1000", "days >= 7");

        PromotionDecision decision = decide(paired(exact(60, 0.001, 0.012)), Kind.REFRESH, guarded);

        assertThat(decision)
                .isEqualTo(new Hold(
                        "The evidence suffices, but these guards do not hold yet: predictions >= 1000 (now 60.0000).",
                        null));
    }

    @Test
    void guardThatNeverHoldsDropsTheChallengerAtTheHorizon() {
        PromotionPolicyDefinition guarded = policy(Preset.RECOMMENDED, "better_than_champion >= 3%");

        assertThat(decide(paired(exact(180, 0.001, SPREAD)), Kind.REFRESH, guarded)).isInstanceOf(Expired.class);
    }

    @Test
    void fulfilledGuardsDoNotMatter() {
        PromotionPolicyDefinition guarded =
                policy(Preset.RECOMMENDED, "predictions >= 60", "days >= 59", "epochs >= 60", "better_than_champion >= 0");

        assertThat(decide(paired(exact(60, 0.001, 0.012)), Kind.REFRESH, guarded)).isInstanceOf(Promote.class);
    }

    @Test
    void unknownGuardIsRefused() {
        assertThatThrownBy(() -> decide(
                        paired(exact(60, 0.001, 0.012)), Kind.REFRESH, policy(Preset.RECOMMENDED, "row_count >= 1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[better_than_champion, days, epochs, predictions]");
    }

    @Test
    void winmixAsksForThreePointsOn100PredictionsOverSevenDays() {
        PromotionPolicyDefinition winmix = policy(Preset.WINMIX);

        assertThat(decide(hits(100, 40, 43, 8), Kind.REFRESH, winmix)).isInstanceOf(Promote.class);
        assertThat(decide(hits(100, 40, 42, 8), Kind.CHANGE, winmix)).isInstanceOf(Reject.class);
        assertThat(decide(hits(99, 40, 60, 8), Kind.REFRESH, winmix)).isInstanceOf(Hold.class);
        assertThat(decide(hits(100, 40, 60, 7), Kind.REFRESH, winmix)).isInstanceOf(Hold.class);
    }

    @Test
    void winmixPromotesEqualModelsOften() {
        Random random = new Random(1);
        int promoted = 0;
        for (int i = 0; i < 2_000; i++) {
            int champion = 0;
            int challenger = 0;
            for (int event = 0; event < 100; event++) {
                boolean disagree = random.nextDouble() < 0.2;
                boolean hit = random.nextDouble() < 0.7;
                boolean championWins = random.nextBoolean();
                champion += disagree ? (championWins ? 1 : 0) : hit ? 1 : 0;
                challenger += disagree ? (championWins ? 0 : 1) : hit ? 1 : 0;
            }
            promoted += decide(hits(100, champion, challenger, 8), Kind.REFRESH, policy(Preset.WINMIX)) instanceof Promote
                    ? 1
                    : 0;
        }

        assertThat(promoted / 2_000.0).isBetween(0.25, 0.33); // statistics of a rule that looks at points: 28.6 %
    }

    @Test
    void refreshGateStatesHowManyItWouldAccept() {
        Map<String, Double> shares = PromotionGate.acceptance(0.02, 0.005);

        assertThat(shares.get("accepts_equal")).isGreaterThan(0.7);
        assertThat(shares.get("accepts_better")).isGreaterThan(shares.get("accepts_equal"));
        assertThat(shares.get("accepts_worse")).isLessThan(0.05);
    }

    @Test
    void acceptanceRatesAreThoseOfTheGate() {
        Map<String, Double> stated = PromotionGate.acceptance(SPREAD, MARGIN);

        assertThat(promotions(Kind.REFRESH, 0, 150)).isCloseTo(stated.get("accepts_equal"), within(0.1));
        assertThat(promotions(Kind.REFRESH, MARGIN, 150)).isCloseTo(stated.get("accepts_better"), within(0.1));
        assertThat(promotions(Kind.REFRESH, -2 * MARGIN, 150)).isCloseTo(stated.get("accepts_worse"), within(0.05));
    }

    @Test
    void changeThatIsNoBetterIsRarelyPromoted() {
        assertThat(promotions(Kind.CHANGE, 0, 300)).isLessThanOrEqualTo(0.071);
    }

    @Test
    void refreshThatIsWorseByTheMarginIsRarelyPromoted() {
        assertThat(promotions(Kind.REFRESH, -MARGIN, 300)).isLessThanOrEqualTo(0.071);
    }

    @Test
    void naiveTestInTheSameHarnessPromotesEqualModels() {
        int promoted = 0;
        for (int path = 0; path < 300; path++) {
            double[] gains = gains(path, DecisionPlan.STANDARD.horizon(), 0);
            boolean shown = false;
            for (int n = 5; n <= gains.length && !shown; n++) {
                PairedEpochs seen = paired(Arrays.copyOf(gains, n));
                shown = seen.mean() > 1.645 * seen.standardDeviation() / Math.sqrt(n);
            }
            promoted += shown ? 1 : 0;
        }

        assertThat(promoted / 300.0).isGreaterThan(0.3);
    }

    @Test
    void policyChecksItsNumbers() {
        assertThatThrownBy(() -> new PromotionPolicyDefinition(
                        "p", List.of(), Preset.RECOMMENDED, Metric.LOG_LOSS, -0.1, 0.05, List.of(), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PromotionPolicyDefinition(
                        "p", List.of(), Preset.RECOMMENDED, Metric.LOG_LOSS, 0.1, 0.5, List.of(), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Share of paths of heavy-tailed gains that are promoted when looked at after every third match day. */
    private static double promotions(Kind kind, double gain, int paths) {
        int promoted = 0;
        for (int path = 0; path < paths; path++) {
            double[] gains = gains(path, DecisionPlan.STANDARD.horizon(), gain);
            PromotionDecision decision = new Hold("", null);
            for (int n = PromotionGate.BURN_IN; n <= gains.length && decision instanceof Hold; n += 3) {
                decision = decide(paired(Arrays.copyOf(gains, n)), kind, recommended());
            }
            promoted += decision instanceof Promote ? 1 : 0;
        }
        return (double) promoted / paths;
    }

    /** Student's t with five degrees of freedom, scaled to the spread. */
    private static double[] gains(long seed, int n, double mean) {
        Random random = new Random(seed * 7_919 + 13);
        double[] gains = new double[n];
        for (int i = 0; i < n; i++) {
            double chi = 0;
            for (int k = 0; k < 5; k++) {
                double z = random.nextGaussian();
                chi += z * z;
            }
            gains[i] = mean + SPREAD * random.nextGaussian() / Math.sqrt(chi / 5) / Math.sqrt(5.0 / 3);
        }
        return gains;
    }

    private static PromotionDecision decide(PairedEpochs epochs, Kind kind, PromotionPolicyDefinition policy) {
        return PromotionGate.decide(epochs, kind, policy).decision();
    }

    private static PairedEpochs epochs(long seed, int n, double gain) {
        return paired(gains(seed, n, gain));
    }

    /** One event a day. */
    private static PairedEpochs paired(double[] gains) {
        return new PairedEpochs(
                Arrays.stream(gains).boxed().toList(), gains.length, Math.max(0, gains.length - 1), 0.5, 0.5);
    }

    /** Mean and spread as given for an even n. */
    private static double[] exact(int n, double mean, double spread) {
        double[] gains = new double[n];
        for (int i = 0; i < n; i++) {
            gains[i] = mean + (i % 2 == 0 ? spread : -spread);
        }
        return gains;
    }

    private static PairedEpochs hits(int events, int champion, int challenger, int days) {
        int[] day = new int[events];
        boolean[] first = new boolean[events];
        boolean[] second = new boolean[events];
        for (int i = 0; i < events; i++) {
            day[i] = i * days / events;
            first[i] = i < champion;
            second[i] = i < challenger;
        }
        return PairedEpochs.of(day, new double[events], new double[events], first, second);
    }

    @Test
    void verdictsAreToldInTheirWords() {
        PromotionDecision early = decide(epochs(1, 29, 0.5), Kind.CHANGE, recommended());
        PromotionDecision soon = decide(paired(exact(60, 0.015, SPREAD)), Kind.CHANGE, recommended());

        assertThat(early.verdict()).isEqualTo("NOT YET (about 1 more epoch)");
        assertThat(soon.verdict()).isEqualTo("NOT YET (about 40 more epochs)");
        assertThat(soon.sentence()).startsWith("NOT YET (about 40 more epochs): Not enough evidence yet: gain 0.0150 an epoch");
        assertThat(decide(paired(exact(180, 0.001, 0.05)), Kind.CHANGE, recommended()).verdict()).isEqualTo("EXPIRED");
        assertThat(decide(paired(exact(100, -0.02, SPREAD)), Kind.CHANGE, recommended()).verdict()).isEqualTo("REJECT");
        assertThat(decide(paired(exact(120, 0.012, SPREAD)), Kind.CHANGE, recommended()).verdict()).isEqualTo("PROMOTE");
    }

    @Test
    void storedHoldsAreReadAsNotYet() {
        assertThat(PromotionDecision.wordOf("hold")).isEqualTo("not_yet");
        assertThat(PromotionDecision.verdictOf("hold")).isEqualTo("NOT YET");
        assertThat(PromotionDecision.wordOf("promote")).isEqualTo("promote");
    }

    @Test
    void strictPlanNeedsBothKindsOfEvidence() {
        PairedEpochs paired = paired(exact(120, 0.012, SPREAD));
        PromotionPolicyDefinition strict = recommended().with(new DecisionPlan(180, 0, true, 0, 1));

        PromotionDecision decision = decide(paired, Kind.CHANGE, strict);

        assertThat(decision).isInstanceOf(Hold.class);
        assertThat(decision.reason()).contains("the distribution-free one").contains("which the policy asks for");
        assertThat(decide(paired(exact(120, 0.6, 0.1)), Kind.CHANGE, strict)).isInstanceOf(Promote.class);
    }

    @Test
    void gainThatIsNotWorthItIsNone() {
        PromotionPolicyDefinition demanding = recommended().with(new DecisionPlan(180, 0, false, 0.02, 1));

        assertThat(decide(paired(exact(120, 0.012, SPREAD)), Kind.CHANGE, demanding)).isInstanceOf(Reject.class);
        assertThat(decide(paired(exact(120, 0.035, SPREAD)), Kind.CHANGE, demanding)).isInstanceOf(Promote.class);
    }

    @Test
    void groupSequentialPlanDecidesAtItsLooksAlone() {
        PromotionPolicyDefinition weekly = recommended().with(new DecisionPlan(182, 7, false, 0, 1));
        PromotionGate.Verdict between = PromotionGate.decide(paired(exact(76, 0.005, SPREAD)), Kind.CHANGE, weekly);
        PromotionGate.Verdict at = PromotionGate.decide(paired(exact(119, 0.005, SPREAD)), Kind.CHANGE, weekly);

        assertThat(between.decision()).isInstanceOf(Hold.class);
        assertThat(between.decision().reason()).contains("The next of 22 looks is in 1 epochs.");
        assertThat(between.evidence()).containsEntry("look", 6.0).containsEntry("looks", 22.0);
        assertThat(at.decision()).isInstanceOf(Promote.class);
        assertThat(at.decision().reason()).contains("z ").contains("at look");
        assertThat(decide(paired(exact(182, 0.0005, SPREAD)), Kind.CHANGE, weekly)).isInstanceOf(Expired.class);
        assertThat(decide(paired(exact(140, -0.008, SPREAD)), Kind.CHANGE, weekly)).isInstanceOf(Reject.class);
    }

    @Test
    void epochsThatOverlapCountForLess() {
        PairedEpochs paired = paired(exact(120, 0.012, SPREAD));
        PromotionPolicyDefinition overlapping = recommended().with(new DecisionPlan(180, 0, false, 0, 5));

        PromotionGate.Verdict verdict = PromotionGate.decide(paired, Kind.CHANGE, overlapping);

        assertThat(verdict.decision()).isEqualTo(new Hold("Not enough evidence yet: 120 of at least 150 settlement epochs.", 30));
    }

    private static PromotionPolicyDefinition recommended() {
        return policy(Preset.RECOMMENDED);
    }

    private static PromotionPolicyDefinition policy(Preset preset, String... guards) {
        List<Condition> conditions = new ArrayList<>();
        for (String guard : guards) {
            conditions.add(Condition.parse(Located.of(guard)));
        }
        return new PromotionPolicyDefinition(
                "gate", List.of("m"), preset, Metric.LOG_LOSS, MARGIN, 0.05, conditions, null);
    }
}
