package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.inference.InferenceApi;
import dev.keelson.http.mlflow.MlflowApi;
import dev.keelson.http.mlflow.ScoringApi;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ErrorHandler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The one place where a failure becomes a response: {@code application/problem+json} (RFC 9457) for programs, a page for
 * browsers. {@code type} is the code, {@code detail} the message, {@code errors} every problem.
 */
final class Failures implements ErrorHandler<Throwable> {
    private static final Logger LOG = System.getLogger(Failures.class.getName());
    static final String PROBLEM_JSON = "application/problem+json";

    private final Console console;
    private final ServerMetrics metrics;

    Failures(Console console, ServerMetrics metrics) {
        this.console = console;
        this.metrics = metrics;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, Throwable failure) {
        int status;
        List<Problem> problems;
        switch (failure) {
            case HttpFailure known -> {
                status = known.status();
                problems = List.of(known.problem());
            }
            case KeelsonException known -> {
                status = status(known.code());
                problems = known.problems();
                switch (known.code().kind()) {
                    case USER -> {} // the answer says it all
                    case EXTERNAL -> {
                        if (known.code() != ErrorCode.OVERLOADED) { // which is counted, and comes in thousands
                            LOG.log(Level.WARNING, "%s failed: %s".formatted(request.path().path(), known.getMessage()));
                        }
                    }
                    case INTERNAL -> LOG.log(Level.ERROR, "%s failed.".formatted(request.path().path()), known);
                }
            }
            case RequestException known -> {
                status = known.status().code();
                problems = List.of(transport(status));
            }
            case HttpException known -> {
                status = known.status().code();
                problems = List.of(transport(status));
            }
            default -> {
                LOG.log(Level.ERROR, "%s failed.".formatted(request.path().path()), failure);
                status = 500;
                problems = List.of(Problem.of(
                        ErrorCode.INTERNAL,
                        "Something went wrong inside Keelson (%s).".formatted(failure.getClass().getSimpleName()),
                        "Maybe the server's log says more: it holds the whole error."));
            }
        }
        metrics.error(problems.getFirst().code());
        if (status == 413 || request.prologue().method().equals(Method.PUT)) {
            response.header(HeaderValues.CONNECTION_CLOSE); // what was not read of it is not read
        }
        if (status == 503 && !response.headers().contains(HeaderNames.RETRY_AFTER)) {
            response.header(HeaderNames.RETRY_AFTER, problems.getFirst().code() == ErrorCode.OVERLOADED ? "1" : "5");
        }
        if (MlflowApi.owns(request.path().path())) {
            MlflowApi.refuse(response, status, problems);
            return;
        }
        if (status == 401 && wantsPage(request)) {
            ConsoleRoutes.redirect(
                    response,
                    "/login?to=" + URLEncoder.encode(ConsoleRoutes.theme(request).address(), StandardCharsets.UTF_8));
            return;
        }
        if (InferenceApi.owns(request.path().path())) {
            InferenceApi.refuse(response, status, problems);
            return;
        }
        if (ScoringApi.owns(request.path().path())) {
            ScoringApi.refuse(response, status, problems);
            return;
        }
        response.status(Status.create(status));
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        if (wantsPage(request)) {
            ConsoleRoutes.send(response, console.failure(status, problems, ConsoleRoutes.theme(request), ConsoleRoutes.left(request)));
        } else {
            response.header(HeaderNames.CONTENT_TYPE, PROBLEM_JSON);
            response.send(body(status, problems));
        }
    }

    private static boolean wantsPage(ServerRequest request) {
        return !request.path().path().startsWith("/api/")
                && request.headers().value(HeaderNames.ACCEPT).orElse("").contains("text/html");
    }

    /** Answers to requests that never reach a route: bytes that are not HTTP, bodies that are too large. */
    static void transportErrors(DirectHandlers.Builder handlers) {
        DirectHandler handler = (request, type, status, headers, message) -> {
            int code = type == EventType.OTHER && status.code() < 400 ? 400 : status.code();
            boolean mlflow = MlflowApi.owns(Objects.requireNonNullElse(request.path(), "").replaceFirst("\\?.*", ""));
            return TransportResponse.builder()
                    .status(Status.create(code))
                    .headers(headers)
                    .header(HeaderNames.CONTENT_TYPE, mlflow ? "application/json" : PROBLEM_JSON)
                    .keepAlive(false)
                    .entity(mlflow ? MlflowApi.refusal(code, transport(code)) : body(code, List.of(transport(code))))
                    .build();
        };
        for (EventType type : EventType.values()) {
            handlers.addHandler(type, handler);
        }
    }

    static Problem tooLarge(long most) {
        return Problem.of(
                ErrorCode.TOO_LARGE,
                "The body is larger than %d MiB.".formatted(most >> 20),
                "Maybe split it over several requests.");
    }

    static Problem transport(int status) {
        if (status == 413) {
            return tooLarge(KeelsonServer.MAX_BODY_BYTES);
        }
        if (status == 414) {
            return Problem.of(
                    ErrorCode.TOO_LARGE,
                    "The address is longer than %d KiB.".formatted(KeelsonServer.MAX_ADDRESS >> 10),
                    "Maybe name fewer runs, or send what is asked as the body of a POST where there is one.");
        }
        if (status >= 500) {
            return Problem.of(ErrorCode.INTERNAL, "The request could not be answered.", null);
        }
        return Problem.of(ErrorCode.BAD_REQUEST, "The bytes received are not a valid HTTP request.", null);
    }

    /** The HTTP status of an expected error. */
    static int status(ErrorCode code) {
        return switch (code) {
            case MODEL_NOT_FOUND,
                    VERSION_NOT_FOUND,
                    RUN_NOT_FOUND,
                    PREDICTION_NOT_FOUND,
                    DATASET_NOT_FOUND,
                    REVIEW_NOT_FOUND,
                    TAG_NOT_FOUND,
                    NOT_FOUND -> 404;
            case TRANSITION_REFUSED, PROJECT_IN_USE, ALREADY_EXISTS, CONFLICT -> 409;
            case TOO_LARGE -> 413;
            case FORBIDDEN -> 403;
            case UNAUTHENTICATED -> 401;
            case TOO_MANY_REQUESTS -> 429;
            // the rest follows from who can do something about it
            default -> switch (code.kind()) {
                case USER -> 400;
                case EXTERNAL -> 503;
                case INTERNAL -> 500;
            };
        };
    }

    static byte[] body(int status, List<Problem> problems) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Problem first = problems.getFirst();
        node.put("type", first.code().code());
        node.put("title", Status.create(status).reasonPhrase());
        node.put("status", status);
        node.put("detail", text(first) + (problems.size() > 1 ? " (and %d more)".formatted(problems.size() - 1) : ""));
        if (first.hint() != null) {
            node.put("hint", first.hint());
        }
        ArrayNode errors = node.putArray("errors");
        for (Problem problem : problems) {
            ObjectNode error = errors.addObject();
            error.put("code", problem.code().code());
            if (problem.location() != null) {
                error.put("field", problem.location().toString());
            }
            error.put("detail", problem.message());
            if (problem.hint() != null) {
                error.put("hint", problem.hint());
            }
        }
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Problem problem) {
        return (problem.location() == null ? "" : problem.location() + ": ") + problem.message();
    }
}
