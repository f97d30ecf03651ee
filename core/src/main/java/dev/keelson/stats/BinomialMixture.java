package dev.keelson.stats;

import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * Mixture martingales for shares of successes: evidence, intervals and quantiles that may be looked at after every trial.
 *
 * <p>With {@code k} successes of {@code n} trials, {@code exp(log...(k, n, share, r))} starts at 1 and is not expected to grow
 * while the share is {@code share} (two-sided) or at most that (one-sided); the share may then differ from trial to trial. The
 * chance that it ever reaches {@code 1 / alpha} is at most {@code alpha}, for any number of trials: nothing is asymptotic. The
 * mixture is a beta distribution whose mean is {@code share}, with {@code r / (1 - share)} and {@code r / share} as its
 * parameters; one-sided, it is cut at {@code share}.
 *
 * <p>Source: Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J. (2021), Time-uniform, nonparametric, nonasymptotic
 * confidence sequences, Annals of Statistics 49(2), Propositions 6 and 7; Howard, S. R. and Ramdas, A. (2022), Sequential
 * estimation of quantiles, Bernoulli 28(3), for quantiles.
 */
public final class BinomialMixture {

    private BinomialMixture() {}

    /**
     * Mixture precision that makes bounds tightest near a number of trials.
     *
     * @param share 0 to 1 exclusive
     * @param trialsAtBest number of trials to tune for, positive
     * @param alpha level; one-sided below 0.5
     * @param oneSided whether for {@link #logOneSided}
     */
    public static double tuning(double share, double trialsAtBest, double alpha, boolean oneSided) {
        double variance = requireShare(share) * (1 - share);
        double planned = variance * Samples.requirePositive(trialsAtBest, "The number of trials to tune for");
        double rho = oneSided ? NormalMixture.rhoOneSided(planned, alpha) : NormalMixture.rhoTwoSided(planned, alpha);
        return Math.max(rho - variance, 1e-3 * variance);
    }

    /**
     * Logarithm of the two-sided mixture: evidence that the share is another one.
     *
     * @param successes 0 to {@code trials}; need not be whole
     * @param trials at least 0
     * @param share 0 to 1 exclusive
     * @param r mixture precision, positive
     */
    public static double logTwoSided(double successes, double trials, double share, double r) {
        requireCounts(successes, trials);
        double failed = r / requireShare(share);
        double won = Samples.requirePositive(r, "r") / (1 - share);
        return unmixed(successes, trials, share)
                + LogBeta.value(trials - successes + failed, successes + won)
                - LogBeta.value(failed, won);
    }

    /**
     * Logarithm of the one-sided mixture: evidence that the share is above the one given.
     *
     * @param successes 0 to {@code trials}; need not be whole
     * @param trials at least 0
     * @param share 0 to 1 exclusive
     * @param r mixture precision, positive
     * @return negative infinity where there is so little that no double holds it
     */
    public static double logOneSided(double successes, double trials, double share, double r) {
        requireCounts(successes, trials);
        double failed = r / requireShare(share);
        double won = Samples.requirePositive(r, "r") / (1 - share);
        return unmixed(successes, trials, share)
                + logIncomplete(trials - successes + failed, successes + won, 1 - share)
                - logIncomplete(failed, won, 1 - share);
    }

    private static double unmixed(double successes, double trials, double share) {
        return -successes * Math.log(share) - (trials - successes) * Math.log1p(-share);
    }

    private static double logIncomplete(double a, double b, double x) {
        return LogBeta.value(a, b) + Math.log(RegularizedBeta.value(x, a, b));
    }

    /**
     * Interval of a share that holds at all times at once.
     *
     * @param successes 0 to {@code trials}
     * @param trials at least 0; without any the interval is 0 to 1 and the estimate 0.5
     * @param alpha two-sided level, 0 to 1 exclusive
     * @param trialsAtBest number of trials at which it is to be narrowest, positive
     */
    public static Interval interval(long successes, long trials, double alpha, double trialsAtBest) {
        requireCounts((double) successes, (double) trials);
        double needed = -Math.log(Samples.requireOpenShare(alpha, "alpha"));
        if (trials == 0) {
            return new Interval(0, 0.5, 1, 1 - alpha);
        }
        double estimate = (double) successes / trials;
        double lower = successes == 0
                ? 0
                : Roots.increasing(p -> needed - evidence(successes, trials, p, alpha, trialsAtBest), 0, estimate);
        double upper = successes == trials
                ? 1
                : Roots.increasing(p -> evidence(successes, trials, p, alpha, trialsAtBest) - needed, estimate, 1);
        return new Interval(Math.min(lower, estimate), estimate, Math.max(upper, estimate), 1 - alpha);
    }

    private static double evidence(long successes, long trials, double share, double alpha, double trialsAtBest) {
        if (share <= 0) {
            return successes == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (share >= 1) {
            return successes == trials ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return logTwoSided((double) successes, (double) trials, share, tuning(share, trialsAtBest, alpha, false));
    }

    /**
     * The successes beyond {@code trials * share} that are reached at some time with probability at most {@code alpha} if the
     * share is at most {@code share}.
     *
     * @param trials at least 0; need not be whole
     * @param share 0 to 1 exclusive
     * @param alpha level, 0 to 0.5 exclusive
     * @param r mixture precision, positive
     * @return at most {@code trials * (1 - share)}: so many where no number of successes would be enough
     */
    public static double excess(double trials, double share, double alpha, double r) {
        double needed = -Math.log(Samples.requireOpenShare(alpha, "alpha"));
        double expected = trials * requireShare(share);
        double most = trials - expected;
        if (logOneSided(trials, trials, share, r) < needed) {
            return most;
        }
        return Math.min(most, Roots.increasing(
                s -> logOneSided(Math.min(trials, expected + s), trials, share, r) - needed, 0, most));
    }

    /**
     * Between which observations, in order of size, a quantile lies at all times at once.
     *
     * @param lower rank from 1 of an observation that is not above the quantile; 0 when none is known
     * @param upper rank of one that is not below it; one more than there are when none is known
     */
    public record Ranks(long lower, long upper) {}

    /**
     * Ranks around a quantile, for independent observations of any one law.
     *
     * @param observations how many there are, at least 0
     * @param quantile 0 to 1 exclusive
     * @param alpha level of both sides together, 0 to 1 exclusive
     * @param observationsAtBest number at which the ranks are to be closest, positive
     */
    public static Ranks ranks(long observations, double quantile, double alpha, double observationsAtBest) {
        double half = Samples.requireOpenShare(alpha, "alpha") / 2;
        double up = excess(
                (double) observations, quantile, half, tuning(quantile, observationsAtBest, half, true));
        double down = excess(
                (double) observations, 1 - quantile, half, tuning(1 - quantile, observationsAtBest, half, true));
        double expected = observations * quantile;
        // As many as lower lie at or below the quantile, and no more than upper - 1 strictly below it.
        long lower = (long) Math.max(0, Math.ceil(expected - down - 1e-9));
        long upper = (long) Math.min((double) observations, Math.floor(expected + up + 1e-9)) + 1;
        return new Ranks(lower, upper);
    }

    private static double requireShare(double share) {
        return Samples.requireOpenShare(share, "The share");
    }

    private static void requireCounts(double successes, double trials) {
        if (!(successes >= 0 && successes <= trials && trials < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "There are %s successes of %s trials; 0 to as many successes as trials are expected."
                            .formatted(successes, trials));
        }
    }
}
