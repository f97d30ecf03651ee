package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.time.Duration;
import java.util.List;

/**
 * Exponentially weighted mean: {@code ewm(x, half_life = 5 events)}, {@code ewm(x, half_life = 30d) over 1000d}.
 *
 * <p>{@code sum(w * x) / sum(w)} over the events of the window where x is not missing, with
 * {@code w = 2^(-age / halfLife)}; the age of an event is how many events, or how much time, lie between it and the newest
 * event of the window. Without a window of its own it has 20 half-lives, beyond which an event weighs less than a
 * millionth. Null without any value.
 *
 * @param argument a number
 * @param halfLife after how many events, or how much time, an event weighs half
 * @param window which events
 */
public record Ewm(Expression argument, Window halfLife, Window window) implements FoldExpression {
    private static final int HALF_LIVES = 20;

    public Ewm {
        if (argument.type() != ColumnType.DOUBLE && argument.type() != ColumnType.LONG) {
            throw new IllegalArgumentException(
                    "The argument (%s) of ewm must be a number, but is %s.".formatted(argument, argument.type()));
        }
    }

    /** The window that goes with a half-life when none is written. */
    static Window defaultWindow(Window halfLife) {
        return switch (halfLife) {
            case Window.LastEvents events ->
                new Window.LastEvents(Math.min(Window.LastEvents.MOST, HALF_LIVES * events.n()));
            case Window.Last time -> {
                Duration wanted = time.duration().compareTo(Durations.LONGEST.dividedBy(HALF_LIVES)) > 0
                        ? Durations.LONGEST
                        : time.duration().multipliedBy(HALF_LIVES);
                yield new Window.Last(wanted);
            }
        };
    }

    @Override
    public List<String> columns() {
        return argument.columns();
    }

    @Override
    public ColumnType type() {
        return ColumnType.DOUBLE;
    }

    @Override
    public String text() {
        String half = switch (halfLife) {
            case Window.LastEvents events -> events.n() == 1 ? "1 event" : events.n() + " events";
            case Window.Last time -> Durations.format(time.duration());
        };
        String call = "ewm(" + argument.text() + ", half_life = " + half + ")";
        return window.equals(defaultWindow(halfLife)) ? call : call + " " + window.text();
    }
}
