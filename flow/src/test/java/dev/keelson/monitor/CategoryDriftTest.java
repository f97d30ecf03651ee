package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.frame.CategoryKey;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.stats.ChiSquareTwoSample;
import dev.keelson.stats.JensenShannon;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CategoryDriftTest {
    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final int ROWS = 2400;

    private final Random random = new Random(11);
    private final Map<Double, String> texts = new HashMap<>();

    private double key(String text) {
        double key = CategoryKey.of(text);
        texts.put(key, text);
        return key;
    }

    /** Rows of which the first share is football, the next tennis, and the rest golf. */
    private double[] sports(int rows, double football, double tennis) {
        return IntStream.range(0, rows)
                .mapToDouble(i -> {
                    double u = random.nextDouble();
                    return key(u < football ? "football" : u < football + tennis ? "tennis" : "golf");
                })
                .toArray();
    }

    private ReferenceProfile profile(double[] values) {
        return ReferenceProfile.of(
                List.of("sport"), new double[][] {values}, new double[] {1}, Map.of("sport", key -> texts.get(key)));
    }

    private DriftReport check(ReferenceProfile reference, double[] window, Policy policy) {
        DriftMonitorDefinition definition = new DriftMonitorDefinition(
                "drift", List.of("m"), Duration.ofDays(7), 100, policy, 0.3, Map.of(), null);
        return DriftCheck.check(
                "m",
                1,
                reference,
                new DriftCheck.Window(new double[][] {window}, MONDAY, MONDAY.plus(Duration.ofDays(7))),
                definition,
                MONDAY.plus(Duration.ofDays(7)),
                List.of());
    }

    @Test
    void sameSharesAreQuiet() {
        ReferenceProfile reference = profile(sports(ROWS, 0.6, 0.3));

        for (int week = 0; week < 20; week++) {
            DriftReport report = check(reference, sports(300, 0.6, 0.3), Policy.RECOMMENDED);

            assertThat(report.verdict()).isEqualTo(DriftReport.Verdict.NONE);
        }
    }

    @Test
    void otherSharesAreNamed() {
        DriftReport report =
                check(profile(sports(ROWS, 0.6, 0.3)), sports(400, 0.2, 0.7), Policy.RECOMMENDED);

        assertThat(report.verdict()).isEqualTo(DriftReport.Verdict.ALARM);
        assertThat(report.reason()).contains("sport (effect 0.").contains("of categories, football ").contains(" % → ");
        assertThat(report.features().getFirst().severity()).isEqualTo(Severity.SEVERE);
    }

    @Test
    void numbersAreThoseOfTheCounts() {
        double[] reference = new double[1200];
        double[] window = new double[200];
        for (int i = 0; i < reference.length; i++) {
            reference[i] = key(i % 4 == 0 ? "tennis" : "football"); // each window alike: no design effect
        }
        for (int i = 0; i < window.length; i++) {
            window[i] = key(i % 5 < 2 ? "tennis" : "football");
        }

        FeatureDrift drift =
                check(profile(reference), window, Policy.RECOMMENDED).features().getFirst();

        long[] before = {300, 900};
        long[] after = {80, 120};
        assertThat(drift.effect())
                .isEqualTo(JensenShannon.ofCounts(before, after).excessDistance(), within(1e-12));
        assertThat(drift.pValue()).isEqualTo(ChiSquareTwoSample.test(before, after).pValue(), within(1e-12));
        assertThat(drift.ks()).isNaN();
        CategoryShares shares = Objects.requireNonNull(drift.categories());
        assertThat(shares.cramersV())
                .isEqualTo(ChiSquareTwoSample.test(before, after).cramersV(), within(1e-12));
        assertThat(shares.values())
                .containsExactly(
                        new CategoryShares.Value("football", 900, 120), new CategoryShares.Value("tennis", 300, 80));
    }

    @Test
    void newCategoryIsAChangeAndShownByItsNumberWhereItsTextIsNotKnown() {
        ReferenceProfile reference = profile(sports(ROWS, 0.6, 0.4));
        double[] window = sports(300, 0.6, 0.4);
        double chess = CategoryKey.of("chess");
        for (int i = 0; i < 120; i++) {
            window[i] = chess;
        }

        FeatureDrift drift = check(reference, window, Policy.RECOMMENDED).features().getFirst();

        assertThat(drift.severity()).isEqualTo(Severity.SEVERE);
        assertThat(Objects.requireNonNull(drift.categories()).values())
                .contains(new CategoryShares.Value("#%.0f".formatted(chess), 0, 120));
    }

    @Test
    void namesThatAreNewEveryWeekAreQuiet() {
        double[] players = IntStream.range(0, ROWS).mapToDouble(i -> key("player " + i)).toArray();
        double[] others = IntStream.range(0, 300).mapToDouble(i -> key("new player " + i)).toArray();

        DriftReport report = check(profile(players), others, Policy.RECOMMENDED);

        assertThat(report.verdict()).isEqualTo(DriftReport.Verdict.NONE);
        CategoryShares shares =
                Objects.requireNonNull(report.features().getFirst().categories());
        assertThat(shares.values()).hasSize(CategoryShares.SHOWN + 1);
        assertThat(shares.values().getLast().shown()).isEqualTo("(others)");
    }

    @Test
    void presetsJudgeCategoriesByTheirIndex() {
        ReferenceProfile reference = profile(sports(ROWS, 0.6, 0.3));

        DriftReport quiet = check(reference, sports(400, 0.55, 0.35), Policy.ACIS);
        DriftReport loud = check(reference, sports(400, 0.2, 0.7), Policy.ACIS);
        DriftReport pikkit = check(reference, sports(400, 0.2, 0.7), Policy.PIKKIT);

        assertThat(quiet.verdict()).isEqualTo(DriftReport.Verdict.NONE);
        assertThat(loud.verdict()).isEqualTo(DriftReport.Verdict.ALARM);
        assertThat(loud.reason()).contains("(0 by KS, 1 by PSI)");
        assertThat(loud.falseAlarmShare()).isZero();
        assertThat(pikkit.reason()).contains("1 of 1 features").contains("PSI >= 0.1 as categories (1 high");
        assertThat(pikkit.verdict()).isEqualTo(DriftReport.Verdict.ALARM);
        assertThat(loud.toAcisJson(0.3).at("/summary/drifted_features_ks").asInt()).isZero();
    }

    @Test
    void reportIsReadBack() {
        DriftReport report = check(profile(sports(ROWS, 0.6, 0.3)), sports(400, 0.2, 0.7), Policy.RECOMMENDED);

        DriftReport read = DriftReport.fromJson(report.toJson().toString());

        assertThat(read.features().getFirst().categories())
                .isEqualTo(report.features().getFirst().categories());
    }

    @Test
    void columnWithoutAnyCategoryIsNotComparable() {
        double[] empty = new double[ROWS];
        Arrays.fill(empty, Double.NaN);

        FeatureDrift drift =
                check(profile(empty), sports(300, 0.6, 0.3), Policy.RECOMMENDED).features().getFirst();

        assertThat(drift.effect()).isNaN();
        assertThat(drift.severity()).isEqualTo(Severity.SEVERE); // missing everywhere before, nowhere now
    }
}
