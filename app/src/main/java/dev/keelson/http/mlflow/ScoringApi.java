package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.CsvRows;
import dev.keelson.http.InputRow;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of MLflow's scoring server: {@code POST /invocations}, of the model that the project names or its only one, {@code
 * POST /models/{name}/invocations}, and {@code GET /ping}. ({@code /health} and {@code /version} are those of the tracking
 * server.) Predictions are records as the model's signature has its outputs: a probability for each class, or {@code value}. Safe for
 * use by several threads.
 */
public final class ScoringApi {
    private static final String INVOCATIONS = "/invocations";
    private static final String OF_MODEL = "/models/{name}/invocations";
    private static final Set<String> CSV = Set.of("text/csv", "application/csv");
    private static final String JSON = "application/json";
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int MOST_TOLD = 10;

    private final Backend backend;
    private final PredictMeter meter;

    /** The interface over a backend. */
    public ScoringApi(Backend backend, PredictMeter meter) {
        this.backend = backend;
        this.meter = meter;
    }

    /** Adds its addresses. */
    public void install(HttpRouting.Builder routing) {
        routing.post(INVOCATIONS, (request, response) -> answer(request, response, null));
        routing.post(
                OF_MODEL,
                (request, response) ->
                        answer(request, response, request.path().pathParameters().get("name")));
        routing.get("/ping", (request, response) -> {
            String reason = backend.notReadyReason();
            response.status(Status.create(reason == null ? 200 : 404)); // as MLflow's server tells that it has no model
            response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            response.send("\n");
        });
        for (String path : List.of(INVOCATIONS, OF_MODEL, "/ping")) {
            String wanted = path.equals("/ping") ? "GET" : "POST";
            routing.any(path, (request, response) -> {
                response.header(HeaderNames.ALLOW, wanted);
                Call.refuse(
                        response,
                        405,
                        MlflowCode.BAD_REQUEST,
                        "The method (%s) is not allowed on %s; expected %s."
                                .formatted(request.prologue().method().text(), request.path().path(), wanted));
            });
        }
    }

    /** Whether an address is one of the scoring server's, so that its failures are told in MLflow's words. */
    public static boolean owns(String path) {
        return path.equals(INVOCATIONS) || (path.startsWith("/models/") && path.endsWith(INVOCATIONS));
    }

    /** Tells a failure in MLflow's words. */
    public static void refuse(ServerResponse response, int status, List<Problem> problems) {
        String text = problems.stream()
                .limit(MOST_TOLD)
                .map(problem -> (problem.location() == null ? "" : problem.location() + ": ") + problem.message()
                        + (problem.hint() == null ? "" : "\n" + problem.hint()))
                .collect(Collectors.joining("\n"));
        // MLflow's scoring server calls everything that is wrong with a request so
        MlflowCode code = status == 400 ? MlflowCode.BAD_REQUEST : MlflowCode.ofStatus(status);
        boolean absent = status == 404 && problems.getFirst().code() != ErrorCode.NOT_FOUND;
        Call.refuse(response, status, absent ? MlflowCode.RESOURCE_DOES_NOT_EXIST : code, text);
    }

    private void answer(ServerRequest request, ServerResponse response, @Nullable String named) {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse("");
        String media = type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        boolean utf8 = charset(type).equals("utf-8");
        if ((!media.equals(JSON) && !CSV.contains(media)) || !utf8) {
            response.status(Status.create(415));
            response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            response.send(
                    utf8
                            ? "This predictor only supports the following content types: %s, text/csv. Got '%s'.".formatted(JSON, type)
                            : "The scoring server only supports UTF-8. Got '%s'.".formatted(type));
            return;
        }
        long start = System.nanoTime();
        String model = named == null ? model() : named;
        try {
            PredictSignature signature = backend.signature(model, null);
            ScoringRows rows = media.equals(JSON) ? json(request, signature) : csv(request, signature);
            List<Prediction> predictions = backend.predict(model, rows.rows(), rows.options());
            meter.predicted(model, predictions, System.nanoTime() - start);
            response.header(HeaderNames.CONTENT_TYPE, JSON);
            response.header(HeaderNames.CACHE_CONTROL, "no-store");
            response.send(document(predictions).toString().getBytes(StandardCharsets.UTF_8));
        } catch (KeelsonException e) {
            meter.predictionFailed(model, e.code());
            throw e;
        }
    }

    private static String charset(String type) {
        for (String part : type.split(";", -1)) {
            String each = part.strip().toLowerCase(Locale.ROOT);
            if (each.startsWith("charset=")) {
                return each.substring("charset=".length()).replace("\"", "");
            }
        }
        return "utf-8";
    }

    /** The model of an address without a name. */
    private String model() {
        String named = backend.project().serve().defaultModel();
        if (named != null) {
            return named;
        }
        List<String> names = backend.project().models().stream().map(ModelDefinition::name).toList();
        if (names.size() == 1) {
            return names.getFirst();
        }
        throw new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "The project has %d models and names none as serve.default_model.".formatted(names.size()),
                names.isEmpty() ? null : "Maybe ask /models/%s/invocations.".formatted(names.getFirst()));
    }

    private static ScoringRows csv(ServerRequest request, PredictSignature signature) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        try (CsvRows lines = new CsvRows(request.content().inputStream(), signature, true)) {
            for (InputRow row = lines.next(); row != null; row = lines.next()) {
                ScoringRows.requireRoom(rows.size());
                rows.add(row.cells());
                Problem problem = row.problem();
                if (problem != null && problems.size() < MOST_TOLD) {
                    problems.add(Problem.of(
                            problem.code(), "Line %d: %s".formatted(row.line(), problem.message()), problem.hint()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return ScoringRows.of(rows, PredictOptions.DEFAULT);
    }

    private ScoringRows json(ServerRequest request, PredictSignature signature) {
        JsonNode body = null;
        if (request.content().hasEntity()) {
            try (InputStream in = request.content().inputStream()) {
                body = MAPPER.readTree(in);
            } catch (JsonProcessingException e) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "The body is not JSON; expected an object with the rows.", null, e);
            } catch (IOException e) {
                throw new UncheckedIOException("The body could not be read.", e);
            }
        }
        return ScoringRows.read(body, signature, backend.project().zone());
    }

    private static ObjectNode document(List<Prediction> predictions) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("predictions");
        ArrayNode ids = JsonNodeFactory.instance.arrayNode();
        for (Prediction prediction : predictions) {
            ObjectNode record = list.addObject();
            for (int c = 0; c < prediction.classes().size(); c++) {
                record.put(prediction.classes().get(c), prediction.probabilities()[c]);
            }
            ids.add(prediction.id().toString());
        }
        document.set("prediction_ids", ids);
        document.put("model_version", Integer.toString(predictions.getFirst().version()));
        return document;
    }
}
