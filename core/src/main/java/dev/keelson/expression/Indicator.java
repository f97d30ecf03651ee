package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A recursive indicator of a series of values, one for each event: {@code ema(close, 12)}, {@code rsi(close, 14)},
 * {@code macd(close, 12, 26, 9)}. Missing values are left out of the series.
 *
 * <p>So that late events count, each reading starts anew at the oldest of the key's newest {@link #events} events, far
 * enough back for the start to weigh less than a millionth. With fewer events the values are those of the textbook.
 *
 * @param kind which one
 * @param argument a number
 * @param periods as many as the kind has, each 1 to 1,000 (2 to 1,000 for RSI)
 */
public record Indicator(Kind kind, Expression argument, List<Integer> periods) implements FoldExpression {
    static final int MOST = 1_000;
    static final List<String> MACD_SUFFIXES = List.of("line", "signal", "histogram");

    /** With the smoothing 2 / (n + 1), what came 8 n events before weighs e^-16. */
    private static final int EMA_MEMORY = 8;

    /** With the smoothing 1 / n, what came 16 n events before weighs e^-16. */
    private static final int WILDER_MEMORY = 16;

    /** The kinds. */
    public enum Kind {
        /**
         * Exponential moving average: starts with the first value, then {@code e = e + 2 / (n + 1) * (x - e)}; null with
         * fewer than n values.
         */
        EMA(1),
        /**
         * Relative strength index, 0 to 100: {@code 100 * gain / (gain + loss)} of Wilder's averages, which start as the
         * means of the first n changes, then {@code a = (a * (n - 1) + x) / n}. 50 when nothing changed; null with fewer
         * than n + 1 values. Source: Wilder, J. W. (1978), New Concepts in Technical Trading Systems.
         */
        RSI(1),
        /**
         * Moving average convergence divergence, three values: {@code line} = ema(fast) - ema(slow), null with fewer than
         * slow values; {@code signal} = the ema of the line, null with fewer than slow + signal - 1 values;
         * {@code histogram} = line - signal. Source: Appel, G. (2005), Technical Analysis.
         */
        MACD(3);

        private final int periods;

        Kind(int periods) {
            this.periods = periods;
        }

        /** How many periods it takes: n, or fast, slow, signal. */
        public int periods() {
            return periods;
        }

        /** The name in the language. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable Kind of(String name) {
            for (Kind kind : values()) {
                if (kind.text().equalsIgnoreCase(name)) {
                    return kind;
                }
            }
            return null;
        }
    }

    public Indicator {
        periods = List.copyOf(periods);
        if (argument.type() != ColumnType.DOUBLE && argument.type() != ColumnType.LONG) {
            throw new IllegalArgumentException("The argument (%s) of %s must be a number, but is %s."
                    .formatted(argument, kind.text(), argument.type()));
        }
        if (periods.size() != kind.periods()) {
            throw new IllegalArgumentException(
                    "%s takes %d periods, not %d.".formatted(kind.text(), kind.periods(), periods.size()));
        }
        for (int period : periods) {
            if (period < 1 || period > MOST) {
                throw new IllegalArgumentException(
                        "The period (%d) must be between 1 and %d.".formatted(period, MOST));
            }
        }
        if (kind == Kind.MACD && periods.get(0) >= periods.get(1)) {
            throw new IllegalArgumentException("The fast period (%d) must be less than the slow one (%d)."
                    .formatted(periods.get(0), periods.get(1)));
        }
    }

    /** How many of the key's newest events a reading looks at. */
    public int events() {
        return switch (kind) {
            case EMA -> EMA_MEMORY * periods.getFirst();
            case RSI -> WILDER_MEMORY * periods.getFirst() + 1;
            case MACD -> EMA_MEMORY * (periods.get(1) + periods.get(2));
        };
    }

    @Override
    public List<String> suffixes() {
        return kind == Kind.MACD ? MACD_SUFFIXES : List.of();
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
        StringBuilder text = new StringBuilder(kind.text()).append('(').append(argument.text());
        periods.forEach(period -> text.append(", ").append(period));
        return text.append(')').toString();
    }
}
