package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Golden;
import dev.keelson.stats.Interval;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CalibrationFiguresTest {

    /** Forecasts whose logit is stretched by a factor, and outcomes of the true chances; ten rows share a day. */
    private static final class Rows {
        final double[] said;
        final boolean[] truth;
        final int[] day;

        Rows(int n, double stretch, double lift, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            said = new double[n];
            truth = new boolean[n];
            day = IntStream.range(0, n).map(i -> i / 10).toArray();
            for (int i = 0; i < n; i++) {
                double z = random.nextGaussian();
                said[i] = 1 / (1 + Math.exp(-(stretch * z + lift)));
                truth[i] = random.nextDouble() < 1 / (1 + Math.exp(-z));
            }
        }

        CalibrationFigures figures(long seed) {
            return CalibrationFigures.of(said, truth, day, 100, 0.95, seed);
        }
    }

    private static Interval slope(CalibrationFigures figures) {
        return Objects.requireNonNull(figures.slope());
    }

    @Test
    void slopeAndItsErrorAgreeWithStatsmodelsFormulas() {
        for (Golden row : Golden.rows("metrics/calibration_slope.csv")) {
            int n = row.whole(1);
            double[] p = Golden.sample(row.whole(0), n, 0.02, 0.96, 0);
            double[] u = Golden.sample(row.whole(0) + 500, n, 0, 1, 0);
            boolean[] truth = new boolean[n];
            int[] day = IntStream.range(0, n).map(i -> i % row.whole(2)).toArray();
            for (int i = 0; i < n; i++) {
                truth[i] = u[i] < 0.2 + 0.6 * p[i];
            }

            CalibrationFigures figures = CalibrationFigures.of(p, truth, day, 20, 0.95, 1);

            assertThat(slope(figures).estimate()).isCloseTo(row.number(3), within(1e-8));
            assertThat(slope(figures).width()).isCloseTo(row.number(4), within(1e-7));
            assertThat(figures.inTheLarge().estimate()).isCloseTo(row.number(5), within(1e-12));
            Interval intercept = Objects.requireNonNull(figures.intercept());
            assertThat(intercept.estimate()).isCloseTo(row.number(6), within(1e-8));
            assertThat(intercept.width()).isCloseTo(row.number(7), within(1e-7));
        }
    }

    @Test
    void rightForecastsStayWithinTheirNoise() {
        int slopes = 0;
        int larges = 0;
        int errors = 0;
        double ratio = 0;
        for (int seed = 0; seed < 100; seed++) {
            CalibrationFigures figures = new Rows(600, 1, 0, seed).figures(seed);
            slopes += slope(figures).contains(1) ? 1 : 0;
            larges += figures.inTheLarge().contains(0) ? 1 : 0;
            errors += figures.ecePValue() <= 0.05 ? 1 : 0;
            ratio += figures.ece() / figures.eceFloor() / 100;
        }

        assertThat(slopes).isGreaterThanOrEqualTo(88);
        assertThat(larges).isGreaterThanOrEqualTo(88);
        assertThat(errors).isLessThanOrEqualTo(11);
        assertThat(ratio).isBetween(0.95, 1.05);
    }

    @Test
    void forecastsThatAreTooSureOrTooHighAreTold() {
        CalibrationFigures sure = new Rows(4_000, 2, 0, 5).figures(1);
        CalibrationFigures high = new Rows(4_000, 1, 0.5, 5).figures(1);

        assertThat(slope(sure).upper()).isLessThan(0.7);
        assertThat(slope(sure).contains(0.5)).isTrue();
        assertThat(sure.ecePValue()).isLessThan(0.02);
        assertThat(sure.eceExcess()).isGreaterThan(0.03);
        assertThat(high.inTheLarge().upper()).isLessThan(-0.05);
        assertThat(slope(high).contains(1)).isTrue();
    }

    @Test
    void slopeIsAbsentWhereNoneIsFinite() {
        int[] day = {0, 1, 2, 3};
        boolean[] some = {false, false, true, true};

        assertThat(CalibrationFigures.of(new double[] {0.1, 0.2, 0.8, 0.9}, some, day, 20, 0.95, 1).slope()).isNull();
        assertThat(CalibrationFigures.of(new double[] {0.5, 0.5, 0.5, 0.5}, some, day, 20, 0.95, 1).slope()).isNull();
        assertThat(CalibrationFigures.of(new double[] {0.1, 0.7, 0.4, 0.9}, new boolean[4], day, 20, 0.95, 1).slope())
                .isNull();
        assertThatThrownBy(() -> CalibrationFigures.of(new double[] {2, 0, 0, 0}, some, day, 20, 0.95, 1))
                .hasMessageContaining("row 0 (2.0)");
    }

    @Test
    void skillIsTheShareOfTheBaselineThatIsSaved() {
        SplittableRandom random = new SplittableRandom(3);
        int n = 2_000;
        double[] p = new double[2 * n];
        int[] labels = new int[n];
        int[] day = IntStream.range(0, n).map(i -> i / 20).toArray();
        for (int i = 0; i < n; i++) {
            p[2 * i + 1] = random.nextDouble();
            p[2 * i] = 1 - p[2 * i + 1];
            labels[i] = random.nextDouble() < p[2 * i + 1] ? 1 : 0;
        }

        BcaBootstrap.Result skill = BrierSkill.againstShares(p, new double[] {0.5, 0.5}, labels, day, 400, 0.95, 1);
        BcaBootstrap.Result none = BrierSkill.against(p, p, 2, labels, day, 400, 0.95, 1);

        double ours = Brier.of(p, 2, labels);
        assertThat(skill.interval().estimate()).isCloseTo(1 - ours / 0.5, within(1e-12));
        assertThat(skill.interval().estimate()).isCloseTo(1.0 / 3, within(0.08)); // uniform chances: 1/6 against 1/4
        assertThat(skill.interval().lower()).isGreaterThan(0.2);
        assertThat(none.interval().estimate()).isZero();
    }
}
