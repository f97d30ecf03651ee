package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunDifference;
import dev.keelson.registry.RunSlices;
import dev.keelson.registry.runs.TrackedRuns;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/** Whether a run could be made again, how it did on its test period, and what differs between two. */
final class RunEndpoints {
    private final Backend backend;
    private final TrackedRuns tracked;

    RunEndpoints(Backend backend) {
        this.backend = backend;
        this.tracked = new TrackedRuns(backend.catalog(), backend.clock());
    }

    void register(Routes routes) {
        routes.get("/api/v1/runs/{id}/check", this::check);
        routes.get("/api/v1/runs/{id}/diff", this::diff);
        routes.get("/api/v1/runs/{id}/slices", this::slices);
    }

    private void check(ServerRequest request, ServerResponse response) {
        Run run = run(Parameters.path(request, "id"));
        ObjectNode body = backend.check(run).toJson();
        body.set("checklist", backend.checklist(run).toJson());
        Json.send(response, body);
    }

    private void slices(ServerRequest request, ServerResponse response) {
        Json.send(response, RunSlices.of(run(Parameters.path(request, "id")), backend::artifact));
    }

    private void diff(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String with = parameters.text("with");
        parameters.check();
        if (with == null) {
            throw new KeelsonException(
                    List.of(Problem.at(
                            ErrorCode.BAD_REQUEST,
                            new Location("with", 0, 0),
                            "The other run is missing; expected its id or the beginning of it.",
                            null)),
                    null);
        }
        Json.send(response, RunDifference.of(run(Parameters.path(request, "id")), run(with)).toJson());
    }

    private Run run(String reference) {
        return tracked.run(reference);
    }
}
