package dev.keelson.metrics;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Mean return per period over its standard deviation (divisor T - 1), not annualised, with the chance that the true
 * ratio exceeds a given one.
 *
 * <p>Returns per period must be of a fixed bank (for betting: per day, not per bet).
 *
 * <p>Source: Sharpe, W. F. (1994), Journal of Portfolio Management 21(1); Bailey, D. H. and López de Prado, M. (2012),
 * The Sharpe ratio efficient frontier, Journal of Risk 15(2), for the probability.
 */
public final class SharpeRatio {

    private static final double EULER_MASCHERONI = 0.5772156649015329;

    private SharpeRatio() {}

    /**
     * The ratio.
     *
     * @param returns return of each period less the risk-free rate, finite
     * @return absent with fewer than two periods or without variation
     */
    public static OptionalDouble of(double[] returns) {
        // Compared as they are: the rounded mean of a constant would leave a tiny, meaningless deviation.
        if (Arrays.stream(returns).distinct().count() < 2) {
            return OptionalDouble.empty();
        }
        double sd = Math.sqrt(moment(returns, 2) * returns.length / (returns.length - 1.0));
        return OptionalDouble.of(Rows.mean(returns) / sd);
    }

    /**
     * Probability that the true ratio exceeds a benchmark, allowing for skewness and heavy tails.
     *
     * @param returns return of each period less the risk-free rate, finite
     * @param benchmark ratio per period to compare with, e.g. 0
     * @return 0 to 1; absent with fewer than two periods or without variation
     */
    public static OptionalDouble probability(double[] returns, double benchmark) {
        OptionalDouble ratio = of(returns);
        if (ratio.isEmpty()) {
            return ratio;
        }
        double sr = ratio.getAsDouble();
        double variance = moment(returns, 2);
        double skewness = moment(returns, 3) / Math.pow(variance, 1.5);
        double kurtosis = moment(returns, 4) / (variance * variance);
        // Never negative: kurtosis is at least skewness^2 + 1.
        double spread = 1 - skewness * sr + (kurtosis - 1) / 4 * sr * sr;
        double z = (sr - benchmark) * Math.sqrt((returns.length - 1) / Math.max(spread, 1e-12));
        return OptionalDouble.of(NormalDistribution.of(0, 1).cumulativeProbability(z));
    }

    /**
     * Ratio that the best of several worthless strategies is expected to show by luck alone.
     *
     * @param trials number of independent strategies tried, at least 1
     * @param variance variance of their ratios per period, at least 0
     * @return 0 for one trial
     */
    public static double expectedMaximum(double trials, double variance) {
        if (!(trials >= 1 && trials < Double.POSITIVE_INFINITY) || !(variance >= 0)) {
            throw new IllegalArgumentException(
                    "The number of trials (%s) must be at least 1 and the variance (%s) not negative."
                            .formatted(trials, variance));
        }
        if (trials == 1) {
            return 0;
        }
        NormalDistribution normal = NormalDistribution.of(0, 1);
        double first = normal.inverseSurvivalProbability(1 / trials);
        double second = normal.inverseSurvivalProbability(1 / (trials * Math.E));
        return Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second);
    }

    /**
     * Deflated Sharpe ratio: the probability that the true ratio exceeds what the best of all strategies tried would
     * show by luck. The number of trials comes from the tuning study that chose the strategy.
     *
     * <p>Source: Bailey, D. H. and López de Prado, M. (2014), The deflated Sharpe ratio, Journal of Portfolio
     * Management 40(5).
     *
     * @param returns return of each period of the chosen strategy less the risk-free rate, finite
     * @param trials number of independent strategies tried, at least 1
     * @param variance variance of the ratios per period of the strategies tried, at least 0
     * @return 0 to 1; absent with fewer than two periods or without variation
     */
    public static OptionalDouble deflated(double[] returns, double trials, double variance) {
        return probability(returns, expectedMaximum(trials, variance));
    }

    private static double moment(double[] values, int order) {
        double mean = Rows.mean(values);
        double sum = 0;
        for (double value : values) {
            sum += Math.pow(value - mean, order);
        }
        return sum / values.length;
    }
}
