package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationMapTest {
    private static final List<Calibrator> ALL = List.of(
            new NoCalibration(),
            new Temperature(),
            new Platt(),
            new Beta(),
            new Isotonic(1, 0, false),
            new Isotonic(1, 0, true),
            new VennAbers());

    private static CalibrationRows rows(int n, int classes, long seed, boolean weighted) {
        Random random = new Random(seed);
        double[] p = new double[n * classes];
        int[] labels = new int[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                p[i * classes + k] = -Math.log(random.nextDouble());
                sum += p[i * classes + k];
            }
            double u = random.nextDouble();
            labels[i] = classes - 1;
            for (int k = 0; k < classes; k++) {
                p[i * classes + k] /= sum;
                u -= p[i * classes + k];
                if (u < 0) {
                    labels[i] = k;
                    u = 2;
                }
            }
            weights[i] = random.nextInt(4);
        }
        return new CalibrationRows(p, classes, labels, weighted ? weights : null);
    }

    @Test
    void correctedVectorsAreProbabilities() {
        for (Calibrator calibrator : ALL) {
            for (int classes = 2; classes <= 4; classes++) {
                CalibrationRows rows = rows(200, classes, classes, true);

                double[] corrected = calibrator.fit(rows).applied(rows.p());

                for (int i = 0; i < 200; i++) {
                    double[] vector = Arrays.copyOfRange(corrected, i * classes, (i + 1) * classes);
                    assertThat(Arrays.stream(vector).allMatch(value -> value >= 0 && value <= 1))
                            .as("%s", calibrator)
                            .isTrue();
                    assertThat(Arrays.stream(vector).sum()).isCloseTo(1, within(1e-12));
                }
            }
        }
    }

    @Test
    void storedParametersGiveTheSameMap() {
        for (Calibrator calibrator : ALL) {
            for (int classes = 2; classes <= 3; classes++) {
                CalibrationRows rows = rows(300, classes, 11, false);
                CalibrationMap map = calibrator.fit(rows);

                CalibrationMap again = CalibrationMap.of(map.parameters());

                assertThat(again.method()).isEqualTo(calibrator.method());
                assertThat(again.parameters()).isEqualTo(map.parameters());
                assertThat(again.applied(rows.p())).containsExactly(map.applied(rows.p()));
            }
        }
    }

    @Test
    void twoFitsAreTheSameToTheBit() {
        for (Calibrator calibrator : ALL) {
            CalibrationRows rows = rows(300, 3, 12, true);

            assertThat(calibrator.fit(rows).parameters())
                    .isEqualTo(calibrator.fit(rows).parameters());
        }
    }

    @Test
    void wholeWeightsAreRepeatedRows() {
        // not Venn-Abers, whose weights are relative to the new row
        CalibrationRows weighted = rows(120, 2, 13, true);
        int[] repeated = IntStream.range(0, 120)
                .flatMap(i -> IntStream.generate(() -> i).limit((long) weighted.weight(i)))
                .toArray();
        CalibrationRows plain = new CalibrationRows(weighted.p(), 2, weighted.labels(), null).take(repeated);

        for (Calibrator calibrator : ALL.subList(0, 6)) {
            double[] expected = calibrator.fit(plain).applied(weighted.p());
            assertThat(calibrator.fit(weighted).applied(weighted.p()))
                    .as("%s", calibrator)
                    .containsExactly(expected, within(1e-10));
        }
    }

    @Test
    void monotoneMethodsKeepTheOrderOfTwoClasses() {
        CalibrationRows rows = rows(500, 2, 14, false);

        for (Calibrator calibrator : ALL) {
            CalibrationMap map = calibrator.fit(rows);
            double last = -1;
            for (int i = 0; i <= 1_000; i++) {
                double p = map.applied(new double[] {1 - i / 1e3, i / 1e3})[1];
                assertThat(p).as("%s at %d", calibrator, i).isGreaterThanOrEqualTo(last - 1e-12);
                last = p;
            }
        }
    }

    @Test
    void isotonicRefusesFewRowsAndRareClasses() {
        CalibrationRows few = rows(999, 2, 15, false);
        int[] rare = new int[2_000];
        Arrays.fill(rare, 0, 49, 1);
        double[] p = rows(2_000, 2, 16, false).p();

        assertThatThrownBy(() -> Isotonic.defaults().fit(few))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS))
                .hasMessageContaining("1,000");
        assertThatThrownBy(() -> Isotonic.defaults().fit(new CalibrationRows(p, 2, rare, null)))
                .hasMessageContaining("49 of class 1")
                .hasMessageContaining("Maybe platt");
        rare[49] = 1;
        assertThat(Isotonic.defaults()
                        .fit(new CalibrationRows(p, 2, rare, null))
                        .classes())
                .isEqualTo(2);
    }

    @Test
    void oneClassAloneIsAConstantOrRefused() {
        CalibrationRows ones = CalibrationRows.binary(new double[] {0.2, 0.5, 0.9}, new int[] {1, 1, 1}, null);

        assertThat(new Platt().fit(ones).applied(new double[] {0.9, 0.1})[1]).isCloseTo(4.0 / 5, within(1e-12));
        assertThat(new VennAbers().fit(ones).range(0.5).upper()).isEqualTo(1);
        assertThat(new Isotonic(1, 0, false).fit(ones).applied(new double[] {0.9, 0.1})[1])
                .isEqualTo(1);
        assertThatThrownBy(() -> new Beta().fit(ones))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("0 of class 0");
    }

    @Test
    void oneRowIsTheDefinedValueOrRefused() {
        CalibrationRows one = CalibrationRows.binary(new double[] {0.3}, new int[] {1}, null);

        assertThat(new Platt().fit(one).applied(new double[] {0.5, 0.5})[1]).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(new Temperature().fit(one).parameters().single("temperature"))
                .isEqualTo(20);
        assertThatThrownBy(() -> new Beta().fit(one)).isInstanceOf(KeelsonException.class);
    }

    @Test
    void separatedOutcomesGiveFiniteCurves() {
        CalibrationRows apart = CalibrationRows.binary(new double[] {0.1, 0.2, 0.6, 0.7}, new int[] {0, 0, 1, 1}, null);

        for (Calibrator calibrator : ALL) {
            double p = calibrator.fit(apart).applied(new double[] {0.35, 0.65})[1];
            assertThat(p).as("%s", calibrator).isBetween(0.5, 1.0);
        }
    }

    @Test
    void equalProbabilitiesBecomeTheBaseRate() {
        double[] p = new double[1_000];
        Arrays.fill(p, 0.3);
        int[] labels = new int[1_000];
        Arrays.fill(labels, 0, 600, 1);
        CalibrationRows flat = CalibrationRows.binary(p, labels, null);

        for (Calibrator calibrator : List.of(new Platt(), new Beta(), Isotonic.defaults(), new VennAbers())) {
            assertThat(calibrator.fit(flat).applied(new double[] {0.7, 0.3})[1])
                    .as("%s", calibrator)
                    .isCloseTo(0.6, within(1e-3));
        }
    }

    @Test
    void centredCurveRisesWhereTheOtherIsFlat() {
        double[] x = {1, 2, 3, 4, 5, 6};
        double[] y = {0, 1, 0, 1, 0, 1};
        IsotonicCurve flat = IsotonicCurve.fit(x, y, new double[] {1, 1, 1, 1, 1, 1});

        IsotonicCurve centred = flat.centred();

        assertThat(flat.at(3.5)).isEqualTo(flat.at(3)).isEqualTo(0.5);
        assertThat(centred.at(3.5)).isEqualTo(0.5);
        assertThat(centred.at(3.6)).isGreaterThan(0.5);
        assertThat(centred.at(1)).isEqualTo(0);
        assertThat(centred.at(6)).isEqualTo(1);
    }

    @Test
    void notANumberIsRefused() {
        assertThatThrownBy(() -> new CalibrationRows(new double[] {Double.NaN, 1}, 2, new int[] {0}, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new CalibrationRows(new double[] {0.5, 0.5}, 2, new int[] {2}, null))
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> new CalibrationRows(new double[] {0.5, 0.5}, 2, new int[] {1}, new double[] {0}))
                .hasMessageContaining("sum to 0");
    }

    @Test
    void damagedParametersAreRefused() {
        CalibrationParameters isotonic =
                new Isotonic(1, 0, false).fit(rows(50, 2, 1, false)).parameters();
        TreeMap<String, List<Double>> values = new TreeMap<>(isotonic.values());
        values.put("y.1", List.of(0.5));

        assertThatThrownBy(() -> CalibrationMap.of(new CalibrationParameters(CalibrationMethod.ISOTONIC, 2, values)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CalibrationMap.of(new CalibrationParameters(CalibrationMethod.BETA, 2, values)))
                .hasMessageContaining("no value (a)");
        assertThat(CalibrationMethod.of("venn_abers")).isEqualTo(CalibrationMethod.VENN_ABERS);
        assertThatThrownBy(() -> CalibrationMethod.of("sigmoid")).hasMessageContaining("platt");
    }
}
