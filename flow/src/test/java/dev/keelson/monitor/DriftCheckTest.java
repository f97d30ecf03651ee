package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport.Verdict;
import dev.keelson.monitor.FeatureDrift.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class DriftCheckTest {
    private static final int ROWS = 120;

    private final ReferenceProfile reference = ReferenceProfile.of(
            List.of("odds", "elo", "rest"),
            new double[][] {normal(1, 3_000), normal(2, 3_000), normal(3, 3_000)},
            new double[] {0.5, 0.3, 0.2});

    @Test
    void quietWindowIsNone() {
        DriftReport report = check(window(0, x -> x), 3, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.reason())
                .isEqualTo("None of 3 columns moved beyond its own history (0 could not be judged). So few rows show no shift of 0.2 sd"
                        + " in 3 of them; the least that could be seen of %s is %.2f sd."
                                .formatted(worst(report).name(), worst(report).smallest()));
        assertThat(report.importanceShare()).isZero();
        assertThat(report.falseAlarmShare()).isNaN();
    }

    @Test
    void grossFaultAlarmsAtOnce() {
        DriftReport report = check(window(0, x -> x + 1.2), 3, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.alarming()).extracting(FeatureDrift::name).containsExactly("odds");
        assertThat(report.features().getFirst().severity()).isEqualTo(Severity.SEVERE);
        assertThat(report.importanceShare()).isEqualTo(0.5);
        assertThat(report.reason()).startsWith("1 of 3 columns moved far").contains("odds (effect 1.");
    }

    @Test
    void grossFaultOfASlowlyWanderingColumnAlarmsThoughItsRowsTellLittle() {
        Random random = new Random(9);
        double[] wandering = new double[4_000];
        double level = 0;
        for (int i = 0; i < wandering.length; i++) {
            level = 0.995 * level + 0.1 * random.nextGaussian();
            wandering[i] = 1.05 + 0.003 * level;
        }
        ReferenceProfile profile =
                ReferenceProfile.of(List.of("overround"), new double[][] {wandering}, new double[] {1});
        double[] last = Arrays.copyOfRange(wandering, 3_900, 4_000);
        double[] scaled = Arrays.stream(last).map(x -> 1.2 * x).toArray();

        DriftReport quiet = check(profile, new double[][] {last}, 3, Policy.RECOMMENDED, List.of());
        DriftReport broken = check(profile, new double[][] {scaled}, 3, Policy.RECOMMENDED, List.of());

        assertThat(quiet.verdict()).isEqualTo(Verdict.INSUFFICIENT);
        assertThat(quiet.features().getFirst().effectiveRows()).isLessThan(DriftCheck.MIN_EFFECTIVE_ROWS);
        assertThat(broken.verdict()).isEqualTo(Verdict.ALARM);
    }

    @Test
    void moderateShiftWarnsFirst() {
        DriftReport report = check(moderate(), 3, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(report.features().getFirst().severity()).isEqualTo(Severity.WARNING);
        assertThat(report.alarming()).isEmpty();
    }

    @Test
    void secondWarningInASeparateWindowAlarms() {
        DriftReport first = check(moderate(), 3, List.of());

        DriftReport second = check(moderate(), 6, List.of(first));

        assertThat(second.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(second.features().getFirst().severity()).isEqualTo(Severity.PERSISTENT);
    }

    @Test
    void secondWarningInAnOverlappingWindowIsNoNewEvidence() {
        DriftReport first = check(moderate(), 3, List.of());

        DriftReport second = check(moderate(), 5, List.of(first));

        assertThat(second.verdict()).isEqualTo(Verdict.WARNING);
    }

    @Test
    void oneQuietWindowBetweenTwoWarningsIsForgiven() {
        DriftReport first = check(moderate(), 3, List.of());
        DriftReport quiet = check(window(0, x -> x), 6, List.of(first));

        DriftReport third = check(moderate(), 9, List.of(quiet, first));

        assertThat(third.verdict()).isEqualTo(Verdict.ALARM);
    }

    @Test
    void twoQuietWindowsBetweenTwoWarningsAreNot() {
        DriftReport first = check(moderate(), 3, List.of());
        DriftReport quiet = check(window(0, x -> x), 6, List.of(first));
        DriftReport quietAgain = check(window(0, x -> x), 9, List.of(quiet, first));

        DriftReport fourth = check(moderate(), 12, List.of(quietAgain, quiet, first));

        assertThat(fourth.verdict()).isEqualTo(Verdict.WARNING);
    }

    @Test
    void warningsOfAnEarlierChampionDoNotCount() {
        DriftReport first = DriftCheck.check(
                "m", 1, reference, at(moderate(), 3), QuietWorld.monitor(Policy.RECOMMENDED, 100, 0.3), QuietWorld.at(3), List.of());

        DriftReport second = DriftCheck.check(
                "m", 2, reference, at(moderate(), 6), QuietWorld.monitor(Policy.RECOMMENDED, 100, 0.3), QuietWorld.at(6), List.of(first));

        assertThat(second.verdict()).isEqualTo(Verdict.WARNING);
    }

    @Test
    void persistenceAsksForTheSameColumn() {
        DriftReport first = check(moderate(), 3, List.of());
        double[][] other = window(0, x -> x);
        other[1] = exact(0.45);

        DriftReport second = check(other, 6, List.of(first));

        assertThat(second.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(second.features().getFirst().name()).isEqualTo("elo");
    }

    @Test
    void wobbleUpAndThenDownIsNoPersistentChange() {
        double[][] fallen = {exact(-0.45), normal(11, ROWS), normal(12, ROWS)};
        DriftReport up = check(moderate(), 3, List.of());
        DriftReport down = check(fallen, 6, List.of(up));
        DriftReport downAgain = check(fallen, 9, List.of(down, up));

        assertThat(up.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(up.features().getFirst().shift()).isPositive();
        assertThat(down.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(down.features().getFirst().shift()).isNegative();
        assertThat(downAgain.verdict()).isEqualTo(Verdict.ALARM);
    }

    @Test
    void vanishedColumnAlarmsByItsMissingValues() {
        DriftReport report = check(window(0, x -> Double.NaN), 3, List.of());

        FeatureDrift worst = report.features().getFirst();
        assertThat(worst.severity()).isEqualTo(Severity.SEVERE);
        assertThat(worst.effect()).isNaN();
        assertThat(worst.psi()).isNaN();
        assertThat(worst.currentMissing()).isOne();
        assertThat(worst.missingAdjusted()).isLessThan(1e-6);
        assertThat(worst.missingBand()).isZero();
        assertThat(report.reason()).contains("odds (missing 100 %)");
    }

    @Test
    void someMissingValuesWarn() {
        int[] row = {0};

        DriftReport report = check(window(0, x -> row[0]++ % 6 == 0 ? Double.NaN : x), 3, List.of());

        assertThat(report.features().getFirst().severity()).isEqualTo(Severity.WARNING);
        assertThat(report.features().getFirst().currentMissing()).isEqualTo(1.0 / 6);
    }

    @Test
    void fewValuesAmongManyMissingAreNotJudgedByTheirDistance() {
        double[] sparse = IntStream.range(0, 3_000).mapToDouble(i -> i % 10 == 0 ? normalAt(i) : Double.NaN).toArray();
        ReferenceProfile profile = ReferenceProfile.of(List.of("x"), new double[][] {sparse}, new double[] {1});
        double[] shifted = IntStream.range(0, ROWS).mapToDouble(i -> i % 10 == 0 ? 0.9 : Double.NaN).toArray();

        DriftReport report = check(profile, new double[][] {shifted}, 3, Policy.RECOMMENDED, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.NONE);
    }

    @Test
    void constantColumnThatStartsToMoveAlarms() {
        ReferenceProfile profile = ReferenceProfile.of(
                List.of("x"), new double[][] {new double[500]}, new double[] {1});
        double[] moving = IntStream.range(0, ROWS).mapToDouble(i -> i % 2).toArray();

        DriftReport still = check(profile, new double[][] {new double[ROWS]}, 3, Policy.RECOMMENDED, List.of());
        DriftReport report = check(profile, new double[][] {moving}, 3, Policy.RECOMMENDED, List.of());

        assertThat(still.verdict()).isEqualTo(Verdict.NONE);
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.features().getFirst().effect()).isEqualTo(0.5);
    }

    @Test
    void columnMissingInTheReferenceAlarmsWhenItAppears() {
        double[] never = new double[500];
        Arrays.fill(never, Double.NaN);
        ReferenceProfile profile = ReferenceProfile.of(List.of("x"), new double[][] {never}, new double[] {1});

        DriftReport report = check(profile, new double[][] {normal(4, ROWS)}, 3, Policy.RECOMMENDED, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.features().getFirst().referenceMissing()).isOne();
    }

    @Test
    void smallWindowIsInsufficientNotQuiet() {
        double[][] few = {new double[99], new double[99], new double[99]};

        DriftReport report = check(few, 3, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.INSUFFICIENT);
        assertThat(report.reason()).isEqualTo("The window holds 99 rows; 100 are needed to judge.");
        assertThat(report.features()).isEmpty();
    }

    @Test
    void emptyWindowIsInsufficient() {
        DriftReport report = check(new double[3][0], 3, List.of());

        assertThat(report.verdict()).isEqualTo(Verdict.INSUFFICIENT);
        assertThat(report.rows()).isZero();
    }

    @Test
    void insufficientReportsAreNoWindowsOfPersistence() {
        DriftReport first = check(moderate(), 3, List.of());
        DriftReport none = check(new double[3][0], 6, List.of(first));
        DriftReport noneAgain = check(new double[3][0], 9, List.of(none, first));

        DriftReport next = check(moderate(), 12, List.of(noneAgain, none, first));

        assertThat(next.verdict()).isEqualTo(Verdict.ALARM);
    }

    @Test
    void rowOrderWithinTheWindowDoesNotMatter() {
        double[][] window = moderate();
        double[][] reversed = new double[3][];
        for (int c = 0; c < 3; c++) {
            double[] column = window[c];
            reversed[c] = IntStream.range(0, ROWS).mapToDouble(i -> column[ROWS - 1 - i]).toArray();
        }

        assertThat(check(reversed, 3, List.of())).isEqualTo(check(window, 3, List.of()));
    }

    @Test
    void wrongShapesAreRefused() {
        assertThatThrownBy(() -> check(new double[2][120], 3, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The window has 2 columns, the reference 3.");
        assertThatThrownBy(() -> new DriftCheck.Window(
                        new double[][] {new double[2], new double[3]}, QuietWorld.at(0), QuietWorld.at(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 and 3 rows");
        assertThatThrownBy(() -> DriftCheck.columns(List.of(new double[] {1, 2}), 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 0 has 2 values, expected 3");
        assertThatThrownBy(() -> ReferenceProfile.of(List.of("x"), new double[1][11], new double[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11 rows; at least 12");
        assertThatThrownBy(() -> ReferenceProfile.of(
                        List.of("x", "y"), new double[][] {new double[20], new double[21]}, new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(y) has 21 rows, the first one 20");
    }

    @Test
    void rowsBecomeColumns() {
        double[][] columns = DriftCheck.columns(List.of(new double[] {1, 2}, new double[] {3, 4}, new double[] {5, 6}), 2);

        assertThat(columns).isDeepEqualTo(new double[][] {{1, 3, 5}, {2, 4, 6}});
    }

    @Test
    void shiftOfAColumnIsFoundInTwoWindowsWhateverTheSeed() {
        List<Long> missed = new ArrayList<>();
        for (long seed = 0; seed < 20; seed++) {
            double[][] one = {shifted(seed, 0.6), normal(seed + 500, ROWS), normal(seed + 600, ROWS)};
            double[][] two = {shifted(seed + 100, 0.6), normal(seed + 700, ROWS), normal(seed + 800, ROWS)};
            DriftReport first = check(one, 3, List.of());
            if (check(two, 6, List.of(first)).verdict() != Verdict.ALARM) {
                missed.add(seed);
            }
        }

        assertThat(missed).hasSizeLessThanOrEqualTo(1);
    }

    private static FeatureDrift worst(DriftReport report) {
        return report.features().stream().max(Comparator.comparingDouble(FeatureDrift::smallest)).orElseThrow();
    }

    private DriftReport check(double[][] values, int week, List<DriftReport> earlier) {
        return check(reference, values, week, Policy.RECOMMENDED, earlier);
    }

    private static DriftReport check(
            ReferenceProfile reference, double[][] values, int week, Policy policy, List<DriftReport> earlier) {
        return DriftCheck.check(
                "m",
                1,
                reference,
                at(values, week),
                QuietWorld.monitor(policy, 100, 0.3),
                QuietWorld.at(week),
                earlier);
    }

    private static DriftCheck.Window at(double[][] values, int week) {
        return new DriftCheck.Window(values, QuietWorld.at(week - 3), QuietWorld.at(week));
    }

    /** 0.45 standard deviations: material, beyond its band, not twice. */
    private static double[][] moderate() {
        return new double[][] {exact(0.45), normal(11, ROWS), normal(12, ROWS)};
    }

    /** Quantiles of the normal law: a sample without luck. */
    private static double[] exact(double mean) {
        NormalDistribution law = NormalDistribution.of(mean, 1);
        return IntStream.range(0, ROWS)
                .mapToDouble(i -> law.inverseCumulativeProbability((i + 0.5) / ROWS))
                .toArray();
    }

    private static double[] shifted(long seed, double by) {
        return Arrays.stream(normal(seed, ROWS)).map(x -> x + by).toArray();
    }

    private static double[][] window(int column, DoubleUnaryOperator change) {
        double[][] window = {normal(10, ROWS), normal(11, ROWS), normal(12, ROWS)};
        window[column] = Arrays.stream(window[column]).map(change).toArray();
        return window;
    }

    private static double normalAt(int seed) {
        return new Random(seed).nextGaussian();
    }

    private static double[] normal(long seed, int n) {
        Random random = new Random(seed);
        return IntStream.range(0, n).mapToDouble(i -> random.nextGaussian()).toArray();
    }
}
