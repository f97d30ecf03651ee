package dev.keelson.learn.calibration;

import java.util.ArrayList;
import java.util.List;

/**
 * Platt scaling: {@code 1 / (1 + exp(a * s + b))} with s the logit of the model's probability, clipped to 1e-12 from 0
 * and 1.
 *
 * <p>To keep few rows from certainty the targets of the log loss are {@code (n1 + 1) / (n1 + 2)} and {@code 1 / (n0 +
 * 2)}, n1 and n0 the weights of the two outcomes; rows of one class alone therefore give a constant. The slope is not
 * bound to a sign.
 *
 * <p>Source: Platt, J. (1999), Probabilistic outputs for support vector machines, Advances in Large Margin Classifiers;
 * Lin, H.-T., Lin, C.-J. and Weng, R. C. (2007), Machine Learning 68(3), for a safe minimisation.
 */
public record Platt() implements Calibrator {

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.PLATT;
    }

    @Override
    public CalibrationMap fit(CalibrationRows rows) {
        List<BinaryCurve> curves = new ArrayList<>();
        for (int positive : OneVsRestMap.positives(rows.classes())) {
            CalibrationRows.Binary binary = rows.against(positive);
            double[] scores = new double[rows.rows()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = Logistic.logit(binary.score()[i]);
            }
            curves.add(fit(scores, binary));
        }
        return new OneVsRestMap(CalibrationMethod.PLATT, rows.classes(), curves);
    }

    private static SigmoidCurve fit(double[] scores, CalibrationRows.Binary binary) {
        double ones = 0;
        double zeros = 0;
        for (int i = 0; i < scores.length; i++) {
            ones += binary.target()[i] * binary.weight()[i];
            zeros += (1 - binary.target()[i]) * binary.weight()[i];
        }
        double[] targets = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            targets[i] = binary.target()[i] == 1 ? (ones + 1) / (ones + 2) : 1 / (zeros + 2);
        }
        double[] line = Logistic.fit(new double[][] {scores}, targets, binary.weight(), 0);
        return new SigmoidCurve(-line[0], -line[1]);
    }
}
