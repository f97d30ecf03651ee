package dev.keelson.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server. Immutable and safe for use by several threads; connections are kept and shared.
 *
 * <p>What the server refuses is thrown as {@link ServerFailure}; a server that cannot be reached as {@link
 * UncheckedIOException}. Nothing is asked twice by itself: a prediction that was logged and not answered would stand there twice.
 */
public final class KeelsonClient implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);

    private final URI url;
    private final @Nullable String token;
    private final Duration timeout;
    private final HttpClient http;

    private KeelsonClient(URI url, @Nullable String token, Duration timeout, HttpClient http) {
        this.url = url;
        this.token = token;
        this.timeout = timeout;
        this.http = http;
    }

    /**
     * A client of a server, without a token, that waits up to a minute for an answer.
     *
     * @param url such as {@code http://127.0.0.1:8710}
     */
    public static KeelsonClient at(String url) {
        return new KeelsonClient(
                URI.create(url.endsWith("/") ? url : url + "/"),
                null,
                Duration.ofMinutes(1),
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECTING)
                        .build());
    }

    /** The same that shows a token with every request; it shares the connections, and one of both is closed. */
    public KeelsonClient withToken(String secret) {
        return new KeelsonClient(url, secret, timeout, http);
    }

    /** The same that waits so long for an answer; it shares the connections, and one of both is closed. */
    public KeelsonClient withTimeout(Duration most) {
        return new KeelsonClient(url, token, most, http);
    }

    // ---- health

    /** Whether the server lives. */
    public boolean isLive() {
        try {
            return get("health", Map.of()).path("status").asText().equals("up");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Why predictions cannot be answered; empty when they can. */
    public Optional<String> notReady() {
        try {
            get("ready", Map.of());
            return Optional.empty();
        } catch (ServerFailure e) {
            if (e.status() == 503) {
                return Optional.of(e.problems().getFirst().detail());
            }
            throw e;
        }
    }

    // ---- predictions

    /** What a model takes and tells. */
    public JsonNode signature(String model) {
        return get("api/v1/models/%s/signature", Map.of(), model);
    }

    /**
     * Predicts one row.
     *
     * @param row column to value; null for a missing one
     */
    public Prediction predict(String model, Map<String, ? extends @Nullable Object> row) {
        return predict(model, List.of(row), Map.of()).getFirst();
    }

    /**
     * Predicts rows, all or none, in order.
     *
     * @param rows at most 10,000
     * @param options beside them: {@code durable}, {@code as_of}, {@code version}, {@code details}, {@code client}, {@code metadata}
     */
    public List<Prediction> predict(
            String model,
            List<? extends Map<String, ? extends @Nullable Object>> rows,
            Map<String, ? extends Object> options) {
        ObjectNode body = document(options);
        body.set("rows", MAPPER.valueToTree(rows));
        List<Prediction> predictions = new ArrayList<>();
        post("api/v1/models/%s/predict", body, model).path("predictions").forEach(each -> predictions.add(Prediction.of(each)));
        return predictions;
    }

    /**
     * The log, newest first.
     *
     * @param filter {@code model}, {@code version}, {@code settled}, {@code from}, {@code to}, {@code text}, {@code limit}, {@code
     *     cursor}
     */
    public JsonNode predictions(Map<String, ? extends Object> filter) {
        return get("api/v1/predictions", filter);
    }

    /** One logged prediction. */
    public JsonNode prediction(UUID id) {
        return get("api/v1/predictions/%s", Map.of(), id.toString());
    }

    /** Why a prediction was told: what each feature contributed. */
    public JsonNode explain(UUID prediction) {
        return get("api/v1/predictions/%s/explain", Map.of(), prediction.toString());
    }

    /**
     * Tells what really happened; all or none.
     *
     * @return how many were taken, and what became of each
     */
    public JsonNode outcomes(List<Outcome> outcomes) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Outcome each : outcomes) {
            ObjectNode node = list.addObject().put("outcome", each.outcome());
            if (each.predictionId() != null) {
                node.put("prediction_id", each.predictionId().toString());
            }
            if (each.model() != null) {
                node.put("model", each.model());
            }
            if (each.entity() != null) {
                node.put("entity", each.entity());
            }
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("outcomes", list);
        return post("api/v1/outcomes", body);
    }

    // ---- features

    /**
     * Online values, each with its status and age.
     *
     * @param features as {@code view:feature}
     * @param entities key to its values, one for each row
     */
    public JsonNode features(List<String> features, Map<String, ? extends List<? extends @Nullable Object>> entities) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("features", MAPPER.valueToTree(features));
        body.set("entities", MAPPER.valueToTree(entities));
        return post("api/v1/features/get", body);
    }

    /** Rows of a source, visible to the next read. */
    public JsonNode push(String source, List<? extends Map<String, ? extends @Nullable Object>> rows) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("source", source);
        body.set("rows", MAPPER.valueToTree(rows));
        return post("api/v1/features/push", body);
    }

    /** Brings views up to date. */
    public JsonNode materialize() {
        return post("api/v1/features/materialize", JsonNodeFactory.instance.objectNode());
    }

    // ---- training

    /**
     * Begins a training in the background.
     *
     * @param options {@code kind}, {@code learner}, {@code rows}, {@code promote} and others; none for a full one
     */
    public Training train(String model, Map<String, ? extends Object> options) {
        return Training.of(post("api/v1/models/%s/trainings", document(options), model));
    }

    /** How far a training is. */
    public Training training(String id) {
        return Training.of(get("api/v1/trainings/%s", Map.of(), id));
    }

    /**
     * Waits for the end of a training.
     *
     * @param most how long; what it is then, it is
     */
    public Training await(Training training, Duration most) {
        long end = System.nanoTime() + most.toNanos();
        Training now = training(training.id());
        while (now.isRunning() && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL.toNanos());
            now = training(training.id());
        }
        return now;
    }

    /** Stops a training; nothing is registered. */
    public Training cancel(Training training) {
        return Training.of(send(request("api/v1/trainings/%s", Map.of(), training.id()).DELETE()));
    }

    // ---- drift

    /** Checks a model for drift now and keeps the report. */
    public JsonNode checkDrift(String model) {
        return post("api/v1/models/%s/drift-check", JsonNodeFactory.instance.objectNode(), model);
    }

    /** Reports, newest first. */
    public JsonNode driftReports(String model) {
        return get("api/v1/drift-reports", Map.of("model", model)).path("drift_reports");
    }

    // ---- data

    /** Loads a source; its values follow with {@link #materialize}. */
    public JsonNode load(String source) {
        return post("api/v1/data/loads", JsonNodeFactory.instance.objectNode().put("source", source));
    }

    /** The versions of a source's data, newest first. */
    public JsonNode datasetVersions(String source) {
        return get("api/v1/data/versions", Map.of("source", source)).path("versions");
    }

    /**
     * One version with its statistics and loads.
     *
     * @param version its id, a tag or {@code latest}
     */
    public JsonNode datasetVersion(String source, String version) {
        return get("api/v1/data/versions/%s", Map.of("source", source), version);
    }

    // ---- registry

    /** The models of the project, with what serves. */
    public JsonNode models() {
        return get("api/v1/models", Map.of()).path("models");
    }

    /** The versions of a model, newest first. */
    public JsonNode versions(String model) {
        return get("api/v1/models/%s/versions", Map.of(), model).path("versions");
    }

    /**
     * Lets a version serve when the project's policy is met.
     *
     * @throws ServerFailure status 409 with the lines that do not hold
     */
    public JsonNode promote(String model, int version, String reason) {
        return post(
                "api/v1/models/%s/promote",
                JsonNodeFactory.instance.objectNode().put("version", version).put("reason", reason),
                model);
    }

    /** Lets the version serve that served before. */
    public JsonNode rollback(String model, String reason) {
        return post("api/v1/models/%s/rollback", JsonNodeFactory.instance.objectNode().put("reason", reason), model);
    }

    /** Runs, newest first. */
    public JsonNode runs(Map<String, ? extends Object> filter) {
        return get("api/v1/runs", filter).path("runs");
    }

    // ---- whatever else

    /**
     * Asks an address for a document.
     *
     * @param path without the first slash, with {@code %s} for each of the parts
     * @param query parameters by name; lists come several times
     * @param parts as they are, with whatever characters
     */
    public JsonNode get(String path, Map<String, ? extends Object> query, String... parts) {
        return send(request(path, query, parts).GET());
    }

    /**
     * Sends a document.
     *
     * @param path as in {@link #get}
     */
    public JsonNode post(String path, JsonNode body, String... parts) {
        return send(request(path, Map.of(), parts)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private static ObjectNode document(Map<String, ? extends Object> fields) {
        return MAPPER.valueToTree(fields);
    }

    private HttpRequest.Builder request(String path, Map<String, ? extends Object> query, String... parts) {
        Object[] encoded = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            encoded[i] = encoded(parts[i]);
        }
        StringBuilder address = new StringBuilder(path.formatted(encoded));
        char separator = '?';
        for (Map.Entry<String, ? extends Object> each : query.entrySet()) {
            for (Object value : each.getValue() instanceof List<?> list ? list : List.of(each.getValue())) {
                address.append(separator).append(encoded(each.getKey())).append('=').append(encoded(String.valueOf(value)));
                separator = '&';
            }
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url.resolve(address.toString())).timeout(timeout).header("Accept", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpRequest asked = request.build();
        HttpResponse<String> answer;
        try {
            answer = http.send(asked, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The server at %s did not answer: %s."
                            .formatted(url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("The wait for %s was interrupted.".formatted(url), new IOException(e));
        }
        JsonNode document;
        try {
            document = MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(
                    "The server at %s answered with status %d and no JSON document."
                            .formatted(asked.uri(), answer.statusCode()),
                    e);
        }
        if (answer.statusCode() / 100 != 2) {
            throw failure(answer.statusCode(), document);
        }
        return document;
    }

    private static ServerFailure failure(int status, JsonNode document) {
        List<ServerFailure.Problem> problems = new ArrayList<>();
        for (JsonNode each : document.path("errors")) {
            problems.add(new ServerFailure.Problem(
                    each.path("code").asText(),
                    each.path("field").textValue(),
                    each.path("detail").asText(),
                    each.path("hint").textValue()));
        }
        String code = document.path("type").asText("unknown");
        if (problems.isEmpty()) {
            problems.add(new ServerFailure.Problem(
                    code, null, document.path("detail").asText("The server gave no reason."), null));
        }
        return new ServerFailure(status, code, problems);
    }

    @Override
    public void close() {
        http.close();
    }
}
