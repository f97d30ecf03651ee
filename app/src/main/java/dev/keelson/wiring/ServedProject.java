package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.ModelDefinition;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A project that another process of this machine owns and serves. Its errors come back as they were there. */
final class ServedProject implements LiveProject {
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final Duration ANSWERING = Duration.ofMinutes(5);
    private static final Duration SYNCHRONISING = Duration.ofDays(1);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Project project;
    private final URI url;
    private final HttpClient client;

    /**
     * @param url where it is served, without a path
     */
    ServedProject(Project project, URI url) {
        this.project = project;
        this.url = url;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECTING)
                .build();
    }

    @Override
    public List<Prediction> predict(
            String model, List<Map<String, @Nullable Object>> rows, PredictOptions options) {
        ModelDefinition definition = Projects.model(project, model);
        SourceDefinition source = Projects.source(project, definition.source());
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("rows", MAPPER.valueToTree(rows));
        body.put("durable", options.durable());
        if (options.asOf() != null) {
            body.put("as_of", options.asOf().toString());
        }
        JsonNode list = post(path(model, "predict"), body.toString()).path("predictions");
        if (list.size() != rows.size()) {
            throw unexpected("%d predictions for %d rows".formatted(list.size(), rows.size()), null);
        }
        List<Prediction> predictions = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            predictions.add(prediction(definition, RequestRow.entity(source, rows.get(i)), list.get(i)));
        }
        // brings the index up to date for those who list
        send(request("/api/v1/predictions?limit=1").GET());
        return predictions;
    }

    private Prediction prediction(ModelDefinition model, String entity, JsonNode node) {
        double[] probabilities = new double[model.classes().size()];
        for (int c = 0; c < probabilities.length; c++) {
            JsonNode value = node.path("probabilities").path(model.classes().get(c));
            if (!value.isNumber()) {
                throw unexpected("no probability of the class (%s)".formatted(model.classes().get(c)), null);
            }
            probabilities[c] = value.doubleValue();
        }
        List<String> warnings = new ArrayList<>();
        node.path("warnings").forEach(each -> warnings.add(each.asText()));
        return new Prediction(
                UUID.fromString(node.path("id").asText()),
                model.name(),
                node.path("version").asInt(),
                entity,
                model.classes(),
                probabilities,
                Instant.parse(node.path("as_of").asText()),
                warnings);
    }

    @Override
    public DriftReport checkDrift(String model) {
        return DriftReport.fromJson(post(path(model, "drift-check"), "").toString());
    }

    @Override
    public ModelVersion promote(String model, int version, String actor, String reason) {
        return change(model, "promote", change(actor, reason).put("version", version));
    }

    @Override
    public ModelVersion rollback(String model, String actor, String reason) {
        return change(model, "rollback", change(actor, reason));
    }

    private static ObjectNode change(String actor, String reason) {
        return JsonNodeFactory.instance.objectNode().put("actor", actor).put("reason", reason);
    }

    private ModelVersion change(String model, String verb, ObjectNode body) {
        JsonNode node = post(path(model, verb), body.toString());
        return new ModelVersion(
                model,
                node.path("version").asInt(),
                node.path("run_id").asText(),
                node.path("sha256").asText(),
                ModelVersion.Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                Instant.parse(node.path("trained_to").asText()),
                Instant.parse(node.path("created_at").asText()));
    }

    @Override
    public JsonNode validateFeatures(String model) {
        return post(path(model, "feature-check"), "");
    }

    /** As {@link dev.keelson.http.Backend#sync}; waits for its end. */
    List<SyncOutcome> sync(List<String> names, Synchronisation.Request request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("tables", MAPPER.valueToTree(names));
        body.put("dry_run", request.dryRun()).put("full", request.full());
        JsonNode answer = send(HttpRequest.newBuilder(url.resolve("/api/v1/sync"))
                .timeout(SYNCHRONISING)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
        List<SyncOutcome> outcomes = new ArrayList<>();
        answer.path("tables").forEach(table -> outcomes.add(SyncOutcome.fromJson(table)));
        return outcomes;
    }

    private static String path(String model, String verb) {
        String name = URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
        return "/api/v1/models/%s/%s".formatted(name, verb);
    }

    private JsonNode post(String path, String body) {
        BodyPublisher bytes = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return send(request(path).header("Content-Type", "application/json").POST(bytes));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url.resolve(path)).timeout(ANSWERING);
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<String> answer;
        try {
            answer = client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_IN_USE,
                    "The project is in use by a process that serves it at %s, but does not answer there: %s."
                            .formatted(url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    "Maybe it is just ending: try again in a moment.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeelsonException(
                    ErrorCode.PROJECT_IN_USE, "The wait for the answer of %s was interrupted.".formatted(url), null, e);
        }
        JsonNode document;
        try {
            document = MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw unexpected("status %d without a JSON document".formatted(answer.statusCode()), e);
        }
        if (answer.statusCode() != 200) {
            throw failure(answer.statusCode(), document);
        }
        return document;
    }

    /** The error that the owner had. */
    private KeelsonException failure(int status, JsonNode document) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode error : document.path("errors")) {
            ErrorCode code = Arrays.stream(ErrorCode.values())
                    .filter(each -> each.code().equals(error.path("code").asText()))
                    .findFirst()
                    .orElse(ErrorCode.INTERNAL);
            String field = error.path("field").asText("");
            problems.add(new Problem(
                    code,
                    error.path("detail").asText(),
                    field.isEmpty() ? null : new Location(field, 0, 0),
                    error.path("hint").isTextual() ? error.path("hint").asText() : null));
        }
        return problems.isEmpty()
                ? unexpected("status %d without an error".formatted(status), null)
                : new KeelsonException(problems, null);
    }

    private KeelsonException unexpected(String what, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.of(
                        ErrorCode.INTERNAL,
                        "The process that serves the project at %s gave an answer that was not expected: %s."
                                .formatted(url, what),
                        "Maybe it is another version of Keelson, or its project file was changed since: start it anew.")),
                cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
