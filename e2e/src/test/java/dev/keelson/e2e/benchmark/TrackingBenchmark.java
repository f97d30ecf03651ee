package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The calls that clients of MLflow make most, over HTTP on 127.0.0.1 on a SQLite store that is on disk when a call is answered:
 * batches of metrics, single metrics, new runs, histories, searches. The client is in the same process and shares the cores.
 * Beside each time stands what the processor worked for a call, client and compiler included, which tells the cost on a
 * machine that others use too; and what MLflow 2.17.2 needed on SQLite on two cores. Options: {@code --seconds} of each loop
 * and of the warm-up before it, {@code --rows} (a list: runs in the store of the searches).
 */
public final class TrackingBenchmark implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int BATCH = 1_000;
    private static final int KEYS = 10;
    private static final int MORE_KEYS = 100;
    private static final int HISTORY = 26_000;
    private static final int CLIENTS = 8;
    private static final int REPEATS = 30;
    private static final int RUNS_A_TRANSACTION = 500;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        Duration length = Duration.ofSeconds(arguments.number("seconds", 5));
        List<Integer> sizes = arguments.numbers("rows", List.of(10_000, 100_000));
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Path folder = Files.createTempDirectory("keelson-e2e-");
        try {
            Files.writeString(folder.resolve("games.csv"), "id,time,strength,result\n");
            Files.writeString(folder.resolve("keelson.yaml"), ServerProcess.PROJECT);
            try (LiveBackend backend = LiveBackend.open(Projects.validate(folder, Map.of()), InstantSource.system());
                    KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
                writes(node, server.port(), length);
                history(node, server.port(), length);
                for (int size : sizes) {
                    node.set("search_of_%d_runs".formatted(size), search(backend.catalog(), server.port(), size, length));
                }
            }
        } finally {
            SimulatedProject.delete(folder);
        }
        return node;
    }

    private static void writes(ObjectNode node, int port, Duration length) throws Exception {
        try (Wire wire = new Wire(port)) {
            String run = wire.newRun("0");
            node.set("log_batch_of_1000", batch(port, 1, KEYS, length));
            node.set("log_batch_of_1000_100_keys", batch(port, 1, MORE_KEYS, length));
            node.set("log_batch_of_1000_keys", batch(port, 1, BATCH, length));
            node.set("log_batch_of_1000_8_clients", batch(port, CLIENTS, KEYS, length));
            node.set("log_batch_of_1000_keys_8_clients", batch(port, CLIENTS, BATCH, length));

            String metric = "/api/2.0/mlflow/runs/log-metric";
            node.set(
                    "log_metric_sequential",
                    loop(port, metric, unseen(run, 1), unseen(run, 2), 1, length)
                            .put("wanted_p50_ms", 0.4)
                            .put("mlflow_p50_ms", 3.4));
            node.set(
                    "log_metric_8_clients",
                    loop(port, metric, unseen(run, 3), unseen(run, 4), CLIENTS, length)
                            .put("wanted_requests_a_second", 5_000));

            List<byte[]> creates = List.of(
                    "{\"experiment_id\":\"0\",\"user_id\":\"ann\",\"start_time\":1700000000000,\"tags\":[{\"key\":\"mlflow.user\",\"value\":\"ann\"}]}"
                            .getBytes(StandardCharsets.UTF_8));
            node.set(
                    "create_run",
                    loop(port, "/api/2.0/mlflow/runs/create", creates, creates, 1, length).put("wanted_p50_ms", 1));
        }
    }

    /** Batches of a thousand points of so many metrics, each client's for a run of its own. */
    private static ObjectNode batch(int port, int clients, int keys, Duration length) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<String> runs = new ArrayList<>();
            try (Wire wire = new Wire(port)) {
                for (int i = 0; i < clients; i++) {
                    runs.add(wire.newRun("0"));
                }
            }
            batches(threads, port, runs, 0, keys, length); // warm-up
            long start = System.nanoTime();
            long worked = Timing.processor();
            List<Long> times = batches(threads, port, runs, 1_000_000, keys, length);
            double seconds = (System.nanoTime() - start) / 1e9;
            double each = (Timing.processor() - worked) / 1e6 / times.size();
            Timing batch = timing(times);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("metrics_a_second", Math.round(BATCH * times.size() / seconds))
                    .put("p50_ms", Timing.rounded(batch.quantile(0.5) / 1e6))
                    .put("p99_ms", Timing.rounded(batch.quantile(0.99) / 1e6))
                    .put("processor_ms", Timing.rounded(each))
                    .put("wanted_metrics_a_second", 100_000)
                    .put("mlflow_metrics_a_second", 12_500);
        }
    }

    private static List<Long> batches(
            ExecutorService threads, int port, List<String> runs, long step, int keys, Duration length) throws Exception {
        List<Future<List<Long>>> clients = new ArrayList<>();
        for (String run : runs) {
            clients.add(threads.submit(() -> {
                try (Wire wire = new Wire(port)) {
                    return batches(wire, run, step, keys, length);
                }
            }));
        }
        List<Long> times = new ArrayList<>();
        for (Future<List<Long>> client : clients) {
            times.addAll(client.get());
        }
        return times;
    }

    private static ObjectNode loop(
            int port, String path, List<byte[]> warmUp, List<byte[]> bodies, int clients, Duration length)
            throws Exception {
        ClosedLoop.run(port, path, warmUp, clients, length);
        return ClosedLoop.run(port, path, bodies, clients, length);
    }

    /** Points of a step that no call had before, so that each is a row. */
    private static List<byte[]> unseen(String run, int series) {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            bodies.add("{\"run_id\":\"%s\",\"key\":\"loss\",\"value\":%s,\"timestamp\":%d,\"step\":%d}"
                    .formatted(run, i / 7.0, 1_700_000_000_000L + i, series * 10_000_000L + i)
                    .getBytes(StandardCharsets.UTF_8));
        }
        return bodies;
    }

    private static List<Long> batches(Wire wire, String run, long step, int keys, Duration length) throws IOException {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + length.toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            byte[] body = batch(run, step + (long) i * BATCH / keys, BATCH, keys);
            long start = System.nanoTime();
            wire.post("/api/2.0/mlflow/runs/log-batch", body);
            times.add(System.nanoTime() - start);
        }
        return times;
    }

    private static byte[] batch(String run, long step, int points, int keys) {
        StringBuilder body = new StringBuilder(100 * points).append("{\"run_id\":\"").append(run).append("\",\"metrics\":[");
        for (int i = 0; i < points; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"key\":\"metric_")
                    .append(i % keys)
                    .append("\",\"value\":")
                    .append(Math.sin((double) (i + step)))
                    .append(",\"timestamp\":")
                    .append(1_700_000_000_000L + step + i / keys)
                    .append(",\"step\":")
                    .append(step + i / keys)
                    .append('}');
        }
        return body.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void history(ObjectNode node, int port, Duration length) throws Exception {
        try (Wire wire = new Wire(port)) {
            String run = wire.newRun("0");
            for (int step = 0; step < HISTORY; step += BATCH) {
                wire.post("/api/2.0/mlflow/runs/log-batch", batch(run, step, BATCH, 1));
            }
            String path = "/api/2.0/mlflow/metrics/get-history?metric_key=metric_0&run_id=" + run;
            byte[] answer = wire.get(path);
            warm(length, () -> wire.get(path));
            long worked = Timing.processor();
            Timing timing = Timing.of(0, REPEATS, () -> wire.get(path));
            double each = (Timing.processor() - worked) / 1e6 / REPEATS;
            node.putObject("history_of_26000_points")
                    .put("points", MAPPER.readTree(answer).path("metrics").size())
                    .put("bytes", answer.length)
                    .put("p50_ms", Timing.rounded(timing.quantile(0.5) / 1e6))
                    .put("processor_ms", Timing.rounded(each))
                    .put("wanted_p50_ms", 100);
        }
    }

    /** Calls for a while, so that what is measured after it is compiled. */
    private static void warm(Duration length, Callable<?> call) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < end) {
            Timing.of(0, 1, call);
        }
    }

    private static ObjectNode search(Catalog catalog, int port, int size, Duration length) throws Exception {
        long start = System.nanoTime();
        String experiment = filled(catalog, size);
        double filled = (System.nanoTime() - start) / 1e9;
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("filled_in_s", Timing.rounded(filled));
        try (Wire wire = new Wire(port)) {
            for (int page : List.of(100, 1_000)) {
                byte[] body = ("{\"experiment_ids\":[\"%s\"],\"filter\":\"metrics.auc > 0.8\",\"order_by\":[\"metrics.loss ASC\"],"
                                + "\"max_results\":%d}")
                        .formatted(experiment, page)
                        .getBytes(StandardCharsets.UTF_8);
                String path = "/api/2.0/mlflow/runs/search";
                byte[] answer = wire.post(path, body);
                warm(length, () -> wire.post(path, body));
                long worked = Timing.processor();
                Timing timing = Timing.of(0, REPEATS, () -> wire.post(path, body));
                double each = (Timing.processor() - worked) / 1e6 / REPEATS;
                node.putObject("page_of_" + page)
                        .put("runs", MAPPER.readTree(answer).path("runs").size())
                        .put("bytes", answer.length)
                        .put("p50_ms", Timing.rounded(timing.quantile(0.5) / 1e6))
                        .put("p99_ms", Timing.rounded(timing.quantile(0.99) / 1e6))
                        .put("processor_ms", Timing.rounded(each));
            }
        }
        node.put("wanted_ms", size <= 10_000 ? 20 : 100);
        if (size == 10_000) {
            node.put("mlflow_ms", 2_000);
        }
        return node;
    }

    /** Runs of an experiment, each with three metrics, five params and two tags. */
    private static String filled(Catalog catalog, int size) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        Experiment experiment = catalog.write(
                tx -> tx.tracking().createExperiment("search-" + size, null, Map.of(), now));
        Random random = new Random(size);
        for (int first = 0; first < size; first += RUNS_A_TRANSACTION) {
            int from = first;
            int to = Math.min(size, first + RUNS_A_TRANSACTION);
            catalog.update(tx -> {
                TrackingTransaction tracking = tx.tracking();
                for (int i = from; i < to; i++) {
                    String id = "%08x%024x".formatted(size, i);
                    tracking.createRun(
                            id,
                            experiment.id(),
                            "run-" + i,
                            "ann",
                            now.plusSeconds(i),
                            Map.of("mlflow.runName", "run-" + i, "mlflow.user", "ann"));
                    List<MetricPoint> points = new ArrayList<>();
                    for (String key : List.of("auc", "loss", "accuracy")) {
                        points.add(new MetricPoint(key, random.nextDouble(), 1_700_000_000_000L + i, 0));
                    }
                    Map<String, String> params = Map.of(
                            "depth", Integer.toString(i % 8), "rate", "0.1", "rounds", "500", "seed", Integer.toString(i), "kind", "tree");
                    tracking.log(id, points, params, Map.of());
                }
            });
        }
        return experiment.id();
    }

    private static Timing timing(List<Long> nanos) {
        return new Timing(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    /** One connection; answers of any size. */
    private static final class Wire implements AutoCloseable {
        private final int port;
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Wire(int port) throws IOException {
            this.port = port;
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            this.out = socket.getOutputStream();
        }

        String newRun(String experiment) throws IOException {
            byte[] body = "{\"experiment_id\":\"%s\",\"user_id\":\"ann\"}".formatted(experiment).getBytes(StandardCharsets.UTF_8);
            return MAPPER.readTree(post("/api/2.0/mlflow/runs/create", body))
                    .at("/run/info/run_id")
                    .asText();
        }

        byte[] post(String path, byte[] body) throws IOException {
            out.write(HttpBenchmark.request(port, path, body));
            return answer();
        }

        byte[] get(String path) throws IOException {
            out.write("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n".formatted(path, port).getBytes(StandardCharsets.US_ASCII));
            return answer();
        }

        private byte[] answer() throws IOException {
            String status = line();
            int length = 0;
            for (String header = line(); !header.isEmpty(); header = line()) {
                if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
                }
            }
            byte[] body = in.readNBytes(length);
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new IOException(status + " " + new String(body, StandardCharsets.UTF_8));
            }
            return body;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("The server closed the connection.");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
