package dev.keelson.learn.calibration;

import java.util.ArrayList;
import java.util.List;

/**
 * Isotonic calibration: the non-decreasing curve with the least squared error, {@link IsotonicCurve}.
 *
 * <p>Flat parts of the curve tie rows that the model told apart, so the AUC changes; with few rows the curve follows
 * the noise. It is therefore refused below a number of rows, where {@link Platt} or {@link Beta} suit better.
 *
 * <p>Source: Zadrozny, B. and Elkan, C. (2002), Transforming classifier scores into accurate multiclass probability
 * estimates, KDD.
 *
 * @param leastRows rows of positive weight needed, at least 1
 * @param leastOfEachOutcome rows of each outcome (a class, and the rest) needed, at least 0
 * @param centred whether flat parts shrink to their centre, so that the curve rises between them (Oron, A. P. and
 *     Flournoy, N. (2017), Centered isotonic regression, Statistics in Biopharmaceutical Research 9(3))
 */
public record Isotonic(int leastRows, int leastOfEachOutcome, boolean centred) implements Calibrator {

    /** Checks the ranges. */
    public Isotonic {
        if (leastRows < 1 || leastOfEachOutcome < 0) {
            throw new IllegalArgumentException(
                    "leastRows (%d) must be at least 1 and leastOfEachOutcome (%d) at least 0."
                            .formatted(leastRows, leastOfEachOutcome));
        }
    }

    /** 1,000 rows, 50 of each outcome, flat parts kept. */
    public static Isotonic defaults() {
        return new Isotonic(1_000, 50, false);
    }

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.ISOTONIC;
    }

    @Override
    public CalibrationMap fit(CalibrationRows rows) {
        List<BinaryCurve> curves = new ArrayList<>();
        for (int positive : OneVsRestMap.positives(rows.classes())) {
            CalibrationRows.Binary binary = rows.against(positive);
            OneVsRestMap.requireCounts(
                    CalibrationMethod.ISOTONIC, rows.classes(), positive, binary, leastRows, leastOfEachOutcome);
            IsotonicCurve curve = IsotonicCurve.fit(binary.score(), binary.target(), binary.weight());
            curves.add(centred ? curve.centred() : curve);
        }
        return new OneVsRestMap(CalibrationMethod.ISOTONIC, rows.classes(), curves);
    }
}
