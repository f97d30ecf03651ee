package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.JsonTexts;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelPerformance;
import dev.keelson.http.PredictionPages;
import dev.keelson.http.PredictionPages.Filter;
import dev.keelson.http.PredictionScores;
import dev.keelson.monitor.performance.WindowLength;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The log of predictions: a list by filters, page by page, one of them, and how good they were. */
final class PredictionsEndpoints {
    private static final int ROWS = 10;
    private static final int MOST_ROWS = 1_000;

    private final Backend backend;

    PredictionsEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/predictions", this::list);
        routes.get("/api/v1/models/{name}/performance", this::performance);
        routes.get("/api/v1/predictions/{id}", this::one);
        routes.get("/api/v1/predictions/{id}/trace", this::trace);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Filter filter = parameters.predictions(backend.project().zone());
        int limit = parameters.number("limit", 1, 1000, 100);
        String cursor = parameters.text("cursor");
        if (cursor != null && !PredictionPages.isCursor(cursor)) {
            parameters.wrong("cursor", cursor, "the next_cursor of the page before");
        }
        parameters.check();
        PredictionPages.Page page = PredictionPages.page(backend, filter, cursor, limit);
        ObjectNode body = Json.object();
        body.put("total", page.total());
        ArrayNode list = body.putArray("predictions");
        page.predictions().forEach(prediction -> list.add(prediction(prediction)));
        body.put("next_cursor", page.next());
        Json.send(response, body);
    }

    /** How good the predictions of a model were, whoever serves it. */
    private void performance(ServerRequest request, ServerResponse response) {
        LoggedModel model = LoggedModel.of(backend.project(), Parameters.path(request, "name"));
        Parameters parameters = new Parameters(request);
        int number = parameters.number("version", 0, Integer.MAX_VALUE, -1);
        Integer version = number < 0 ? null : (Integer) number;
        Instant from = parameters.instant("from", backend.project().zone());
        Instant to = parameters.instant("to", backend.project().zone());
        WindowLength window = window(parameters);
        parameters.check();
        Json.send(
                response,
                window == null
                        ? new PredictionScores(backend::predictions, backend::countPredictions)
                                .of(model, new PredictionScores.Asked(version, from, to))
                        : ModelPerformance.of(backend)
                                .of(
                                        backend.project(),
                                        model,
                                        new ModelPerformance.Asked(window, version, from, to),
                                        backend.clock().instant()));
    }

    private static @Nullable WindowLength window(Parameters parameters) {
        String text = parameters.text("window");
        Optional<WindowLength> window = text == null ? Optional.empty() : WindowLength.parse(text);
        if (text != null && window.isEmpty()) {
            parameters.wrong("window", text, WindowLength.EXPECTED);
        }
        return window.orElse(null);
    }

    private void one(ServerRequest request, ServerResponse response) {
        Json.send(response, prediction(found(request)));
    }

    /** The same with what it was made of. */
    private void trace(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int rows = parameters.number("limit", 1, MOST_ROWS, ROWS);
        parameters.check();
        LoggedPrediction prediction = found(request);
        ObjectNode body = prediction(prediction);
        body.setAll(backend.traces().trace(prediction.event(), rows).toJson());
        Json.send(response, body);
    }

    private LoggedPrediction found(ServerRequest request) {
        String id = Parameters.path(request, "id");
        return backend.prediction(Parameters.uuid(id))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.PREDICTION_NOT_FOUND,
                        "There is no prediction (%s) in the log.".formatted(id),
                        "Maybe the log's index has not caught up yet: try again in a moment."));
    }

    private ObjectNode prediction(LoggedPrediction prediction) {
        PredictionEvent event = prediction.event();
        List<String> classes = LoggedModel.classes(backend.project(), event.model());
        ObjectNode node = Json.object();
        node.put("id", event.id().toString());
        node.put("model", event.model());
        node.put("version", event.version());
        node.put("role", event.role());
        node.put("served", event.served());
        node.put("entity", event.entity());
        ObjectNode keys = node.putObject("keys");
        AskedKeys.of(event.keys()).forEach(keys::put);
        node.put("segment", event.segment());
        node.put("event_time", event.eventTime().toString());
        node.put("as_of", event.asOf().toString());
        node.put("at", event.at().toString());
        if (event.isNumber()) {
            Json.number(node, "value", event.probabilities()[0]);
        } else {
            ObjectNode probabilities = node.putObject("probabilities");
            for (int c = 0; c < event.probabilities().length; c++) {
                Json.number(probabilities, name(classes, c), event.probabilities()[c]);
            }
            node.put("predicted", name(classes, event.predicted()));
            Json.number(node, "confidence", event.probabilities()[event.predicted()]);
        }
        node.put("client", event.client().isEmpty() ? null : event.client());
        JsonTexts.put(node, "metadata", event.metadata());
        node.put("outcome", prediction.outcome());
        node.put(
                "outcome_known_at",
                prediction.outcomeKnownAt() == null ? null : prediction.outcomeKnownAt().toString());
        return node;
    }

    private static String name(List<String> classes, int position) {
        return position < classes.size() ? classes.get(position) : Integer.toString(position);
    }
}
