package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.WindowProfiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What it costs to tally the inputs of a prediction while it is served, in nanoseconds a feature, and what the tallies of months
 * of a busy model hold. Options: {@code --features} (45), {@code --requests} of each measurement (200,000), {@code --repeats} (9).
 */
public final class ProfileBenchmark implements Task {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final int ROWS = 4_096;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int features = arguments.number("features", 45);
        int requests = arguments.number("requests", 200_000);
        int repeats = arguments.number("repeats", 9);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        double[][] rows = new double[ROWS][features];
        for (double[] row : rows) {
            for (int c = 0; c < features; c++) {
                row[c] = random.nextGaussian();
            }
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("features", features);
        for (int perSecond : new int[] {1, 100, 10_000}) {
            WindowProfiles profiles = new WindowProfiles(new boolean[features]);
            long[] served = {0};
            Timing timing = Timing.of(2, repeats, () -> {
                for (int i = 0; i < requests; i++) {
                    long n = served[0]++;
                    profiles.add(START.plusNanos(1_000_000_000L / perSecond * n), rows[(int) (n % ROWS)], new double[0]);
                }
                return profiles;
            });
            ObjectNode each = node.putObject("at_" + perSecond + "_a_second");
            each.put("nanoseconds_a_feature", Math.round(10 * timing.medianSeconds() * 1e9 / requests / features) / 10.0);
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < requests; i++) {
                long n = served[0]++;
                profiles.add(START.plusNanos(1_000_000_000L / perSecond * n), rows[(int) (n % ROWS)], new double[0]);
            }
            long took = THREADS.getCurrentThreadCpuTime() - before;
            each.put("nanoseconds_of_processor_time_a_feature", Math.round(10.0 * took / requests / features) / 10.0);
            each.put("rows", served[0]);
            each.put("megabytes_of_values", Math.round(profiles.kept() * 8 / 1e4) / 100.0);
            Instant now = START.plusNanos(1_000_000_000L / perSecond * served[0]);
            Timing window = Timing.of(1, 5, () -> profiles.window(Duration.ofDays(7), 100, now).window());
            each.set("window_of_7_days", window.millis());
        }
        return node;
    }
}
