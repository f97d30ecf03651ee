package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How long after their events outcomes come, from those that came and from how long the others have been waited for.
 *
 * <p>Source: Kaplan, E. L. and Meier, P. (1958), Journal of the American Statistical Association 53.
 *
 * @param delay microseconds after the event at which outcomes came, ascending and distinct, at least 0
 * @param share share of outcomes that have come by each, ascending, at most 1
 */
record DelayLaw(long[] delay, double[] share) {
    /** A window counts as mature with so many of its outcomes. */
    static final double MATURE = 0.95;

    /**
     * The law of some rows.
     *
     * @param now events later than it say nothing of delays
     */
    static DelayLaw of(PerformanceRows rows, Instant now) {
        long at = Micros.of(now);
        long[] waited = new long[rows.count()];
        Arrays.setAll(waited, i -> rows.labelled(i) ? Math.max(0, rows.known()[i] - rows.event()[i]) : at - rows.event()[i]);
        Integer[] order = IntStream.range(0, waited.length)
                .filter(i -> waited[i] >= 0)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> waited[i]))
                .toArray(Integer[]::new);
        long[] delay = new long[order.length];
        double[] share = new double[order.length];
        int steps = 0;
        double open = 1;
        for (int i = 0; i < order.length; ) {
            int end = i;
            int came = 0;
            while (end < order.length && waited[order[end]] == waited[order[i]]) {
                came += rows.labelled(order[end]) ? 1 : 0;
                end++;
            }
            if (came > 0) {
                open *= 1 - came / (double) (order.length - i);
                delay[steps] = waited[order[i]];
                share[steps++] = 1 - open;
            }
            i = end;
        }
        return new DelayLaw(Arrays.copyOf(delay, steps), Arrays.copyOf(share, steps));
    }

    /** Share of outcomes that are there so long after the event, 0 to 1. */
    double by(long micros) {
        int found = Arrays.binarySearch(delay, micros);
        int at = found >= 0 ? found : -found - 2;
        return at < 0 ? 0 : share[at];
    }

    /** Share that comes at all, as far as can be seen. */
    double ever() {
        return share.length == 0 ? 0 : share[share.length - 1];
    }

    /** The delay by which a share has come, in microseconds; {@link Long#MAX_VALUE} when so many never came. */
    long quantile(double wanted) {
        for (int i = 0; i < share.length; i++) {
            if (share[i] >= wanted) {
                return delay[i];
            }
        }
        return Long.MAX_VALUE;
    }

    /** Outcomes of some rows that are to be there at a moment, given that those there now are and the others are not. */
    double expected(PerformanceRows rows, long now, long then) {
        double sum = 0;
        for (int i = 0; i < rows.count(); i++) {
            double already = by(now - rows.event()[i]);
            sum += rows.labelled(i)
                    ? 1
                    : already < 1 ? Math.max(0, by(then - rows.event()[i]) - already) / (1 - already) : 0;
        }
        return sum;
    }

    /** When a window will have enough of its outcomes, in microseconds; {@link Long#MAX_VALUE} when never by what was seen. */
    long matureAt(PerformanceRows rows, long now) {
        double wanted = MATURE * rows.count();
        if (delay.length == 0 || rows.count() == 0) {
            return Long.MAX_VALUE;
        }
        long last = Math.max(now, Arrays.stream(rows.event()).max().getAsLong() + delay[delay.length - 1]);
        if (expected(rows, now, last) < wanted) {
            return Long.MAX_VALUE;
        }
        long early = now;
        while (last - early > 1_000_000) { // to the second
            long middle = early + (last - early) / 2;
            if (expected(rows, now, middle) >= wanted) {
                last = middle;
            } else {
                early = middle;
            }
        }
        return last;
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        put(node, "median_s", quantile(0.5));
        put(node, "p95_s", quantile(MATURE));
        node.put("ever", ever());
        node.put("sentence", sentence());
        return node;
    }

    private static void put(ObjectNode node, String name, long micros) {
        node.put(name, micros == Long.MAX_VALUE ? null : (Long) (micros / 1_000_000));
    }

    private String sentence() {
        if (delay.length == 0) {
            return "No outcome has come yet.";
        }
        long half = quantile(0.5);
        long most = quantile(MATURE);
        return (half == Long.MAX_VALUE
                        ? String.format(Locale.ROOT, "Only %.0f %% of the outcomes came so far", 100 * ever())
                        : "Half of the outcomes are known " + text(half) + " after the event")
                + (most == Long.MAX_VALUE ? ", and fewer than 95 % ever, as far as can be seen." : ", 95 % " + text(most) + " after it.");
    }

    private static String text(long micros) {
        Duration time = Duration.ofSeconds(micros / 1_000_000);
        if (time.toDays() >= 2) {
            return time.toDays() + " days";
        }
        return time.toHours() >= 2 ? time.toHours() + " hours" : time.toMinutes() + " minutes";
    }
}
