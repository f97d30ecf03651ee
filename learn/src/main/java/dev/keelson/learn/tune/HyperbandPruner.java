package dev.keelson.learn.tune;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Hyperband: several brackets of {@link SuccessiveHalvingPruner}, which stop trials early to late. A trial belongs to one
 * bracket, chosen by a checksum of the study's name and its number, and is compared with trials of its bracket only.
 *
 * <p>There are {@code floor(log(mostResource / leastResource) / log(reductionFactor)) + 1} brackets. Source: Li, L. et al.
 * (2018), Hyperband, JMLR 18, in the form of Optuna 5.
 *
 * @param leastResource step of the first rung of the first bracket, at least 1
 * @param mostResource steps of a whole trial, at least {@code leastResource}; 0: one more than the last step of the longest
 *     complete trial, and no trial is stopped before one is complete
 * @param reductionFactor at least 2
 */
public record HyperbandPruner(int leastResource, int mostResource, int reductionFactor) implements Pruner {
    /** Keeps exact powers of the reduction factor from falling a bracket short by rounding. */
    private static final double ROUNDING = 1e-9;

    /** Checks the ranges. */
    public HyperbandPruner {
        if (leastResource < 1 || (mostResource != 0 && mostResource < leastResource)) {
            throw new IllegalArgumentException(
                    "leastResource (%d) must be at least 1, and mostResource (%d) at least that, or 0."
                            .formatted(leastResource, mostResource));
        }
        if (reductionFactor < 2) {
            throw new IllegalArgumentException("reductionFactor (%d) must be at least 2.".formatted(reductionFactor));
        }
    }

    /** A third goes on from rung to rung; the longest trial says how many steps there are. */
    public static HyperbandPruner defaults() {
        return new HyperbandPruner(1, 0, 3);
    }

    @Override
    public boolean prunes(String study, Direction direction, List<Trial> history, Trial trial) {
        int most = mostResource == 0 ? longest(history) : mostResource;
        if (most == 0) {
            return false;
        }
        int brackets = brackets(most);
        int bracket = bracket(study, trial.number(), brackets);
        List<Trial> rivals = history.stream()
                .filter(other -> bracket(study, other.number(), brackets) == bracket)
                .toList();
        return new SuccessiveHalvingPruner(leastResource, reductionFactor, bracket, 0)
                .prunes(study, direction, rivals, trial);
    }

    private static int longest(List<Trial> history) {
        return history.stream()
                .filter(each -> each.state() == TrialState.COMPLETE && !each.reports().isEmpty())
                .mapToInt(each -> each.reports().lastKey() + 1)
                .max()
                .orElse(0);
    }

    /** Number of brackets for trials of some steps. */
    int brackets(int most) {
        double levels = StrictMath.log((double) most / leastResource) / StrictMath.log(reductionFactor);
        return Math.max((int) Math.floor(levels + ROUNDING), 0) + 1;
    }

    /** The bracket of a trial, from 0; bracket {@code b} leaves the first {@code b} rungs out. */
    int bracket(String study, int number, int brackets) {
        long[] budgets = new long[brackets];
        long total = 0;
        for (int b = 0; b < brackets; b++) {
            int s = brackets - 1 - b;
            budgets[b] = (long) Math.ceil(brackets * StrictMath.pow(reductionFactor, s) / (s + 1));
            total += budgets[b];
        }
        CRC32 checksum = new CRC32();
        checksum.update((study + "_" + number).getBytes(StandardCharsets.UTF_8));
        long rest = checksum.getValue() % total;
        int bracket = 0;
        while (rest >= budgets[bracket]) {
            rest -= budgets[bracket];
            bracket++;
        }
        return bracket;
    }
}
