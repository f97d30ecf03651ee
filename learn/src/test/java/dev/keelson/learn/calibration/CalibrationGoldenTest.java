package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.Golden;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class CalibrationGoldenTest {
    private static final List<Golden> CASES = Golden.rows("calibration/cases.csv");

    private static CalibrationRows rows(String name) {
        Golden found = CASES.stream()
                .filter(row -> row.text(0).equals(name))
                .findFirst()
                .orElseThrow();
        return CalibrationRows.binary(found.numbers(1), found.wholes(2), found.numbers(3));
    }

    private static void agrees(String curve, Function<CalibrationRows, ToDoubleFunction<Double>> fit) {
        List<Golden> expected = Golden.rows("calibration/curves.csv").stream()
                .filter(row -> row.text(1).equals(curve))
                .toList();
        assertThat(expected).hasSizeGreaterThan(6);
        for (Golden row : expected) {
            ToDoubleFunction<Double> fitted = fit.apply(rows(row.text(0)));
            double[] grid = row.numbers(2);
            double[] values = row.numbers(3);
            for (int i = 0; i < grid.length; i++) {
                assertThat(fitted.applyAsDouble(grid[i]))
                        .as("%s of case %s at %s", curve, row.text(0), grid[i])
                        .isCloseTo(values[i], within(1e-9));
            }
        }
    }

    private static ToDoubleFunction<Double> second(CalibrationMap map) {
        return p -> map.applied(new double[] {1 - p, p})[1];
    }

    @Test
    void plattIsTheOptimumForItsTargets() {
        agrees("platt", rows -> second(new Platt().fit(rows)));
    }

    @Test
    void betaIsTheOptimumWithoutNegativeCoefficients() {
        agrees("beta", rows -> second(new Beta().fit(rows)));
    }

    @Test
    void isotonicIsThatOfScikitLearn() {
        agrees("isotonic", rows -> second(new Isotonic(1, 0, false).fit(rows)));
    }

    @Test
    void vennAbersIsTwoIsotonicFits() {
        agrees("lower", rows -> {
            VennAbersMap map = new VennAbers().fit(rows);
            return p -> map.range(p).lower();
        });
        agrees("upper", rows -> {
            VennAbersMap map = new VennAbers().fit(rows);
            return p -> map.range(p).upper();
        });
    }

    @Test
    void severalClassesAreCorrectedAsByThePythonScript() {
        List<Golden> cases = Golden.rows("calibration/classes.csv");
        for (Golden row : cases) {
            CalibrationMethod method = CalibrationMethod.of(row.text(0));
            Calibrator calibrator =
                    method == CalibrationMethod.ISOTONIC ? new Isotonic(1, 0, false) : Calibrator.of(method);
            CalibrationRows rows = new CalibrationRows(row.numbers(2), row.whole(1), row.wholes(3), row.numbers(4));

            double[] corrected = calibrator.fit(rows).applied(row.numbers(5));

            assertThat(corrected).as("%s", method).containsExactly(row.numbers(6), within(1e-9));
        }
        assertThat(cases).hasSize(10);
    }
}
