package dev.keelson.control;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** What two versions gained and hit in one epoch on the events of one day, by minute. Not safe for use by several threads. */
final class DayTally {
    private final Instant start;
    private int size;
    /** Minutes of the day that have had events, ascending. */
    private int[] minutes = new int[4];

    private int[] events = new int[4];
    private double[] gains = new double[4];
    private double[] cuts = new double[4];
    private int[] championHits = new int[4];
    private int[] challengerHits = new int[4];

    /**
     * An empty one.
     *
     * @param start of the day
     */
    DayTally(Instant start) {
        this.start = start;
    }

    /**
     * Adds an event.
     *
     * @param at when it happened, within the day
     * @param gain loss of the champion minus that of the challenger
     * @param cut what a cap cut off
     */
    void add(Instant at, double gain, double cut, boolean championHit, boolean challengerHit) {
        int minute = minute(at);
        int place = place(minute);
        if (place < 0) {
            place = -place - 1;
            makeRoom(place);
            minutes[place] = minute;
        }
        events[place]++;
        gains[place] += gain;
        cuts[place] += cut;
        championHits[place] += championHit ? 1 : 0;
        challengerHits[place] += challengerHit ? 1 : 0;
    }

    /** Forgets the events of a minute. */
    void clear(Instant at) {
        int place = place(minute(at));
        if (place >= 0) {
            events[place] = 0;
            gains[place] = 0;
            cuts[place] = 0;
            championHits[place] = 0;
            challengerHits[place] = 0;
        }
    }

    private int minute(Instant at) {
        return Math.toIntExact(Duration.between(start, at).toMinutes());
    }

    private int place(int minute) {
        // events mostly come in order
        return size > 0 && minutes[size - 1] == minute ? size - 1 : Arrays.binarySearch(minutes, 0, size, minute);
    }

    private void makeRoom(int place) {
        if (size == minutes.length) {
            minutes = Arrays.copyOf(minutes, 2 * size);
            events = Arrays.copyOf(events, 2 * size);
            gains = Arrays.copyOf(gains, 2 * size);
            cuts = Arrays.copyOf(cuts, 2 * size);
            championHits = Arrays.copyOf(championHits, 2 * size);
            challengerHits = Arrays.copyOf(challengerHits, 2 * size);
        }
        int moved = size - place;
        System.arraycopy(minutes, place, minutes, place + 1, moved);
        System.arraycopy(events, place, events, place + 1, moved);
        System.arraycopy(gains, place, gains, place + 1, moved);
        System.arraycopy(cuts, place, cuts, place + 1, moved);
        System.arraycopy(championHits, place, championHits, place + 1, moved);
        System.arraycopy(challengerHits, place, challengerHits, place + 1, moved);
        events[place] = 0;
        gains[place] = 0;
        cuts[place] = 0;
        championHits[place] = 0;
        challengerHits[place] = 0;
        size++;
    }

    long events() {
        return sum(events);
    }

    long championHits() {
        return sum(championHits);
    }

    long challengerHits() {
        return sum(challengerHits);
    }

    /** Sum of the gains of its events. */
    double gain() {
        return sum(gains);
    }

    /** Sum of what a cap cut off. */
    double cut() {
        return sum(cuts);
    }

    private double sum(double[] values) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += values[i];
        }
        return sum;
    }

    private long sum(int[] counts) {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += counts[i];
        }
        return sum;
    }
}
