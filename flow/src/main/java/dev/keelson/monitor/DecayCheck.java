package dev.keelson.monitor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.AsymptoticConfidenceSequence;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Has the champion become worse than it was when it was judged? Its loss on settled match days since it serves is
 * compared with its loss on the untouched test period of its run, plus the tolerance, by a one-sided bound at 99 % that
 * holds at all looks at once. A point estimate alone never decides.
 *
 * <p>Source of the bound: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024). Stateless.
 */
public final class DecayCheck {
    /** Fewer epochs are too few to judge. */
    public static final int LEAST = 30;

    /** Chance of calling decayed at any look what is not. */
    public static final double ALPHA = 0.01;

    private static final int TUNED_FOR = 100;

    private DecayCheck() {}

    /** What the check says. */
    public enum Verdict {
        /** Not worse by more than the tolerance, as far as can be seen. */
        NONE,
        /** Too early to judge, or it looks worse and that may be chance; more outcomes are needed. */
        NOT_ENOUGH_EVIDENCE,
        /** Worse by more than the tolerance. */
        DECAYED;

        /** Lower-case word, for lists and JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The result of a check.
     *
     * @param verdict what it says
     * @param expected loss on the run's test period, NaN when there was none
     * @param observed mean over match days of the loss since the champion serves, NaN without any
     * @param lower lower bound of the observed loss minus the tolerated one
     * @param epochs match days seen
     * @param epochsMissing about how many more are needed if it stays as bad as it looks, or null
     * @param reason one sentence
     */
    public record Report(
            Verdict verdict,
            double expected,
            double observed,
            double lower,
            int epochs,
            @Nullable Integer epochsMissing,
            String reason) {

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("verdict", verdict.word());
            FeatureDrift.number(node, "expected", expected);
            FeatureDrift.number(node, "observed", observed);
            FeatureDrift.number(node, "lower_bound_of_excess", lower);
            node.put("match_days", epochs);
            if (epochsMissing == null) {
                node.putNull("match_days_missing");
            } else {
                node.put("match_days_missing", epochsMissing);
            }
            node.put("reason", reason);
            return node;
        }
    }

    /**
     * Checks.
     *
     * @param epochLosses mean loss of each settled match day since the champion serves, oldest first, finite
     * @param expected its loss on the run's test period; NaN when there was none, which leaves nothing to compare with
     * @param expectedError standard error of that loss, at least 0
     * @param tolerance relative worsening that matters, above 0
     */
    public static Report check(double[] epochLosses, double expected, double expectedError, double tolerance) {
        return check(epochLosses, expected, expectedError, tolerance, "when it was tested");
    }

    /**
     * As {@link #check(double[], double, double, double)}.
     *
     * @param when the model had the expected loss, in words
     */
    public static Report check(
            double[] epochLosses, double expected, double expectedError, double tolerance, String when) {
        int n = epochLosses.length;
        double mean = 0;
        for (double loss : epochLosses) {
            mean += loss / n;
        }
        if (Double.isNaN(expected)) {
            return undecided(
                    expected, n == 0 ? Double.NaN : mean, n, null, "The run has no test period to compare with.");
        }
        if (n < LEAST) {
            return undecided(
                    expected,
                    n == 0 ? Double.NaN : mean,
                    n,
                    LEAST - n,
                    "%d of at least %d settled match days; too early to judge.".formatted(n, LEAST));
        }
        Bound bound = bound(epochLosses, expected * (1 + tolerance), (1 + tolerance) * expectedError, ALPHA);
        double lower = bound.lower();
        String numbers = String.format(
                Locale.ROOT,
                "loss %.4f on %d match days, %.4f %s, tolerance %.0f %%",
                mean,
                n,
                expected,
                when,
                100 * tolerance);
        if (lower > 0) {
            return new Report(Verdict.DECAYED, expected, mean, lower, n, 0, "Worse than tolerated: " + numbers + ".");
        }
        if (bound.excess() > 0) {
            Integer more = bound.missing();
            String reason = "Looks worse, not enough evidence: " + numbers
                    + (more == null ? "." : "; about " + more + " more match days.");
            return new Report(Verdict.NOT_ENOUGH_EVIDENCE, expected, mean, lower, n, more, reason);
        }
        return new Report(Verdict.NONE, expected, mean, lower, n, null, "Within the tolerance: " + numbers + ".");
    }

    private static Report undecided(double expected, double mean, int n, @Nullable Integer missing, String reason) {
        return new Report(Verdict.NOT_ENOUGH_EVIDENCE, expected, mean, Double.NaN, n, missing, reason);
    }

    /**
     * How much worse than tolerated, for sure.
     *
     * @param excess mean loss less the tolerated one
     * @param lower bound of it from below that holds at all looks at once
     * @param missing about how many more epochs decide if it stays as bad as it looks; null when it does not look worse, or they
     *     would be more than a hundred times as many as there are
     */
    public record Bound(double excess, double lower, @Nullable Integer missing) {}

    /**
     * Bounds the mean loss from below.
     *
     * @param epochLosses loss of each epoch, oldest first, finite, at least {@link #LEAST}
     * @param tolerated the greatest loss that is tolerated
     * @param error standard error of the tolerated loss, at least 0
     * @param alpha chance that the bound is ever above the truth, above 0 and below 0.5
     */
    public static Bound bound(double[] epochLosses, double tolerated, double error, double alpha) {
        int n = epochLosses.length;
        if (n < LEAST) {
            throw new IllegalArgumentException("There are %d epochs; at least %d are needed.".formatted(n, LEAST));
        }
        double mean = Arrays.stream(epochLosses).sum() / n;
        double squares = Arrays.stream(epochLosses).map(loss -> (loss - mean) * (loss - mean)).sum();
        double sd = Math.sqrt(squares / (n - 1));
        double excess = mean - tolerated;
        double reference = Interval.normalQuantile(1 - 2 * alpha) * error;
        Integer missing = null;
        for (int t = n + 1; excess > 0 && missing == null && t <= 100 * n; t++) {
            missing = excess - half(t, sd, reference, alpha) > 0 ? (Integer) (t - n) : null;
        }
        return new Bound(excess, excess - half(n, sd, reference, alpha), missing);
    }

    private static double half(int n, double sd, double reference, double alpha) {
        double own = AsymptoticConfidenceSequence.oneSidedMargin(
                n, sd, alpha, AsymptoticConfidenceSequence.rho(TUNED_FOR, 2 * alpha));
        return Math.sqrt(own * own + reference * reference);
    }
}
