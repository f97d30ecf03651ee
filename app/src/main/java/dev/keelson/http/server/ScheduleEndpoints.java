package dev.keelson.http.server;

import dev.keelson.control.job.Planner;
import dev.keelson.http.Backend;
import dev.keelson.http.ScheduleService;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Set;

/** Schedules and their jobs: look, run now, pause, resume, cancel. */
final class ScheduleEndpoints {
    private static final String SCHEDULE = "/api/v1/schedules/{name}";
    private static final int LISTED = 50;
    private static final int MOST = 1_000;

    private final Backend backend;

    ScheduleEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/schedules", (request, response) -> Json.send(response, service().list()));
        routes.post(SCHEDULE + "/run", this::run);
        routes.post(SCHEDULE + "/pause", (request, response) -> pause(true, request, response));
        routes.post(SCHEDULE + "/resume", (request, response) -> pause(false, request, response));
        routes.get("/api/v1/jobs", this::jobs);
        routes.get("/api/v1/jobs/{id}", this::job);
        routes.post("/api/v1/jobs/{id}/cancel", this::cancel);
    }

    private ScheduleService service() {
        return backend.schedules();
    }

    private void run(ServerRequest request, ServerResponse response) {
        Change.By by = Change.read(request).by(() -> {});
        Json.send(response, service().run(Parameters.path(request, "name"), by.actor(), by.reason()));
    }

    private void pause(boolean paused, ServerRequest request, ServerResponse response) {
        Change.By by = Change.read(request).by(() -> {});
        Json.send(response, service().pause(Parameters.path(request, "name"), paused, by.actor(), by.reason()));
    }

    private void jobs(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String state = parameters.text("state");
        if (state != null && !Set.of("waiting", "running", "done", "failed", "cancelled", "missed").contains(state)) {
            parameters.wrong("state", state, "waiting, running, done, failed, cancelled or missed");
        }
        String kind = parameters.text("kind");
        String model = parameters.text("model");
        String schedule = parameters.text("schedule");
        int limit = parameters.number("limit", 1, MOST, LISTED);
        parameters.check();
        Json.send(
                response,
                service().jobs(new JobQuery(
                        state == null ? Set.of() : Set.of(Job.State.of(state)),
                        kind,
                        model == null ? null : Planner.subject(model),
                        schedule,
                        null,
                        limit)));
    }

    private void job(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int after = parameters.number("after", 0, Integer.MAX_VALUE, 0);
        parameters.check();
        Json.send(response, service().job(Parameters.path(request, "id"), after));
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Change.By by = Change.read(request).by(() -> service().job(id, 0));
        Json.send(response, service().cancel(id, by.actor(), by.reason()));
    }
}
