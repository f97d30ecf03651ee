package dev.keelson.learn.threshold;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What acting on every row with a score of at least a threshold brings, for each distinct score as the threshold.
 *
 * @param points from the highest threshold (fewest bets) to the lowest
 */
public record ThresholdCurve(List<Point> points) {

    /** Copies the points. */
    public ThresholdCurve {
        points = List.copyOf(points);
    }

    /**
     * One threshold.
     *
     * @param threshold rows whose score is at least this are acted on
     * @param performance what that brings
     */
    public record Point(double threshold, Performance performance) {}

    /** The curve of some rows; without points when every score is negative infinity. */
    public static ThresholdCurve of(DecisionRows rows) {
        double[] scores = rows.scores();
        int[] order = IntStream.range(0, rows.rows())
                .filter(i -> scores[i] > Double.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]).thenComparingInt(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
        Tally tally = new Tally(rows);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < order.length; i++) {
            tally.act(order[i]);
            if (i + 1 == order.length || scores[order[i + 1]] < scores[order[i]]) {
                points.add(new Point(scores[order[i]], tally.performance()));
            }
        }
        return new ThresholdCurve(points);
    }

    /**
     * The threshold of the greatest utility; the highest of several.
     *
     * @param leastBets thresholds with fewer bets are left out
     * @return null when none has enough bets and a defined utility
     */
    @Nullable
    Point best(Utility utility, int leastBets) {
        Point best = null;
        for (Point point : points) {
            double value = point.performance().of(utility);
            if (point.performance().bets() >= leastBets
                    && !Double.isNaN(value)
                    && (best == null || value > best.performance().of(utility))) {
                best = point;
            }
        }
        return best;
    }

    /**
     * The curve with fewer points for a chart: the first, the last and others evenly between them.
     *
     * @param most number of points to keep, at least 2
     */
    public ThresholdCurve thinned(int most) {
        if (most < 2) {
            throw new IllegalArgumentException("The number of points (%d) must be at least 2.".formatted(most));
        }
        if (points.size() <= most) {
            return this;
        }
        List<Point> kept = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            kept.add(points.get((int) ((points.size() - 1L) * i / (most - 1))));
        }
        return new ThresholdCurve(kept);
    }
}
