package dev.keelson.http.inference;

import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From tensors to tensors, whichever transport brings them. Safe for use by several threads. */
final class Inference {
    /** The name of the server and of the platform of its models. */
    static final String NAME = "keelson";

    static final List<String> EXTENSIONS = List.of("model_repository");

    private final Backend backend;
    private final PredictMeter meter;

    Inference(Backend backend, PredictMeter meter) {
        this.backend = backend;
        this.meter = meter;
    }

    Backend backend() {
        return backend;
    }

    /** The version of this code, from its jar; {@code development} when it does not run from one. */
    static String version() {
        String version = Inference.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * Predicts.
     *
     * @throws KeelsonException as {@link Backend#predict}; BAD_REQUEST for tensors that are no rows of the model
     */
    InferResponse infer(InferRequest request) {
        long start = System.nanoTime();
        try {
            PredictSignature signature = backend.signature(request.model(), null);
            Outputs.check(signature, request.outputs());
            List<Prediction> predictions =
                    backend.predict(request.model(), Inputs.rows(signature, request), options(request));
            int version = predictions.getFirst().version();
            meter.predicted(request.model(), predictions, System.nanoTime() - start);
            return new InferResponse(
                    request.model(), Integer.toString(version), request.id(), Outputs.of(predictions, request.outputs()));
        } catch (KeelsonException e) {
            meter.predictionFailed(request.model(), e.code());
            throw e;
        }
    }

    private PredictOptions options(InferRequest request) {
        Map<String, Object> parameters = request.parameters();
        Set<String> words = new LinkedHashSet<>(Outputs.details(request.outputs()));
        String details = text(parameters, "details");
        if (details != null) {
            for (String word : details.split(",", -1)) {
                words.add(word.strip());
            }
        }
        Set<PredictOptions.Detail> wanted = EnumSet.noneOf(PredictOptions.Detail.class);
        for (String word : words) {
            switch (word) {
                case "features" -> wanted.add(PredictOptions.Detail.FEATURES);
                case "contributions" -> wanted.add(PredictOptions.Detail.CONTRIBUTIONS);
                case "" -> {} // nothing between two commas
                default -> throw Inputs.wrong(
                        "parameters.details",
                        "The detail (%s) is unknown; expected features or contributions.".formatted(word));
            }
        }
        Object durable = parameters.get("durable");
        if (durable != null && !(durable instanceof Boolean)) {
            throw Inputs.wrong(
                    "parameters.durable", "The value (%s) of durable is wrong; expected true or false.".formatted(durable));
        }
        return new PredictOptions(
                Boolean.TRUE.equals(durable), asOf(parameters), request.version(), wanted, text(parameters, "client"), null);
    }

    private @Nullable Instant asOf(Map<String, Object> parameters) {
        String text = text(parameters, "as_of");
        if (text == null) {
            return null;
        }
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(backend.project().zone()).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw Inputs.wrong(
                    "parameters.as_of",
                    "The value (%s) of as_of is wrong; expected a day such as 2020-05-01 or an instant such as 2020-05-01T12:00:00Z."
                            .formatted(text));
        }
    }

    private static @Nullable String text(Map<String, Object> parameters, String name) {
        Object value = parameters.get(name);
        if (value == null || value instanceof String) {
            return value instanceof String text && !text.isBlank() ? text : null;
        }
        throw Inputs.wrong(
                "parameters." + name, "The value (%s) of %s is wrong; expected a text.".formatted(value, name));
    }

    /** The version that serves, first, then the others, newest first, as texts. */
    List<String> versions(PredictSignature signature) {
        List<String> versions = new ArrayList<>();
        Integer serving = signature.version();
        if (serving != null) {
            versions.add(serving.toString());
        }
        backend.versions(signature.model()).forEach(each -> {
            if (serving == null || each.version() != serving) {
                versions.add(Integer.toString(each.version()));
            }
        });
        return versions;
    }
}
