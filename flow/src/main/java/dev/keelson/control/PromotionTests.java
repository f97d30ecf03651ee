package dev.keelson.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tests of a catalogue: each is registered with its terms before its first look, with an audit line, and spends its level of
 * the quarter (UTC) in which it begins. Safe for use by several threads and servers.
 */
public final class PromotionTests {
    private static final int ALL = Integer.MAX_VALUE;

    private PromotionTests() {}

    /**
     * Where a version stands.
     *
     * @param test its test; null when the budget of the quarter does not suffice for it to begin
     * @param budget how much of the quarter is spent, with this test
     */
    public record Standing(@Nullable PromotionTest test, Spending budget) {}

    /**
     * The levels of the tests that began in a quarter.
     *
     * @param quarter such as {@code 2026-Q4}
     * @param tests how many
     * @param spent their levels together
     * @param budget what they may spend, or null for no bound
     */
    public record Spending(String quarter, int tests, double spent, @Nullable AlphaBudget budget) {
        /** In a sentence. */
        public String sentence() {
            String so = "%d %s of %s: a challenger is promoted by luck with a chance of at most %s together"
                    .formatted(tests, tests == 1 ? "test" : "tests", quarter, PromotionGate.number(Math.min(1, spent)));
            return budget == null ? so + "." : "%s, of %s.".formatted(so, PromotionGate.number(budget.alpha()));
        }
    }

    /**
     * The test of a version against the champion; begins it when there is none, or none with these terms.
     *
     * @param kind how it is tested
     * @param at now
     */
    public static Standing of(
            Catalog catalog,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            Kind kind,
            Instant at) {
        ObjectNode terms = PromotionTest.terms(policy, kind);
        return catalog.read(tx -> standing(tx, policy, champion, challenger, terms, at))
                .orElseGet(() -> catalog.write(tx -> standing(tx, policy, champion, challenger, terms, at)
                        .orElseGet(() -> begun(tx, policy, champion, challenger, kind, terms, at))));
    }

    /** What the tests of a model have spent in the quarter of an instant. */
    public static Spending spending(Catalog catalog, PromotionPolicyDefinition policy, String model, Instant at) {
        return catalog.read(tx -> spending(all(tx, model), policy, at));
    }

    private static Optional<Standing> standing(
            CatalogTransaction tx,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            ObjectNode terms,
            Instant at) {
        List<PromotionTest> all = all(tx, challenger.model());
        return last(all, champion, challenger)
                .filter(test -> test.terms().equals(terms))
                .map(test -> new Standing(test, spending(all, policy, at)));
    }

    private static Standing begun(
            CatalogTransaction tx,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            Kind kind,
            ObjectNode terms,
            Instant at) {
        List<PromotionTest> all = all(tx, challenger.model());
        Spending before = spending(all, policy, at);
        AlphaBudget budget = policy.budget();
        double wanted = policy.alpha(kind);
        double alpha = budget == null ? wanted : budget.grant(wanted, before.spent());
        if (!(alpha > 0)) {
            return new Standing(null, before);
        }
        Optional<PromotionTest> earlier = last(all, champion, challenger);
        PromotionTest test = new PromotionTest(
                challenger.model(),
                champion.version(),
                challenger.version(),
                earlier.map(PromotionTest::number).orElse(0) + 1,
                at,
                alpha,
                terms);
        tx.putReport(test.stored());
        String why = earlier.isPresent()
                ? "Its terms were changed, so that what was seen before does not count."
                : "Its terms are agreed before the first look.";
        tx.addAudit(new AuditEntry(
                0,
                at,
                "system",
                "test",
                challenger.model(),
                challenger.version(),
                "Test %d of v%d against v%d begins: %s. %s"
                        .formatted(test.number(), challenger.version(), champion.version(), test.told(), why),
                test.stored().document()));
        return new Standing(test, spending(all(tx, challenger.model()), policy, at));
    }

    private static Optional<PromotionTest> last(List<PromotionTest> all, ModelVersion champion, ModelVersion challenger) {
        return all.stream()
                .filter(test -> test.champion() == champion.version() && test.challenger() == challenger.version())
                .max(Comparator.comparingInt(PromotionTest::number));
    }

    private static Spending spending(List<PromotionTest> all, PromotionPolicyDefinition policy, Instant at) {
        String quarter = quarter(at);
        List<PromotionTest> those =
                all.stream().filter(test -> quarter(test.begunAt()).equals(quarter)).toList();
        double spent = those.stream().mapToDouble(PromotionTest::alpha).sum();
        return new Spending(quarter, those.size(), spent, policy.budget());
    }

    private static List<PromotionTest> all(CatalogTransaction tx, String model) {
        return tx.reports(PromotionTest.REPORT, model, ALL).stream().map(PromotionTest::of).toList();
    }

    private static String quarter(Instant at) {
        LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        return "%d-Q%d".formatted(day.getYear(), (day.getMonthValue() + 2) / 3);
    }
}
