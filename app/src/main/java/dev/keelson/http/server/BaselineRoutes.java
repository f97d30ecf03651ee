package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** The page of a baseline, and the forms that make those of a model anew and delete one. */
final class BaselineRoutes {
    private static final String ALL = "/models/{name}/baselines";

    private final Backend backend;
    private final Console console;

    BaselineRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get(ALL + "/{id}", (request, response) -> ConsoleRoutes.send(
                response,
                console.baseline(
                        ConsoleRoutes.theme(request), Parameters.path(request, "name"), Parameters.path(request, "id"))));
        routes.post(ALL, this::create);
        routes.post(ALL + "/delete", this::delete);
    }

    private void create(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        UriQuery form = ConsoleRoutes.form(request);
        String source = form.first("source").orElse("").strip();
        backend.baselines()
                .create(new BaselineService.Request(
                        model, source.isEmpty() ? null : source, RegistryRoutes.who(request, form), ConsoleRoutes.reason(form)));
        ConsoleRoutes.redirect(response, "/models/" + ConsoleRoutes.encoded(model) + "/drift");
    }

    private void delete(ServerRequest request, ServerResponse response) {
        String model = LoggedModel.of(backend.project(), Parameters.path(request, "name")).name();
        UriQuery form = ConsoleRoutes.form(request);
        String id = form.first("baseline").orElse("");
        if (!backend.baselines().one(id).path("model").asText().equals(model)) {
            throw BaselineService.unknown(id);
        }
        if (!form.first("sure").orElse("").equals("true")) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The baseline (%s) was not deleted: the box that says so was not ticked.".formatted(id), null);
        }
        backend.baselines().delete(id, RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
        ConsoleRoutes.redirect(response, "/models/" + ConsoleRoutes.encoded(model) + "/drift");
    }
}
