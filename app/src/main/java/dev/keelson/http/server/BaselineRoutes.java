package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** The page of a baseline, and the form that makes those of a model anew. */
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
}
