package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.stats.Adwin;
import dev.keelson.stats.KolmogorovSmirnov;
import dev.keelson.stats.PageHinkley;
import dev.keelson.stats.QuantileSketch;
import dev.keelson.stats.SortedSample;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/**
 * Kolmogorov-Smirnov over 45 columns of normal values, a column at a time: both sides unsorted, the reference sorted before,
 * and as sketches; what a value costs a sketch; detectors on a stream. SciPy of {@code /usr/bin/python3} on as many rows in
 * the same run, in turns with ours. All times are those of the processor, of one thread, so that another load changes neither
 * much. Options: {@code --rows} (50,000), {@code --repeats} (3), {@code --events} (values of the
 * stream, 10,000,000).
 */
public final class KsBenchmark implements Task {
    private static final int COLUMNS = 45;

    /** What was measured goes here, so that the compiler cannot leave it out. */
    private static volatile long sink;

    private final int columns;

    /** Of 45 columns. */
    public KsBenchmark() {
        this(COLUMNS);
    }

    KsBenchmark(int columns) {
        this.columns = columns;
    }

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 50_000);
        int repeats = arguments.number("repeats", 3);
        int events = arguments.number("events", 10_000_000);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("columns", columns);
        node.put("rows_each_side", rows);
        SplittableRandom random = new SplittableRandom(42);
        long[] unsorted = new long[repeats];
        long[] sortedBefore = new long[repeats];
        long[] sketched = new long[repeats];
        double[] scipy = new double[repeats];
        JsonNode peer = null;
        double largestError = 0;
        round(random, rows, 3, unsorted, sortedBefore, sketched, 0); // warms up
        for (int repeat = 0; repeat < repeats; repeat++) {
            largestError = Math.max(largestError, round(random, rows, columns, unsorted, sortedBefore, sketched, repeat));
            peer = SciPy.kolmogorovSmirnov(rows, columns);
            scipy[repeat] = peer == null ? Double.NaN : peer.path("seconds").path(0).asDouble();
        }
        node.set("both_unsorted", new Timing(unsorted).millis());
        node.set("reference_sorted_before", new Timing(sortedBefore).millis());
        node.set("sketches_filled_and_tested", new Timing(sketched).millis());
        node.put("sketch_ns_a_value", Timing.rounded(new Timing(sketched).medianSeconds() * 1e9 / (2.0 * rows * columns)));
        node.put("largest_error_of_sketched_distance", largestError);
        if (peer == null) {
            node.put("scipy", SciPy.LEFT_OUT);
        } else {
            long[] nanos = new long[repeats];
            for (int i = 0; i < repeats; i++) {
                nanos[i] = Math.round(scipy[i] * 1e9);
            }
            Timing theirs = new Timing(nanos);
            ObjectNode other = node.putObject("scipy");
            other.put("version", peer.path("scipy").asText());
            other.set("both_unsorted", theirs.millis());
            other.put("peak_mb", peer.path("peak_mb").asLong());
            node.put("times_faster_unsorted", Timing.rounded(theirs.medianSeconds() / new Timing(unsorted).medianSeconds()));
            node.put("times_faster_sorted_before", Timing.rounded(theirs.medianSeconds() / new Timing(sortedBefore).medianSeconds()));
        }
        node.set("stream", stream(events, repeats));
        return node;
    }

    /** One pass over the columns; returns the largest difference of a sketched distance from the true one. */
    private static double round(
            SplittableRandom random, int rows, int columns, long[] unsorted, long[] sortedBefore, long[] sketched, int repeat) {
        unsorted[repeat] = 0;
        sortedBefore[repeat] = 0;
        sketched[repeat] = 0;
        double largest = 0;
        double[] reference = new double[rows];
        double[] current = new double[rows];
        for (int c = 0; c < columns; c++) {
            for (int i = 0; i < rows; i++) {
                reference[i] = random.nextGaussian();
                current[i] = random.nextGaussian();
            }
            long start = processor();
            double d = KolmogorovSmirnov.test(reference, current).d();
            unsorted[repeat] += processor() - start;
            double[] sorted = SortedSample.of(reference);
            start = processor();
            double again = KolmogorovSmirnov.testSorted(sorted, SortedSample.of(current)).d();
            sortedBefore[repeat] += processor() - start;
            start = processor();
            QuantileSketch left = new QuantileSketch();
            QuantileSketch right = new QuantileSketch();
            left.addAll(reference);
            right.addAll(current);
            double near = KolmogorovSmirnov.test(left, right, 0.99).d();
            sketched[repeat] += processor() - start;
            if (again != d) {
                throw new IllegalStateException("The distances %s and %s of one pair of columns differ.".formatted(d, again));
            }
            largest = Math.max(largest, Math.abs(near - d));
        }
        return largest;
    }

    /** Time of the processor that this thread took so far, in nanoseconds. */
    private static long processor() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** How many values a second of the processor a detector takes, at the median of the repeats. */
    private static long rate(int values, int repeats, Runnable all) {
        long[] nanos = new long[repeats];
        all.run();
        for (int repeat = 0; repeat < repeats; repeat++) {
            long start = processor();
            all.run();
            nanos[repeat] = processor() - start;
        }
        return new Timing(nanos).rate(values);
    }

    private static ObjectNode stream(int events, int repeats) {
        SplittableRandom random = new SplittableRandom(7);
        double[] errors = new double[1 << 16];
        for (int i = 0; i < errors.length; i++) {
            errors[i] = random.nextDouble() < 0.3 ? 1 : 0;
        }
        long adwin = rate(events, repeats, () -> {
            Adwin detector = new Adwin(Adwin.Config.defaults());
            for (int i = 0; i < events; i++) {
                detector.add(errors[i & (errors.length - 1)]);
            }
            sink = detector.width();
        });
        long pageHinkley = rate(events, repeats, () -> {
            long alarms = 0;
            PageHinkley detector = PageHinkley.standardised(PageHinkley.Config.forRun(0.5, 1e9), 0.3, 0.46);
            for (int i = 0; i < events; i++) {
                alarms += detector.add(errors[i & (errors.length - 1)]) == null ? 0 : 1;
            }
            sink = alarms;
        });
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("values", events);
        node.put("adwin_values_a_second", adwin);
        node.put("page_hinkley_values_a_second", pageHinkley);
        return node;
    }
}
