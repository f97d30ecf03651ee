package dev.keelson.labels;

import dev.keelson.data.SystemColumns;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.labels.LabelCall.ForwardReturn;
import dev.keelson.labels.LabelCall.Measure;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The prices of one forward return or forward volatility by key and time. */
final class Bars {
    private static final Series NONE = new Series(new long[0], new long[0], new double[0]);

    private final long[] eventTimes;
    private final long[] knownAt;
    private final double[] prices;
    private final int[] series;
    private final List<Series> all;
    private final @Nullable Series benchmark;
    private final long horizon;
    private final long within;
    private final Measure measure;

    /** Bars of one key in order of event time, one for each time. */
    private record Series(long[] eventTime, long[] knownAt, double[] price) {
        /** The first bar at or after a time, or -1 when there is none up to {@code latest}. */
        int atOrAfter(long time, long latest) {
            int found = Arrays.binarySearch(eventTime, time);
            int at = found >= 0 ? found : -found - 1;
            return at < eventTime.length && eventTime[at] <= latest ? at : -1;
        }

        /** Standard deviation (n - 1) of the relative changes from bar to bar, from one bar to another two or more later. */
        double volatility(int first, int last) {
            int changes = last - first;
            double mean = 0;
            for (int bar = first + 1; bar <= last; bar++) {
                mean += (price[bar] / price[bar - 1] - 1) / changes;
            }
            double squares = 0;
            for (int bar = first + 1; bar <= last; bar++) {
                double off = price[bar] / price[bar - 1] - 1 - mean;
                squares += off * off;
            }
            return Math.sqrt(squares / (changes - 1));
        }

        /** The last bar at or before a time, or -1 when there is none from {@code earliest} on. */
        int atOrBefore(long time, long earliest) {
            int found = Arrays.binarySearch(eventTime, time);
            int at = found >= 0 ? found : -found - 2;
            return at >= 0 && eventTime[at] >= earliest ? at : -1;
        }
    }

    private Bars(
            long[] eventTimes,
            long[] knownAt,
            double[] prices,
            int[] series,
            List<Series> all,
            @Nullable Series benchmark,
            ForwardReturn call) {
        this.eventTimes = eventTimes;
        this.knownAt = knownAt;
        this.prices = prices;
        this.series = series;
        this.all = all;
        this.benchmark = benchmark;
        this.horizon = Micros.of(call.horizon());
        this.within = Micros.of(call.within());
        this.measure = call.measure();
    }

    static Bars of(Frame frame, ForwardReturn call, List<String> key) {
        int n = frame.rows();
        long[] eventTimes = frame.longs(SystemColumns.EVENT_TIME).values();
        long[] knownAt = frame.longs(SystemColumns.KNOWN_AT).values();
        double[] prices = prices(frame.vector(call.price()));
        Map<String, Integer> numbers = new HashMap<>();
        int[] series = new int[n];
        List<Vector> keys = key.stream().map(frame::vector).toList();
        for (int i = 0; i < n; i++) {
            series[i] = numbers.computeIfAbsent(text(keys, i), ignored -> numbers.size());
        }
        int[] order = IntStream.range(0, n)
                .filter(i -> prices[i] > 0 && prices[i] < Double.POSITIVE_INFINITY)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> series[i])
                        .thenComparingLong(i -> eventTimes[i])
                        .thenComparingLong(i -> knownAt[i])
                        .thenComparingDouble(i -> prices[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        Series[] all = new Series[numbers.size()];
        Arrays.fill(all, NONE);
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && series[order[to]] == series[order[from]]) {
                to++;
            }
            all[series[order[from]]] = series(order, from, to, eventTimes, knownAt, prices);
            from = to;
        }
        String of = call.of();
        Integer other = of == null ? null : numbers.get(of);
        Series benchmark = of == null ? null : other == null ? NONE : all[other];
        return new Bars(eventTimes, knownAt, prices, series, List.of(all), benchmark, call);
    }

    private static Series series(int[] order, int from, int to, long[] eventTimes, long[] knownAt, double[] prices) {
        long[] times = new long[to - from];
        long[] known = new long[to - from];
        double[] values = new double[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            int row = order[i];
            if (count > 0 && times[count - 1] == eventTimes[row]) {
                continue; // the one known first counts
            }
            times[count] = eventTimes[row];
            known[count] = knownAt[row];
            values[count++] = prices[row];
        }
        return new Series(Arrays.copyOf(times, count), Arrays.copyOf(known, count), Arrays.copyOf(values, count));
    }

    private static double[] prices(Vector vector) {
        double[] prices = new double[vector.size()];
        for (int i = 0; i < prices.length; i++) {
            prices[i] = vector.isNull(i)
                    ? Double.NaN
                    : switch (vector) {
                        case Vector.Doubles doubles -> doubles.values()[i];
                        case Vector.Longs longs -> longs.values()[i];
                        case Vector.Booleans ignored -> Double.NaN;
                        case Vector.Strings ignored -> Double.NaN;
                    };
        }
        return prices;
    }

    private static String text(List<Vector> keys, int row) {
        if (keys.size() == 1) {
            return String.valueOf(keys.getFirst().get(row));
        }
        StringBuilder text = new StringBuilder();
        for (Vector key : keys) {
            text.append(key.get(row)).append('|');
        }
        return text.toString();
    }

    /**
     * The return or volatility of every row; raises the time from which each is known, and marks the rows that have none.
     *
     * @param values filled
     * @param known raised where a bar was known later
     * @param missing set where there is no value
     */
    void measure(double[] values, long[] known, boolean[] missing) {
        switch (measure) {
            case RETURN -> returns(values, known, missing);
            case VOLATILITY -> volatilities(values, known, missing);
        }
    }

    private void returns(double[] returns, long[] known, boolean[] missing) {
        for (int i = 0; i < returns.length; i++) {
            Series of = benchmark == null ? all.get(series[i]) : benchmark;
            double start = prices[i];
            long startKnown = knownAt[i];
            if (benchmark != null) {
                int first = benchmark.atOrBefore(eventTimes[i], eventTimes[i] - within);
                start = first < 0 ? Double.NaN : benchmark.price()[first];
                startKnown = first < 0 ? startKnown : benchmark.knownAt()[first];
            }
            long end = Math.addExact(eventTimes[i], horizon);
            int bar = of.atOrAfter(end, Math.addExact(end, within));
            if (bar < 0 || !(start > 0 && start < Double.POSITIVE_INFINITY)) {
                returns[i] = Double.NaN;
                missing[i] = true;
                continue;
            }
            returns[i] = of.price()[bar] / start - 1;
            known[i] = Math.max(known[i], Math.max(startKnown, of.knownAt()[bar]));
        }
    }

    private void volatilities(double[] values, long[] known, boolean[] missing) {
        for (int i = 0; i < values.length; i++) {
            Series of = all.get(series[i]);
            long end = Math.addExact(eventTimes[i], horizon);
            int first = of.atOrAfter(eventTimes[i], eventTimes[i]);
            int last = of.atOrAfter(end, Math.addExact(end, within));
            if (first < 0 || last < 0 || last - first < 2 || !(prices[i] > 0 && prices[i] < Double.POSITIVE_INFINITY)) {
                values[i] = Double.NaN;
                missing[i] = true;
                continue;
            }
            values[i] = of.volatility(first, last);
            for (int bar = first; bar <= last; bar++) {
                known[i] = Math.max(known[i], of.knownAt()[bar]);
            }
        }
    }
}
