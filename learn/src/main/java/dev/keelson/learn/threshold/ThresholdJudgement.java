package dev.keelson.learn.threshold;

import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a decision that was taken on other rows brings on some rows. The interval of the utility is that of the circular
 * block bootstrap over days, as in {@link BlockBootstrap}; resamples without a defined utility are left out.
 *
 * @param performance on the rows
 * @param utility value of the utility with its interval; the whole line when there are fewer than 10 days, or two
 *     blocks; NaN as the estimate when it is not defined
 */
public record ThresholdJudgement(Performance performance, Interval utility) {
    private static final int LEAST_DAYS = 10;

    /** Judges a decision. */
    public static ThresholdJudgement of(DecisionRows rows, ThresholdDecision decision, ThresholdSettings settings) {
        Tally tally = new Tally(rows);
        Periods periods = new Periods(rows.days());
        int days = periods.count();
        int[] all = new int[days];
        int[] positives = new int[days];
        int[] bets = new int[days];
        int[] hits = new int[days];
        for (int row = 0; row < rows.rows(); row++) {
            int day = periods.of(row);
            boolean positive = rows.positive()[row];
            all[day]++;
            positives[day] += positive ? 1 : 0;
            if (decision.acts(rows.scores()[row])) {
                tally.act(row);
                bets[day]++;
                hits[day] += positive ? 1 : 0;
            }
        }
        Performance performance = tally.performance();
        double estimate = performance.of(settings.utility());
        int block = settings.block(days);
        if (days < LEAST_DAYS || days < 2L * block) {
            return new ThresholdJudgement(performance, unbounded(estimate, settings));
        }
        double[] profit = tally.daily();
        SplittableRandom random = new SplittableRandom(settings.seed());
        double[] draws = new double[settings.resamples()];
        int defined = 0;
        double[] drawn = new double[days];
        for (int b = 0; b < draws.length; b++) {
            int n = 0;
            int truths = 0;
            int acted = 0;
            int right = 0;
            for (int day = 0; day < days; ) {
                int start = random.nextInt(days);
                for (int k = 0; k < block && day < days; k++) {
                    int at = (start + k) % days;
                    n += all[at];
                    truths += positives[at];
                    acted += bets[at];
                    right += hits[at];
                    drawn[day++] = profit[at];
                }
            }
            double value = Performance.value(settings.utility(), n, truths, acted, right, drawn);
            if (!Double.isNaN(value)) {
                draws[defined++] = value;
            }
        }
        if (defined == 0) {
            return new ThresholdJudgement(performance, unbounded(estimate, settings));
        }
        double[] sorted = Arrays.copyOf(draws, defined);
        Arrays.sort(sorted);
        double tail = (1 - settings.confidence()) / 2;
        Interval interval = new Interval(
                BlockBootstrap.quantile(sorted, tail),
                estimate,
                BlockBootstrap.quantile(sorted, 1 - tail),
                settings.confidence());
        return new ThresholdJudgement(performance, interval);
    }

    private static Interval unbounded(double estimate, ThresholdSettings settings) {
        return new Interval(Double.NEGATIVE_INFINITY, estimate, Double.POSITIVE_INFINITY, settings.confidence());
    }
}
