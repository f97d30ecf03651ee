package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DataDriftCheck;
import dev.keelson.monitor.DataDriftSettings;
import dev.keelson.monitor.DriftMethod;
import dev.keelson.monitor.DriftMethods;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.TableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A drift check of two Parquet files of normal values, read a column at a time: by Kolmogorov-Smirnov alone and by the
 * recommended policy. SciPy's test of as many values in memory runs beside it. Options: {@code --rows} of each file (1,000,000;
 * beyond {@value TableFile#ROWS_READ} columns are read as quantiles, and SciPy is left out), {@code --features}, its columns (45; beyond
 * 100 they are single precision, so that the files stay small, the recommended policy and SciPy are left out), {@code --group}, the
 * rows of a group (122,880, as DuckDB writes them; each group of each column costs a little), {@code --repeats} (1; the last is
 * told). The largest memory is that of the process during the checks, told with the Java heap's limit in force; {@code
 * KEELSON_JAVA_OPTS=-Xmx300m} sets another.
 */
public final class ParquetDriftBenchmark implements Task {
    /** Up to so many columns the recommended policy and SciPy are measured, too. */
    private static final int FEW = 100;
    private static final Instant AT = Instant.parse("2024-01-01T00:00:00Z");

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 1_000_000);
        int columns = arguments.number("features", 45);
        int group = arguments.number("group", 122_880);
        int repeats = arguments.number("repeats", 1);
        Path folder = Files.createTempDirectory("keelson-drift");
        try {
            Path reference = folder.resolve("reference.parquet");
            Path current = folder.resolve("current.parquet");
            write(reference, rows, columns, group, 0);
            write(current, rows, columns, group, 0.5);
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("rows_each_side", rows);
            node.put("columns", columns);
            node.put("rows_of_a_group", group);
            node.put("file_mb", Files.size(reference) >> 20);
            boolean apart = forgetPeak();
            for (int repeat = 0; repeat < repeats; repeat++) {
                check(node, "ks", reference, current, rule(Policy.METHODS));
                if (columns <= FEW) {
                    check(node, "recommended", reference, current, rule(Policy.RECOMMENDED));
                }
            }
            node.put("heap_limit_mb", Runtime.getRuntime().maxMemory() >> 20);
            node.put("peak_mb", peak());
            node.put("peak_includes_writing", !apart);
            if (columns <= FEW && rows <= TableFile.ROWS_READ) {
                besideSciPy(node, rows, columns);
            }
            return node;
        } finally {
            try (var files = Files.list(folder)) {
                for (Path each : files.toList()) {
                    Files.delete(each);
                }
            }
            Files.delete(folder);
        }
    }

    private static void besideSciPy(ObjectNode node, int rows, int columns) throws IOException, InterruptedException {
        JsonNode peer = SciPy.kolmogorovSmirnov(rows, columns);
        if (peer == null) {
            node.put("scipy", SciPy.LEFT_OUT);
            return;
        }
        double seconds = peer.path("seconds").path(0).asDouble();
        ObjectNode other = node.putObject("scipy");
        other.put("version", peer.path("scipy").asText());
        other.put("from_memory_processor_seconds", Timing.rounded(seconds));
        other.put("peak_mb", peer.path("peak_mb").asLong());
        node.put("times_faster", Timing.rounded(seconds / node.path("ks_processor_seconds").asDouble()));
        node.put("times_less_memory", Timing.rounded(peer.path("peak_mb").asDouble() / node.path("peak_mb").asDouble()));
    }

    private static void check(ObjectNode node, String name, Path reference, Path current, DriftMonitorDefinition rule) {
        long start = System.nanoTime();
        long before = Timing.processor();
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults());
                TableFile left = TableFile.open(engine, reference, "reference");
                TableFile right = TableFile.open(engine, current, "current")) {
            DriftReport report = DataDriftCheck.check(
                    left, right, new DataDriftSettings("benchmark", rule, List.of(), Set.of(), null, null, AT, AT), null, AT);
            if (!report.features().getFirst().name().equals("c0") || report.features().size() < 2) {
                throw new IllegalStateException("The column that moved was not found: " + report.reason());
            }
            node.put(name + "_seconds", Timing.rounded((System.nanoTime() - start) / 1e9));
            node.put(name + "_processor_seconds", Timing.rounded((Timing.processor() - before) / 1e9));
            node.put(name + "_verdict", report.verdict().word());
        }
    }

    private static DriftMonitorDefinition rule(Policy policy) {
        return new DriftMonitorDefinition(
                "drift", List.of(), Duration.ofDays(7), 100, policy, 0, Map.of(), null,
                new DriftMethods(DriftMethod.KS, Map.of(), Double.NaN, Map.of()), List.of(), false);
    }

    /** Normal values; the first column is moved. */
    private static void write(Path file, int rows, int columns, int group, double shift) throws SQLException {
        String type = columns <= FEW ? "DOUBLE" : "FLOAT";
        String select = IntStream.range(0, columns)
                .mapToObj(c -> "(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + %s)::%s AS c%d"
                        .formatted(c == 0 ? shift : 0, type, c))
                .collect(Collectors.joining(", "));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET memory_limit = '%dMB'".formatted(Math.max(512, ((long) group * columns * 3 * Float.BYTES) >> 20)));
            statement.execute("SET threads = 1");
            statement.execute("COPY (SELECT %s FROM range(%d)) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE %d)"
                    .formatted(select, rows, file, group));
        }
    }

    /** From now on the largest memory counts anew; false where the system does not do that. */
    private static boolean forgetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            return true;
        } catch (IOException e) {
            return false; // told by the figures
        }
    }

    /** The largest resident memory of this process so far, in MB; -1 where the system does not tell. */
    private static long peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElse(-1);
    }
}
