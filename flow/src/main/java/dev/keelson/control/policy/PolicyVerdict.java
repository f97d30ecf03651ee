package dev.keelson.control.policy;

import dev.keelson.control.policy.PolicyPath.Kind;
import dev.keelson.stats.BlockBootstrap;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What to say about policies, in sentences.
 *
 * @param retrainingPays whether a policy beats never retraining, beyond chance and the number of policies tried
 * @param delayTooLong whether models would have gained had they known the labels at once, and do not as they come
 * @param rollbackBeats whether going back to an old version beats every policy that only retrains
 * @param sentences the most important first
 */
public record PolicyVerdict(boolean retrainingPays, boolean delayTooLong, boolean rollbackBeats, List<String> sentences) {
    /** With fewer independent pieces of time than this, no interval is worth much. */
    private static final int FEW_BLOCKS = 8;

    private static final Set<String> ROLLBACK = Set.of("any_version");

    public PolicyVerdict {
        sentences = List.copyOf(sentences);
    }

    static PolicyVerdict of(LossMatrix matrix, List<PolicyScore> scores, PolicyComparison.Options options) {
        List<String> sentences = new ArrayList<>();
        List<PolicyScore> tried = scores.stream()
                .filter(score -> score.path().kind() == Kind.POLICY && score.againstNever() != null)
                .toList();
        boolean pays = tried.stream().anyMatch(PolicyScore::beatsNever);
        sentences.add(pays ? pays(tried) : none(tried));
        Delay delay = Delay.of(matrix);
        if (delay.tooLong()) {
            sentences.add(delay.sentence(matrix.labelDelay()));
        }
        boolean rollback = rollback(matrix, scores, sentences);
        price(scores, options, sentences);
        int blocks = matrix.epochs().size() / block(matrix);
        if (blocks < FEW_BLOCKS) {
            sentences.add("Only %d independent pieces of time were seen; take no interval here at its word."
                    .formatted(blocks));
        }
        return new PolicyVerdict(pays, delay.tooLong(), rollback, sentences);
    }

    /** Epochs that are drawn together: what a candidate is worth hangs together as long as it serves. */
    static int block(LossMatrix matrix) {
        return BlockBootstrap.blockLength(matrix.epochs().size());
    }

    private static String pays(List<PolicyScore> tried) {
        PolicyScore best = best(tried.stream().filter(PolicyScore::beatsNever).toList());
        return String.format(
                Locale.ROOT,
                "Retraining pays: %s beats never retraining by %s, %s corrected for the %d policies tried.",
                best.name(),
                gain(best),
                p(p(best)),
                tried.size());
    }

    private static String none(List<PolicyScore> tried) {
        if (tried.isEmpty()) {
            return "No policy was tried beside never retraining.";
        }
        PolicyScore best = best(tried);
        boolean harm = tried.stream().allMatch(score -> upper(score) < 0);
        return String.format(
                Locale.ROOT,
                "No policy beats never retraining%s: the best of the %d tried, %s, gains %s, %s.",
                harm ? ", and all do harm" : "",
                tried.size(),
                best.name(),
                gain(best),
                p(p(best)));
    }

    private static PolicyScore best(List<PolicyScore> scores) {
        PolicyScore best = scores.getFirst();
        for (PolicyScore score : scores) {
            if (score.loss() < best.loss()) {
                best = score;
            }
        }
        return best;
    }

    private static String gain(PolicyScore score) {
        BlockBootstrap.Result result = score.againstNever();
        return result == null ? "" : interval(result.interval()) + " an event";
    }

    private static double p(PolicyScore score) {
        BlockBootstrap.Result result = score.againstNever();
        return result == null ? 1 : result.pValue();
    }

    private static double upper(PolicyScore score) {
        BlockBootstrap.Result result = score.againstNever();
        return result == null ? 0 : result.interval().upper();
    }

    /** {@code p 0.386}, or that it is less than can be told. */
    static String p(double value) {
        return value < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p %.3f", value);
    }

    static String interval(Interval interval) {
        return String.format(
                Locale.ROOT, "%.4g [%.4g, %.4g]", interval.estimate(), interval.lower(), interval.upper());
    }

