package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.benchmark.LoadGenerator.Load;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.store.sqlite.SqliteCatalog;
import dev.keelson.wiring.RunPipeline;
import dev.keelson.wiring.Workspace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What changes of versions cost those that ask: {@code keelson serve} in a process of its own, the model of {@link ServeBenchmark}
 * (45 features, 500 trees), every prediction journaled. (1) A new version, to be loaded from its files, becomes the champion every
 * second, or as soon as the last one answers, under an open loop; beside it the same loop without. (2) How long a candidate still
 * answers over HTTP after a rollout is aborted. (3) Times to an answer at half of the rate of a closed loop, with and without a
 * shadow, in turns. Any answer that is not 200 is counted as failed. A table of the figures goes to the error output.
 *
 * <p>Options: {@code --rate} and {@code --seconds} of the open loop, {@code --connections}, {@code --warm} seconds of each
 * warm-up, {@code --repeats} (of 2 and 3), {@code --rows} to train on, {@code --trees}.
 */
public final class RolloutBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String[] SERVER = {"-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"};
    private static final String MODEL = "plain";
    private static final String PREDICT = "/api/v1/models/" + MODEL + "/predict";
    private static final String ROLLOUT = "/api/v1/models/" + MODEL + "/rollout";
    private static final int REQUESTS = 512;
    private static final int CALLERS = 4;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        Path folder = Files.createTempDirectory("keelson-rollouts-");
        Project project =
                BetProject.write(folder, arguments.number("rows", 4_000), arguments.number("trees", 500), 7);
        RunPipeline.run(project, InstantSource.system(), line -> {});
        int repeats = arguments.number("repeats", 5);
        int connections = arguments.number("connections", 64);
        Duration length = Duration.ofSeconds(arguments.number("seconds", 60));
        Duration warm = Duration.ofSeconds(arguments.number("warm", Math.toIntExact(Math.min(20, length.toSeconds()))));
        int rate = arguments.number("rate", 10_000);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("features", BetProject.NUMBERS).put("trees", arguments.number("trees", 500));
        List<byte[]> bodies = BetProject.requests(REQUESTS, false, 11);
        try (Catalog catalog = SqliteCatalog.open(Workspace.stateFolder(project).catalog());
                ServerProcess server = ServerProcess.over(folder, SERVER)) {
            LoadGenerator.closed(server.port(), PREDICT, bodies, 8, warm);
            Load closed = LoadGenerator.closed(server.port(), PREDICT, bodies, 8, warm.dividedBy(2).plusSeconds(1));
            node.set("closed_loop_8", closed.toJson());
            swaps(node.putObject("hot_swaps"), catalog, server, bodies, connections, rate, length);
            aborts(node.putObject("abort"), catalog, server, bodies.getFirst(), repeats);
            shadow(
                    node.putObject("shadow"),
                    catalog,
                    server,
                    bodies,
                    Math.toIntExact(Math.round(closed.rate() / 2)),
                    warm,
                    repeats);
        }
        table(node, rate, length);
        return node;
    }

    /** The same files as another version. */
    private static int another(Catalog catalog) {
        return catalog.write(tx -> {
            ModelVersion champion = tx.alias(MODEL, ModelVersion.CHAMPION).orElseThrow();
            Run run = tx.run(champion.runId()).orElseThrow();
            int number = tx.nextVersion(MODEL);
            String id = "%032x".formatted(0xabcdef0000L + number);
            tx.putRun(new Run(
                    id, run.experiment(), run.status(), run.startedAt(), run.endedAt(), run.params(), run.metrics(), run.tags(),
                    run.artifacts(), run.provenance()));
            tx.addVersion(new ModelVersion(
                    MODEL, number, id, champion.sha256(), ModelVersion.Kind.REFRESH, champion.trainedTo(), champion.createdAt()));
            return number;
        });
    }

    private static void swaps(
            ObjectNode node,
            Catalog catalog,
            ServerProcess server,
            List<byte[]> bodies,
            int connections,
            int rate,
            Duration length)
            throws Exception {
        Duration quarter = length.dividedBy(4).plusSeconds(1);
        // unmeasured: what is compiled for this rate
        LoadGenerator.open(server.port(), PREDICT, bodies, connections, rate, quarter);
        node.set("without", told(LoadGenerator.open(server.port(), PREDICT, bodies, connections, rate, quarter)));
        List<Long> nanos = new ArrayList<>();
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Load> loop = thread.submit(
                    () -> LoadGenerator.open(server.port(), PREDICT, bodies, connections, rate, length));
            long start = System.nanoTime();
            for (int i = 1; !loop.isDone(); i++) {
                long due = start + TimeUnit.SECONDS.toNanos(i);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                if (!loop.isDone()) {
                    int next = another(catalog);
                    long written = System.nanoTime();
                    // told to nobody: the server notices by itself
                    catalog.update(tx -> Roles.champion(tx, MODEL, next, Instant.now()));
                    while (version(server, bodies.getFirst()) != next) {
                        TimeUnit.MILLISECONDS.sleep(5);
                    }
                    nanos.add(System.nanoTime() - written);
                }
            }
            node.set("with", told(loop.get()));
        }
        node.put("swaps", nanos.size());
        if (!nanos.isEmpty()) {
            node.set("from_writing_to_serving", timing(nanos).millis());
        }
    }

    /** How long after the question an answer of the candidate still came, of callers without a pause. */
    private static void aborts(ObjectNode node, Catalog catalog, ServerProcess server, byte[] body, int repeats)
            throws Exception {
        List<Long> last = new ArrayList<>();
        List<Long> answered = new ArrayList<>();
        for (int r = 0; r < repeats; r++) {
            int candidate = another(catalog);
            start(server, candidate, "blue_green");
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong newest = new AtomicLong(Long.MIN_VALUE);
            AtomicLong seen = new AtomicLong();
            try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
                List<Future<?>> loops = new ArrayList<>();
                for (int c = 0; c < CALLERS; c++) {
                    loops.add(callers.submit(() -> {
                        while (!stop.get()) {
                            if (version(server, body) == candidate) {
                                newest.accumulateAndGet(System.nanoTime(), Math::max);
                                seen.incrementAndGet();
                            }
                        }
                        return null;
                    }));
                }
                TimeUnit.MILLISECONDS.sleep(500);
                long asked = System.nanoTime();
                abort(server);
                answered.add(System.nanoTime() - asked);
                TimeUnit.MILLISECONDS.sleep(500);
                stop.set(true);
                for (Future<?> each : loops) {
                    each.get();
                }
                if (seen.get() == 0) {
                    throw new IllegalStateException("The candidate (version %d) never answered.".formatted(candidate));
                }
                last.add(Math.max(0, newest.get() - asked));
            }
        }
        node.set("last_answer_of_the_candidate", timing(last).millis());
        node.set("abort_answered", timing(answered).millis());
    }

    private static void shadow(
            ObjectNode node,
            Catalog catalog,
            ServerProcess server,
            List<byte[]> bodies,
            int rate,
            Duration length,
            int repeats)
            throws Exception {
        node.put("requests_a_second", rate);
        double[][] p50 = new double[2][repeats];
        double[][] p99 = new double[2][repeats];
        int candidate = another(catalog);
        long dropped = 0;
        long failed = 0;
        for (int r = 0; r < repeats; r++) {
            for (int turn = 0; turn < 2; turn++) {
                int beside = (r + turn) % 2;
                if (beside == 1) {
                    start(server, candidate, "shadow");
                }
                Load load = LoadGenerator.open(server.port(), PREDICT, bodies, 8, rate, length);
                if (beside == 1) {
                    dropped += abort(server).path("shadow_dropped").asLong();
                }
                failed += load.refused() + load.failed();
                p50[beside][r] = load.nanos().quantile(0.5) / 1e6;
                p99[beside][r] = load.nanos().quantile(0.99) / 1e6;
            }
        }
        for (int beside = 0; beside < 2; beside++) {
            ObjectNode each = node.putObject(beside == 0 ? "without" : "with");
            each.put("p50_ms", Timing.rounded(median(p50[beside]))).put("p99_ms", Timing.rounded(median(p99[beside])));
        }
        node.put("p50_ratio", Timing.rounded(median(p50[1]) / median(p50[0])));
        node.put("p99_ratio", Timing.rounded(median(p99[1]) / median(p99[0])));
        node.put("dropped", dropped).put("failed_requests", failed);
    }

    private static ObjectNode told(Load load) {
        return load.toJson().put("failed_requests", load.refused() + load.failed());
    }

    private static Timing timing(List<Long> nanos) {
        return new Timing(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    // ---- the server

    private static int version(ServerProcess server, byte[] body) throws IOException, InterruptedException {
        return post(server.url() + PREDICT, body).at("/predictions/0/version").asInt();
    }

    private static void start(ServerProcess server, int candidate, String kind) throws IOException, InterruptedException {
        post(
                server.url() + ROLLOUT,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("version", candidate)
                        .put("kind", kind)
                        .put("reason", "It is next.")
                        .put("actor", "benchmark")
                        .<ObjectNode>set("guardrails", JsonNodeFactory.instance.arrayNode())
                        .toString()
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode abort(ServerProcess server) throws IOException, InterruptedException {
        return post(
                server.url() + ROLLOUT + "/abort",
                "{\"reason\": \"Back.\", \"actor\": \"benchmark\"}".getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode post(String url, byte[] body) throws IOException, InterruptedException {
        var response = CLIENT.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2) {
            throw new IOException("%s answered %d: %s"
                    .formatted(url, response.statusCode(), new String(response.body(), StandardCharsets.UTF_8)));
        }
        return MAPPER.readTree(response.body());
    }

    // ---- the table

    private static void table(ObjectNode node, int rate, Duration length) {
        JsonNode with = node.at("/hot_swaps/with");
        JsonNode without = node.at("/hot_swaps/without");
        List<String> lines = new ArrayList<>();
        lines.add("%-52s %14s   %s".formatted("", "measured", "wanted"));
        line(lines, "open loop of %d a second for %d s, swaps".formatted(rate, length.toSeconds()), node.at("/hot_swaps/swaps"), "one a second");
        line(lines, "  answered a second", with.path("requests_a_second"), Integer.toString(rate));
        line(lines, "  failed requests", with.path("failed_requests"), "0");
        line(lines, "  p99, ms", with.path("p99_ms"), "< 5");
        line(lines, "  p99 without swaps, ms", without.path("p99_ms"), "");
        line(lines, "  from writing to serving, median ms", node.at("/hot_swaps/from_writing_to_serving/median_ms"), "");
        line(lines, "abort: last answer of the candidate, most ms", node.at("/abort/last_answer_of_the_candidate/most_ms"), "<= 100");
        line(lines, "shadow at %d a second: p50 with / without".formatted(node.at("/shadow/requests_a_second").asInt()),
                node.at("/shadow/p50_ratio"), "<= 1.05");
        line(lines, "  p99 with / without", node.at("/shadow/p99_ratio"), "<= 1.05");
        line(lines, "  shadows left out", node.at("/shadow/dropped"), "");
        lines.forEach(System.err::println);
    }

    private static void line(List<String> lines, String what, JsonNode value, String wanted) {
        lines.add(String.format(Locale.ROOT, "%-52s %14s   %s", what, value.asText(), wanted));
    }
}
