package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.RolloutService.Change;
import dev.keelson.http.RolloutService.Verb;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.RunPipeline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What changes of versions cost those that ask: requests over HTTP in an open loop on 127.0.0.1, load generator in the same
 * process, every prediction journaled. (1) A new version, to be loaded from its files, becomes the champion every second or as soon
 * as the last one serves; any answer that is not 200 ends the benchmark. (2) How long a candidate still answers after a rollout is aborted, asked in the process. (3) Times
 * to an answer at half of the rate that a closed loop reaches, with and without a shadow, in turns. Options: {@code --rate},
 * {@code --seconds}, {@code --connections}, {@code --repeats} (of 2 and 3).
 */
public final class RolloutBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int REQUESTS = 256;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rate = arguments.number("rate", 10_000);
        Duration length = Duration.ofSeconds(arguments.number("seconds", 60));
        int connections = arguments.number("connections", 32);
        int repeats = arguments.number("repeats", 5);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        try (Football football = Football.of(arguments, 1)) {
            Instant now = football.afterAll();
            InstantSource clock = InstantSource.fixed(now);
            RunPipeline.run(football.project(), clock, line -> {});
            LocalDate tomorrow = now.atZone(football.project().zone()).toLocalDate().plusDays(1);
            List<Map<String, @Nullable Object>> rows = football.requests(REQUESTS, tomorrow);
            List<byte[]> bodies = new ArrayList<>();
            for (var request : rows) {
                bodies.add(MAPPER.writeValueAsBytes(request));
            }
            String model = football.definition().name();
            String path = "/api/v1/models/" + model + "/predict";
            node.put("model", model).put("features", football.service().names().size());
            try (LiveBackend backend = LiveBackend.open(football.project(), clock);
                    KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
                backend.startIndexing();
                Duration warm = Duration.ofSeconds(Math.min(5, length.toSeconds()));
                ClosedLoop.run(server.port(), path, bodies, 8, warm);
                ObjectNode closed = ClosedLoop.run(server.port(), path, bodies, 8, warm);
                node.put("closed_loop_requests_a_second", closed.path("requests_a_second").asInt());
                node.set(
                        "hot_swaps",
                        swaps(backend, model, rows.getFirst(), server.port(), path, bodies, connections, rate, length));
                node.set("abort", aborts(backend, model, rows, repeats));
                node.set(
                        "shadow",
                        shadow(
                                backend, model, server.port(), path, bodies, closed.path("requests_a_second").asInt() / 2,
                                warm, repeats));
            }
        }
        return node;
    }

    /** The same files as another version. */
    private static int another(LiveBackend backend, String model) {
        ModelVersion champion = backend.alias(model, ModelVersion.CHAMPION).orElseThrow();
        Run run = backend.run(champion.runId()).orElseThrow();
        return backend.catalog().write(tx -> {
            int number = tx.nextVersion(model);
            String id = "%032x".formatted(0xabcdef0000L + number);
            tx.putRun(new Run(
                    id, run.experiment(), run.status(), run.startedAt(), run.endedAt(), run.params(), run.metrics(), run.tags(),
                    run.artifacts(), run.provenance()));
            tx.addVersion(new ModelVersion(
                    model, number, id, champion.sha256(), ModelVersion.Kind.REFRESH, champion.trainedTo(), champion.createdAt()));
            return number;
        });
    }

    private static ObjectNode swaps(
            LiveBackend backend,
            String model,
            Map<String, @Nullable Object> row,
            int port,
            String path,
            List<byte[]> bodies,
            int connections,
            int rate,
            Duration length)
            throws Exception {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.set("without", ClosedLoop.run(port, path, bodies, connections, rate, length.dividedBy(4)));
        List<Long> nanos = new ArrayList<>();
        ObjectNode load;
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<ObjectNode> loop =
                    thread.submit(() -> ClosedLoop.run(port, path, bodies, connections, rate, length));
            long start = System.nanoTime();
            for (int i = 1; !loop.isDone(); i++) {
                long due = start + TimeUnit.SECONDS.toNanos(i);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                if (!loop.isDone()) {
                    int next = another(backend, model);
                    long written = System.nanoTime();
                    // told to nobody: the server notices by itself
                    backend.catalog().update(tx -> Roles.champion(tx, model, next, backend.clock().instant()));
                    while (version(backend, model, row) != next) {
                        TimeUnit.MILLISECONDS.sleep(5);
                    }
                    nanos.add(System.nanoTime() - written);
                }
            }
            load = loop.get();
        }
        node.set("with", load);
        node.put("swaps", nanos.size()).put("failed_requests", 0);
        node.set("from_writing_to_serving", new Timing(nanos.stream().mapToLong(Long::longValue).toArray()).millis());
        return node;
    }

    /** How long after the question an answer of the candidate was still given, of four callers without a pause. */
    private static ObjectNode aborts(
            LiveBackend backend, String model, List<Map<String, @Nullable Object>> rows, int repeats) throws Exception {
        long[] last = new long[repeats];
        for (int r = 0; r < repeats; r++) {
            int candidate = another(backend, model);
            backend.rollouts().start(plan(model, candidate, Rollout.Kind.BLUE_GREEN), "benchmark", "It is next.");
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong newest = new AtomicLong(Long.MIN_VALUE);
            try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
                List<Future<?>> loops = new ArrayList<>();
                for (int c = 0; c < 4; c++) {
                    int first = c;
                    loops.add(callers.submit(() -> {
                        for (int i = first; !stop.get(); i++) {
                            if (version(backend, model, rows.get(i % rows.size())) == candidate) {
                                newest.accumulateAndGet(System.nanoTime(), Math::max);
                            }
                        }
                    }));
                }
                TimeUnit.MILLISECONDS.sleep(300);
                long asked = System.nanoTime();
                backend.rollouts().change(model, Verb.ABORT, new Change("benchmark", "Back.", false));
                TimeUnit.MILLISECONDS.sleep(300);
                stop.set(true);
                for (Future<?> each : loops) {
                    each.get();
                }
                last[r] = Math.max(0, newest.get() - asked);
            }
        }
        return new Timing(last).millis();
    }

    private static int version(LiveBackend backend, String model, Map<String, @Nullable Object> row) {
        return backend.predict(model, List.of(row), PredictOptions.DEFAULT).getFirst().version();
    }

    private static RolloutPlan plan(String model, int candidate, Rollout.Kind kind) {
        return RolloutPlan.of(
                model, candidate, kind, null, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, List.of());
    }

    private static ObjectNode shadow(
            LiveBackend backend, String model, int port, String path, List<byte[]> bodies, int rate, Duration length, int repeats)
            throws Exception {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("requests_a_second", rate);
        double[][] p50 = new double[2][repeats];
        double[][] p99 = new double[2][repeats];
        int candidate = another(backend, model);
        long dropped = 0;
        for (int r = 0; r < repeats; r++) {
            for (int turn = 0; turn < 2; turn++) {
                int beside = (r + turn) % 2;
                if (beside == 1) {
                    backend.rollouts().start(plan(model, candidate, Rollout.Kind.SHADOW), "benchmark", "Beside it.");
                }
                ObjectNode load = ClosedLoop.run(port, path, bodies, 8, rate, length);
                if (beside == 1) {
                    dropped += backend.rollouts()
                            .change(model, Verb.ABORT, new Change("benchmark", "Enough.", false))
                            .path("shadow_dropped")
                            .asLong();
                }
                p50[beside][r] = load.path("p50_ms").asDouble();
                p99[beside][r] = load.path("p99_ms").asDouble();
            }
        }
        for (int beside = 0; beside < 2; beside++) {
            ObjectNode each = node.putObject(beside == 0 ? "without" : "with");
            each.put("p50_ms", median(p50[beside])).put("p99_ms", median(p99[beside]));
        }
        node.put("p50_ratio", Timing.rounded(median(p50[1]) / median(p50[0])));
        node.put("p99_ratio", Timing.rounded(median(p99[1]) / median(p99[0])));
        return node.put("dropped", dropped);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