    /** Whether any version, old ones too, lost less than every policy that only takes new ones. */
    private static boolean rollback(LossMatrix matrix, List<PolicyScore> scores, List<String> sentences) {
        List<PolicyScore> back = scores.stream().filter(score -> ROLLBACK.contains(score.name())).toList();
        List<PolicyScore> onwards = scores.stream()
                .filter(score -> score.path().kind() == Kind.POLICY
                        && !ROLLBACK.contains(score.name())
                        && score.path().count(PolicyPath.Type.ROLLBACK) == 0)
                .toList();
        if (back.isEmpty() || onwards.isEmpty()) {
            return false;
        }
        PolicyPath old = back.getFirst().path();
        double[] losses = old.losses(matrix);
        double[][] differences = onwards.stream()
                .map(score -> PolicyComparison.minus(score.path().losses(matrix), losses))
                .toArray(double[][]::new);
        List<BlockBootstrap.Result> results = BlockBootstrap.means(
                differences, events(matrix), block(matrix), PolicyComparison.RESAMPLES, PolicyComparison.SEED);
        boolean beats = old.count(PolicyPath.Type.ROLLBACK) > 0
                && results.stream().allMatch(each -> each.interval().lower() > 0);
        if (beats) {
            PolicyScore next = best(onwards);
            sentences.add("Rolling back to an old version beats retraining: any_version went back %d times and gains %s an event against %s, the best of the others. Maybe the world comes back to what it was, with the seasons."
                    .formatted(
                            old.count(PolicyPath.Type.ROLLBACK),
                            interval(results.get(onwards.indexOf(next)).interval()),
                            next.name()));
        }
        return beats;
    }

    private static void price(
            List<PolicyScore> scores, PolicyComparison.Options options, List<String> sentences) {
        if (options.retrainCost() == 0) {
            return;
        }
        PolicyScore cheapest = null;
        for (PolicyScore score : scores) {
            if (score.path().kind() == Kind.POLICY && (cheapest == null || score.cost() < cheapest.cost())) {
                cheapest = score;
            }
        }
        if (cheapest != null) {
            Interval worth = cheapest.worth();
            sentences.add(String.format(
                    Locale.ROOT,
                    "At a price of %.4g a retraining the cheapest policy is %s%s.",
                    options.retrainCost(),
                    cheapest.name(),
                    worth == null ? "" : "; it is worth " + interval(worth) + " a year against never retraining"));
        }
    }

    private static int[] events(LossMatrix matrix) {
        return matrix.epochs().stream().mapToInt(LossMatrix.Epoch::events).toArray();
    }

    /**
     * What labels that come late cost: the gain of the newest candidate that could serve, and that of the newest one that had
     * seen no label of the epoch, had its labels been known at once.
     */
    private record Delay(Interval served, Interval atOnce, boolean tooLong) {
        static Delay of(LossMatrix matrix) {
            int epochs = matrix.epochs().size();
            int candidates = matrix.candidates().size();
            int[] unseen = new int[candidates];
            for (int k = 0; k < candidates; k++) {
                unseen[k] = matrix.unseenFrom(k);
            }
            double[][] gains = new double[2][epochs];
            boolean earlier = false;
            for (int t = 0; t < matrix.periods().size(); t++) {
                int newest = matrix.newest(t);
                for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                    int freshest = newest;
                    while (freshest + 1 < candidates && unseen[freshest + 1] <= e) {
                        freshest++;
                    }
                    earlier |= freshest > newest;
                    gains[0][e] = matrix.loss(0, e) - matrix.loss(newest, e);
                    gains[1][e] = matrix.loss(0, e) - matrix.loss(freshest, e);
                }
            }
            List<BlockBootstrap.Result> results = BlockBootstrap.means(
                    gains, events(matrix), block(matrix), PolicyComparison.RESAMPLES, PolicyComparison.SEED);
            Interval served = results.get(0).interval();
            Interval atOnce = results.get(1).interval();
            boolean tooLong = earlier
                    && atOnce.lower() > 0
                    && served.lower() <= 0
                    && served.estimate() < atOnce.estimate() / 2;
            return new Delay(served, atOnce, tooLong);
        }

        String sentence(Duration delay) {
            return String.format(
                    Locale.ROOT,
                    "The label delay is longer than the drift, so retraining cannot help: labels come %.1f days after the event (median); models that knew them at once would gain %s an event against the first one, those trained with what is known by then gain %s. Maybe labels can be had earlier, or features tell what has changed.",
                    delay.toMinutes() / 1440.0,
                    interval(atOnce),
                    interval(served));
        }
    }
}
