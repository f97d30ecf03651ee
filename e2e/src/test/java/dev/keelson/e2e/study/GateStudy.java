package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.PromotionDecision;
import dev.keelson.control.PromotionGate;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * How often the promotion gates accept candidates that are truly equal, better and worse than the champion. Both forecast the
 * matches of a simulated league by its true probabilities with errors of their own on the log scale, partly shared; the true
 * gain is known exactly. The gate is asked every week until it decides. Claims: the refresh gate refuses at least 95 % of
 * candidates that are worse by twice the margin and accepts most that are equal and alike; the change gate accepts at most 5 % of equal
 * ones. Options: {@code --paths}, {@code --first-seed}.
 */
public final class GateStudy implements Task {
    private static final PromotionPolicyDefinition POLICY = new PromotionPolicyDefinition(
            "study",
            List.of("model"),
            PromotionPolicyDefinition.Preset.RECOMMENDED,
            Metric.LOG_LOSS,
            0.005,
            0.05,
            List.of(),
            null);
    private static final int SEASONS = 6;
    private static final int CLASSES = 3;
    /** Variance of the errors that champion and candidate have in common: about 0.012 log loss above the truth. */
    private static final double SHARED = 0.04;

    /** Candidates by the variance of what champion and candidate each do wrong besides the errors they share. */
    enum Candidate {
        /** Equal and alike, as a refresh a month later is: daily gains scatter as in replays of the football project. */
        ALIKE(0.00025, 0.00025),
        /** As good as the champion, but another model. */
        EQUAL(0.008, 0.008),
        BETTER(0.016, 0.00025),
        MUCH_BETTER(0.034, 0.00025),
        FAR_BETTER(0.13, 0.00025),
        WORSE(0.00025, 0.034);

        private final double champion;
        private final double candidate;

        Candidate(double champion, double candidate) {
            this.champion = champion;
            this.candidate = candidate;
        }
    }

    /**
     * What one candidate met with.
     *
     * @param decision what the gate decided in the end; a hold when the matches ended first
     * @param epochs match days until then
     * @param gain true mean gain a match over these days
     * @param scatter standard deviation of a match day's gain
     */
    record Result(PromotionDecision decision, int epochs, double gain, double scatter) {
        boolean accepted() {
            return decision instanceof PromotionDecision.Promote;
        }
    }

    @Override
    public ObjectNode run(Arguments arguments) {
        int paths = arguments.number("paths", 200);
        int first = arguments.number("first-seed", 1);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("claim", "refresh: at most 5 % of candidates worse by twice the margin pass, most equal and alike ones do; change: at most 5 % of equal ones pass");
        node.put("paths", paths);
        node.put("refresh_margin", POLICY.refreshMargin());
        node.put("change_alpha", POLICY.changeAlpha());
        boolean holds = true;
        ArrayNode rows = node.putArray("gates");
        for (Kind kind : List.of(Kind.REFRESH, Kind.CHANGE)) {
            for (Candidate candidate : Candidate.values()) {
                List<Result> results = new ArrayList<>();
                for (int path = 0; path < paths; path++) {
                    results.add(path(kind, candidate, first + path));
                }
                double accepted = share(results, PromotionDecision.Promote.class);
                ObjectNode row = rows.addObject();
                row.put("gate", kind.name().toLowerCase(Locale.ROOT));
                row.put("candidate", candidate.name().toLowerCase(Locale.ROOT));
                row.put("true_gain", mean(results, Result::gain));
                row.put("scatter_of_a_match_day", mean(results, Result::scatter));
                row.put("accepted", accepted);
                row.put("rejected", share(results, PromotionDecision.Reject.class));
                row.put("expired", share(results, PromotionDecision.Expired.class));
                row.put("undecided", share(results, PromotionDecision.Hold.class));
                int[] epochs = results.stream().mapToInt(Result::epochs).sorted().toArray();
                row.put("median_match_days", epochs[epochs.length / 2]);
                holds &= switch (kind) {
                    case REFRESH ->
                        switch (candidate) {
                            case WORSE -> accepted <= bound(paths);
                            case ALIKE -> accepted >= 0.9;
                            case EQUAL, BETTER, MUCH_BETTER, FAR_BETTER -> true;
                        };
                    case CHANGE ->
                        switch (candidate) {
                            case ALIKE, EQUAL, WORSE -> accepted <= bound(paths);
                            case BETTER, MUCH_BETTER, FAR_BETTER -> true;
                        };
                    case INITIAL -> true;
                };
            }
        }
        node.put("holds", holds);
        return node;
    }

