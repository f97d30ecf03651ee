package dev.keelson.control.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a policy did: which candidate served each period, and why.
 *
 * @param name its name, in snake case
 * @param kind what it is among the policies
 * @param serving the candidate that served, by period
 * @param events what happened, oldest first
 * @param loss what it lost by epoch, where it is not read off the matrix; or null
 * @param money the same of money, or null
 */
public record PolicyPath(
        String name, Kind kind, int[] serving, List<Event> events, double @Nullable [] loss, double @Nullable [] money) {
    public PolicyPath {
        events = List.copyOf(events);
    }

    /** A policy whose losses the matrix tells. */
    public PolicyPath(String name, Kind kind, int[] serving, List<Event> events) {
        this(name, kind, serving, events, null, null);
    }

    /** What a policy is among the policies. */
    public enum Kind {
        /** One that could be followed. */
        POLICY,
        /** One that knows what nobody knew then, or decides by chance: to compare with. */
        YARDSTICK
    }

    /** What can happen. */
    public enum Type {
        /** It saw something. */
        ALARM,
        /** A candidate was trained. */
        RETRAIN,
        /** A candidate serves from now on. */
        PROMOTE,
        /** A candidate was dropped. */
        REFUSE,
        /** An earlier candidate serves again. */
        ROLLBACK;

        /** Lower-case word, as in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that happened at the start of a period.
     *
     * @param period from whose start on it holds
     * @param candidate which it is about; the serving one for an alarm
     * @param against the candidate that served before
     */
    public record Event(int period, Type type, int candidate, int against) {}

    /** How often something happened. */
    public int count(Type type) {
        return (int) events.stream().filter(event -> event.type() == type).count();
    }

    /** Loss by epoch. */
    public double[] losses(LossMatrix matrix) {
        double[] own = loss;
        return own != null ? own.clone() : byEpoch(matrix, matrix::loss);
    }

    /** Money by epoch, NaN without bets. */
    public double[] moneys(LossMatrix matrix) {
        double[] own = money;
        return own != null ? own.clone() : byEpoch(matrix, matrix::money);
    }

    private interface Cell {
        double at(int candidate, int epoch);
    }

    private double[] byEpoch(LossMatrix matrix, Cell cell) {
        double[] values = new double[matrix.epochs().size()];
        for (int t = 0; t < serving.length; t++) {
            for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                values[e] = cell.at(serving[t], e);
            }
        }
        return values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PolicyPath path
                && name.equals(path.name)
                && kind == path.kind
                && Arrays.equals(serving, path.serving)
                && events.equals(path.events)
                && Arrays.equals(loss, path.loss)
                && Arrays.equals(money, path.money);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(serving);
    }

    @Override
    public String toString() {
        return "%s %s".formatted(name, Arrays.toString(serving));
    }
}
