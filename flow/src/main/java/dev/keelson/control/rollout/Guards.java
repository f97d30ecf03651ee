package dev.keelson.control.rollout;

import dev.keelson.control.GainPath;
import dev.keelson.control.rollout.GuardState.State;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.stats.BinomialMixture;
import dev.keelson.stats.Interval;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks at guardrails. They may be looked at as often as one likes: the chance that one is ever found broken though it is kept
 * is its alpha.
 *
 * <ul>
 *   <li>Errors: one-sided beta-binomial mixture of the candidate's failures against the limit.
 *   <li>Latency against a limit: the same of the predictions that took longer; the quantile is above the limit when more than
 *       one minus the quantile of them do.
 *   <li>Latency against the baseline: bounds of both quantiles, each at half of alpha.
 *   <li>Harm: the evidence of {@link GainPath} that the candidate is worse by more than the limit.
 * </ul>
 */
public final class Guards {
    /** Bounds are tightest near so many predictions. */
    private static final double PLANNED = 2_000;

    private Guards() {}

    /**
     * Where guardrails stand.
     *
     * @param harm the candidate's gain so far; null where no settled event was predicted by both, or harm is not measured
     */
    public static List<GuardState> of(List<Guardrail> guardrails, RolloutCounts counts, @Nullable GainPath harm) {
        return guardrails.stream()
                .map(guardrail -> switch (guardrail.metric()) {
                    case ERROR_RATE -> errors(guardrail, counts.candidate());
                    case LATENCY -> guardrail.relative()
                            ? slower(guardrail, counts.baseline(), counts.candidate())
                            : slow(guardrail, counts.candidate());
                    case HARM -> harm(guardrail, harm);
                })
                .toList();
    }

    private static GuardState errors(Guardrail guardrail, ArmCounts candidate) {
        long asked = candidate.asked();
        if (asked == 0) {
            return unmeasured(guardrail, "The candidate has predicted nothing yet.");
        }
        long failures = candidate.failures();
        double logE = logE(failures, asked, guardrail.limit(), guardrail.alpha());
        double needed = -Math.log(guardrail.alpha());
        Interval interval = BinomialMixture.interval(failures, asked, guardrail.alpha(), PLANNED);
        return new GuardState(
                guardrail,
                logE >= needed ? State.BROKEN : State.KEPT,
                interval.estimate(),
                interval.lower(),
                interval.upper(),
                asked,
                logE,
                needed,
                "%d of %d predictions of the candidate failed (%s; limit %s): %s."
                        .formatted(failures, asked, percent(interval.estimate()), percent(guardrail.limit()), evidence(logE, needed)));
    }

    private static GuardState slow(Guardrail guardrail, ArmCounts candidate) {
        long[] took = candidate.took();
        long n = Latencies.total(took);
        if (n == 0) {
            return unmeasured(guardrail, "The candidate has predicted nothing yet.");
        }
        long slow = Latencies.above(took, guardrail.limit());
        double logE = logE(slow, n, 1 - guardrail.quantile(), guardrail.alpha());
        double needed = -Math.log(guardrail.alpha());
        BinomialMixture.Ranks ranks = BinomialMixture.ranks(n, guardrail.quantile(), guardrail.alpha(), PLANNED);
        double estimate = Latencies.quantile(took, guardrail.quantile());
        return new GuardState(
                guardrail,
                logE >= needed ? State.BROKEN : State.KEPT,
                estimate,
                lower(took, ranks),
                upper(took, n, ranks),
                n,
                logE,
                needed,
                "%s of the candidate's predictions take up to %s ms (limit %s ms), %d of %d longer than that limit: %s."
                        .formatted(
                                percent(guardrail.quantile()), number(estimate), number(guardrail.limit()), slow, n,
                                evidence(logE, needed)));
    }

    private static GuardState slower(Guardrail guardrail, ArmCounts baseline, ArmCounts candidate) {
        long[] theirs = baseline.took();
        long[] took = candidate.took();
        long m = Latencies.total(theirs);
        long n = Latencies.total(took);
        if (n == 0 || m == 0) {
            return unmeasured(guardrail, "Not both versions have predicted yet.");
        }
        // one side of each is used, at half of alpha
        BinomialMixture.Ranks of = BinomialMixture.ranks(n, guardrail.quantile(), guardrail.alpha(), PLANNED);
        BinomialMixture.Ranks against = BinomialMixture.ranks(m, guardrail.quantile(), guardrail.alpha(), PLANNED);
        double least = lower(took, of) / upper(theirs, m, against);
        double most = upper(took, n, of) / lower(theirs, against);
        double estimate = Latencies.quantile(took, guardrail.quantile()) / Latencies.quantile(theirs, guardrail.quantile());
        return new GuardState(
                guardrail,
                least > guardrail.limit() ? State.BROKEN : State.KEPT,
                estimate,
                least,
                most,
                n,
                Double.NaN,
                Double.NaN,
                "%s of the candidate's predictions take up to %s times as long as the baseline's, at least %s times (limit %s)."
                        .formatted(percent(guardrail.quantile()), number(estimate), number(least), number(guardrail.limit())));
    }

    private static GuardState harm(Guardrail guardrail, @Nullable GainPath path) {
        if (path == null || path.epochs() == 0) {
            return unmeasured(guardrail, "No settled event was predicted by both versions yet.");
        }
        GainPath.Harm harm = path.harm(guardrail.limit(), guardrail.alpha());
        return new GuardState(
                guardrail,
                harm.shown() ? State.BROKEN : State.KEPT,
                -path.mean(),
                -path.upper(),
                -path.lower(),
                path.epochs(),
                harm.logE(),
                harm.needed(),
                "The candidate loses %s %s than the baseline in the mean of %s (limit %s more): %s."
                        .formatted(
                                number(Math.abs(path.mean())),
                                path.mean() > 0 ? "less" : "more",
                                path.epochs() == 1 ? "1 settlement epoch" : path.epochs() + " settlement epochs",
                                number(guardrail.limit()),
                                evidence(harm.logE(), harm.needed())));
    }

    private static GuardState unmeasured(Guardrail guardrail, String why) {
        return new GuardState(
                guardrail, State.UNMEASURED, Double.NaN, Double.NaN, Double.NaN, 0, Double.NaN, Double.NaN, why);
    }

    private static double logE(long successes, long trials, double limit, double alpha) {
        return BinomialMixture.logOneSided(
                (double) successes, (double) trials, limit, BinomialMixture.tuning(limit, PLANNED, alpha, true));
    }

    private static double lower(long[] took, BinomialMixture.Ranks ranks) {
        return ranks.lower() == 0 ? 0 : Latencies.lowerMillis(Latencies.binOfRank(took, ranks.lower()));
    }

    private static double upper(long[] took, long n, BinomialMixture.Ranks ranks) {
        return ranks.upper() > n
                ? Double.POSITIVE_INFINITY
                : Latencies.upperMillis(Latencies.binOfRank(took, ranks.upper()));
    }

    private static String evidence(double logE, double needed) {
        return "log e %s of %s needed".formatted(number(logE), number(needed));
    }

    static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, Math.abs(value) < 0.1 ? "%.4f" : "%.2f", value) : "none";
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * value);
    }
}
