package dev.keelson.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Forty columns in which nothing drifts but much moves: independent columns of several shapes, columns with missing values,
 * seasons of a year, slowly wandering columns shared by all rows of a time, and columns whose rows come in groups.
 */
final class QuietWorld {
    static final int COLUMNS = 40;
    static final int ROWS_A_WEEK = 39;
    static final int ROWS_A_YEAR = 39 * 46;
    static final Instant START = Instant.parse("2018-08-01T00:00:00Z");

    final double[][] values;
    final List<String> names = IntStream.range(0, COLUMNS)
            .mapToObj(c -> kind(c) + "_" + c)
            .toList();

    QuietWorld(long seed, int rows) {
        values = new double[COLUMNS][rows];
        for (int c = 0; c < COLUMNS; c++) {
            fill(c, values[c], RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 1_000 + c));
        }
    }

    static String kind(int column) {
        if (column < 24) {
            return "plain";
        }
        return column < 30 ? "season" : column < 36 ? "wander" : "group";
    }

    private static void fill(int column, double[] into, RandomGenerator random) {
        double slow = 0;
        double group = 0;
        for (int row = 0; row < into.length; row++) {
            slow = 0.99 * slow + Math.sqrt(1 - 0.99 * 0.99) * random.nextGaussian();
            if (row % 8 == 0) {
                group = random.nextGaussian();
            }
            double noise = random.nextGaussian();
            into[row] =
                    switch (kind(column)) {
                        case "season" -> 2 * Math.sin(2 * Math.PI * row / ROWS_A_YEAR + column) + noise;
                        case "wander" -> slow + (column - 29) * 0.2 * noise;
                        case "group" -> 0.6 * group + 0.8 * noise;
                        default -> plain(column, noise, random);
                    };
        }
    }

    private static double plain(int column, double noise, RandomGenerator random) {
        return switch (column % 6) {
            case 0 -> noise;
            case 1 -> Math.exp(noise);
            case 2 -> -Math.log(1 - random.nextDouble());
            case 3 -> random.nextInt(5);
            case 4 -> random.nextDouble() < 0.05 ? Double.NaN : noise;
            default -> random.nextDouble() < 0.3 ? 1 : 0;
        };
    }

    /** The first rows as the reference; columns are of equal importance. */
    ReferenceProfile reference(int rows) {
        double[] importance = new double[COLUMNS];
        Arrays.fill(importance, 1.0 / COLUMNS);
        return ReferenceProfile.of(names, part(0, rows), importance);
    }

    double[][] part(int from, int to) {
        return Arrays.stream(values)
                .map(column -> Arrays.copyOfRange(column, from, to))
                .toArray(double[][]::new);
    }

    static DriftMonitorDefinition monitor(DriftMonitorDefinition.Policy policy, int minRows, double share) {
        return new DriftMonitorDefinition("drift", List.of("m"), Duration.ofDays(7), minRows, policy, share, Map.of(), null);
    }

    static Instant at(int week) {
        return START.plus(Duration.ofDays(7L * week));
    }

    /** Weekly checks of the last 100 rows or so after a reference, as a replay makes them; oldest first. */
    List<DriftReport> replay(int referenceRows, DriftMonitorDefinition.Policy policy) {
        ReferenceProfile reference = reference(referenceRows);
        List<DriftReport> newestFirst = new ArrayList<>();
        int weeks = (values[0].length - referenceRows) / ROWS_A_WEEK;
        for (int week = 3; week <= weeks; week++) {
            int to = referenceRows + week * ROWS_A_WEEK;
            int from = to - 3 * ROWS_A_WEEK;
            newestFirst.addFirst(DriftCheck.check(
                    "m",
                    1,
                    reference,
                    new DriftCheck.Window(part(from, to), at(week - 3), at(week)),
                    monitor(policy, 100, 0.3),
                    at(week),
                    newestFirst));
        }
        return newestFirst.reversed();
    }
}
