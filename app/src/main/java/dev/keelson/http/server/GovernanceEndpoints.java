package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.GovernanceJson;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.registry.governance.VersionComparison;
import dev.keelson.registry.tracking.Stage;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may let a version serve, what served when, and the trail of it. */
final class GovernanceEndpoints {
    private static final String MODEL = "/api/v1/models/{name}";
    private static final String VERSION = MODEL + "/versions/{version}";

    private final Backend backend;

    GovernanceEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post(MODEL + "/promote", this::promote);
        routes.post(MODEL + "/rollback", this::rollback);
        routes.get(MODEL + "/rollback", this::preview);
        routes.get(MODEL + "/history", this::history);
        routes.get(VERSION + "/promotion", this::check);
        routes.post(VERSION + "/approve", this::approve);
        routes.post(VERSION + "/reject", this::reject);
        routes.get(VERSION + "/card", this::card);
        routes.get("/api/v1/approvals", this::approvals);
        routes.get("/api/v1/version-comparison", this::compare);
        routes.get("/api/v1/audit/verify", this::verify);
    }

    private Governance governance() {
        return backend.governance();
    }

    private String model(ServerRequest request) {
        return Parameters.registered(backend, Parameters.path(request, "name"));
    }

    private static int version(ServerRequest request) {
        return number(Parameters.path(request, "version"));
    }

    private static int number(String text) {
        String digits = text.toLowerCase(Locale.ROOT).startsWith("v") ? text.substring(1) : text;
        if (!digits.matches("[1-9][0-9]{0,8}")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The version (%s) is wrong; expected a number such as 3.".formatted(text), null);
        }
        return Integer.parseInt(digits);
    }

    private void promote(ServerRequest request, ServerResponse response) {
        String model = model(request);
        JsonNode body = CatalogEndpoints.body(request);
        List<Problem> problems = new ArrayList<>();
        Integer version = number(body, true, problems);
        boolean force = flag(body, problems);
        String reason = CatalogEndpoints.reason(body, problems);
        if (!problems.isEmpty() || version == null) {
            throw new KeelsonException(problems, null);
        }
        Governance.Promotion promotion = governance()
                .promote(new Governance.Request(model, version, CatalogEndpoints.actor(request, body), reason, force));
        if (!promotion.serves()) {
            response.status(Status.ACCEPTED_202);
        }
        Json.send(response, GovernanceJson.promotion(promotion));
    }

    private void rollback(ServerRequest request, ServerResponse response) {
        String model = model(request);
        JsonNode body = CatalogEndpoints.body(request);
        List<Problem> problems = new ArrayList<>();
        Integer version = number(body, false, problems);
        boolean force = flag(body, problems);
        String reason = CatalogEndpoints.reason(body, problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        RollbackPreview preview = governance().preview(model, version);
        ModelVersion back = governance().rollback(model, version, CatalogEndpoints.actor(request, body), reason, force);
        Json.send(response, GovernanceJson.rollback(back, preview));
    }

    private static @Nullable Integer number(JsonNode body, boolean required, List<Problem> problems) {
        JsonNode version = body.get("version");
        if (!required && (version == null || version.isNull())) {
            return null;
        }
        if (version == null || !version.canConvertToInt() || !version.isIntegralNumber()) {
            problems.add(wrong("version", version, "a whole number"));
            return null;
        }
        return version.intValue();
    }

    private static boolean flag(JsonNode body, List<Problem> problems) {
        JsonNode force = body.path("force");
        if (!force.isMissingNode() && !force.isNull() && !force.isBoolean()) {
            problems.add(wrong("force", force, "true or false"));
        }
        return force.asBoolean();
    }

    private static Problem wrong(String field, @Nullable JsonNode value, String expected) {
        return Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location(field, 0, 0),
                "The %s (%s) is wrong; expected %s.".formatted(field, value == null ? "missing" : value, expected),
                null);
    }

    private void preview(ServerRequest request, ServerResponse response) {
        String model = model(request);
        Parameters parameters = new Parameters(request);
        int version = parameters.number("version", 1, 999_999_999, 0);
        parameters.check();
        Json.send(response, governance().preview(model, version == 0 ? null : version).toJson());
    }

    private void history(ServerRequest request, ServerResponse response) {
        Json.send(response, governance().history(model(request)).toJson());
    }

    private void check(ServerRequest request, ServerResponse response) {
        Json.send(response, governance().checked(model(request), version(request)));
    }

    private void approve(ServerRequest request, ServerResponse response) {
        String model = model(request);
        JsonNode body = CatalogEndpoints.body(request);
        Json.send(
                response,
                GovernanceJson.promotion(governance()
                        .approve(model, version(request), CatalogEndpoints.actor(request, body), CatalogEndpoints.reason(body))));
    }

    private void reject(ServerRequest request, ServerResponse response) {
        String model = model(request);
        JsonNode body = CatalogEndpoints.body(request);
        Json.send(
                response,
                governance()
                        .reject(model, version(request), CatalogEndpoints.actor(request, body), CatalogEndpoints.reason(body))
                        .toJson());
    }

    private void approvals(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String wanted = parameters.text("state");
        Approval.@Nullable State state = null;
        if (wanted != null) {
            try {
                state = Approval.State.valueOf(wanted.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                parameters.wrong("state", wanted, "pending, approved, rejected or withdrawn");
            }
        }
        parameters.check();
        Json.send(response, GovernanceJson.approvals(governance().approvals(state)));
    }

    private void compare(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String stage = parameters.text("stage");
        String model = parameters.text("model");
        String versions = parameters.text("versions");
        String format = parameters.text("format");
        if (format != null && !Set.of("json", "csv", "md").contains(format)) {
            parameters.wrong("format", format, "json, csv or md");
        }
        Stage at = stage == null ? null : Stage.of(stage).orElse(null);
        if (stage != null && at == null) {
            parameters.wrong("stage", stage, "None, Staging, Production or Archived");
        }
        parameters.check();
        VersionComparison comparison;
        if (at != null) {
            comparison = governance().compare(at);
        } else if (model != null && versions != null) {
            List<Integer> numbers = new ArrayList<>();
            for (String each : versions.split(",", -1)) {
                numbers.add(number(each.strip()));
            }
            comparison = governance().compare(model, numbers);
        } else {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "Nothing to compare is named; expected `stage`, or `model` and `versions` such as 3,5.",
                    null);
        }
        if ("csv".equals(format)) {
            text(response, "text/csv; charset=utf-8", comparison.csv());
        } else if ("md".equals(format)) {
            text(response, "text/markdown; charset=utf-8", comparison.markdown());
        } else {
            Json.send(response, comparison.toJson());
        }
    }

    private void card(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String format = parameters.text("format");
        if (format != null && !Set.of("json", "md").contains(format)) {
            parameters.wrong("format", format, "json or md");
        }
        parameters.check();
        ModelCard card = backend.card(Parameters.path(request, "name"), version(request));
        if ("md".equals(format)) {
            text(response, "text/markdown; charset=utf-8", card.markdown());
        } else {
            Json.send(response, card.toJson());
        }
    }

    private void verify(ServerRequest request, ServerResponse response) {
        Json.send(
                response, GovernanceJson.verification(governance().verify(new Parameters(request).text("head"))));
    }

    private static void text(ServerResponse response, String type, String text) {
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(text.getBytes(StandardCharsets.UTF_8));
    }
}
