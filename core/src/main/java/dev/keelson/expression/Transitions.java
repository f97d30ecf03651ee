package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One row of the transition matrix of a key's states, one value for each state: how likely it comes next.
 *
 * <pre>
 * transitions(result, 'W', 'D', 'L') over last 50 events
 * transitions(result, 'W', 'D', 'L', from = 'L', smoothing = 0.5) over 400d
 * </pre>
 *
 * <p>{@code (n(from, to) + smoothing) / (n(from) + smoothing * states)}, where n counts neighbours among the window's
 * events whose state is one of those named; others are left out as if they had not happened. Null when the state to
 * start from is not known (no event has a state), and when nothing was counted and the smoothing is 0.
 *
 * @param argument the state of an event, a STRING
 * @param states at least 2, distinct, each of letters, digits and underscores: they end the features' names
 * @param from the state to start from; null for that of the newest event that has one
 * @param smoothing added to every count, 0 to 1,000 (default 1, Laplace's)
 * @param window which events
 */
public record Transitions(
        Expression argument, List<String> states, @Nullable String from, double smoothing, Window window)
        implements FoldExpression {
    static final double DEFAULT_SMOOTHING = 1;
    static final double MOST_SMOOTHING = 1_000;
    static final int MOST_STATES = 50;

    public Transitions {
        states = List.copyOf(states);
        if (argument.type() != ColumnType.STRING) {
            throw new IllegalArgumentException(
                    "The argument (%s) of transitions must be STRING, but is %s.".formatted(argument, argument.type()));
        }
        if (states.size() < 2
                || states.size() > MOST_STATES
                || new HashSet<>(states).size() != states.size()
                || !states.stream().allMatch(Transitions::isState)) {
            throw new IllegalArgumentException(
                    "states (%s) must be 2 to %d different names of letters, digits and underscores."
                            .formatted(states, MOST_STATES));
        }
        if (from != null && !states.contains(from)) {
            throw new IllegalArgumentException("from (%s) must be one of the states %s.".formatted(from, states));
        }
        if (!(smoothing >= 0 && smoothing <= MOST_SMOOTHING)) {
            throw new IllegalArgumentException(
                    "smoothing (%s) must be between 0 and %s.".formatted(smoothing, MOST_SMOOTHING));
        }
    }

    static boolean isState(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
    }

    /** The position of an event's state among the states, from 0; null for any other. A LONG. */
    public Expression position() {
        List<Node.When> branches = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            branches.add(new Node.When(new Node.TextLiteral(states.get(i)), new Node.LongLiteral(i)));
        }
        return Expression.of(
                new Node.Case(argument.root(), List.copyOf(branches), null, ColumnType.LONG), argument.schema());
    }

    @Override
    public List<String> suffixes() {
        return states;
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
        StringBuilder text = new StringBuilder("transitions(").append(argument.text());
        text.append(states.stream().map(state -> ", '" + state + "'").collect(Collectors.joining()));
        if (from != null) {
            text.append(", from = '").append(from).append('\'');
        }
        if (smoothing != DEFAULT_SMOOTHING) {
            text.append(", smoothing = ").append(Numbers.text(smoothing));
        }
        return text.append(") ").append(window.text()).toString();
    }
}
