package dev.keelson.monitor.performance;

import dev.keelson.stats.Interval;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What metrics of rows are to be expected of which no outcome is known. Fitted to rows of events before them. */
interface Estimator {
    /** Of each metric the estimate and where the realised one is expected, as far as it can be estimated. */
    Map<PerformanceMetric, Interval> of(PerformanceRows window, List<PerformanceMetric> metrics);

    /** What the bets of the window are to be expected to bring; null without bets, or where that cannot be estimated. */
    default MoneyFigures.@Nullable Expected money(PerformanceRows window) {
        return null;
    }

    /** Rows that it was fitted to. */
    int rows();

    /** Why what was learned does not hold even on the rows it was learned from; empty when it does. */
    String doubt();
}
