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
import java.util.ArrayList;
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
    private static final Comparator<PromotionTest> ORDER = Comparator.comparing(PromotionTest::begunAt)
            .thenComparingInt(PromotionTest::challenger)
            .thenComparingInt(PromotionTest::number);

    private PromotionTests() {}

    /**
     * Where a version stands.
     *
     * @param test its test; null when the budget of the quarter does not suffice for it to begin
     * @param budget how much of the quarter is spent, with this test where it has begun
     * @param begun whether it has, or only would
     * @param others tests of other challengers of the champion with which it shares a level; none where each is by itself
     */
    public record Standing(@Nullable PromotionTest test, Spending budget, boolean begun, List<PromotionTest> others) {
        public Standing {
            others = List.copyOf(others);
        }
    }

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
                        .orElseGet(() -> begun(tx, policy, champion, challenger, terms, at))));
    }

    /** As {@link #of}, but a test that is not there does not begin: it is told what it would be. */
    public static Standing look(
            Catalog catalog,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            Kind kind,
            Instant at) {
        ObjectNode terms = PromotionTest.terms(policy, kind);
        return catalog.read(tx -> standing(tx, policy, champion, challenger, terms, at).orElseGet(() -> {
            List<PromotionTest> all = all(tx, challenger.model());
            PromotionTest next = next(all, policy, champion, challenger, terms, at);
            return new Standing(next, spending(all, policy, at), false, next == null ? List.of() : others(all, next));
        }));
    }

    /** The test that would begin, or null when the budget does not suffice. */
    private static @Nullable PromotionTest next(
            List<PromotionTest> all,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            ObjectNode terms,
            Instant at) {
        AlphaBudget budget = policy.budget();
        double wanted = terms.path("alpha").asDouble();
        double alpha = budget == null ? wanted : budget.grant(wanted, spending(all, policy, at).spent());
        int before = last(all, champion, challenger).map(PromotionTest::number).orElse(0);
        return alpha > 0
                ? new PromotionTest(
                        challenger.model(), champion.version(), challenger.version(), before + 1, at, alpha, terms)
                : null;
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
                .map(test -> new Standing(test, spending(all, policy, at), true, others(all, test)));
    }

    private static Standing begun(
            CatalogTransaction tx,
            PromotionPolicyDefinition policy,
            ModelVersion champion,
            ModelVersion challenger,
            ObjectNode terms,
            Instant at) {
        List<PromotionTest> all = all(tx, challenger.model());
        PromotionTest test = next(all, policy, champion, challenger, terms, at);
        if (test == null) {
            return new Standing(null, spending(all, policy, at), false, List.of());
        }
        tx.putReport(test.stored());
        String why = test.number() > 1
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
        List<PromotionTest> now = all(tx, challenger.model());
        return new Standing(test, spending(now, policy, at), true, others(now, test));
    }

    /**
     * The others of its family: tests of one champion with the same terms, as many as agreed on, in the order in which they began.
     * What comes after them is the next family.
     */
    private static List<PromotionTest> others(List<PromotionTest> all, PromotionTest test) {
        int size = test.terms().path("plan").path("together").asInt(1);
        if (size == 1 || !test.whole()) {
            return List.of();
        }
        List<PromotionTest> alike = new ArrayList<>(all.stream()
                .filter(each -> each.champion() == test.champion() && each.terms().equals(test.terms()) && each.whole())
                .sorted(ORDER)
                .toList());
        if (!alike.contains(test)) {
            alike.add(test);
        }
        int first = alike.indexOf(test) / size * size;
        List<PromotionTest> family = alike.subList(first, Math.min(first + size, alike.size()));
        return family.stream().filter(each -> !each.equals(test)).toList();
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