    /** Greatest share of so many paths that a rate of 5 % explains (two standard errors). */
    private static double bound(int paths) {
        return 0.05 + 2 * Math.sqrt(0.05 * 0.95 / paths);
    }

    private static double mean(List<Result> results, ToDoubleFunction<Result> of) {
        return Math.round(results.stream().mapToDouble(of).average().orElseThrow() * 1e5) / 1e5;
    }

    private static double share(List<Result> results, Class<? extends PromotionDecision> decision) {
        return (double) results.stream().filter(each -> decision.isInstance(each.decision())).count() / results.size();
    }

    static Result path(Kind kind, Candidate candidate, long seed) {
        List<SimulatedMatch> matches = SimulatedLeague.generate(LeagueSettings.constant(SEASONS, seed));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int n = matches.size();
        int[] day = new int[n];
        double[] championLoss = new double[n];
        double[] candidateLoss = new double[n];
        boolean[] championHit = new boolean[n];
        boolean[] candidateHit = new boolean[n];
        double gain = 0;
        PromotionDecision decision = new PromotionDecision.Hold("No match was played.", null);
        int epochs = 0;
        double scatter = Double.NaN;
        for (int i = 0; i < n; i++) {
            SimulatedMatch match = matches.get(i);
            double[] truth = {match.truth().home(), match.truth().draw(), match.truth().away()};
            double[] shared = normals(random, SHARED);
            double[] champion = forecast(truth, shared, normals(random, candidate.champion));
            double[] challenger = forecast(truth, shared, normals(random, candidate.candidate));
            int result = match.result().ordinal();
            day[i] = Math.toIntExact(match.date().toEpochDay());
            championLoss[i] = -Math.log(clipped(champion[result]));
            candidateLoss[i] = -Math.log(clipped(challenger[result]));
            championHit[i] = most(champion) == result;
            candidateHit[i] = most(challenger) == result;
            for (int c = 0; c < CLASSES; c++) {
                gain += truth[c] * Math.log(clipped(challenger[c]) / clipped(champion[c]));
            }
            boolean weekEnds = i + 1 == n || matches.get(i + 1).date().toEpochDay() / 7 != day[i] / 7;
            if (!weekEnds) {
                continue;
            }
            PairedEpochs paired = PairedEpochs.of(
                    Arrays.copyOf(day, i + 1),
                    Arrays.copyOf(championLoss, i + 1),
                    Arrays.copyOf(candidateLoss, i + 1),
                    Arrays.copyOf(championHit, i + 1),
                    Arrays.copyOf(candidateHit, i + 1));
            decision = PromotionGate.decide(paired, kind, POLICY).decision();
            epochs = paired.gains().size();
            scatter = paired.standardDeviation();
            if (!(decision instanceof PromotionDecision.Hold)) {
                return new Result(decision, epochs, gain / (i + 1), scatter);
            }
        }
        return new Result(decision, epochs, gain / n, scatter);
    }

    private static double[] normals(RandomGenerator random, double variance) {
        double[] values = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            values[c] = Math.sqrt(variance) * random.nextGaussian();
        }
        return values;
    }

    private static double[] forecast(double[] truth, double[] shared, double[] own) {
        double[] forecast = new double[CLASSES];
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            forecast[c] = truth[c] * Math.exp(shared[c] + own[c]);
            sum += forecast[c];
        }
        for (int c = 0; c < CLASSES; c++) {
            forecast[c] /= sum;
        }
        return forecast;
    }

    private static double clipped(double probability) {
        return Math.max(PromotionGate.CLIP, Math.min(1 - PromotionGate.CLIP, probability));
    }

    private static int most(double[] probabilities) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        return best;
    }
}
