package dev.keelson.http.mlflow;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;

/**
 * The REST interface of MLflow, version 2.0 of its protocol with the additions of MLflow 3, for clients that know nothing of
 * Keelson. It is served under {@code /api/2.0} and {@code /ajax-api/2.0}, with {@code /version} and {@code
 * /api/3.0/mlflow/server-info}. Safe for use by several threads.
 */
public final class MlflowApi {
    /** The version of MLflow whose protocol this is. Clients parse it. */
    public static final String VERSION = "2.17.2";

    private static final List<String> BASES = List.of("/api/2.0/", "/ajax-api/2.0/");
    private static final List<String> BASES_3 = List.of("/api/3.0/", "/ajax-api/3.0/");

    private final Endpoints endpoints = new Endpoints();

    private final ArtifactEndpoints artifacts;

    /**
     * The interface.
     *
     * @param backend what answers
     * @param mostBytes that a file may have
     */
    public MlflowApi(Backend backend, long mostBytes) {
        this.artifacts = new ArtifactEndpoints(
                backend.files(), id -> backend.catalog().read(tx -> tx.tracking().runInfo(id)), mostBytes);
        artifacts.register(endpoints);
        new ExperimentEndpoints(backend).register(endpoints);
        new TrackedRunEndpoints(backend).register(endpoints);
        new LoggingEndpoints(backend).register(endpoints);
        new MetricEndpoints(backend).register(endpoints);
        new LoggedModelEndpoints(backend).register(endpoints);
        new RegistryEndpoints(backend).register(endpoints);
    }

    /** Adds its addresses; before others, as addresses are compared in order and these are asked most often. */
    public void install(HttpRouting.Builder routing) {
        for (String base : BASES) {
            routing.any(base + "*", handler(base));
        }
        for (String base : BASES_3) {
            routing.get(base + "mlflow/server-info", (request, response) -> new Call(request, response, Map.of())
                    .send(json -> {
                        json.writeStringField("store_type", "SqlStore");
                        json.writeBooleanField("workspaces_enabled", false);
                    }));
            routing.any(base + "*", (request, response) -> Call.refuse(
                    response,
                    404,
                    MlflowCode.ENDPOINT_NOT_FOUND,
                    "There is no endpoint %s.".formatted(request.path().path())));
        }
        for (Method method : List.of(Method.GET, Method.HEAD)) {
            routing.route(method, "/get-artifact", page(artifacts::ofRun));
            routing.route(method, "/model-versions/get-artifact", page(artifacts::ofVersion));
        }
        routing.get("/version", (request, response) -> text(response, VERSION));
    }

    /** Whether an address is one of MLflow's, so that its failures are told in MLflow's words. */
    public static boolean owns(String path) {
        if (path.equals("/get-artifact") || path.equals("/model-versions/get-artifact")) {
            return true;
        }
        return (path.startsWith("/api/") || path.startsWith("/ajax-api/"))
                && (path.startsWith("2.0/", path.indexOf("api/") + 4) || path.startsWith("3.0/", path.indexOf("api/") + 4));
    }

    /** Whether what is sent to an address is a file and no document. */
    public static boolean takesFiles(String path) {
        return owns(path)
                && (path.startsWith("mlflow-artifacts/artifacts/", path.indexOf("/2.0/") + 5)
                        || path.startsWith("mlflow-artifacts/mpu/parts/", path.indexOf("/2.0/") + 5));
    }

    /** Whether a call tells of data sets, whose profiles can be larger than other bodies. */
    public static boolean takesDatasets(String path) {
        return owns(path) && path.endsWith("/mlflow/runs/log-inputs");
    }

    /** Whether a client of MLflow asks, who expects the plain text {@code OK} of {@code /health}. */
    public static boolean asks(ServerRequest request) {
        return request.headers().value(HeaderNames.USER_AGENT).orElse("").startsWith("mlflow-");
    }

    /** Answers that all is well, as clients of MLflow expect it. */
    public static void healthy(ServerResponse response) {
        text(response, "OK");
    }

    /** Tells a failure in MLflow's words. */
    public static void refuse(ServerResponse response, int status, List<Problem> problems) {
        Problem first = problems.getFirst();
        MlflowCode code = code(status, first);
        Call.refuse(response, isOutside(status, first) ? status : code.status(), code, message(first));
    }

    /** The body of {@link #refuse}, for what is refused where there is no call yet; its status stays. */
    public static byte[] refusal(int status, Problem problem) {
        return Call.refusal(code(status, problem), message(problem));
    }

    private static MlflowCode code(int status, Problem problem) {
        return isOutside(status, problem) ? MlflowCode.ofStatus(status) : MlflowCode.of(problem.code());
    }

    /** What was refused before it reached an endpoint is told by its status: a method, a size. */
    private static boolean isOutside(int status, Problem problem) {
        return (problem.code() == ErrorCode.BAD_REQUEST && status != 400) || status == 413 || status == 414;
    }

    private static String message(Problem problem) {
        return problem.message() + (problem.hint() == null ? "" : "\n" + problem.hint());
    }

    private static void text(ServerResponse response, String text) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(text);
    }

    /** An address outside of the protocol's, which the pages of MLflow use. */
    private static Handler page(Endpoint endpoint) {
        return (request, response) -> {
            try {
                endpoint.answer(new Call(request, response, Map.of()));
            } catch (MlflowFailure e) {
                Call.refuse(response, e.code().status(), e.code(), e.text());
            }
        };
    }

    private Handler handler(String base) {
        return (request, response) -> {
            try {
                Endpoints.Found found = endpoints.find(
                        request.prologue().method().text(),
                        request.path().absolute().rawPath().substring(base.length()));
                found.endpoint().answer(new Call(request, response, found.parts()));
            } catch (MlflowFailure e) {
                Call.refuse(response, e.code().status(), e.code(), e.text());
            }
        };
    }
}
