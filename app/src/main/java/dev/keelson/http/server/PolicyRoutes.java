package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console;
import dev.keelson.console.DriftReportPage;
import dev.keelson.console.PolicyHtml;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs;
import dev.keelson.http.PolicyRequest;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/** The page of policies of retraining, its forms, and a comparison as a file. */
final class PolicyRoutes {
    private final Backend backend;
    private final Console console;

    PolicyRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/models/{name}/policies", this::page);
        routes.post("/models/{name}/policies", (request, response) -> start(request, response, backend.policyComparisons()));
        routes.post(
                "/models/{name}/policies/advice",
                (request, response) -> start(request, response, backend.scheduleAdvice()));
    }

    /** Of the API: a comparison as one HTML file. */
    static void registerFile(Routes routes, Backend backend) {
        routes.get(JobKind.POLICIES.address() + "/{id}/page", (request, response) -> file(backend, request, response));
    }

    private void page(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String id = parameters.text("comparison");
        parameters.check();
        ConsoleRoutes.send(
                response, console.policies(ConsoleRoutes.theme(request), Parameters.path(request, "name"), id));
    }

    private void start(ServerRequest request, ServerResponse response, Jobs<PolicyRequest> jobs) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        PeriodForm form = new PeriodForm(ConsoleRoutes.form(request))
                .texts("from", "to", "step")
                .numbers("every", "retrain_cost", "loss_value")
                .ticked("policies")
                .separated("changes");
        jobs.start(PolicyRequests.read(model, form.body()));
        ConsoleRoutes.redirect(response, "/models/" + model + "/policies");
    }

    private static void file(Backend backend, ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        JsonNode result = backend.policyComparisons().get(id).result();
        if (result == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The comparison (%s) has no result.".formatted(id),
                    "Maybe it still runs: look at %s/%s.".formatted(JobKind.POLICIES.address(), id));
        }
        response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.header(ConsoleRoutes.CONTENT_SECURITY_POLICY, DriftReportPage.POLICY);
        response.send(PolicyHtml.page(result).getBytes(StandardCharsets.UTF_8));
    }
}
