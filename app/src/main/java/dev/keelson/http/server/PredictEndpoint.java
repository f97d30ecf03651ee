package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.PlainRow;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.StageTimes;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/models/{name}/predict}. The path that must be fast: it reads JSON straight into rows where the body has the usual form. */
final class PredictEndpoint {
    /** So many bodies in another form than the one that is known, and that other one is learned. */
    private static final int LEARNED_AFTER = 16;

    private final Backend backend;
    private final ServerMetrics metrics;
    private final PredictBodies bodies;
    private final StageTimes stages;
    /** Model to the form that its requests have. */
    private final Map<String, Form> forms = new ConcurrentHashMap<>();

    /** A form, and how many bodies came in others since. */
    private static final class Form {
        private final @Nullable PlainRows rows;
        private final AtomicInteger others = new AtomicInteger();

        Form(@Nullable PlainRows rows) {
            this.rows = rows;
        }
    }

    PredictEndpoint(Backend backend, ServerMetrics metrics) {
        this.backend = backend;
        this.metrics = metrics;
        this.bodies = new PredictBodies(backend, metrics);
        this.stages = backend.stageTimes();
    }

    void register(Routes routes) {
        routes.post("/api/v1/models/{name}/predict", this::predict);
        routes.get("/api/v1/models/{name}/signature", (request, response) -> {
            Parameters parameters = new Parameters(request);
            Json.send(
                    response,
                    backend.signature(Parameters.path(request, "name"), parameters.text("version"))
                            .toJson());
        });
    }

    private void predict(ServerRequest request, ServerResponse response) {
        long start = System.nanoTime();
        String model = Parameters.path(request, "name");
        if (PredictBodies.takes(request)) {
            bodies.answer(request, response, model);
            return;
        }
        Json.requireJson(request, PredictBodies.TAKEN);
        Json.requireTaken(request, Json.MEDIA_TYPE);
        try {
            Form form = forms.get(model);
            PredictRequest asked = read(request, form);
            long parsed = System.nanoTime();
            List<Prediction> predictions = backend.predict(model, asked.rows(), asked.options());
            long predicted = System.nanoTime();
            byte[] body = PredictionWriter.write(predictions);
            response.header(Json.CONTENT);
            response.send(body);
            long sent = System.nanoTime();
            StageTimes.OfModel times = stages.of(model);
            times.took(StageTimes.Stage.PARSE, parsed - start);
            times.took(StageTimes.Stage.WRITE, sent - predicted);
            metrics.predicted(model, predictions, sent - start);
            learn(model, form, asked.rows().getFirst());
        } catch (KeelsonException e) {
            metrics.predictionFailed(model, e.code());
            throw e;
        }
    }

    /** Takes over the form of a request that was answered, when requests come in it again and again. */
    private void learn(String model, @Nullable Form known, Map<String, @Nullable Object> row) {
        if (row instanceof PlainRow) {
            return;
        }
        if (known == null || known.others.incrementAndGet() >= LEARNED_AFTER) {
            forms.put(model, new Form(PlainRows.of(row.keySet())));
        }
    }

    private PredictRequest read(ServerRequest request, @Nullable Form form) {
        PredictOptions options = PredictOptions.DEFAULT;
        if (!request.query().isEmpty()) {
            Parameters parameters = new Parameters(request);
            Boolean durable = parameters.flag("durable");
            Instant asOf = parameters.instant("as_of", backend.project().zone());
            String version = parameters.text("version");
            String client = parameters.text("client");
            parameters.check();
            options = new PredictOptions(Boolean.TRUE.equals(durable), asOf, version, Set.of(), client, null);
        }
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body is empty; expected a JSON object, {\"rows\": [...]} or a list of objects.",
                    null);
        }
        long length = request.headers().contentLength().orElse(-1);
        try (InputStream body = request.content().inputStream()) {
            PlainRows usual = form == null ? null : form.rows;
            if (usual == null || length < 0 || length > KeelsonServer.MAX_BODY_BYTES) {
                return PredictRequest.read(body, options);
            }
            byte[] bytes = body.readNBytes((int) length);
            int more = body.read(); // of a body that is longer once it is decoded
            if (more >= 0) {
                return PredictRequest.read(
                        new SequenceInputStream(
                                new ByteArrayInputStream(bytes),
                                new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) more}), body)),
                        options);
            }
            List<PlainRow> rows = usual.read(bytes);
            return rows == null
                    ? PredictRequest.read(new ByteArrayInputStream(bytes), options)
                    : new PredictRequest(List.copyOf(rows), options);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }
}
