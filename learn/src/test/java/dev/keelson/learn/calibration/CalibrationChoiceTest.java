package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.split.Fold;
import dev.keelson.metrics.LogLoss;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationChoiceTest {

    private static CalibrationRows rows(int n, long seed, DoubleUnaryOperator truth) {
        Random random = new Random(seed);
        double[] p = new double[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            p[i] = 0.01 + 0.98 * random.nextDouble();
            labels[i] = random.nextDouble() < truth.applyAsDouble(p[i]) ? 1 : 0;
        }
        return CalibrationRows.binary(p, labels, null);
    }

    private static Fold fold(int from, int to, int end) {
        return new Fold(
                IntStream.range(from, to).toArray(), IntStream.range(to, end).toArray(), to, end - 1);
    }

    private static List<Fold> folds(int n) {
        return List.of(fold(0, n / 2, 3 * n / 4), fold(0, 3 * n / 4, n));
    }

    @Test
    void eachShapeFindsItsMethod() {
        CalibrationRows bent = rows(3_000, 1, p -> p < 0.3 ? 0.1 : p < 0.7 ? 0.5 : 0.9);
        CalibrationRows sharp = rows(3_000, 2, p -> Logistic.sigmoid(0.4 * Logistic.logit(p)));

        CalibrationChoice ofBent = CalibrationChoice.of(bent, folds(3_000), CalibrationChoice.candidates());
        CalibrationChoice ofSharp = CalibrationChoice.of(sharp, folds(3_000), CalibrationChoice.candidates());

        assertThat(ofBent.method()).isIn(CalibrationMethod.ISOTONIC, CalibrationMethod.VENN_ABERS);
        assertThat(ofSharp.method())
                .isIn(CalibrationMethod.TEMPERATURE, CalibrationMethod.PLATT, CalibrationMethod.BETA);
        assertThat(ofSharp.scores())
                .extracting(CalibrationChoice.Score::method)
                .containsExactly(CalibrationMethod.values());
        assertThat(ofSharp.map().parameters())
                .isEqualTo(Calibrator.of(ofSharp.method()).fit(sharp).parameters());
    }

    @Test
    void scoreIsTheLogLossOfTheLaterRows() {
        CalibrationRows rows = rows(400, 3, p -> p * p);
        List<Fold> folds = folds(400);

        CalibrationChoice choice = CalibrationChoice.of(rows, folds, List.of(new Platt()));

        CalibrationRows later = rows.take(folds.get(1).validation());
        double[] corrected = new Platt().fit(rows.take(folds.get(1).train())).applied(later.p());
        assertThat(choice.scores().getFirst().foldLogLoss().get(1))
                .isCloseTo(LogLoss.of(corrected, 2, later.labels()), within(1e-12));
        assertThat(choice.scores().getFirst().logLoss())
                .isCloseTo(
                        choice.scores().getFirst().foldLogLoss().stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow(),
                        within(1e-12));
    }

    @Test
    void refusalIsReportedAndNotChosen() {
        CalibrationRows few = rows(200, 4, p -> p);

        CalibrationChoice choice = CalibrationChoice.of(few, folds(200), CalibrationChoice.candidates());

        assertThat(choice.method()).isNotEqualTo(CalibrationMethod.ISOTONIC);
        assertThat(choice.scores())
                .filteredOn(score -> score.refusal() != null)
                .singleElement()
                .satisfies(score -> {
                    assertThat(score.method()).isEqualTo(CalibrationMethod.ISOTONIC);
                    assertThat(score.logLoss()).isNaN();
                });
        assertThatThrownBy(() -> CalibrationChoice.of(few, folds(200), List.of(Isotonic.defaults())))
                .isInstanceOf(KeelsonException.class);
    }

    @Test
    void earlierCandidateWinsATie() {
        CalibrationRows even = CalibrationRows.binary(new double[] {0.5, 0.5, 0.5, 0.5}, new int[] {0, 1, 0, 1}, null);

        CalibrationChoice choice = CalibrationChoice.of(
                even, List.of(fold(0, 2, 4)), List.of(new NoCalibration(), new Temperature(), new Platt()));

        assertThat(choice.method()).isEqualTo(CalibrationMethod.NONE);
    }

    @Test
    void rowThatTrainsMayNotJudge() {
        CalibrationRows rows = rows(10, 5, p -> p);
        Fold overlapping = new Fold(new int[] {0, 1, 2}, new int[] {2, 3}, 0, 0);

        assertThatThrownBy(() -> CalibrationChoice.of(rows, List.of(overlapping), CalibrationChoice.candidates()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 2");
    }
}
