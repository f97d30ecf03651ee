package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.control.PromotionTests.Standing;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PromotionTestsTest {
    private static final Instant NOW = Instant.parse("2026-10-05T00:00:00Z");

    private final Catalog catalog = new InMemoryCatalog();
    private final PromotionPolicyDefinition policy =
            new PromotionPolicyDefinition("gate", List.of("m"), Preset.RECOMMENDED, Metric.LOG_LOSS, 0.005, 0.05, List.of(), null);

    @Test
    void testIsAgreedOnceBeforeItsFirstLook() {
        Standing first = of(policy, 2, Kind.CHANGE, NOW);
        Standing later = of(policy, 2, Kind.CHANGE, NOW.plus(Duration.ofDays(9)));

        assertThat(later).isEqualTo(first);
        assertThat(test(first).alpha()).isEqualTo(0.05);
        assertThat(audit()).singleElement().satisfies(entry -> {
            assertThat(entry.action()).isEqualTo("test");
            assertThat(entry.reason())
                    .isEqualTo("Test 1 of v2 against v1 begins: change by log_loss, alpha 0.0500, looks at any time, at most 180"
                            + " epochs. Its terms are agreed before the first look.");
        });
    }

    @Test
    void otherTermsAreAnotherTestThatBeginsAnew() {
        Standing first = of(policy, 2, Kind.CHANGE, NOW);
        PromotionPolicyDefinition weekly = policy.with(new DecisionPlan(182, 7, true, 0, 1));

        Standing second = of(weekly, 2, Kind.CHANGE, NOW.plus(Duration.ofDays(9)));

        assertThat(test(second).number()).isEqualTo(2);
        assertThat(test(second).begunAt()).isEqualTo(NOW.plus(Duration.ofDays(9)));
        assertThat(second.budget().spent()).isCloseTo(2 * test(first).alpha(), within(1e-12));
        assertThat(audit().getFirst().reason())
                .contains("a look every 7 epochs, at most 182 epochs, strict", "Its terms were changed");
    }

    @Test
    void challengersOfAQuarterSpendItsBudget() {
        PromotionPolicyDefinition bound = policy.with(new AlphaBudget(0.1, AlphaBudget.WhenSpent.REFUSE), 0);
        of(bound, 2, Kind.CHANGE, NOW);
        of(bound, 3, Kind.REFRESH, NOW.plus(Duration.ofDays(7)));

        Standing third = of(bound, 4, Kind.CHANGE, NOW.plus(Duration.ofDays(14)));
        Standing inJanuary = of(bound, 4, Kind.CHANGE, Instant.parse("2027-01-01T00:00:00Z"));

        assertThat(third.test()).isNull();
        assertThat(third.budget().sentence())
                .isEqualTo("2 tests of 2026-Q4: a challenger is promoted by luck with a chance of at most 0.1000 together, of 0.1000.");
        assertThat(test(inJanuary).alpha()).isEqualTo(0.05);
        assertThat(inJanuary.budget().quarter()).isEqualTo("2027-Q1");
    }

    @Test
    void barThatRisesNeverSpendsMoreThanTheBudget() {
        PromotionPolicyDefinition bound = policy.with(new AlphaBudget(0.08, AlphaBudget.WhenSpent.RAISE), 0);
        double spent = 0;
        double last = 1;
        for (int version = 2; version < 20; version++) {
            double alpha = test(of(bound, version, Kind.CHANGE, NOW)).alpha();
            assertThat(alpha).isPositive().isLessThanOrEqualTo(last);
            last = alpha;
            spent += alpha;
        }

        assertThat(spent).isLessThan(0.08);
    }

    @Test
    void refusedTestIsNotYetDecidedAndSaysWhy() {
        PromotionPolicyDefinition bound = policy.with(new AlphaBudget(0.01, AlphaBudget.WhenSpent.REFUSE), 0);
        Standing refused = of(bound, 2, Kind.CHANGE, NOW);

        List<PolicyLine> lines = PromotionCheck.lines(bound, facts(Kind.CHANGE), refused);

        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.rule()).isEqualTo("budget");
            assertThat(line.state()).isEqualTo(PolicyLine.State.NOT_YET_KNOWN);
            assertThat(line.sentence()).startsWith("NOT YET: the alpha budget of the quarter is spent");
        });
    }

    @Test
    void policyIsJudgedAtTheLevelThatWasGranted() {
        PromotionPolicyDefinition bound = policy.with(new AlphaBudget(0.001, AlphaBudget.WhenSpent.RAISE), 0);
        Standing raised = of(bound, 2, Kind.CHANGE, NOW);

        List<PolicyLine> lines = PromotionCheck.lines(bound, facts(Kind.CHANGE), raised);

        assertThat(lines).extracting(PolicyLine::rule).containsExactly("recommended", "test", "budget");
        assertThat(lines.getFirst().needed()).isEqualTo("evidence 2000");
    }

    @Test
    void challengersOfOneChampionShareALevelInFamiliesOfTheAgreedSize() {
        PromotionPolicyDefinition shared = sharing(3, Together.Bound.ANY);
        for (int version = 2; version <= 5; version++) {
            of(shared, version, Kind.CHANGE, NOW.plus(Duration.ofDays(version)));
        }
        of(shared, 6, Kind.REFRESH, NOW.plus(Duration.ofDays(6)));

        Standing second = of(shared, 3, Kind.CHANGE, NOW.plus(Duration.ofDays(9)));
        Standing fourth = of(shared, 5, Kind.CHANGE, NOW.plus(Duration.ofDays(9)));
        Standing next = PromotionTests.look(catalog, shared, version(1), version(7), Kind.CHANGE, NOW.plus(Duration.ofDays(9)));

        assertThat(test(second).alpha()).isCloseTo(0.05 / 3, within(1e-15));
        assertThat(second.others()).extracting(PromotionTest::challenger).containsExactly(2, 4);
        assertThat(fourth.others()).isEmpty(); // the first of the next family
        assertThat(next.others()).extracting(PromotionTest::challenger).containsExactly(5);
        assertThat(second.budget().spent()).isCloseTo(4 * 0.05 / 3 + 0.05, within(1e-12));
        assertThat(test(second).told()).endsWith(", with up to 2 others against the same champion");
    }

    @Test
    void challengerThatGotLessOfTheBudgetIsByItself() {
        PromotionPolicyDefinition bound = sharing(2, Together.Bound.ANY).with(new AlphaBudget(0.04, AlphaBudget.WhenSpent.RAISE), 0);
        of(bound, 2, Kind.CHANGE, NOW);

        Standing raised = of(bound, 3, Kind.CHANGE, NOW);

        assertThat(test(raised).alpha()).isCloseTo(0.0075, within(1e-12));
        assertThat(raised.others()).isEmpty();
        assertThat(test(raised).governing(bound, Kind.CHANGE).plan().together()).isEqualTo(Together.ALONE);
    }

    @Test
    void whatOthersHaveShownHelpsAChallenger() {
        PromotionPolicyDefinition shared = sharing(2, Together.Bound.ANY);
        of(shared, 2, Kind.CHANGE, NOW);
        Standing standing = of(shared, 3, Kind.CHANGE, NOW);
        // what suffices for 0.05 by itself, and not for half of it
        PairedEpochs epochs = gains(0.21);

        PolicyLine alone = judged(shared, standing, epochs, List.of());
        PolicyLine helped = judged(shared, standing, epochs, List.of(new Together.Shown(4, 4)));
        PolicyLine single = PromotionCheck.lines(policy, new PromotionCheck.Facts(Kind.CHANGE, Map.of(), epochs, true)).getFirst();

        assertThat(single.state()).isEqualTo(PolicyLine.State.PASSED);
        assertThat(alone.state()).isEqualTo(PolicyLine.State.NOT_YET_KNOWN);
        assertThat(helped.state()).as(helped.sentence()).isEqualTo(PolicyLine.State.PASSED);
        assertThat(helped.sentence()).contains("with what 1 other challenger has shown");
        assertThat(helped.needed()).isEqualTo("evidence 40");
    }

    @Test
    void evidenceAllowsForTheOthers() {
        Together any = new Together(4, Together.Bound.ANY);
        Together share = new Together(4, Together.Bound.SHARE);
        List<Together.Shown> good = List.of(shown(30), shown(25), shown(40));

        // four of a kind at level 0.05 need 20 each, not 80
        assertThat(any.allowing(Math.log(20), List.of(shown(20), shown(20), shown(20)), Together.Shown::logE))
                .isCloseTo(Math.log(80), within(1e-12));
        assertThat(share.allowing(Math.log(20), good, Together.Shown::logE)).isCloseTo(Math.log(80), within(1e-12));
        assertThat(any.allowing(Math.log(30), good, Together.Shown::logE)).isCloseTo(Math.log(4 * 27.5), within(1e-12));
        // nobody else: the three that have not begun count as 1
        assertThat(any.allowing(Math.log(77), List.of(), Together.Shown::logE)).isCloseTo(Math.log(80), within(1e-12));
        assertThat(share.allowing(Math.log(77), List.of(), Together.Shown::logE)).isCloseTo(Math.log(77), within(1e-12));
        assertThat(any.allowing(2_000, good, Together.Shown::logE)).isEqualTo(2_000);
        assertThat(Together.ALONE.allowing(1.5, List.of(), Together.Shown::logE)).isEqualTo(1.5);
    }

    private static Together.Shown shown(double e) {
        return new Together.Shown(Math.log(e), Math.log(e));
    }

    private static PolicyLine judged(
            PromotionPolicyDefinition by, Standing standing, PairedEpochs epochs, List<Together.Shown> others) {
        return PromotionCheck.lines(by, new PromotionCheck.Facts(Kind.CHANGE, Map.of(), epochs, true, others), standing).getFirst();
    }

    /** Two hundred epochs that scatter by one, with a mean. */
    private static PairedEpochs gains(double mean) {
        List<Double> gains = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            gains.add(mean + (i % 2 == 0 ? 1 : -1));
        }
        return new PairedEpochs(gains, 2_000, 200, 0.5, 0.5);
    }

    private PromotionPolicyDefinition sharing(int challengers, Together.Bound bound) {
        return policy.with(new DecisionPlan(400, 0, false, 0, 1).sharing(new Together(challengers, bound)));
    }

    private static PromotionTest test(Standing standing) {
        PromotionTest test = standing.test();
        assertThat(test).isNotNull();
        return Objects.requireNonNull(test);
    }

    private static PromotionCheck.Facts facts(Kind kind) {
        return new PromotionCheck.Facts(
                kind, Map.of(), new PairedEpochs(Collections.nCopies(40, 0.01), 400, 40, 0.5, 0.5), true);
    }

    private Standing of(PromotionPolicyDefinition by, int version, Kind kind, Instant at) {
        return PromotionTests.of(catalog, by, version(1), version(version), kind, at);
    }

    private static ModelVersion version(int number) {
        return new ModelVersion("m", number, "run" + number, "sha" + number, Kind.CHANGE, NOW, NOW);
    }

    private List<AuditEntry> audit() {
        return catalog.read(tx -> tx.audit("m", 100));
    }
}
