package dev.keelson.learn.bandit;

import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import dev.keelson.learn.bandit.OffPolicyReport.Estimate;
import dev.keelson.learn.bandit.OffPolicyReport.Estimator;
import dev.keelson.learn.bandit.OffPolicyReport.Overlap;
import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a policy would have earned on decisions that another one took, and whether that beats the current policy.
 *
 * <p>Each estimate is a mean of one score for each decision. With the weight {@code w = target(a|x) / propensity}, at most
 * the clip: IPS {@code w r}; SNIPS the sum of {@code w r} over the sum of {@code w}, whose scores are its linearisation;
 * doubly robust {@code sum over a of target(a|x) q(x, a) + w (r - q(x, a))}, where q is a linear model of the reward that is
 * fitted to earlier blocks of decisions only, so that no score knows its own reward or a later one. The difference to the
 * current policy is the mean of the differences of the scores on the same decisions. Intervals resample clusters (BCa).
 *
 * <p>The bound that decides is one-sided: the lower one of Student's t over clusters and of BCa, less what clipping may
 * hide at most. A policy is refused when it is not above 0.
 *
 * <p>Source: Horvitz, D. G. and Thompson, D. J. (1952), JASA 47(260); Swaminathan, A. and Joachims, T. (2015), The
 * self-normalized estimator for counterfactual learning, NIPS; Dudik, M., Langford, J. and Li, L. (2011), Doubly robust
 * policy evaluation and learning, ICML.
 */
public final class OffPolicyEvaluation {
    /** Fewer clusters than this bound nothing. */
    public static final int LEAST_CLUSTERS = 20;

    private static final int BLOCKS = 10;
    private static final double OVERLAP_CONFIDENCE = 0.99;

    private OffPolicyEvaluation() {}

    /**
     * How to evaluate.
     *
     * @param clip the greatest weight, above 0
     * @param confidence of the intervals, and of the one-sided bound that decides; 0.5 to 1, both excluded
     * @param resamples of the bootstrap, at least 100
     * @param seed of the bootstrap
     */
    public record Settings(double clip, double confidence, int resamples, long seed) {
        /** Checks the ranges. */
        public Settings {
            if (!(clip > 0)) {
                throw new IllegalArgumentException("clip (%s) must be above 0.".formatted(clip));
            }
            if (!(confidence > 0.5 && confidence < 1)) {
                throw new IllegalArgumentException("confidence (%s) must be above 0.5 and below 1.".formatted(confidence));
            }
        }

        /** Weights up to 100, 95 %, 2,000 resamples. */
        public static Settings of(long seed) {
            return new Settings(100, 0.95, BcaBootstrap.DEFAULT_RESAMPLES, seed);
        }
    }

    /**
     * Evaluates.
     *
     * @param log decisions that the candidate was not learnt from, oldest first
     * @param earlier decisions before those, to which the model of rewards is fitted as well; null for none
     * @param actions what each action stands for; the reward of 0 is 0
     * @param candidate how likely the candidate takes each action, for each decision
     * @param current as {@code candidate} for the current policy; null when that is the policy which took the decisions
     * @param outcomes reward that each action would have had, for each decision, where that is known; null otherwise. It
     *     then decides
     */
    public static OffPolicyReport evaluate(
            LoggedDecisions log,
            @Nullable LoggedDecisions earlier,
            double[] actions,
            double[][] candidate,
            double @Nullable [][] current,
            double @Nullable [][] outcomes,
            Settings settings) {
        int n = log.rows();
        if (n == 0 || candidate.length != n || (current != null && current.length != n)) {
            throw new IllegalArgumentException("There are %d decisions and the propensities of %d; expected as many of both."
                    .formatted(n, candidate.length));
        }
        double[][] rewards = rewardModel(log, earlier, actions);
        double[] weights = weights(log, candidate);
        double[] others = weights(log, current);
        Map<Estimator, Estimate> estimates = new EnumMap<>(Estimator.class);
        List<Double> path = List.of();
        for (Estimator estimator : Estimator.values()) {
            double[] mine;
            double[] theirs;
            double hidden = 0;
            if (estimator == Estimator.FULL_INFORMATION) {
                if (outcomes == null) {
                    continue;
                }
                mine = full(log, candidate, outcomes);
                theirs = full(log, current, outcomes);
            } else {
                double[][] model = estimator == Estimator.DOUBLY_ROBUST ? rewards : null;
                mine = scores(estimator, log, candidate, weights, model, settings.clip());
                theirs = scores(estimator, log, current, others, model, settings.clip());
                hidden = hidden(log, weights, others, model, settings.clip());
            }
            estimates.put(estimator, estimate(mine, theirs, hidden, log.cluster(), settings));
            path = path(mine, theirs, log.cluster()); // the last one decides
        }
        return report(estimates, overlap(log, weights, settings), path, settings);
    }

