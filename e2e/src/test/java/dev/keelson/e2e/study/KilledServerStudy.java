package dev.keelson.e2e.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients write runs, metrics, params, tags and files and change the registry (models, versions, stages, aliases) as fast as
 * they are answered, while the server is killed again and again as a power failure of its process would and started anew. A
 * client that gets no answer sends the same again until it does, as clients of MLflow do. At the end everything that was
 * acknowledged must be there, and nothing twice; each change of the registry has its line in the audit trail, whose chain is
 * whole before anybody opens the project for writing again. Options: {@code
 * --connections} (clients, 64), {@code --seconds} (60, without those in which the server starts), {@code --kills} (10).
 */
public final class KilledServerStudy implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int HISTORY_PAGE = 25_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        return run(
                arguments.number("connections", 64),
                Duration.ofSeconds(arguments.number("seconds", 60)),
                arguments.number("kills", 10));
    }

    /**
     * Runs it.
     *
     * @return what was written and what of it was lost or doubled, which should be nothing
     */
    static ObjectNode run(int clients, Duration length, int kills) throws Exception {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        AtomicLong unanswered = new AtomicLong();
        try (ServerProcess server = ServerProcess.start("-Xmx1g", "-XX:+UseG1GC");
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong acknowledged = new AtomicLong();
            PatientCaller caller = new PatientCaller(http, server.url(), acknowledged, unanswered);
            List<Future<Written>> writing = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Client client = new Client(caller, i, over);
                writing.add(threads.submit(client::write));
            }
            long life = length.toNanos() / (kills + 1);
            for (int i = 0; i < kills; i++) {
                written(acknowledged, life);
                server.kill();
                server.restart();
            }
            written(acknowledged, life);
            over.set(true);
            List<Written> written = new ArrayList<>();
            for (Future<Written> each : writing) {
                written.add(each.get());
            }
            server.kill();
            Found found = new Found();
            List<RegistryWrites> registry = written.stream().map(Written::registry).toList();
            AuditTrailCheck audit = AuditTrailCheck.of(server, registry, found);
            server.restart();
            for (Written each : written) {
                new Check(http, server.url(), each, found).check();
            }
            RegistryCheck registered = new RegistryCheck(http, server.url(), found);
            for (RegistryWrites each : registry) {
                registered.check(each);
            }
            audit.compare(registered.versions());
            node.put("clients", clients);
            node.put("seconds", length.toSeconds());
            node.put("kills", kills + 1);
            node.put("calls_without_an_answer", unanswered.get());
            node.put("acknowledged_runs", written.size());
            node.put("acknowledged_metric_points", written.stream().mapToLong(each -> each.points().size()).sum());
            node.put("acknowledged_params", written.stream().mapToLong(each -> each.params().size()).sum());
            node.put("acknowledged_tags", written.stream().mapToLong(each -> each.tags().size()).sum());
            node.put("acknowledged_files", written.stream().mapToLong(each -> each.files().size()).sum());
            node.put("acknowledged_models", registry.stream().mapToLong(each -> each.models().size()).sum());
            node.put("acknowledged_versions", acknowledged(registry, "register"));
            node.put("acknowledged_stages", acknowledged(registry, "stage"));
            node.put("acknowledged_aliases", acknowledged(registry, "alias"));
            node.put("versions_nobody_was_told_of", registered.untold());
            audit.describe(node.putObject("audit"));
            node.put("lost", found.lost);
            node.put("doubled", found.doubled);
            node.put("different", found.different);
        }
        return node;
    }

    private static long acknowledged(List<RegistryWrites> registry, String action) {
        return registry.stream()
                .flatMap(each -> each.changes().stream())
                .filter(change -> change.action().equals(action))
                .count();
    }

    /** Waits for a time in which something was written. */
    private static void written(AtomicLong acknowledged, long nanos) throws InterruptedException {
        long before = acknowledged.get();
        TimeUnit.NANOSECONDS.sleep(nanos);
        while (acknowledged.get() == before) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** What a client was told is stored. */
    private record Written(
            String run,
            Map<Long, Double> points,
            Map<String, String> params,
            Map<String, String> tags,
            Map<String, String> files,
            RegistryWrites registry) {}

    /** What was wrong at the end. */
    static final class Found {
        long lost;
        long doubled;
        long different;
    }

    /** Writes until the time is over. */
    private record Client(PatientCaller caller, int number, AtomicBoolean over) {

        Written write() {
            String run = parsed(post("runs/create", "{\"experiment_id\":\"0\",\"user_id\":\"u\",\"run_name\":\"client %d\",\"start_time\":%d}"
                            .formatted(number, 1_000 + number)))
                    .at("/run/info/run_id")
                    .asText();
            RegistryWrites registry = new RegistryWrites(caller, number, run);
            Written written =
                    new Written(run, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), registry);
            for (long i = 0; !over.get(); i++) {
                switch ((int) (i % 8)) {
                    case 0 -> {
                        post("runs/log-metric", "{\"run_id\":\"%s\",\"key\":\"m\",\"value\":%s,\"timestamp\":%d,\"step\":%d}"
                                .formatted(run, i * 0.5, i, i));
                        written.points().put(i, i * 0.5);
                    }
                    case 1 -> {
                        StringBuilder points = new StringBuilder();
                        for (long step = i * 1_000; step < i * 1_000 + 20; step++) {
                            points.append(points.isEmpty() ? "" : ",")
                                    .append("{\"key\":\"m\",\"value\":%s,\"timestamp\":%d,\"step\":%d}".formatted(step * 0.5, step, step));
                        }
                        post("runs/log-batch", "{\"run_id\":\"%s\",\"metrics\":[%s],\"params\":[{\"key\":\"b%d\",\"value\":\"%d\"}]}"
                                .formatted(run, points, i, i));
                        for (long step = i * 1_000; step < i * 1_000 + 20; step++) {
                            written.points().put(step, step * 0.5);
                        }
                        written.params().put("b" + i, Long.toString(i));
                    }
                    case 2 -> {
                        post("runs/log-parameter", "{\"run_id\":\"%s\",\"key\":\"p%d\",\"value\":\"%d\"}".formatted(run, i, i));
                        written.params().put("p" + i, Long.toString(i));
                    }
                    case 3 -> {
                        post("runs/set-tag", "{\"run_id\":\"%s\",\"key\":\"t%d\",\"value\":\"%d\"}".formatted(run, i % 50, i));
                        written.tags().put("t" + i % 50, Long.toString(i));
                    }
                    case 4 -> {
                        String text = "file %d of client %d".formatted(i, number);
                        caller.send(
                                who(),
                                HttpRequest.newBuilder(URI.create("%s/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/f/%d.txt"
                                                .formatted(caller.url(), run, i)))
                                        .PUT(BodyPublishers.ofString(text)));
                        written.files().put("f/" + i + ".txt", text);
                    }
                    case 5 -> registry.register();
                    case 6 -> registry.transition();
                    default -> registry.alias();
                }
            }
            return written;
        }

        private String post(String path, String body) {
            return caller.post(who(), path, body).body();
        }

        private String who() {
            return "client " + number;
        }
    }

    /** Compares what the server has with what it acknowledged. */
    private record Check(HttpClient http, String url, Written written, Found found) {

        void check() throws IOException, InterruptedException {
            String run = written.run();
            JsonNode data = get("/api/2.0/mlflow/runs/get?run_id=" + run).at("/run/data");
            compare(written.params(), labels(data.path("params")), "");
            compare(written.tags(), labels(data.path("tags")), "mlflow.");
            Map<Long, Integer> seen = new HashMap<>();
            String token = "";
            do {
                JsonNode page = get("/api/2.0/mlflow/metrics/get-history?run_id=%s&metric_key=m&max_results=%d%s"
                        .formatted(run, HISTORY_PAGE, token.isEmpty() ? "" : "&page_token=" + token));
                for (JsonNode point : page.path("metrics")) {
                    long step = point.path("step").asLong();
                    seen.merge(step, 1, Integer::sum);
                    Double value = written.points().get(step);
                    if (value == null || value != point.path("value").asDouble()) {
                        found.different++;
                    }
                }
                token = page.path("next_page_token").asText("");
            } while (!token.isEmpty());
            for (Long step : written.points().keySet()) {
                int times = seen.getOrDefault(step, 0);
                found.lost += times == 0 ? 1 : 0;
                found.doubled += Math.max(0, times - 1);
            }
            JsonNode listed = get("/api/2.0/mlflow-artifacts/artifacts?path=0/" + run + "/artifacts/f").path("files");
            found.different += Math.abs(listed.size() - written.files().size());
            for (Map.Entry<String, String> file : written.files().entrySet()) {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(URI.create("%s/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/%s"
                                        .formatted(url, run, file.getKey())))
                                .build(),
                        BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    found.lost++;
                } else if (!answer.body().equals(file.getValue())) {
                    found.different++;
                }
            }
        }

        private void compare(Map<String, String> expected, Map<String, String> there, String own) {
            expected.forEach((key, value) -> {
                if (!there.containsKey(key)) {
                    found.lost++;
                } else if (!value.equals(there.get(key))) {
                    found.different++;
                }
            });
            found.different += there.keySet().stream()
                    .filter(key -> !expected.containsKey(key) && (own.isEmpty() || !key.startsWith(own)))
                    .count();
        }

        private Map<String, String> labels(JsonNode pairs) {
            Map<String, String> labels = new HashMap<>();
            for (JsonNode pair : pairs) {
                if (labels.put(pair.path("key").asText(), pair.path("value").asText()) != null) {
                    found.doubled++;
                }
            }
            return labels;
        }

        private JsonNode get(String path) throws IOException, InterruptedException {
            HttpResponse<String> answer =
                    http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("%s: %d %s".formatted(path, answer.statusCode(), answer.body()));
            }
            return parsed(answer.body());
        }
    }

    static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
