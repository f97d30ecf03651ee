package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.stats.KolmogorovSmirnov;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * A drift check of 45 columns: 120 rows against a reference of 20,000, by the football project's policy; making that
 * reference; and Kolmogorov-Smirnov alone, 50,000 against 50,000 unsorted values for each column.
 */
public final class DriftBenchmark implements Task {
    private static final int COLUMNS = 45;
    private static final int REFERENCE = 20_000;
    private static final int WINDOW = 120;
    private static final int LARGE = 50_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int scale = arguments.number("scale", 1);
        int repeats = arguments.number("repeats", scale == 1 ? 100 : 10);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        double[][] reference = normals(random, REFERENCE * scale);
        double[][] window = normals(random, WINDOW);
        List<String> names =
                IntStream.range(0, COLUMNS).mapToObj(i -> "column_" + i).toList();
        DriftMonitorDefinition monitor = new DriftMonitorDefinition(
                "drift", List.of("model"), Duration.ofDays(7), 100, DriftMonitorDefinition.Policy.RECOMMENDED, 0.3, Map.of(), null);
        Instant end = Instant.parse("2021-05-23T00:00:00Z");
        ReferenceProfile profile = profile(names, reference);
        Timing check = Timing.of(repeats, repeats, () -> check(profile, window, monitor, end));
        Timing first = Timing.of(2, Math.max(3, repeats / 10), () -> check(profile(names, reference), window, monitor, end));
        double[][] left = normals(random, LARGE * scale);
        double[][] right = normals(random, LARGE * scale);
        Timing ks = Timing.of(2, Math.max(3, repeats / 10), () -> {
            double sum = 0;
            for (int c = 0; c < COLUMNS; c++) {
                sum += KolmogorovSmirnov.test(left[c], right[c]).pValue();
            }
            return sum;
        });
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("columns", COLUMNS);
        node.put("reference_rows", REFERENCE * scale);
        node.put("window_rows", WINDOW);
        node.set("check", check.millis());
        node.set("first_check_with_profile", first.millis());
        node.put("ks_rows_each_side", LARGE * scale);
        node.set("ks", ks.millis());
        return node;
    }

    private static ReferenceProfile profile(List<String> names, double[][] reference) {
        double[][] own = new double[reference.length][];
        for (int c = 0; c < own.length; c++) {
            own[c] = reference[c].clone();
        }
        return ReferenceProfile.of(names, own, new double[COLUMNS]);
    }

    private static Object check(ReferenceProfile profile, double[][] window, DriftMonitorDefinition monitor, Instant end) {
        return DriftCheck.check(
                "model",
                1,
                profile,
                new DriftCheck.Window(window, end.minus(monitor.window()), end),
                monitor,
                end,
                List.of());
    }

    private static double[][] normals(RandomGenerator random, int rows) {
        double[][] columns = new double[COLUMNS][rows];
        for (double[] column : columns) {
            for (int i = 0; i < rows; i++) {
                column[i] = random.nextGaussian();
            }
        }
        return columns;
    }
}
