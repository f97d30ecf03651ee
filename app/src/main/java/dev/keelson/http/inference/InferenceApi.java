package dev.keelson.http.inference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.MediaTypes;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.PredictSignature;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol, version 2, over REST: {@code /v2}, {@code /v2/health/...}, {@code /v2/models/...}, and {@code
 * /v2/repository/...} as MLServer and Triton have it. Failures are {@code {"error": ...}}. Safe for use by several threads.
 */
public final class InferenceApi {
    /** What clients send and ask for that could also send tensors behind the JSON. */
    private static final String OCTETS = "application/octet-stream";

    private static final String BASE = "/v2";
    private static final int MOST_TOLD = 10;

    private final Backend backend;
    private final Inference inference;

    /** The interface over a backend. */
    public InferenceApi(Backend backend, PredictMeter meter) {
        this.backend = backend;
        this.inference = new Inference(backend, meter);
    }

    /** Adds its addresses. */
    public void install(HttpRouting.Builder routing) {
        routing.any(BASE, this::answer);
        routing.any(BASE + "/*", this::answer);
    }

    /** Whether an address is one of the protocol's, so that its failures are told in its words. */
    public static boolean owns(String path) {
        return path.equals(BASE) || path.startsWith(BASE + "/");
    }

    /** Tells a failure in the protocol's words. */
    public static void refuse(ServerResponse response, int status, List<Problem> problems) {
        String text = problems.stream()
                .limit(MOST_TOLD)
                .map(problem -> (problem.location() == null ? "" : problem.location() + ": ") + problem.message()
                        + (problem.hint() == null ? "" : " " + problem.hint()))
                .collect(Collectors.joining("\n"));
        refuse(
                response,
                status,
                problems.size() > MOST_TOLD ? text + "\n(and %d more)".formatted(problems.size() - MOST_TOLD) : text);
    }

    private static void refuse(ServerResponse response, int status, String text) {
        if (status == 503 && !response.headers().contains(HeaderNames.RETRY_AFTER)) {
            response.header(HeaderNames.RETRY_AFTER, "5");
        }
        send(response, status, json -> json.writeStringField("error", text));
    }

    private static void send(ServerResponse response, int status, InferenceJson.Fields fields) {
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(InferenceJson.bytes(fields));
    }

    private void answer(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        String rest = path.length() > BASE.length() ? path.substring(BASE.length() + 1) : "";
        List<String> parts = rest.isEmpty() ? List.of() : List.of(rest.split("/", -1));
        String method = request.prologue().method().text();
        String first = parts.isEmpty() ? "" : parts.getFirst();
        switch (first) {
            case "" -> allowed(parts.isEmpty(), "GET", method, response, path, () -> server(response));
            case "health" -> health(parts, method, path, response);
            case "models" -> model(parts, method, path, request, response);
            case "repository" -> repository(parts, method, path, request, response);
            default -> nothing(response, path);
        }
    }

    private static void nothing(ServerResponse response, String path) {
        refuse(response, 404, "There is nothing at %s.".formatted(path));
    }

    /** Answers what is there, by the method it wants. */
    private static void allowed(
            boolean there, String wanted, String method, ServerResponse response, String path, Runnable answer) {
        if (!there) {
            nothing(response, path);
        } else if (!method.equals(wanted) && !(wanted.equals("GET") && method.equals("HEAD"))) {
            response.header(HeaderNames.ALLOW, wanted);
            refuse(response, 405, "The method (%s) is not allowed on %s; expected %s.".formatted(method, path, wanted));
        } else {
            answer.run();
        }
    }

    // ---- the server

    private static void server(ServerResponse response) {
        send(response, 200, json -> {
            json.writeStringField("name", Inference.NAME);
            json.writeStringField("version", Inference.version());
            json.writeArrayFieldStart("extensions");
            for (String each : Inference.EXTENSIONS) {
                json.writeString(each);
            }
            json.writeEndArray();
        });
    }

    private void health(List<String> parts, String method, String path, ServerResponse response) {
        boolean live = parts.size() == 2 && parts.get(1).equals("live");
        boolean ready = parts.size() == 2 && parts.get(1).equals("ready");
        allowed(live || ready, "GET", method, response, path, () -> {
            String reason = ready ? backend.notReadyReason() : null;
            send(response, reason == null ? 200 : 503, json -> {
                json.writeBooleanField("live", true);
                if (ready) {
                    json.writeBooleanField("ready", reason == null);
                }
                if (reason != null) {
                    json.writeStringField("error", reason);
                }
            });
        });
    }

    // ---- a model

    private void model(
            List<String> parts, String method, String path, ServerRequest request, ServerResponse response) {
        if (parts.size() < 2 || parts.get(1).isEmpty()) {
            nothing(response, path);
            return;
        }
        String model = parts.get(1);
        boolean versioned = parts.size() >= 4 && parts.get(2).equals("versions");
        String version = versioned ? parts.get(3) : null;
        List<String> rest = parts.subList(versioned ? 4 : 2, parts.size());
        String last = rest.isEmpty() ? "" : rest.getFirst();
        boolean there = rest.size() <= 1;
        switch (last) {
            case "" -> allowed(
                    rest.isEmpty(), "GET", method, response, path, () -> metadata(response, backend.signature(model, version)));
            case "ready" -> allowed(
                    there, "GET", method, response, path, () -> ready(response, backend.signature(model, version)));
            case "infer" -> allowed(there, "POST", method, response, path, () -> infer(request, response, model, version));
            default -> nothing(response, path);
        }
    }

