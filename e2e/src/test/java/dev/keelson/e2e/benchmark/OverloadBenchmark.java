package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What happens to {@code keelson serve}, in a process of its own with a bounded heap, when requests come at five times the rate
 * that it can answer: a model of 45 features and 500 trees, every prediction journaled, the load generator on the same machine.
 * The capacity is that of a closed loop. Then, each as an open loop: a tenth of it, five times it, and at once again a tenth,
 * which shows how soon answers are as before. A request that finds no free connection for {@value #PATIENCE_MS} ms after it was
 * due is given up by its client and counted as unsent. Memory is looked at all the while, and tells that the rest of the server
 * answers.
 *
 * <p>Options: {@code --seconds} of the overload, {@code --connections} of the clients, {@code --requests} (rows in each),
 * {@code --scale} (times the capacity), {@code --memory} (heap in MiB), {@code --rows} to train on, {@code --trees}.
 */
public final class OverloadBenchmark implements Task {
    private static final String PATH = "/api/v1/models/plain/predict";
    private static final int BODIES = 512;
    private static final int PATIENCE_MS = 10;
    private static final int CALM_CONNECTIONS = 8;
    private static final Duration CALM = Duration.ofSeconds(3);
    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(50);

    /** Memory of the server at a time, in MiB. */
    private record Look(double seconds, long process, double heap) {}

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        Path folder = Files.createTempDirectory("keelson-overload-");
        RunPipeline.run(
                BetProject.write(folder, arguments.number("rows", 4_000), arguments.number("trees", 500), 7),
                InstantSource.system(),
                line -> {});
        int rows = arguments.number("requests", 1);
        int connections = arguments.number("connections", 512);
        int heap = arguments.number("memory", 256);
        Duration length = Duration.ofSeconds(arguments.number("seconds", 30));
        List<byte[]> bodies = bodies(rows);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rows_a_request", rows).put("heap_most_megabytes", heap).put("connections", connections);
        try (ServerProcess server =
                ServerProcess.over(folder, "-Xmx" + heap + "m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20")) {
            Duration warm = length.compareTo(Duration.ofSeconds(10)) < 0 ? length : Duration.ofSeconds(10);
            LoadGenerator.closed(server.port(), PATH, bodies, 32, warm);
            LoadGenerator.Load capacity = LoadGenerator.closed(server.port(), PATH, bodies, 32, CALM);
            node.set("capacity", capacity.toJson());
            int calm = Math.max(100, (int) (capacity.rate() / 10));
            int rate = (int) (capacity.rate() * arguments.number("scale", 5));
            LoadGenerator.Load before = calm(server, bodies, calm);
            node.set("before", before.toJson());
            List<Look> looks = new ArrayList<>();
            AtomicBoolean over = new AtomicBoolean();
            LoadGenerator.Load during;
            try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
                Future<?> looking = thread.submit(() -> {
                    looks(server, looks, over);
                    return null;
                });
                try {
                    during = LoadGenerator.open(
                            server.port(), PATH, bodies, connections, rate, length, Duration.ofMillis(PATIENCE_MS));
                } finally {
                    over.set(true);
                }
                looking.get();
            }
            LoadGenerator.Load after = calm(server, bodies, calm);
            node.set("overload", overload(during, rate));
            node.set("after", after.toJson());
            node.put("recovered_after_ms", Math.round(recovery(after.each(), before.nanos().quantile(0.99)) / 1e6));
            node.set("memory", memory(looks, server));
        }
        return node;
    }

    private static List<byte[]> bodies(int rows) {
        if (rows == 1) {
            return BetProject.requests(BODIES, false, 11);
        }
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < BODIES / 8; i++) {
            bodies.add(BetProject.batch(rows, i));
        }
        return bodies;
    }

    private static LoadGenerator.Load calm(ServerProcess server, List<byte[]> bodies, int rate) throws IOException {
        return LoadGenerator.open(server.port(), PATH, bodies, CALM_CONNECTIONS, rate, CALM);
    }

    private static ObjectNode overload(LoadGenerator.Load load, int rate) {
        LoadGenerator.Answers each = load.each();
        int sent = each.times().length;
        ObjectNode node = load.toJson();
        node.put("due_a_second", rate);
        node.put("sent_a_second", Math.round(sent / load.seconds()));
        node.put("unsent", load.unsent());
        ObjectNode statuses = node.putObject("answers");
        for (int status : new int[] {200, 429, 503}) {
            statuses.put(Integer.toString(status), each.times(status).length);
        }
        statuses.put("503_without_retry_after", each.times(-503).length);
        statuses.put("others", load.failed());
        node.put("share_accepted", Timing.rounded(load.nanos().nanos().length / (double) sent));
        long[] turnedAway = each.times(503);
        if (turnedAway.length > 0) {
            node.put("p99_of_503_ms", Timing.rounded(new Timing(turnedAway).quantile(0.99) / 1e6));
        }
        return node;
    }

    /**
     * How long answers were not as before: until the end of the last window in which one was refused or the 90th percentile of
     * times was more than twice the usual 99th.
     */
    private static long recovery(LoadGenerator.Answers each, long usual) {
        int windows = (int) (CALM.toNanos() / WINDOW) + 1;
        List<List<Long>> times = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            times.add(new ArrayList<>());
        }
        for (int i = 0; i < each.times().length; i++) {
            int window = (int) Math.min(windows - 1, each.since()[i] / WINDOW);
            times.get(window).add(each.statuses()[i] == 200 ? each.times()[i] : Long.MAX_VALUE);
        }
        for (int window = windows - 1; window >= 0; window--) {
            long[] sorted = times.get(window).stream().mapToLong(Long::longValue).sorted().toArray();
            if (sorted.length > 0
                    && (sorted[sorted.length - 1] == Long.MAX_VALUE
                            || sorted[(int) (0.9 * (sorted.length - 1))] > 2 * usual)) {
                return (window + 1) * WINDOW;
            }
        }
        return 0;
    }

    private static void looks(ServerProcess server, List<Look> looks, AtomicBoolean over) throws Exception {
        long start = System.nanoTime();
        while (!over.get()) {
            long asked = System.nanoTime();
            looks.add(new Look(
                    (asked - start) / 1e9,
                    server.megabytes(),
                    Metrics.sum(server, "jvm_memory_used_bytes{area=\"heap\"") / (1 << 20)));
            TimeUnit.NANOSECONDS.sleep(Math.max(0, TimeUnit.SECONDS.toNanos(1) - (System.nanoTime() - asked)));
        }
    }

    private static ObjectNode memory(List<Look> looks, ServerProcess server) throws IOException {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode seconds = node.putArray("seconds");
        ArrayNode process = node.putArray("process_megabytes");
        ArrayNode heap = node.putArray("heap_megabytes");
        looks.forEach(look -> {
            seconds.add(Math.round(look.seconds() * 10) / 10.0);
            process.add(look.process());
            heap.add(Math.round(look.heap()));
        });
        node.put("process_most_megabytes", server.peakMegabytes());
        node.put("heap_most_seen_megabytes", Math.round(looks.stream().mapToDouble(Look::heap).max().orElse(0)));
        return node;
    }
}
