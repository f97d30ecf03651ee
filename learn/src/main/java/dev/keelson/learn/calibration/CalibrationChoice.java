package dev.keelson.learn.calibration;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.split.Fold;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A calibration method chosen by nested log loss: every candidate is fitted on the training part of each inner fold and
 * judged on its later validation part; the candidate with the least mean loss is then fitted on all rows. On a tie the
 * earlier candidate wins, so simpler methods should come first.
 *
 * <p>A candidate that refuses one of the folds (too few rows) is not chosen, and its refusal is reported. The least
 * loss of several candidates is slightly too good an estimate of itself: judge the chosen map on rows that took no
 * part.
 *
 * @param map the chosen correction, fitted on all rows
 * @param scores what each candidate reached, in the order given
 */
public record CalibrationChoice(CalibrationMap map, List<Score> scores) {

    /** Copies the scores. */
    public CalibrationChoice {
        scores = List.copyOf(scores);
    }

    /**
     * What one candidate reached.
     *
     * @param method the candidate
     * @param logLoss weighted mean over the validation rows of all folds, in nats; NaN when it was refused
     * @param foldLogLoss mean of each fold, in order; empty when it was refused
     * @param refusal why it could not be fitted; null when it could
     */
    public record Score(
            CalibrationMethod method,
            double logLoss,
            List<Double> foldLogLoss,
            @Nullable String refusal) {

        /** Copies the losses. */
        public Score {
            foldLogLoss = List.copyOf(foldLogLoss);
        }
    }

    /** The chosen method. */
    public CalibrationMethod method() {
        return map.method();
    }

    /** No correction, temperature, Platt, beta, isotonic and Venn-Abers, simpler ones first. */
    public static List<Calibrator> candidates() {
        List<Calibrator> all = new ArrayList<>();
        for (CalibrationMethod method : CalibrationMethod.values()) {
            all.add(Calibrator.of(method));
        }
        return List.copyOf(all);
    }

    /**
     * Chooses among candidates.
     *
     * @param rows out-of-fold predictions
     * @param folds positions in {@code rows}, at least one fold, none empty; validation after training
     * @param candidates at least one
     * @throws KeelsonException NOT_ENOUGH_ROWS when every candidate is refused
     */
    public static CalibrationChoice of(CalibrationRows rows, List<Fold> folds, List<Calibrator> candidates) {
        if (folds.isEmpty() || candidates.isEmpty()) {
            throw new IllegalArgumentException("There are %d folds and %d candidates; at least one of each is needed."
                    .formatted(folds.size(), candidates.size()));
        }
        for (Fold fold : folds) {
            requireApart(fold, rows.rows());
        }
        List<Score> scores = new ArrayList<>();
        Calibrator best = null;
        double least = Double.POSITIVE_INFINITY;
        KeelsonException refused = null;
        for (Calibrator candidate : candidates) {
            try {
                Score score = score(candidate, rows, folds);
                scores.add(score);
                if (best == null || score.logLoss() < least) {
                    best = candidate;
                    least = score.logLoss();
                }
            } catch (KeelsonException e) {
                refused = e;
                scores.add(new Score(candidate.method(), Double.NaN, List.of(), e.getMessage()));
            }
        }
        if (best == null) {
            throw Objects.requireNonNull(refused);
        }
        return new CalibrationChoice(best.fit(rows), scores);
    }

    private static Score score(Calibrator candidate, CalibrationRows rows, List<Fold> folds) {
        List<Double> perFold = new ArrayList<>();
        double all = 0;
        double allWeight = 0;
        for (Fold fold : folds) {
            CalibrationMap map = candidate.fit(rows.take(fold.train()));
            double[] vector = new double[rows.classes()];
            double[] work = new double[rows.classes()];
            double loss = 0;
            double weight = 0;
            for (int row : fold.validation()) {
                System.arraycopy(rows.p(), row * rows.classes(), vector, 0, vector.length);
                map.apply(vector, 0, work);
                double probability = Math.min(1, Math.max(Temperature.SMALLEST, vector[rows.labels()[row]]));
                loss -= rows.weight(row) * StrictMath.log(probability);
                weight += rows.weight(row);
            }
            perFold.add(weight > 0 ? loss / weight : Double.NaN);
            all += loss;
            allWeight += weight;
        }
        if (!(allWeight > 0)) {
            throw new IllegalArgumentException("The validation rows of all folds have weight 0.");
        }
        return new Score(candidate.method(), all / allWeight, perFold, null);
    }

    private static void requireApart(Fold fold, int rows) {
        boolean[] trains = new boolean[rows];
        for (int row : fold.train()) {
            trains[row] = true;
        }
        for (int row : fold.validation()) {
            if (trains[row]) {
                throw new IllegalArgumentException(
                        "Row %d is among the training and the validation rows of one fold.".formatted(row));
            }
        }
        if (fold.train().length == 0 || fold.validation().length == 0) {
            throw new IllegalArgumentException("A fold has %d training and %d validation rows; both are needed."
                    .formatted(fold.train().length, fold.validation().length));
        }
    }
}
