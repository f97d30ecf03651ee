package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.console.view.JobsView;
import dev.keelson.http.Backend;
import dev.keelson.registry.job.Job;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.stream.Stream;

/** The pages of schedules and jobs, and the forms that run, pause, resume and cancel; none without who and why. */
final class ScheduleRoutes {
    private static final String SCHEDULES = "/schedules";
    private static final int MAX_PAGE = 200;

    private final Backend backend;
    private final Console console;

    ScheduleRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get(SCHEDULES, (request, response) ->
                ConsoleRoutes.send(response, console.schedules(ConsoleRoutes.theme(request))));
        routes.post(SCHEDULES + "/{name}/run", (request, response) -> {
            UriQuery form = ConsoleRoutes.form(request);
            backend.schedules()
                    .run(Parameters.path(request, "name"), RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
            ConsoleRoutes.redirect(response, SCHEDULES);
        });
        routes.post(SCHEDULES + "/{name}/pause", (request, response) -> pause(request, response, true));
        routes.post(SCHEDULES + "/{name}/resume", (request, response) -> pause(request, response, false));
        routes.get("/jobs", this::jobs);
        routes.post("/jobs/cancel", (request, response) -> {
            UriQuery form = ConsoleRoutes.form(request);
            String id = form.first("id").orElse("");
            backend.schedules().cancel(id, RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
            ConsoleRoutes.redirect(response, "/jobs/" + ConsoleRoutes.encoded(id));
        });
        // ids of scheduled jobs have slashes
        routes.get("/jobs/{+id}", (request, response) -> ConsoleRoutes.send(
                response, console.job(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
    }

    private void pause(ServerRequest request, ServerResponse response, boolean paused) {
        UriQuery form = ConsoleRoutes.form(request);
        backend.schedules()
                .pause(Parameters.path(request, "name"), paused, RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
        ConsoleRoutes.redirect(response, SCHEDULES);
    }

    private void jobs(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String state = ConsoleRoutes.text(parameters, "state", "");
        if (!state.isEmpty() && Stream.of(Job.State.values()).noneMatch(each -> each.word().equals(state))) {
            parameters.wrong("state", state, "waiting, running, done, failed, cancelled or missed");
        }
        JobsView.Asked asked = new JobsView.Asked(
                state,
                ConsoleRoutes.text(parameters, "kind", ""),
                ConsoleRoutes.text(parameters, "model", ""),
                ConsoleRoutes.text(parameters, "schedule", ""));
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        ConsoleRoutes.send(response, console.jobs(ConsoleRoutes.theme(request), asked, page));
    }
}
