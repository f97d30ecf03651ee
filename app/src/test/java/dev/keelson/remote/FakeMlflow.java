package dev.keelson.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A small server with the part of MLflow's REST interface that the client here uses, answering as MLflow 2.17 does. What it holds
 * outlives {@link #stop} and {@link #start}.
 */
final class FakeMlflow implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TAG = Pattern.compile("tags\\.`([^`]+)` = '([^']*)'");
    private static final Pattern NAME = Pattern.compile("name=['\"](.*)['\"]");

    final List<String> calls = new ArrayList<>();
    final Map<String, byte[]> files = new TreeMap<>();
    final Map<String, ObjectNode> runs = new LinkedHashMap<>();
    final Map<String, TreeMap<Integer, ObjectNode>> versions = new TreeMap<>();
    final Map<String, TreeMap<String, Integer>> aliases = new TreeMap<>();
    private final Map<String, String> experiments = new TreeMap<>();
    private final Map<String, Integer> given = new TreeMap<>();
    private final AtomicReference<@Nullable Fault> fault = new AtomicReference<>();
    private @Nullable HttpServer server;
    private int port;

    /** Goes wrong with a call: before it is done, or after. */
    interface Fault {
        /** The status to answer with, 0 to close the connection, or -1 for none. */
        int of(String call, boolean done);
    }

    FakeMlflow() throws IOException {
        start();
    }

    synchronized void start() throws IOException {
        HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        port = fresh.getAddress().getPort();
        fresh.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        fresh.createContext("/", this::handle);
        fresh.start();
        server = fresh;
    }

    void stop() {
        HttpServer running = server;
        if (running != null) {
            running.stop(0);
        }
        server = null;
    }

    void failing(@Nullable Fault next) {
        fault.set(next);
    }

    RemoteAddress address() {
        return RemoteAddress.of("http://127.0.0.1:" + port, Credentials.NONE);
    }

    @Override
    public void close() {
        stop();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String call = exchange.getRequestMethod() + " " + path.replaceFirst("^/api/2.0/mlflow/", "");
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (fails(exchange, call, false)) {
            return;
        }
        byte[] answer;
        int status = 200;
        synchronized (this) {
            calls.add(call);
            try {
                answer = answer(exchange, path, call, body);
            } catch (Refused e) {
                status = e.status;
                answer = JSON.writeValueAsBytes(
                        JSON.createObjectNode().put("error_code", e.code).put("message", e.getMessage()));
            }
        }
        if (fails(exchange, call, true)) {
            return;
        }
        exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private boolean fails(HttpExchange exchange, String call, boolean done) throws IOException {
        Fault current = fault.get();
        int status = current == null ? -1 : current.of(call, done);
        if (status < 0) {
            return false;
        }
        if (status > 0) {
            exchange.sendResponseHeaders(status, -1);
        }
        exchange.close();
        return true;
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    private byte[] answer(HttpExchange exchange, String path, String call, byte[] body) throws IOException {
        String proxy = "/api/2.0/mlflow-artifacts/artifacts/";
        if (path.equals("/version")) {
            return "2.17.2".getBytes(StandardCharsets.UTF_8);
        }
        if (path.concat("/").equals(proxy)) {
            return JSON.writeValueAsBytes(folder(query(exchange).path("path").asText()));
        }
        if (path.startsWith(proxy)) {
            String file = path.substring(proxy.length());
            if (exchange.getRequestMethod().equals("PUT")) {
                files.put(file, body);
                return JSON.writeValueAsBytes(JSON.createObjectNode());
            }
            byte[] bytes = files.get(file);
            if (bytes == null) {
                throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "no such file");
            }
            return bytes;
        }
        JsonNode request = exchange.getRequestMethod().equals("GET") ? query(exchange) : JSON.readTree(body);
        return JSON.writeValueAsBytes(switch (call) {
            case "POST experiments/search" -> experimentList();
            case "GET experiments/get-by-name" -> experiment(request.path("experiment_name").asText());
            case "POST experiments/create" -> {
                String name = request.path("name").asText();
                if (experiments.containsKey(name)) {
                    throw new Refused(400, "RESOURCE_ALREADY_EXISTS", "Experiment exists");
                }
                experiments.put(name, Integer.toString(experiments.size() + 1));
                yield JSON.createObjectNode().put("experiment_id", experiments.get(name));
            }
            case "POST runs/search" -> search(request);
            case "GET runs/get" -> {
                ObjectNode answer = JSON.createObjectNode();
                answer.set("run", run(request.path("run_id").asText()));
                yield answer;
            }
            case "POST runs/create" -> createRun(request);
            case "POST runs/update" -> {
                ObjectNode info = (ObjectNode) run(request.path("run_id").asText()).path("info");
                info.set("status", request.path("status"));
                info.set("end_time", request.path("end_time"));
                yield JSON.createObjectNode();
            }
            case "POST runs/log-batch" -> log(request);
            case "GET metrics/get-history" -> {
                ObjectNode answer = JSON.createObjectNode();
                ArrayNode list = answer.putArray("metrics");
                run(request.path("run_id").asText()).path("points").forEach(point -> {
                    if (point.path("key").equals(request.path("metric_key"))) {
                        list.add(point);
                    }
                });
                yield answer;
            }
            case "GET artifacts/list" -> list(request);
            case "GET registered-models/search" -> {
                ObjectNode answer = JSON.createObjectNode();
                ArrayNode list = answer.putArray("registered_models");
                versions.keySet().forEach(name -> list.addObject().put("name", name));
                yield answer;
            }
            case "GET registered-models/get" -> model(request.path("name").asText());
            case "POST registered-models/create" -> {
                if (versions.putIfAbsent(request.path("name").asText(), new TreeMap<>()) != null) {
                    throw new Refused(400, "RESOURCE_ALREADY_EXISTS", "Registered Model exists");
                }
                yield JSON.createObjectNode();
            }
            case "POST registered-models/alias" -> {
                versionOf(request);
                aliases.computeIfAbsent(request.path("name").asText(), name -> new TreeMap<>())
                        .put(request.path("alias").asText(), request.path("version").asInt());
                yield JSON.createObjectNode();
            }
            case "DELETE registered-models/alias" -> {
                aliases.getOrDefault(request.path("name").asText(), new TreeMap<>())
                        .remove(request.path("alias").asText());
                yield JSON.createObjectNode();
            }
            case "GET model-versions/search" -> {
                Matcher name = NAME.matcher(request.path("filter").asText());
                ObjectNode answer = JSON.createObjectNode();
                ArrayNode list = answer.putArray("model_versions");
                if (name.matches()) {
                    versions.getOrDefault(name.group(1), new TreeMap<>()).values().forEach(list::add);
                }
                yield answer;
            }
            case "POST model-versions/create" -> createVersion(request);
            case "GET model-versions/get" -> {
                ObjectNode answer = JSON.createObjectNode();
                answer.set("model_version", versionOf(request));
                yield answer;
            }
            case "DELETE model-versions/delete" -> {
                Objects.requireNonNull(versions.get(request.path("name").asText()))
                        .remove(request.path("version").asInt());
                yield JSON.createObjectNode();
            }
            case "POST model-versions/set-tag" -> {
                versionOf(request)
                        .withArray("tags")
                        .addObject()
                        .put("key", request.path("key").asText())
                        .put("value", request.path("value").asText());
                yield JSON.createObjectNode();
            }
            case "POST model-versions/transition-stage" -> {
                versionOf(request).set("current_stage", request.path("stage"));
                yield JSON.createObjectNode();
            }
            default -> throw new Refused(404, "ENDPOINT_NOT_FOUND", call);
        });
    }

    private static ObjectNode query(HttpExchange exchange) {
        ObjectNode node = JSON.createObjectNode();
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            int at = pair.indexOf('=');
            node.put(pair.substring(0, at), URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
        }
        return node;
    }

    private ObjectNode experimentList() {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("experiments");
        experiments.forEach((name, id) -> list.addObject()
                .put("experiment_id", id)
                .put("name", name)
                .put("lifecycle_stage", "active"));
        return answer;
    }

    private ObjectNode experiment(String name) {
        String id = experiments.get(name);
        if (id == null) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment");
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("experiment").put("experiment_id", id).put("name", name);
        return answer;
    }

    ObjectNode run(String id) {
        ObjectNode run = runs.get(id);
        if (run == null) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Run '%s' not found".formatted(id));
        }
        return run;
    }

    private ObjectNode search(JsonNode request) {
        Matcher tag = TAG.matcher(request.path("filter").asText(""));
        boolean filtered = tag.matches();
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("runs");
        for (ObjectNode run : runs.values()) {
            boolean in = false;
            for (JsonNode id : request.path("experiment_ids")) {
                in |= id.equals(run.path("info").path("experiment_id"));
            }
            if (in && (!filtered || tag.group(2).equals(value(run, "tags", tag.group(1))))) {
                list.add(run);
            }
        }
        return answer;
    }

    private ObjectNode createRun(JsonNode request) {
        String id = "%032x".formatted(runs.size() + 1000);
        ObjectNode run = JSON.createObjectNode();
        run.putObject("info")
                .put("run_id", id)
                .put("run_name", request.path("run_name").asText())
                .put("experiment_id", request.path("experiment_id").asText())
                .put("status", "RUNNING")
                .put("lifecycle_stage", "active")
                .put("start_time", request.path("start_time").asLong())
                .put("artifact_uri", "mlflow-artifacts:/%s/%s/artifacts".formatted(request.path("experiment_id").asText(), id));
        ObjectNode data = run.putObject("data");
        data.putArray("params");
        data.putArray("metrics");
        data.putArray("tags");
        run.putArray("points");
        runs.put(id, run);
        request.path("tags").forEach(each -> put(run, "tags", each));
        ObjectNode answer = JSON.createObjectNode();
        answer.set("run", run);
        return answer;
    }

    private ObjectNode log(JsonNode request) {
        ObjectNode run = run(request.path("run_id").asText());
        for (JsonNode param : request.path("params")) {
            String known = value(run, "params", param.path("key").asText());
            if (known != null && !known.equals(param.path("value").asText())) {
                throw new Refused(400, "INVALID_PARAMETER_VALUE", "Changing param values is not allowed");
            }
        }
        request.path("params").forEach(each -> put(run, "params", each));
        request.path("tags").forEach(each -> put(run, "tags", each));
        ArrayNode points = (ArrayNode) run.path("points");
        for (JsonNode metric : request.path("metrics")) {
            boolean known = false;
            for (JsonNode point : points) {
                known |= point.equals(metric);
            }
            if (!known) {
                points.add(metric);
                put(run, "metrics", metric);
            }
        }
        return JSON.createObjectNode();
    }

    static void put(ObjectNode run, String field, JsonNode entry) {
        ArrayNode list = (ArrayNode) run.path("data").path(field);
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).path("key").equals(entry.path("key"))) {
                list.set(i, entry);
                return;
            }
        }
        list.add(entry);
    }

    static @Nullable String value(JsonNode run, String field, String key) {
        for (JsonNode each : run.path("data").path(field)) {
            if (each.path("key").asText().equals(key)) {
                return each.path("value").asText();
            }
        }
        return null;
    }

    /** What is directly in a folder of the artifact proxy, by its name. */
    private ObjectNode folder(String folder) {
        Map<String, Boolean> found = new TreeMap<>();
        files.keySet().stream()
                .filter(path -> path.startsWith(folder + "/"))
                .map(path -> path.substring(folder.length() + 1))
                .forEach(rest -> found.put(rest.replaceFirst("/.*", ""), rest.contains("/")));
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("files");
        found.forEach((name, isFolder) -> list.addObject().put("path", name).put("is_dir", isFolder));
        return answer;
    }

    private ObjectNode list(JsonNode request) {
        String uri = run(request.path("run_id").asText()).path("info").path("artifact_uri").asText();
        String root = uri.substring("mlflow-artifacts:/".length()) + "/";
        String folder = request.path("path").asText("");
        String prefix = folder.isEmpty() ? root : root + folder + "/";
        Map<String, Long> found = new TreeMap<>();
        files.forEach((path, bytes) -> {
            if (path.startsWith(prefix)) {
                String rest = path.substring(prefix.length());
                int slash = rest.indexOf('/');
                String name = slash < 0 ? rest : rest.substring(0, slash);
                found.put((folder.isEmpty() ? "" : folder + "/") + name, slash < 0 ? (long) bytes.length : -1L);
            }
        });
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putArray("files");
        found.forEach((path, bytes) -> {
            ObjectNode file = list.addObject().put("path", path).put("is_dir", bytes < 0);
            if (bytes >= 0) {
                file.put("file_size", Long.toString(bytes));
            }
        });
        return answer;
    }

    private ObjectNode model(String name) {
        if (!versions.containsKey(name)) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Registered Model not found");
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode list = answer.putObject("registered_model").put("name", name).putArray("aliases");
        aliases.getOrDefault(name, new TreeMap<>())
                .forEach((alias, version) ->
                        list.addObject().put("alias", alias).put("version", Integer.toString(version)));
        return answer;
    }

    private ObjectNode createVersion(JsonNode request) {
        String name = request.path("name").asText();
        TreeMap<Integer, ObjectNode> all = versions.get(name);
        if (all == null) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Registered Model not found");
        }
        int number = given.merge(name, 1, Integer::sum);
        ObjectNode version = ((ObjectNode) request)
                .deepCopy()
                .put("version", Integer.toString(number))
                .put("current_stage", "None");
        all.put(number, version);
        ObjectNode answer = JSON.createObjectNode();
        answer.set("model_version", version);
        return answer;
    }

    private ObjectNode versionOf(JsonNode request) {
        ObjectNode version = versions.getOrDefault(request.path("name").asText(), new TreeMap<>())
                .get(request.path("version").asInt());
        if (version == null) {
            throw new Refused(404, "RESOURCE_DOES_NOT_EXIST", "Model Version not found");
        }
        return version;
    }

    /** Counts how often something was asked. */
    synchronized long count(Function<String, Boolean> which) {
        return calls.stream().filter(which::apply).count();
    }
}
