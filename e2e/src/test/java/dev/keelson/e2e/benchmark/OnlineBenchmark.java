package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.features.Materialization;
import dev.keelson.http.FeatureServing.Answer;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.wiring.Datasets;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.LiveFeatures;
import dev.keelson.wiring.Projects;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Online features: 3 views with 24 features over events of a simulated shop. Materialises all of them from nothing, reads
 * one and 100 entities in process, warm and from the store, and reads over HTTP in an open loop. Options: {@code --rows},
 * {@code --keys}, {@code --calls} (of one entity; a tenth of them for 100), {@code --rate}, {@code --seconds} (0 leaves HTTP out), {@code --store} ({@code sqlite}, or
 * {@code shared} for the PostgreSQL or Redis server whose address the variable ONLINE_STORE holds; a project of its own is
 * left there).
 */
public final class OnlineBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final long SPAN_SECONDS = Duration.ofDays(360).toSeconds();

    private static final String PROJECT = """
            keelson: 1
            project: shop-${RUN}
            timezone: UTC
            stores:
              online: ${ONLINE_STORE}
            sources:
              orders:
                file: orders.csv
                key: [id, at]
                event_time: at
                columns:
                  id:       { type: long, required: true }
                  customer: { type: string, required: true }
                  at:       { type: timestamp, required: true }
                  amount:   { type: double, min: 0 }
                  items:    { type: double, min: 0 }
            entities:
              customer: { key: customer }
            feature_views:
            """;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 1_000_000);
        int keys = arguments.number("keys", 5_000);
        Path folder = Files.createTempDirectory("keelson-online");
        try {
            Files.writeString(folder.resolve("keelson.yaml"), project());
            write(folder.resolve("orders.csv"), rows, keys);
            String address = arguments.text("store", "sqlite").equals("sqlite")
                    ? "embedded"
                    : String.valueOf(System.getenv("ONLINE_STORE"));
            Project project = Projects.read(
                    folder,
                    Map.of(
                            "RUN",
                            Long.toString(System.currentTimeMillis()),
                            "ONLINE_STORE",
                            address));
            InstantSource clock = InstantSource.fixed(START.plusSeconds(SPAN_SECONDS + 60));
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("rows", rows).put("keys", keys).put("views", 3).put("features", 24);
            node.put("store", address.split(":", 2)[0]); // without its password
            Datasets.change(project, clock, data -> data.load(null));
            materialize(project, clock, rows, node);
            reads(project, clock, keys, arguments.number("calls", 20_000), node);
            http(project, clock, keys, arguments, node);
            return node;
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String project() {
        StringBuilder text = new StringBuilder(PROJECT);
        for (int view = 1; view <= 3; view++) {
            text.append("  orders_%d:\n    entity: customer\n    source: orders\n    key: customer\n    features:\n".formatted(view));
            int last = 5 * view;
            for (String column : List.of("amount", "items")) {
                text.append("      %s_mean: mean(%s) over last %d events\n".formatted(column, column, last));
                text.append("      %s_max: max(%s) over last %d events\n".formatted(column, column, last));
                text.append("      %s_sum: sum(%s) over last %d events\n".formatted(column, column, last));
            }
            text.append("      orders: count(*) over last %d events\n".formatted(last));
            text.append("      quiet_days: days since last event\n");
        }
        return text.toString();
    }

    private static void write(Path file, int rows, int keys) throws IOException {
        Random random = new Random(7);
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
            out.write("id,customer,at,amount,items\n");
            for (int row = 0; row < rows; row++) {
                Instant at = START.plusSeconds((long) ((double) row / rows * SPAN_SECONDS));
                out.write(row + ",c" + random.nextInt(keys) + "," + at + "," + random.nextInt(10_000) / 100.0 + ","
                        + (1 + random.nextInt(9)) + "\n");
            }
        }
    }

    private static void materialize(Project project, InstantSource clock, int rows, ObjectNode node) {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            pool.resetPeakUsage();
        }
        try (LiveFeatures features = LiveFeatures.open(project, clock)) {
            long start = System.nanoTime();
            features.materialize(Materialization.Request.INCREMENTAL, QUIET);
            double cold = (System.nanoTime() - start) / 1e9;
            start = System.nanoTime();
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            features.materialize(new Materialization.Request(List.of(), null, null, true), QUIET);
            double warm = (System.nanoTime() - start) / 1e9;
            double busy = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9;
            node.put("materialize_again_rows_a_second_of_its_thread", Timing.rounded(rows / busy));
            start = System.nanoTime();
            features.materialize(Materialization.Request.INCREMENTAL, QUIET);
            double nothing = (System.nanoTime() - start) / 1e9;
            node.put("materialize_s", Timing.rounded(cold));
            node.put("materialize_rows_a_second", Timing.rounded(rows / cold));
            node.put("materialize_again_rows_a_second", Timing.rounded(rows / warm));
            node.put("nothing_new_ms", Timing.rounded(nothing * 1e3));
        }
        long peak = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().contains("Old") || pool.getName().contains("Tenured")) {
                peak += pool.getPeakUsage().getUsed();
            }
        }
        node.put("peak_old_generation_mb", peak >> 20);
    }

    private static final Materialization.Progress QUIET = (view, done, total) -> {};
    private static final List<String> ALL = List.of("orders_1:*", "orders_2:*", "orders_3:*");

    private static void reads(Project project, InstantSource clock, int keys, int calls, ObjectNode node) throws Exception {
        Random random = new Random(3);
        List<Map<String, List<Object>>> ones = new ArrayList<>();
        List<Map<String, List<Object>>> hundreds = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            List<Object> hundred = new ArrayList<>();
            for (int k = 0; k < 100; k++) {
                hundred.add("c" + random.nextInt(keys));
            }
            ones.add(Map.of("customer", hundred.subList(0, 1)));
            hundreds.add(Map.of("customer", hundred));
        }
        int[] next = {0};
        try (LiveFeatures features = LiveFeatures.open(project, clock)) {
            Timing one = Timing.of(calls, calls, () -> features.get(ALL, ones.get(next[0]++ & 511)));
            Timing hundred = Timing.of(calls / 10, calls / 10, () -> features.get(ALL, hundreds.get(next[0]++ & 511)));
            node.set("read_1_entity", one.micros());
            node.set("read_100_entities", hundred.micros());
        }
        List<Long> nanos = new ArrayList<>();
        for (int opened = 0; opened < 12; opened++) { // each opening forgets what was on the heap
            try (LiveFeatures features = LiveFeatures.open(project, clock)) {
                for (int i = 0; i < Math.max(1, Math.min(8, keys / 1_000)); i++) {
                    List<Object> fresh = new ArrayList<>();
                    for (int k = 0; k < 100; k++) {
                        fresh.add("c" + (i * 100 + k + opened * 7) % keys);
                    }
                    long start = System.nanoTime();
                    Answer answer = features.get(ALL, Map.of("customer", fresh));
                    if (answer.rows() == 100 && opened > 1) {
                        nanos.add(System.nanoTime() - start);
                    }
                }
            }
        }
        nanos.sort(null);
        node.put("read_100_from_store_median_ms", Timing.rounded(nanos.get(nanos.size() / 2) / 1e6));
        node.put("read_100_from_store_best_ms", Timing.rounded(nanos.getFirst() / 1e6));
    }

    private static void http(Project project, InstantSource clock, int keys, Arguments arguments, ObjectNode node)
            throws Exception {
        int rate = arguments.number("rate", 5_000);
        Duration length = Duration.ofSeconds(arguments.number("seconds", 8));
        Random random = new Random(5);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            bodies.add(MAPPER.writeValueAsBytes(
                    Map.of("features", ALL, "entities", Map.of("customer", List.of("c" + random.nextInt(keys))))));
        }
        try (LiveBackend backend = LiveBackend.open(project, clock);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
            String path = "/api/v1/features/get";
            node.put("http_answer_bytes", ClosedLoop.once(server.port(), path, bodies.getFirst()).length);
            ClosedLoop.run(server.port(), path, bodies, 8, length.multipliedBy(5).dividedBy(8)); // warm-up
            node.set("http_closed_loop_8", ClosedLoop.run(server.port(), path, bodies, 8, length.dividedBy(2)));
            node.set("http_open_loop", ClosedLoop.run(server.port(), path, bodies, 8, rate, length));
        }
    }
}
