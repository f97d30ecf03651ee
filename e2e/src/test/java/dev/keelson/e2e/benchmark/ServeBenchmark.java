package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson serve} in a process of its own, a model of 45 features and 500 trees, every prediction journaled; beside it in
 * the same run an echo that parses the same body and answers as many bytes, and what users run today: FastAPI with the same
 * trees in Debian's XGBoost and a CSV log ({@code e2e/src/peer/fastapi}; left out where it is not installed). Closed loops, the
 * servers taking turns and each figure the median of them; an open loop; a batch of 1,000 rows; the same over gRPC (Open
 * Inference Protocol, {@code ModelInfer}), and with 24 of the features from three views. Then how long the index takes to catch up, memory, and the start.
 *
 * <p>Options: {@code --connections} (a list), {@code --seconds} of each loop, {@code --repeats}, {@code --rate} of the open loop,
 * {@code --rows} to train on, {@code --trees}, {@code --warm} times its length runs each loop before.
 */
public final class ServeBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private static final String[] SERVER = {"-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"};
    private static final Path PEER = Path.of("e2e", "src", "peer", "fastapi", "serve.py");
    private static final String PLAIN = "/api/v1/models/plain/predict";
    private static final String STORED = "/api/v1/models/stored/predict";
    private static final String INFER = "/inference.GRPCInferenceService/ModelInfer";
    private static final int REQUESTS = 512;
    private static final int BATCH = 1_000;
    private static final int OPEN_CONNECTIONS = 64;

    /** A server under load. */
    private record Target(String name, int port, String path, List<byte[]> bodies, Supplier<Duration> processor) {
        boolean isGrpc() {
            return path.equals(INFER);
        }

        LoadGenerator.Load closed(int connections, Duration length) throws IOException {
            return isGrpc()
                    ? LoadGenerator.closedOfGrpc(port, path, bodies, connections, length)
                    : LoadGenerator.closed(port, path, bodies, connections, length);
        }
    }

    /** One loop. */
    private record Turn(LoadGenerator.Load load, double processorMicros) {}

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        Path folder = Files.createTempDirectory("keelson-serve-");
        RunPipeline.run(
                BetProject.write(folder, arguments.number("rows", 4_000), arguments.number("trees", 500), 7),
                InstantSource.system(),
                line -> {});
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("features", BetProject.NUMBERS);
        node.put("trees", arguments.number("trees", 500));
        try (ServerProcess server = ServerProcess.over(folder, SERVER)) {
            starts(node.putObject("start"), server, folder, arguments.number("repeats", 3));
            List<byte[]> plain = BetProject.requests(REQUESTS, false, 11);
            List<byte[]> stored = BetProject.requests(REQUESTS, true, 12);
            byte[] answer = post(server.url() + PLAIN, plain.getFirst());
            node.put("body_bytes", plain.getFirst().length);
            node.put("answer_bytes", answer.length);
            try (Beside echo = Beside.echo(folder, PLAIN, answer, SERVER);
                    Beside peer = Beside.fastApi(folder, peer(), model(server))) {
                List<Target> targets = new ArrayList<>();
                targets.add(new Target("echo", echo.port(), PLAIN, plain, echo::processor));
                if (peer == null) {
                    node.put("fastapi", "left out: /usr/bin/python3 has no fastapi, uvicorn and xgboost (apt install python3-fastapi"
                            + " python3-uvicorn python3-xgboost), or this is not the root of the sources");
                } else {
                    targets.add(new Target("fastapi", peer.port(), "/predict", plain, peer::processor));
                    node.put("largest_difference_to_fastapi", difference(server, peer, plain));
                }
                targets.add(new Target("keelson", server.port(), PLAIN, plain, server::processor));
                targets.add(new Target("keelson_grpc", server.port(), INFER, messages(plain), server::processor));
                targets.add(new Target("keelson_stored", server.port(), STORED, stored, server::processor));
                loops(node, targets, server, arguments);
                batch(node.putObject("batch_of_1000"), server, peer, Duration.ofSeconds(arguments.number("seconds", 4)));
            }
            catchUp(node, server);
            node.put("megabytes_after_load", server.megabytes());
            node.put("megabytes_most", server.peakMegabytes());
        }
        return node;
    }

    private static List<byte[]> messages(List<byte[]> bodies) throws IOException {
        List<byte[]> messages = new ArrayList<>();
        for (byte[] body : bodies) {
            messages.add(GrpcRequests.message("plain", body));
        }
        return messages;
    }

    /** Where the sources are, the launcher tells; else the current folder. */
    private static Path peer() {
        return Path.of(System.getenv().getOrDefault("KEELSON_HOME", "")).resolve(PEER);
    }

    private static void loops(ObjectNode node, List<Target> targets, ServerProcess server, Arguments arguments)
            throws Exception {
        Duration length = Duration.ofSeconds(arguments.number("seconds", 4));
        int repeats = arguments.number("repeats", 3);
        List<Integer> connections = arguments.numbers("connections", List.of(1, 8, 32));
        int warm = arguments.number("warm", 5);
        for (Target target : targets) {
            turn(target, 8, length.multipliedBy(target.name().equals("fastapi") ? 1 : warm));
        }
        double allocated = allocated(server);
        long answered = 0;
        for (int count : connections) {
            ObjectNode closed = node.putObject("closed_loop_" + count);
            Map<String, List<Turn>> turns = new LinkedHashMap<>();
            for (int repeat = 0; repeat < repeats; repeat++) {
                for (Target target : targets) {
                    Turn turn = turn(target, count, length);
                    turns.computeIfAbsent(target.name(), name -> new ArrayList<>()).add(turn);
                    if (target.port() == server.port()) {
                        answered += turn.load().nanos().nanos().length;
                    }
                }
            }
            Map<String, Double> rates = new LinkedHashMap<>();
            turns.forEach((name, each) -> rates.put(name, told(closed.putObject(name), each)));
            ObjectNode ratios = closed.putObject("ratios");
            double own = rates.getOrDefault("keelson", Double.NaN);
            ratios.put("over_echo", Timing.rounded(own / rates.getOrDefault("echo", Double.NaN)));
            if (rates.containsKey("fastapi")) {
                ratios.put("over_fastapi", Timing.rounded(own / rates.getOrDefault("fastapi", Double.NaN)));
            }
            ratios.put("grpc_over_rest", Timing.rounded(rates.getOrDefault("keelson_grpc", Double.NaN) / own));
            ratios.put("stored_over_plain", Timing.rounded(rates.getOrDefault("keelson_stored", Double.NaN) / own));
        }
        node.put("bytes_allocated_a_request", Math.round((allocated(server) - allocated) / answered));
        int rate = arguments.number("rate", 10_000);
        ObjectNode open = node.putObject("open_loop_" + rate);
        for (Target target : targets) {
            if (!target.name().equals("fastapi") && !target.isGrpc()) {
                open.set(
                        target.name(),
                        LoadGenerator.open(
                                        target.port(),
                                        target.path(),
                                        target.bodies(),
                                        OPEN_CONNECTIONS,
                                        rate,
                                        length.multipliedBy(2))
                                .toJson());
            }
        }
    }

    private static Turn turn(Target target, int connections, Duration length) throws IOException {
        Duration before = target.processor().get();
        LoadGenerator.Load load = target.closed(connections, length);
        double micros = target.processor().get().minus(before).toNanos() / 1e3;
        return new Turn(load, micros / load.nanos().nanos().length);
    }

    /** The turn of the median rate; that rate. */
    private static double told(ObjectNode node, List<Turn> turns) {
        List<Turn> sorted = turns.stream()
                .sorted(Comparator.comparingDouble(turn -> turn.load().rate()))
                .toList();
        Turn median = sorted.get(sorted.size() / 2);
        node.setAll(median.load().toJson());
        node.put("server_processor_us", Timing.rounded(median.processorMicros()));
        ArrayNode all = node.putArray("all_rates");
        turns.forEach(turn -> all.add(Math.round(turn.load().rate())));
        return median.load().rate();
    }

    private static void batch(ObjectNode node, ServerProcess server, @Nullable Beside peer, Duration length)
            throws Exception {
        byte[] body = BetProject.batch(BATCH, 13);
        node.put("body_bytes", body.length);
        LoadGenerator.Load own = LoadGenerator.closed(server.port(), PLAIN, List.of(body), 1, length);
        LoadGenerator.Load warm = LoadGenerator.closed(server.port(), PLAIN, List.of(body), 1, length);
        node.set("keelson_cold", own.toJson());
        node.set("keelson", warm.toJson());
        byte[] message = GrpcRequests.message("plain", body);
        LoadGenerator.Load grpc =
                LoadGenerator.closedOfGrpc(server.port(), INFER, List.of(message), 1, length);
        node.set("keelson_grpc", grpc.toJson());
        node.put("grpc_body_bytes", message.length);
        if (peer != null) {
            LoadGenerator.Load theirs = LoadGenerator.closed(peer.port(), "/predict", List.of(body), 1, length);
            node.set("fastapi", theirs.toJson());
            node.put("over_fastapi", Timing.rounded(warm.rate() / theirs.rate()));
        }
    }

    /** Start to the first ready answer, by the launcher when it says where it is; memory before any request. */
    private static void starts(ObjectNode node, ServerProcess server, Path folder, int repeats) throws Exception {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < repeats; i++) {
            server.kill();
            long start = System.nanoTime();
            server.restart();
            get(server.url() + "/ready");
            seconds.add((System.nanoTime() - start) / 1e9);
        }
        node.put("class_path_s", median(seconds));
        String home = System.getenv("KEELSON_HOME");
        if (home != null) {
            server.kill();
            ServerProcess launched = ServerProcess.launched(folder, Path.of(home, "keelson"));
            try {
                seconds.clear();
                for (int i = 0; i < repeats; i++) {
                    launched.kill();
                    long start = System.nanoTime();
                    launched.restart();
                    get(launched.url() + "/ready");
                    seconds.add((System.nanoTime() - start) / 1e9);
                }
                node.put("launcher_s", median(seconds));
                TimeUnit.SECONDS.sleep(3);
                node.put("idle_megabytes", launched.megabytes());
            } finally {
                launched.kill(); // not closed: the folder is the other's
            }
            server.restart();
        } else {
            TimeUnit.SECONDS.sleep(3);
            node.put("idle_megabytes", server.megabytes());
        }
    }

    private static double median(List<Double> seconds) {
        return Timing.rounded(seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElse(Double.NaN));
    }

    /** Until the index has everything that was journaled. */
    private static void catchUp(ObjectNode node, ServerProcess server) throws Exception {
        long start = System.nanoTime();
        double lag = Metrics.sum(server, "keelson_serve_journal_lag_bytes");
        node.put("index_lag_bytes_at_the_end", Math.round(lag));
        while (lag > 0 && System.nanoTime() - start < TimeUnit.MINUTES.toNanos(3)) {
            TimeUnit.MILLISECONDS.sleep(100);
            lag = Metrics.sum(server, "keelson_serve_journal_lag_bytes");
        }
        node.put("index_caught_up_after_s", Timing.rounded((System.nanoTime() - start) / 1e9));
    }

    private static double allocated(ServerProcess server) throws Exception {
        return Metrics.sum(server, "jvm_gc_memory_allocated_bytes_total");
    }

    private static double difference(ServerProcess server, Beside peer, List<byte[]> bodies) throws Exception {
        double most = 0;
        for (byte[] body : bodies.subList(0, 50)) {
            JsonNode own = MAPPER.readTree(post(server.url() + PLAIN, body)).at("/predictions/0/probabilities/won");
            JsonNode other = MAPPER.readTree(post("http://127.0.0.1:" + peer.port() + "/predict", body))
                    .at("/predictions/0/probability");
            most = Math.max(most, Math.abs(own.asDouble() - other.asDouble()));
        }
        return most;
    }

    /** The champion's trees as JSON that any XGBoost from 1.7 on reads, with the names of the features. */
    private static byte[] model(ServerProcess server) throws Exception {
        JsonNode models = MAPPER.readTree(get(server.url() + "/api/v1/models")).get("models");
        String run = models.get(0).get("champion").get("run_id").asText();
        byte[] file = get(server.url() + "/api/v1/runs/" + run + "/files/model/members/0-xgboost/model.ubj");
        Booster booster = XGBoost.loadModel(file);
        try {
            ObjectNode whole = (ObjectNode) MAPPER.readTree(booster.toByteArray("json"));
            ObjectNode learner = (ObjectNode) whole.get("learner");
            ObjectNode parameters = (ObjectNode) learner.get("learner_model_param");
            parameters.put("base_score", parameters.get("base_score").asText().replaceAll("[\\[\\]]", ""));
            ArrayNode names = learner.putArray("feature_names");
            ArrayNode types = learner.putArray("feature_types");
            BetProject.numbers(BetProject.NUMBERS).forEach(name -> {
                names.add(name);
                types.add("float");
            });
            return MAPPER.writeValueAsBytes(whole);
        } finally {
            booster.dispose();
        }
    }

    private static byte[] get(String url) throws Exception {
        return body(HttpRequest.newBuilder(URI.create(url)).build());
    }

    private static byte[] post(String url, byte[] body) throws Exception {
        return body(HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    private static byte[] body(HttpRequest request) throws Exception {
        var response = CLIENT.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("The answer was %d: %s"
                    .formatted(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8)));
        }
        return response.body();
    }
}
