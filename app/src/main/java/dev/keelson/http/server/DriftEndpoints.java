package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.DriftReportPage;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.http.Backend;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.SimulateRequest;
import dev.keelson.monitor.DriftComparison;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.StoredReport;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Drift reports: list, one as JSON, in the form of ACIS, or as a page that stands alone; several side by side. Comparisons of any
 * two tables, and tables made wrong on purpose.
 */
final class DriftEndpoints {
    private static final String KIND = "drift";
    private static final double ACIS_SHARE = 0.3;

    private final Backend backend;
    private final KeptReports kept;

    DriftEndpoints(Backend backend) {
        this.backend = backend;
        this.kept = new KeptReports(backend, KIND);
    }

    void register(Routes routes) {
        routes.get("/api/v1/drift-reports", kept::list);
        routes.get("/api/v1/drift-reports/{id}", this::report);
        routes.post("/api/v1/models/{name}/drift-check", this::check);
        routes.post("/api/v1/drift-checks", this::compare);
        routes.post("/api/v1/drift-simulations", this::simulate);
        routes.get("/api/v1/drift-report", this::acis);
        routes.get("/api/v1/drift-comparison", this::comparison);
        routes.get(
                "/api/v1/models/{name}/streams",
                (request, response) -> Json.send(response, backend.streams().changes(model(request))));
        routes.post(
                "/api/v1/models/{name}/streams",
                (request, response) -> Json.send(response, backend.streams().check(model(request))));
    }

    private void report(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Parameters parameters = new Parameters(request);
        String format = parameters.text("format");
        if (format != null && !format.equals("json") && !format.equals("html") && !format.equals("acis")) {
            parameters.wrong("format", format, "json, html or acis");
        }
        parameters.check();
        StoredReport stored = kept.one(id);
        if (format == null || format.equals("json")) {
            Json.send(response, Json.stored(stored.document()));
        } else if (format.equals("acis")) {
            Json.send(response, DriftReport.fromJson(stored.document()).toAcisJson(share(stored.subject())));
        } else {
            response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
            response.header(ConsoleRoutes.CONTENT_SECURITY_POLICY, DriftReportPage.POLICY);
            response.send(DriftReportPage.html(DriftReport.fromJson(stored.document()), backend.project().zone())
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private void compare(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.drift().compare(asked(request, DriftRequest.KEYS, DriftRequest::read, backend.drift()::check)));
    }

    private void simulate(ServerRequest request, ServerResponse response) {
        Json.send(response, backend.drift().simulate(asked(request, SimulateRequest.KEYS, SimulateRequest::read, backend.drift()::check)));
    }

    /** What a body asks; unknown keys, values of another kind and what would be refused are told together. */
    private static <T> T asked(
            ServerRequest request, Set<String> keys, BiFunction<JsonNode, List<Problem>, T> read, Consumer<T> check) {
        JsonNode body = CatalogEndpoints.body(request);
        AllProblems all = new AllProblems();
        all.check(() -> known(body, keys));
        List<Problem> misread = new ArrayList<>();
        T asked = read.apply(body, misread);
        all.add(misread);
        if (all.any()) {
            all.check(() -> check.accept(asked));
        }
        all.throwIfAny();
        return asked;
    }

    private static void known(JsonNode body, Set<String> keys) {
        List<Problem> problems = new ArrayList<>();
        body.fieldNames().forEachRemaining(key -> {
            if (!keys.contains(key)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The key %s is unknown; expected %s.".formatted(key, new TreeSet<>(keys)),
                        Suggestion.sentence(key, keys).orElse(null)));
            }
        });
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private void acis(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int days = parameters.number("days_lookback", 1, 3_650, 7);
        int least = parameters.number("min_samples", 1, 1_000_000, 100);
        parameters.check();
        Json.send(response, backend.drift().acis(model, days, least));
    }

    private void comparison(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String ids = parameters.text("ids");
        String model = parameters.text("model");
        int last = parameters.number("last", 2, 100, 5);
        if ((ids == null) == (model == null)) {
            parameters.wrong("ids", String.valueOf(ids), "ids of reports separated by commas, or a model; one of both");
        }
        parameters.check();
        List<StoredReport> stored = ids == null
                ? backend.reports(KIND, model, last)
                : Arrays.stream(ids.split(",", -1)).map(id -> kept.one(id.strip())).toList();
        Json.send(
                response,
                DriftComparison.of(stored.stream()
                                .map(each -> new DriftComparison.Kept(each.id(), DriftReport.fromJson(each.document())))
                                .toList())
                        .toJson());
    }

    private double share(String model) {
        return backend.project().drift().stream()
                .filter(monitor -> monitor.models().contains(model))
                .mapToDouble(DriftMonitorDefinition::share)
                .filter(share -> share > 0)
                .findFirst()
                .orElse(ACIS_SHARE);
    }

    private String model(ServerRequest request) {
        return LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
    }

    private void check(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        Json.send(response, backend.checkDrift(model).toJson());
    }
}