    private void metadata(ServerResponse response, PredictSignature signature) {
        List<String> versions = inference.versions(signature);
        send(response, 200, json -> {
            json.writeStringField("name", signature.model());
            json.writeArrayFieldStart("versions");
            for (String each : versions) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeStringField("platform", Inference.NAME);
            json.writeArrayFieldStart("inputs");
            for (PredictSignature.Column column : signature.asked()) {
                json.writeStartObject();
                json.writeStringField("name", column.name());
                json.writeStringField("datatype", DataType.of(column.type()).name());
                InferenceJson.shape(json, List.of(-1L));
                json.writeObjectFieldStart("parameters");
                json.writeBooleanField("required", column.required());
                json.writeBooleanField("nullable", column.nullable());
                json.writeBooleanField("key", column.key());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("outputs");
            for (Outputs.Described output : Outputs.of(signature)) {
                json.writeStartObject();
                json.writeStringField("name", output.name());
                json.writeStringField("datatype", output.type().name());
                InferenceJson.shape(json, output.shape());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void ready(ServerResponse response, PredictSignature signature) {
        String reason = signature.notReady();
        send(response, reason == null ? 200 : 503, json -> {
            json.writeStringField("name", signature.model());
            json.writeBooleanField("ready", reason == null);
            if (reason != null) {
                json.writeStringField("error", reason);
            }
        });
    }

    private void infer(ServerRequest request, ServerResponse response, String model, @Nullable String version) {
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected a JSON object with inputs.", null);
        }
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(null);
        if (!MediaTypes.isJson(type) && !OCTETS.equals(type)) {
            refuse(response, 415, "The type of the body (%s) is not read here; expected application/json.".formatted(type));
            return;
        }
        String accepted = request.headers().value(HeaderNames.ACCEPT).orElse(null);
        if (!MediaTypes.takesJson(accepted) && !OCTETS.equals(accepted)) {
            refuse(response, 406, "The form (%s) is not given here; expected application/json.".formatted(accepted));
            return;
        }
        InferResponse answer;
        try (InputStream body = request.content().inputStream()) {
            answer = inference.infer(InferenceJson.request(model, version, body));
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(InferenceJson.bytes(json -> InferenceJson.write(json, answer)));
    }

    // ---- the repository

    private void repository(
            List<String> parts, String method, String path, ServerRequest request, ServerResponse response) {
        if (parts.size() == 2 && parts.get(1).equals("index")) {
            allowed(true, "POST", method, response, path, () -> index(request, response));
            return;
        }
        boolean model = parts.size() == 4 && parts.get(1).equals("models");
        String verb = model ? parts.get(3) : "";
        allowed(verb.equals("load") || verb.equals("unload"), "POST", method, response, path, () -> {
            String version = version(request);
            if (verb.equals("load")) {
                load(response, parts.get(2), version);
            } else {
                unload(response, parts.get(2), version);
            }
        });
    }

    private static @Nullable JsonNode body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return null;
        }
        try (InputStream in = request.content().inputStream()) {
            return InferenceJson.object(in);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }

    private void index(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request);
        boolean readyOnly = body != null && body.path("ready").asBoolean(false);
        List<PredictSignature> signatures = new ArrayList<>();
        for (ModelDefinition model : backend.project().models()) {
            PredictSignature signature = backend.signature(model.name(), null);
            if (!readyOnly || signature.notReady() == null) {
                signatures.add(signature);
            }
        }
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(InferenceJson.list(signatures, (json, signature) -> {
            json.writeStringField("name", signature.model());
            if (signature.version() != null) {
                json.writeStringField("version", signature.version().toString());
            }
            String reason = signature.notReady();
            json.writeStringField("state", reason == null ? "READY" : "UNAVAILABLE");
            json.writeStringField("reason", reason == null ? "" : reason);
        }));
    }

    /** The version that the parameters of a request name, as a text; null for none. */
    private static @Nullable String version(ServerRequest request) {
        JsonNode body = body(request);
        JsonNode version = body == null ? null : body.path("parameters").get("version");
        return version == null || version.isNull() ? null : version.asText();
    }

    /** What the registry lets serve is in memory already; another version is brought there for those that name it. */
    private void load(ServerResponse response, String model, @Nullable String version) {
        ready(response, backend.signature(model, version));
    }

    private void unload(ServerResponse response, String model, @Nullable String version) {
        if (version == null) {
            backend.signature(model, null); // a model that is not there is told first
            refuse(
                    response,
                    501,
                    "What serves is decided in the registry and cannot be unloaded; expected {\"parameters\": {\"version\": N}} of a version that was loaded beside it.");
            return;
        }
        Integer number = backend.signature(model, version).version();
        boolean unloaded = number != null && backend.unload(model, number);
        send(response, 200, json -> {
            json.writeStringField("name", model);
            json.writeBooleanField("unloaded", unloaded);
        });
    }
}
