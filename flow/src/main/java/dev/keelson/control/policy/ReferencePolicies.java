package dev.keelson.control.policy;

import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.control.policy.PolicyPath.Kind;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Policies that everybody knows, followed on a matrix. Each decides at the start of a period with what was known then, and what
 * it trains serves at once, unasked. Stateless.
 */
public final class ReferencePolicies {
    /** So many settled periods tell which version is the best now. */
    private static final int RECENT_PERIODS = 3;

    private ReferencePolicies() {}

    /** The drift check of a rule at the start of a period. */
    @FunctionalInterface
    public interface DriftWatch {
        /**
         * Checks the newest rows before a period against what a candidate was trained on.
         *
         * @param earlier this policy's earlier reports, newest first
         */
        DriftReport check(DriftMonitorDefinition.Policy rule, int candidate, int period, List<DriftReport> earlier);
    }

    /** The first candidate serves for ever. */
    public static PolicyPath never(LossMatrix matrix) {
        return when("never", matrix, t -> false);
    }

    /** A new candidate every so many periods. */
    public static PolicyPath every(int periods, LossMatrix matrix) {
        return when(periods == 1 ? "every_tick" : "every_%d_ticks".formatted(periods), matrix, t -> t % periods == 0);
    }

    /** A new candidate at the start of some periods, the first one left out. */
    public static PolicyPath when(String name, LossMatrix matrix, IntPredicate due) {
        Walk walk = new Walk(matrix);
        for (int t = 1; t < matrix.periods().size(); t++) {
            if (due.test(t)) {
                walk.retrain(t);
            }
            walk.serve(t);
        }
        return walk.path(name);
    }

