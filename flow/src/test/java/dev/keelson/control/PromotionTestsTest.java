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
