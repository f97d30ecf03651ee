package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.console.SuggestionsPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** The pages of suggestions and the forms that answer them; no answer without who and why. */
final class SuggestionRoutes {
    private static final String ALL = "/suggestions";
    private static final int MAX_PAGE = 1_000;

    private final Backend backend;
    private final Console console;

    SuggestionRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get(ALL, this::list);
        routes.get(ALL + "/{+id}", (request, response) -> ConsoleRoutes.send(
                response, console.suggestion(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
        routes.post(ALL, this::answer);
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String state = ConsoleRoutes.text(parameters, "state", "");
        if (!state.isEmpty() && !SuggestionsPage.Asked.states().contains(state)) {
            parameters.wrong("state", state, String.join(", ", SuggestionsPage.Asked.states()));
        }
        SuggestionsPage.Asked asked = new SuggestionsPage.Asked(state, ConsoleRoutes.text(parameters, "model", ""));
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        ConsoleRoutes.send(response, console.suggestions(ConsoleRoutes.theme(request), asked, page));
    }

    private void answer(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String id = form.first("suggestion").orElse("");
        String verb = form.first("verb").orElse("");
        if (!verb.equals("accept") && !verb.equals("dismiss")) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The verb (%s) is wrong; expected accept or dismiss.".formatted(verb), null);
        }
        backend.loop().decide(id, verb.equals("accept"), RegistryRoutes.who(request, form), ConsoleRoutes.reason(form));
        ConsoleRoutes.redirect(response, ALL + "/" + ConsoleRoutes.encoded(id));
    }
}
