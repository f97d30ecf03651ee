package dev.keelson.control;

import java.util.ArrayList;
import java.util.List;

/**
 * Champion and challenger scored on the same settled events, one row for each settlement epoch (match day), oldest
 * first. An epoch is the unit of evidence: events of one day are not independent.
 *
 * @param gains mean over the epoch of champion loss minus challenger loss: positive when the challenger is better
 * @param events number of events over all epochs
 * @param days span from the first to the last epoch in days, 0 when there is at most one
 * @param championAccuracy share of events the champion's most probable class hit, NaN without events
 * @param challengerAccuracy the same of the challenger
 * @param cut what a cap cut off the winnings of both, in units; 0 where gains are no profit
 */
public record PairedEpochs(
        List<Double> gains, long events, int days, double championAccuracy, double challengerAccuracy, double cut) {
    public PairedEpochs {
        gains = List.copyOf(gains);
    }

    /** Of losses, where nothing is cut. */
    public PairedEpochs(List<Double> gains, long events, int days, double championAccuracy, double challengerAccuracy) {
        this(gains, events, days, championAccuracy, challengerAccuracy, 0);
    }

    /**
     * Groups events by day.
     *
     * @param day day number of each event, ascending
     * @param championLoss loss of the champion on each event
     * @param challengerLoss loss of the challenger on each event
     * @param championHit whether the champion's most probable class happened
     * @param challengerHit the same of the challenger
     * @throws IllegalArgumentException if lengths differ or days descend
     */
    public static PairedEpochs of(
            int[] day,
            double[] championLoss,
            double[] challengerLoss,
            boolean[] championHit,
            boolean[] challengerHit) {
        int n = day.length;
        if (championLoss.length != n
                || challengerLoss.length != n
                || championHit.length != n
                || challengerHit.length != n) {
            throw new IllegalArgumentException("All arrays must have the length of day (%d).".formatted(n));
        }
        List<Double> gains = new ArrayList<>();
        int hits = 0;
        int challengerHits = 0;
        int start = 0;
        while (start < n) {
            int end = start;
            double sum = 0;
            while (end < n && day[end] == day[start]) {
                sum += championLoss[end] - challengerLoss[end];
                hits += championHit[end] ? 1 : 0;
                challengerHits += challengerHit[end] ? 1 : 0;
                end++;
            }
            if (end < n && day[end] < day[start]) {
                throw new IllegalArgumentException(
                        "day must not descend, but %d follows %d.".formatted(day[end], day[start]));
            }
            gains.add(sum / (end - start));
            start = end;
        }
        return new PairedEpochs(
                gains,
                n,
                n == 0 ? 0 : day[n - 1] - day[0],
                n == 0 ? Double.NaN : (double) hits / n,
                n == 0 ? Double.NaN : (double) challengerHits / n);
    }

    /** Mean gain over the epochs, NaN without any. */
    public double mean() {
        double sum = 0;
        for (double gain : gains) {
            sum += gain;
        }
        return gains.isEmpty() ? Double.NaN : sum / gains.size();
    }

    /** Standard deviation of the epochs' gains (divisor n - 1), NaN with fewer than two. */
    public double standardDeviation() {
        if (gains.size() < 2) {
            return Double.NaN;
        }
        double mean = mean();
        double squares = 0;
        for (double gain : gains) {
            squares += (gain - mean) * (gain - mean);
        }
        return Math.sqrt(squares / (gains.size() - 1));
    }
}
