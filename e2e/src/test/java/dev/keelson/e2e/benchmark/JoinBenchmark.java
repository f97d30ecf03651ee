package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.features.JoinSummary;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbPointInTimeJoin;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetDatasetStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The point-in-time join of a file of questions with a file of feature rows, from Parquet to Parquet: features in event
 * order, and features that became known late, with ties. Options: {@code entities}, {@code features}, {@code keys},
 * {@code memory} (megabytes of the engine), {@code repeats}, {@code warm} (no to measure the first call, too), {@code shape} (event-order, late
 * or both), {@code pandas} (yes to run {@code merge_asof} of a python3 that has pandas and pyarrow, on the same files).
 */
public final class JoinBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TTL = Duration.ofDays(7);

    private static final String PANDAS =
            """
            import json, resource, sys, time
            import pandas as pd
            def join():
                entities = pd.read_parquet(sys.argv[1]).sort_values("as_of")
                features = pd.read_parquet(sys.argv[2], columns=["k", "known_at", "v1", "v2", "v3", "v4"])
                features = features.sort_values("known_at")
                joined = pd.merge_asof(entities, features, left_on="as_of", right_on="known_at", by="k",
                                       allow_exact_matches=False, tolerance=pd.Timedelta(days=7))
                joined.sort_index().to_parquet(sys.argv[3])
            times = []
            for _ in range(int(sys.argv[4]) + 1):
                start = time.perf_counter()
                join()
                times.append(time.perf_counter() - start)
            print(json.dumps({"version": pd.__version__, "cpu_s_a_call": round(time.process_time() / len(times), 3), "median_s": round(sorted(times[1:])[len(times[1:]) // 2], 3),
                              "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
            """;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int entities = arguments.number("entities", 1_000_000);
        int features = arguments.number("features", 10_000_000);
        int keys = arguments.number("keys", 5_000);
        int memory = arguments.number("memory", 1_000);
        int repeats = arguments.number("repeats", 3);
        int warm = arguments.text("warm", "yes").equals("no") ? 0 : 1;
        String shape = arguments.text("shape", "both");
        Path folder = Files.createTempDirectory("keelson-join-");
        try {
            Path asked = folder.resolve("entities.parquet");
            Path rows = folder.resolve("features.parquet");
            make(folder, asked, rows, entities, features, keys, memory);
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("entities", entities);
            node.put("features", features);
            node.put("keys", keys);
            node.put("engine_memory_mb", memory);
            node.put("feature_file_bytes", Files.size(rows));
            if (!shape.equals("late")) {
                FeatureRows ordered = new FeatureRows.InFiles(List.of(rows), "event_time", "known_at", Duration.ZERO, true);
                node.set("in_event_order", measure(folder, asked, ordered, memory, warm, repeats));
            }
            if (!shape.equals("event-order")) {
                FeatureRows late = new FeatureRows.InFiles(List.of(rows), "event_time", "created", Duration.ZERO, false);
                node.set("created_time_and_ties", measure(folder, asked, late, memory, warm, repeats));
            }
            if (arguments.text("pandas", "no").equals("yes")) {
                node.set("pandas_merge_asof_in_event_order", pandas(folder, asked, rows, repeats));
            }
            return node;
        } finally {
            SimulatedProject.delete(folder);
        }
    }

    private static ObjectNode measure(Path folder, Path asked, FeatureRows rows, int memory, int warm, int repeats)
            throws Exception {
        resetPeak();
        Path result = folder.resolve("joined.parquet");
        JoinRequest request = new JoinRequest(
                new EntityRows.InFile(asked),
                "as_of",
                List.of(new JoinRequest.View(
                        "view",
                        rows,
                        List.of(new JoinRequest.Key("k", "k")),
                        List.of("v1", "v2", "v3", "v4"),
                        TTL,
                        null)));
        Path spill = folder.resolve("spill");
        try (DuckDb engine = new DuckDb(new DuckDbSettings(memory, 2, spill))) {
            DuckDbPointInTimeJoin join =
                    new DuckDbPointInTimeJoin(engine, new ParquetDatasetStore(folder.resolve("datasets"), engine));
            JoinSummary[] last = new JoinSummary[1];
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            long before = system.getProcessCpuTime();
            Timing timing = Timing.of(warm, repeats, () -> last[0] = join.toFile(request, result));
            ObjectNode node = timing.millis();
            // of both threads together; says what the join costs where other work keeps the cores busy
            node.put("cpu_s_a_call", Timing.rounded((system.getProcessCpuTime() - before) / 1e9 / (warm + repeats)));
            JoinSummary.ViewSummary view = last[0].views().getFirst();
            node.put("ordered_path", view.inEventOrder());
            for (FeatureStatus status : FeatureStatus.values()) {
                node.put(status.name().toLowerCase(java.util.Locale.ROOT), view.statuses().get(status));
            }
            peak().ifPresent(megabytes -> node.put("peak_rss_mb", megabytes));
            return node;
        }
    }

    /** Two years of rows; every hash is of the row's number, so the same numbers give the same files. */
    private static void make(Path folder, Path asked, Path rows, int entities, int features, int keys, int memory)
            throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("memory_limit", memory + "MB");
        properties.setProperty("threads", "2");
        properties.setProperty("temp_directory", folder.resolve("spill-made").toString());
        String start = "make_timestamptz(1577836800000000 + ";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            // key and second are one number without repetition, so that no key has two rows of one second
            statement.execute(
                    ("COPY (SELECT 'k' || key AS k, %s event) AS event_time, %s event + 3600000000) AS known_at,"
                                    + " %s (event // 3600000000 + 1 + (hash(i + 3) %% 100)::BIGINT) * 3600000000) AS created,"
                                    + " (hash(i + 11) %% 1000003) / 1000003 AS v1, (hash(i + 12) %% 1000003) / 1000003 AS v2,"
                                    + " (hash(i + 13) %% 1000003) / 1000003 AS v3, (hash(i + 14) %% 1000003) / 1000003 AS v4"
                                    + " FROM (SELECT i, i %% %d AS key,"
                                    + " ((i // %d) * (63072000.0 * %d / %d)::BIGINT + hash(i) %% 3)::BIGINT * 1000000 AS event"
                                    + " FROM range(%d) r(i)) ORDER BY event // 2592000000000, key, event)"
                                    + " TO '%s' (FORMAT parquet, COMPRESSION zstd)")
                            .formatted(start, start, start, keys, keys, keys, features, features, rows));
            statement.execute(
                    ("COPY (SELECT 'k' || (hash(i) %% %d) AS k, %s (hash(i + 7) %% 63072000)::BIGINT * 1000000) AS as_of"
                                    + " FROM range(%d) r(i)) TO '%s' (FORMAT parquet)")
                            .formatted(keys + keys / 50, start, entities, asked));
        }
    }

    private static ObjectNode pandas(Path folder, Path asked, Path rows, int repeats)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "python3",
                        "-c",
                        PANDAS,
                        asked.toString(),
                        rows.toString(),
                        folder.resolve("pandas.parquet").toString(),
                        Integer.toString(repeats))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            return JsonNodeFactory.instance.objectNode().put("failed", said.strip().lines().reduce("", (a, b) -> b));
        }
        return (ObjectNode) MAPPER.readTree(said);
    }

    /** Peak memory of this process since {@link #resetPeak}; empty where the system does not tell. */
    private static Optional<Long> peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .findFirst()
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024);
        }
    }

    private static void resetPeak() throws IOException {
        System.gc();
        Path references = Path.of("/proc/self/clear_refs");
        if (Files.isWritable(references)) {
            Files.writeString(references, "5");
        }
    }
}
