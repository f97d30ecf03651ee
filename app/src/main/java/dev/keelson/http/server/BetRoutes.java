package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.console.OpportunitiesPage;
import dev.keelson.console.PerformancePage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Bets;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** The pages of settled bets and of opportunities, and the form that settles one. */
final class BetRoutes {
    private final Backend backend;
    private final Console console;

    BetRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/performance", (request, response) ->
                ConsoleRoutes.send(response, console.performance(ConsoleRoutes.theme(request), asked(new Parameters(request)))));
        routes.get("/performance/bets", this::bets);
        routes.get("/opportunities", this::opportunities);
        routes.get("/opportunities/{id}", (request, response) -> ConsoleRoutes.send(
                response, console.opportunity(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
        routes.post("/opportunities/{id}/settle", this::settle);
    }

    private PerformancePage.Asked asked(Parameters parameters) {
        PerformancePage.Asked asked = new PerformancePage.Asked(
                BetEndpoints.question(backend.project(), parameters),
                ConsoleRoutes.text(parameters, "from", ""),
                ConsoleRoutes.text(parameters, "to", ""));
        parameters.check();
        return asked;
    }

    private void bets(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String cursor = BetEndpoints.cursor(parameters);
        PerformancePage.Asked asked = asked(parameters);
        ConsoleRoutes.send(
                response,
                console.settledBets(ConsoleRoutes.theme(request), asked, cursor == null ? 0 : Integer.parseInt(cursor)));
    }

    private void opportunities(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        OpportunitiesPage.Asked asked = new OpportunitiesPage.Asked(
                BetEndpoints.filter(backend.project(), parameters, OpportunitiesPage.SIZE),
                ConsoleRoutes.text(parameters, "from", ""),
                ConsoleRoutes.text(parameters, "to", ""));
        parameters.check();
        ConsoleRoutes.send(response, console.opportunities(ConsoleRoutes.theme(request), asked));
    }

    private void settle(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        UriQuery form = ConsoleRoutes.form(request);
        String stake = form.first("stake").orElse("").strip();
        backend.bets()
                .settle(
                        id,
                        new Bets.Settlement(
                                form.first("result").orElse(""),
                                stake.isEmpty() ? null : money(stake),
                                form.first("correct").orElse("").equals("true")));
        String back = form.first("back").orElse("");
        ConsoleRoutes.redirect(response, ConsoleRoutes.isLocal(back) ? back : "/opportunities/" + ConsoleRoutes.encoded(id));
    }

    private static Double money(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The stake (%s) is wrong; expected a number above 0 such as 12.5.".formatted(text), null);
        }
    }
}
