package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * Wall-clock times of repeated calls.
 *
 * @param nanos ascending, at least one
 */
record Timing(long[] nanos) {
    /** What was measured goes here, so that the compiler cannot leave it out. */
    @SuppressWarnings("unused")
    private static volatile Object sink = "";

    Timing {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("There is no time to report.");
        }
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /**
     * Calls something over and over.
     *
     * @param warmUps calls that are not measured
     * @param repeats calls that are
     * @throws Exception what a call throws
     */
    static Timing of(int warmUps, int repeats, Callable<?> call) throws Exception {
        for (int i = 0; i < warmUps; i++) {
            sink = call.call();
        }
        long[] nanos = new long[repeats];
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            sink = call.call();
            nanos[i] = System.nanoTime() - start;
        }
        return new Timing(nanos);
    }

    /** The smallest value that a share of the calls does not exceed. */
    long quantile(double share) {
        return nanos[(int) Math.min(nanos.length - 1, Math.ceil(share * nanos.length) - 1)];
    }

    double medianSeconds() {
        return quantile(0.5) / 1e9;
    }

    /** How many of something went through a second in the median call. */
    long rate(double things) {
        return Math.round(things / medianSeconds());
    }

    /** Number of calls, median, 99th percentile and extremes in milliseconds. */
    ObjectNode millis() {
        return node("_ms", 1e6);
    }

    /** The same in microseconds. */
    ObjectNode micros() {
        return node("_us", 1e3);
    }

    private ObjectNode node(String unit, double nanosPerUnit) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("calls", nanos.length);
        node.put("median" + unit, rounded(quantile(0.5) / nanosPerUnit));
        if (nanos.length >= 100) {
            node.put("p99" + unit, rounded(quantile(0.99) / nanosPerUnit));
        }
        node.put("least" + unit, rounded(nanos[0] / nanosPerUnit));
        node.put("most" + unit, rounded(nanos[nanos.length - 1] / nanosPerUnit));
        return node;
    }

    /** Three digits after the point. */
    static double rounded(double value) {
        return Math.round(value * 1e3) / 1e3;
    }

    /** Time of the processor that this process took so far, in nanoseconds; all of its threads, the compiler's included. */
    static long processor() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
