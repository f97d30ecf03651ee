package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelShiftReportTest {
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final long[] REFERENCE = {4_520, 2_540, 2_940};

    @Test
    void beforeAnyOutcomeThereIsNotEnoughEvidence() {
        LabelShiftReport report = LabelShiftReport.of(CLASSES, REFERENCE, List.of(), new long[0][]);

        assertThat(report.verdict()).isEqualTo("not_enough_evidence");
        assertThat(report.sentence()).isEqualTo("Not enough evidence yet: no outcome has arrived.");
        assertThat(report.start()).isNull();
        assertThat(report.toJson().get("since").isNull()).isTrue();
        assertThat(report.toJson().get("share_since").isNull()).isTrue();
        assertThat(report.shifted()).isFalse();
    }

    @Test
    void unchangedSharesAreStable() {
        LabelShiftReport report = of(1, 400, 0.452, 0.452);

        assertThat(report.verdict()).isEqualTo("stable");
        assertThat(report.sentence())
                .startsWith("The shares of the outcomes are as before, within 5 points: share of ")
                .contains(" in 3,200 outcomes; share of ");
        assertThat(report.start()).isNull();
        assertThat(report.outcomesMissing()).isNull();
    }

    @Test
    void fewOutcomesAreNeverCalledStable() {
        for (int days = 1; days <= 40; days++) {
            LabelShiftReport report = of(1, days, 0.452, 0.452);

            assertThat(report.verdict()).isEqualTo("not_enough_evidence");
            assertThat(report.outcomes()).isEqualTo(8L * days);
            assertThat(report.outcomesMissing()).isPositive();
            assertThat(report.start()).isNull();
            assertThat(report.sentence()).contains(" in %d outcomes; share of ".formatted(8 * days));
        }
    }

    @Test
    void largeShiftIsShownWithItsStartAndInterval() {
        LabelShiftReport report = of(2, 120, 0.452, 0.25);

        assertThat(report.shifted()).isTrue();
        assertThat(report.label()).isEqualTo("H");
        assertThat(report.before()).isEqualTo(0.452);
        assertThat(report.since()).isBetween(report.lower(), report.upper()).isLessThan(0.35);
        assertThat(report.start()).isBetween(LocalDate.of(2020, 2, 20), LocalDate.of(2020, 3, 10));
        assertThat(report.sentence())
                .startsWith("The outcomes have shifted: share of H 45.2 % before, 2")
                .contains("outcomes since " + report.start() + "; share of D 25.4 % before");
        assertThat(report.classes()).extracting(LabelShiftReport.ClassChange::label).containsExactly("H", "D", "A");
        assertThat(report.toJson().get("since").asText()).isEqualTo(String.valueOf(report.start()));
    }

    @Test
    void smallShiftIsMissingEvidenceNotFalseCertainty() {
        LabelShiftReport report = IntStream.range(0, 50)
                .mapToObj(seed -> of(seed, 100, 0.452, 0.39))
                .filter(each -> each.start() != null && each.outcomesMissing() != null)
                .findFirst()
                .orElseThrow();

        assertThat(report.verdict()).isEqualTo("not_enough_evidence");
        assertThat(report.sentence())
                .startsWith("Not enough evidence yet: share of ")
                .endsWith("; about %,d more outcomes.".formatted(report.outcomesMissing()));
        assertThat(report.toJson().get("outcomes_missing").asLong()).isPositive();
    }

    @Test
    void quietSeasonsRaiseNoFalseCertainty() {
        long shifted = IntStream.range(0, 40)
                .filter(seed -> of(seed, 120, 0.452, 0.452).shifted())
                .count();

        assertThat(shifted).isLessThanOrEqualTo(2);
    }

    /** Eight matches a day; the share of home wins changes halfway. */
    private static LabelShiftReport of(long seed, int days, double home, double later) {
        Random random = new Random(seed);
        long[][] counts = new long[days][3];
        for (int d = 0; d < days; d++) {
            double share = d < days / 2 ? home : later;
            for (int i = 0; i < 8; i++) {
                double u = random.nextDouble();
                counts[d][u < share ? 0 : u < share + (1 - share) * 0.46 ? 1 : 2]++;
            }
        }
        List<LocalDate> dates = IntStream.range(0, days)
                .mapToObj(d -> LocalDate.of(2020, 1, 1).plusDays(d))
                .toList();
        return LabelShiftReport.of(CLASSES, REFERENCE, dates, counts);
    }
}