    /** So many candidates at periods drawn by chance, each at most once. */
    public static PolicyPath random(int retrains, LossMatrix matrix, SplittableRandom random) {
        int[] starts = matrix.candidates().stream()
                .mapToInt(LossMatrix.Candidate::period)
                .skip(1)
                .toArray();
        int count = Math.min(retrains, starts.length);
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(starts.length - i);
            int swap = starts[i];
            starts[i] = starts[other];
            starts[other] = swap;
        }
        boolean[] drawn = new boolean[matrix.periods().size()];
        for (int i = 0; i < count; i++) {
            drawn[starts[i]] = true;
        }
        return when("random", matrix, t -> drawn[t]);
    }

    /** A new candidate at each alarm of a rule, for each of several rules: they look side by side, so that they share what they can. */
    public static List<PolicyPath> drift(
            List<DriftMonitorDefinition.Policy> rules, LossMatrix matrix, DriftWatch watch) {
        List<Walk> walks = rules.stream().map(rule -> new Walk(matrix)).toList();
        List<List<DriftReport>> reports = rules.stream().<List<DriftReport>>map(rule -> new ArrayList<>()).toList();
        for (int t = 1; t < matrix.periods().size(); t++) {
            for (int r = 0; r < rules.size(); r++) {
                alarmed(walks.get(r), t, watch.check(rules.get(r), walks.get(r).active, t, List.copyOf(reports.get(r))), reports.get(r));
            }
        }
        List<PolicyPath> paths = new ArrayList<>();
        for (int r = 0; r < rules.size(); r++) {
            paths.add(walks.get(r).path(name(rules.get(r))));
        }
        return paths;
    }

    private static void alarmed(Walk walk, int t, DriftReport report, List<DriftReport> reports) {
        reports.addFirst(report);
        while (reports.size() > 90) {
            reports.removeLast();
        }
        if (report.verdict() == DriftReport.Verdict.ALARM) {
            walk.tell(t, PolicyPath.Type.ALARM);
            walk.retrain(t);
        }
        walk.serve(t);
    }

    /** Of the policy that retrains at each alarm of a rule. */
    public static String name(DriftMonitorDefinition.Policy rule) {
        return "drift_" + rule.word();
    }

    /**
     * A new candidate when the one that serves has become worse than on the test period of its training, by the bound of
     * {@link DecayCheck}.
     *
     * @param worseBy relative worsening that matters
     */
    public static PolicyPath performance(LossMatrix matrix, double worseBy) {
        Walk walk = new Walk(matrix);
        for (int t = 1; t < matrix.periods().size(); t++) {
            LossMatrix.Candidate serving = matrix.candidates().get(walk.active);
            double[] losses = means(matrix, walk.active, matrix.firstEpoch(walk.since), matrix.settled(t));
            DecayCheck.Report report = DecayCheck.check(
                    losses,
                    serving.expectedLoss(),
                    Double.isFinite(serving.expectedError()) ? serving.expectedError() : 0,
                    worseBy);
            if (report.verdict() == DecayCheck.Verdict.DECAYED) {
                walk.tell(t, PolicyPath.Type.ALARM);
                walk.retrain(t);
            }
            walk.serve(t);
        }
        return walk.path("performance");
    }

    /**
     * Trains at every period and lets that version serve, old or new, which lost the least on the last {@value #RECENT_PERIODS}
     * periods whose labels are known by then; only versions that had seen none of these labels are judged.
     */
    public static PolicyPath anyVersion(LossMatrix matrix) {
        Walk walk = new Walk(matrix);
        int[] unseen = new int[matrix.candidates().size()];
        for (int k = 0; k < unseen.length; k++) {
            unseen[k] = matrix.unseenFrom(k);
        }
        for (int t = 1; t < matrix.periods().size(); t++) {
            int newest = matrix.newest(t);
            if (matrix.candidates().get(newest).period() == t) {
                walk.tell(t, PolicyPath.Type.RETRAIN, newest);
            }
            int end = matrix.settled(t);
            int first = recent(matrix, end);
            int best = walk.active;
            double least = Double.POSITIVE_INFINITY;
            for (int k = 0; k <= newest; k++) {
                if (unseen[k] <= first && end > first) {
                    double sum = 0;
                    for (int e = first; e < end; e++) {
                        sum += matrix.loss(k, e);
                    }
                    if (sum < least || (sum == least && k == walk.active)) {
                        least = sum;
                        best = k;
                    }
                }
            }
            if (best != walk.active) {
                walk.tell(t, best > walk.active ? PolicyPath.Type.PROMOTE : PolicyPath.Type.ROLLBACK, best);
                walk.put(t, best);
            }
            walk.serve(t);
        }
        return walk.path("any_version");
    }

    private static int recent(LossMatrix matrix, int end) {
        int t = 0;
        while (t < matrix.periods().size() && matrix.firstEpoch(t + 1) <= end) {
            t++;
        }
        return matrix.firstEpoch(Math.max(0, t - RECENT_PERIODS));
    }

    /** Mean loss of each epoch with events. */
    private static double[] means(LossMatrix matrix, int candidate, int from, int to) {
        double[] means = new double[Math.max(0, to - from)];
        int n = 0;
        for (int e = from; e < to; e++) {
            int events = matrix.epochs().get(e).events();
            if (events > 0) {
                means[n++] = matrix.loss(candidate, e) / events;
            }
        }
        return Arrays.copyOf(means, n);
    }

    /** A policy on its way through the periods. */
    private static final class Walk {
        private final LossMatrix matrix;
        private final int[] serving;
        private final List<Event> events = new ArrayList<>();
        private int active;
        private int since;

        Walk(LossMatrix matrix) {
            this.matrix = matrix;
            this.serving = new int[matrix.periods().size()];
        }

        void tell(int t, PolicyPath.Type type) {
            tell(t, type, active);
        }

        void tell(int t, PolicyPath.Type type, int candidate) {
            events.add(new Event(t, type, candidate, active));
        }

        void put(int t, int candidate) {
            active = candidate;
            since = t;
        }

        /** Takes the newest candidate, unless it serves already. */
        void retrain(int t) {
            int newest = matrix.newest(t);
            if (newest != active) {
                tell(t, PolicyPath.Type.RETRAIN, newest);
                tell(t, PolicyPath.Type.PROMOTE, newest);
                put(t, newest);
            }
        }

        void serve(int t) {
            serving[t] = active;
        }

        PolicyPath path(String name) {
            return new PolicyPath(name, Kind.POLICY, serving, events);
        }
    }
}
