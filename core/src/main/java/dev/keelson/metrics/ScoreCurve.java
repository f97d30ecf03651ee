package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * What a score separates at each of its thresholds: the points of the ROC curve and of the precision-recall curve, and
 * the areas below them. Rows of equal score fall together, so that ties give one point.
 *
 * <p>Sources: Fawcett, T. (2006), An introduction to ROC analysis, Pattern Recognition Letters 27; for the average
 * precision (steps, no interpolation) Davis, J. and Goadrich, M. (2006), ICML.
 *
 * @param points from the highest threshold to the lowest; at least one
 * @param positives weight of the positive rows
 * @param negatives weight of the negative rows
 */
public record ScoreCurve(List<Point> points, double positives, double negatives) {

    /** Copies the points. */
    public ScoreCurve {
        points = List.copyOf(points);
    }

    /**
     * The rows whose score is at least a threshold.
     *
     * @param threshold a score that occurs
     * @param truePositives weight of positive rows at or above it
     * @param falsePositives weight of negative rows at or above it
     */
    public record Point(double threshold, double truePositives, double falsePositives) {

        /** Share of the rows at or above the threshold that are positive. */
        public double precision() {
            return truePositives / (truePositives + falsePositives);
        }
    }

    /**
     * Curve of rows that all count the same.
     *
     * @param scores any order, no {@code NaN}, at least one
     * @param positive whether each row is positive, same length
     */
    public static ScoreCurve of(double[] scores, boolean[] positive) {
        return of(scores, positive, Rows.ones(scores.length));
    }

    /**
     * Curve of weighted rows; rows of weight 0 are left out.
     *
     * @param scores any order, no {@code NaN}, at least one
     * @param positive whether each row is positive, same length
     * @param weights finite, not negative, positive in sum; same length
     */
    public static ScoreCurve of(double[] scores, boolean[] positive, double[] weights) {
        Rows.checkScores(scores, positive);
        Rows.checkWeights(weights, scores.length);
        int[] order = IntStream.range(0, scores.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b], scores[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Point> points = new ArrayList<>();
        double hits = 0;
        double alarms = 0;
        for (int k = 0; k < order.length; k++) {
            int row = order[k];
            if (positive[row]) {
                hits += weights[row];
            } else {
                alarms += weights[row];
            }
            if (k + 1 == order.length || scores[order[k + 1]] != scores[row]) {
                points.add(new Point(scores[row], hits, alarms));
            }
        }
        return new ScoreCurve(points, hits, alarms);
    }

    /** Area under the ROC curve by trapezoids, 0 to 1; absent when all rows are positive or none is. */
    public OptionalDouble rocArea() {
        if (positives == 0 || negatives == 0) {
            return OptionalDouble.empty();
        }
        double area = 0;
        double hits = 0;
        double alarms = 0;
        for (Point point : points) {
            area += (point.falsePositives - alarms) * (point.truePositives + hits) / 2;
            hits = point.truePositives;
            alarms = point.falsePositives;
        }
        return OptionalDouble.of(area / (positives * negatives));
    }

    /**
     * Mean precision over the gains in recall (the area under the precision-recall curve by steps), above 0 to 1; of no
     * skill is the share of positive rows. Absent when no row is positive.
     */
    public OptionalDouble averagePrecision() {
        if (positives == 0) {
            return OptionalDouble.empty();
        }
        double area = 0;
        double hits = 0;
        for (Point point : points) {
            area += (point.truePositives - hits) * point.precision();
            hits = point.truePositives;
        }
        return OptionalDouble.of(area / positives);
    }
}