    private static List<Double> path(double[] mine, double[] theirs, int[] cluster) {
        List<Double> path = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < mine.length; i++) {
            sum += mine[i] - theirs[i];
            if (i + 1 == mine.length || cluster[i + 1] != cluster[i]) {
                path.add(sum);
            }
        }
        return path;
    }

    private static OffPolicyReport report(
            Map<Estimator, Estimate> estimates, Overlap overlap, List<Double> path, Settings settings) {
        Estimator judge = estimates.containsKey(Estimator.FULL_INFORMATION)
                ? Estimator.FULL_INFORMATION
                : Estimator.DOUBLY_ROBUST;
        Estimate decides = estimates.get(judge);
        if (decides == null) {
            throw new IllegalStateException("The estimate (%s) is missing.".formatted(judge));
        }
        boolean better = false;
        String sentence;
        if (overlap.clusters() < LEAST_CLUSTERS) {
            sentence = "does not beat the current one: no lower bound from %d days, at least %d are needed"
                    .formatted(overlap.clusters(), LEAST_CLUSTERS);
        } else if (judge != Estimator.FULL_INFORMATION && !overlap.covers()) {
            sentence = String.format(
                    Locale.ROOT,
                    "does not beat the current one: the log cannot tell, its weights average %.3g instead of 1",
                    overlap.meanWeight());
        } else {
            better = decides.lowerBound() > 0;
            sentence = (better ? "beats the current one: lower bound %s" : "does not beat the current one: lower bound %s")
                    .formatted(short3(decides.lowerBound()));
        }
        return new OffPolicyReport(estimates, overlap, judge, settings.confidence(), better, sentence, path);
    }

    private static String short3(double value) {
        double size = Math.abs(value);
        if (size == 0 || !Double.isFinite(value)) {
            return size == 0 ? "0" : Double.toString(value);
        }
        return size >= 0.001 && size < 1000
                ? String.format(Locale.ROOT, "%.3f", value)
                : String.format(Locale.ROOT, "%.2e", value);
    }

    private static double[] weights(LoggedDecisions log, double @Nullable [][] policy) {
        double[] weights = new double[log.rows()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = policy == null ? 1 : policy[i][log.action()[i]] / log.propensity()[i];
        }
        return weights;
    }

    private static double[] scores(
            Estimator estimator,
            LoggedDecisions log,
            double @Nullable [][] policy,
            double[] weights,
            double @Nullable [][] model,
            double clip) {
        int n = log.rows();
        double[] scores = new double[n];
        double sum = 0;
        double total = 0;
        for (int i = 0; i < n; i++) {
            double w = Math.min(weights[i], clip);
            double r = log.reward()[i];
            if (policy != null && model != null) {
                double expected = 0;
                for (int a = 0; a < policy[i].length; a++) {
                    expected += policy[i][a] * model[i][a];
                }
                scores[i] = expected + w * (r - model[i][log.action()[i]]);
            } else {
                scores[i] = w * r;
            }
            sum += w * r;
            total += w;
        }
        if (estimator == Estimator.SNIPS && total > 0) {
            double value = sum / total;
            for (int i = 0; i < n; i++) {
                scores[i] = value + Math.min(weights[i], clip) * n / total * (log.reward()[i] - value);
            }
        }
        return scores;
    }

    private static double[] full(LoggedDecisions log, double @Nullable [][] policy, double[][] outcomes) {
        double[] scores = new double[log.rows()];
        for (int i = 0; i < scores.length; i++) {
            if (policy == null) {
                scores[i] = log.reward()[i];
                continue;
            }
            for (int a = 0; a < policy[i].length; a++) {
                scores[i] += policy[i][a] * outcomes[i][a];
            }
        }
        return scores;
    }

    /** By how much clipping can have moved a difference at most. */
    private static double hidden(
            LoggedDecisions log, double[] weights, double[] others, double @Nullable [][] model, double clip) {
        double cut = 0;
        double most = 0;
        for (int i = 0; i < weights.length; i++) {
            cut += Math.max(0, weights[i] - clip) + Math.max(0, others[i] - clip);
            double expected = model == null ? 0 : model[i][log.action()[i]];
            most = Math.max(most, Math.abs(log.reward()[i] - expected));
        }
        return cut == 0 ? 0 : cut / weights.length * most;
    }

    private static Estimate estimate(
            double[] mine, double[] theirs, double hidden, int[] cluster, Settings settings) {
        double[] difference = new double[mine.length];
        for (int i = 0; i < mine.length; i++) {
            difference[i] = mine[i] - theirs[i];
        }
        double oneSided = 2 * settings.confidence() - 1; // two-sided interval with the same lower end
        double bound = Math.min(
                        ClusteredMean.of(difference, cluster).lowerBound(settings.confidence()),
                        BcaBootstrap.mean(difference, cluster, settings.resamples(), oneSided, settings.seed())
                                .interval()
                                .lower())
                - hidden;
        return new Estimate(interval(mine, cluster, settings), interval(theirs, cluster, settings),
                interval(difference, cluster, settings), bound);
    }

    private static Interval interval(double[] scores, int[] cluster, Settings settings) {
        return BcaBootstrap.mean(scores, cluster, settings.resamples(), settings.confidence(), settings.seed())
                .interval();
    }

    private static Overlap overlap(LoggedDecisions log, double[] weights, Settings settings) {
        double sum = 0;
        double squares = 0;
        double most = 0;
        int clipped = 0;
        double least = 1;
        for (int i = 0; i < weights.length; i++) {
            double w = Math.min(weights[i], settings.clip());
            sum += w;
            squares += w * w;
            most = Math.max(most, weights[i]);
            clipped += weights[i] > settings.clip() ? 1 : 0;
            least = Math.min(least, log.propensity()[i]);
        }
        ClusteredMean mean = ClusteredMean.of(weights, log.cluster());
        boolean covers = mean.clusters() < 2
                || Math.abs(mean.mean() - 1) < 1e-9
                || mean.interval(OVERLAP_CONFIDENCE).contains(1);
        return new Overlap(
                weights.length,
                mean.clusters(),
                squares > 0 ? sum * sum / squares : 0,
                most,
                mean.mean(),
                clipped / (double) weights.length,
                least,
                covers);
    }

    /** For each decision the reward that is expected of each action, by decisions of earlier blocks. */
    private static double[][] rewardModel(
            LoggedDecisions log, @Nullable LoggedDecisions earlier, double[] actions) {
        int n = log.rows();
        List<String> names = new ArrayList<>();
        for (int c = 0; c < log.context()[0].length; c++) {
            names.add("c" + c);
        }
        BanditSettings settings = BanditSettings.of(Algorithm.LINUCB);
        double[][] expected = new double[n][];
        int before = earlier == null ? 0 : earlier.rows();
        int blocks = Math.min(BLOCKS, n);
        for (int b = 0; b < blocks; b++) {
            int from = start(log, (int) ((long) n * b / blocks));
            int to = b == blocks - 1 ? n : start(log, (int) ((long) n * (b + 1) / blocks));
            if (from >= to) {
                continue;
            }
            BanditPolicy model = before + from == 0
                    ? null
                    : BanditLearner.of(settings, actions, names, joined(earlier, log, from)).policy();
            for (int i = from; i < to; i++) {
                expected[i] = model == null ? new double[actions.length] : model.expected(log.context()[i]);
            }
        }
        return expected;
    }

    /** The first row at or before a position whose cluster is that of the position, so that blocks keep clusters whole. */
    private static int start(LoggedDecisions log, int position) {
        int start = position;
        while (start > 0 && log.cluster()[start - 1] == log.cluster()[position]) {
            start--;
        }
        return start;
    }

    private static LoggedDecisions joined(@Nullable LoggedDecisions earlier, LoggedDecisions log, int rows) {
        int before = earlier == null ? 0 : earlier.rows();
        double[][] context = new double[before + rows][];
        int[] action = new int[before + rows];
        double[] propensity = new double[before + rows];
        double[] reward = new double[before + rows];
        if (earlier != null) {
            System.arraycopy(earlier.context(), 0, context, 0, before);
            System.arraycopy(earlier.action(), 0, action, 0, before);
            System.arraycopy(earlier.reward(), 0, reward, 0, before);
        }
        System.arraycopy(log.context(), 0, context, before, rows);
        System.arraycopy(log.action(), 0, action, before, rows);
        System.arraycopy(log.reward(), 0, reward, before, rows);
        Arrays.fill(propensity, 1); // not read when rewards are fitted
        return new LoggedDecisions(context, action, propensity, reward, new int[before + rows]);
    }
}
