package dev.keelson.learn.calibration;

import java.util.ArrayList;
import java.util.List;

/**
 * Beta calibration: {@code 1 / (1 + exp(-(a ln p - b ln(1 - p) + c)))}, p clipped to 1e-12 from 0 and 1.
 *
 * <p>A negative a or b would make the curve fall: it is set to 0 and the others are fitted again. Coefficients of
 * outcomes that p separates perfectly have no finite optimum; a penalty of 1e-12 for each unit of weight (on
 * standardised logarithms) keeps them finite and is without effect otherwise.
 *
 * <p>Source: Kull, M., Silva Filho, T. and Flach, P. (2017), Beta calibration: a well-founded and easily implemented
 * improvement on logistic calibration for binary classifiers, AISTATS.
 */
public record Beta() implements Calibrator {
    private static final double RIDGE = 1e-12;

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.BETA;
    }

    @Override
    public CalibrationMap fit(CalibrationRows rows) {
        List<BinaryCurve> curves = new ArrayList<>();
        for (int positive : OneVsRestMap.positives(rows.classes())) {
            CalibrationRows.Binary binary = rows.against(positive);
            OneVsRestMap.requireCounts(CalibrationMethod.BETA, rows.classes(), positive, binary, 2, 1);
            curves.add(fit(binary));
        }
        return new OneVsRestMap(CalibrationMethod.BETA, rows.classes(), curves);
    }

    private static BetaCurve fit(CalibrationRows.Binary binary) {
        int n = binary.score().length;
        double[] ofSuccess = new double[n];
        double[] ofFailure = new double[n];
        for (int i = 0; i < n; i++) {
            double p = Logistic.clip(binary.score()[i]);
            ofSuccess[i] = StrictMath.log(p);
            ofFailure[i] = -StrictMath.log1p(-p);
        }
        double[] all = coefficients(binary, ofSuccess, ofFailure);
        if (all[0] >= 0 && all[1] >= 0) {
            return new BetaCurve(all[0], all[1], all[2]);
        }
        boolean keepsSuccess = all[0] >= 0;
        double[] one = coefficients(binary, keepsSuccess ? ofSuccess : ofFailure);
        if (!(one[0] >= 0)) {
            return new BetaCurve(0, 0, coefficients(binary)[0]);
        }
        return keepsSuccess ? new BetaCurve(one[0], 0, one[1]) : new BetaCurve(0, one[0], one[1]);
    }

    private static double[] coefficients(CalibrationRows.Binary binary, double[]... columns) {
        return Logistic.fit(columns, binary.target(), binary.weight(), RIDGE);
    }
}
