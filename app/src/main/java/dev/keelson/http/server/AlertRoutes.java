package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.console.view.AlertsView;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.http.AlertService;
import dev.keelson.http.Backend;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The pages of the inbox and the forms that change alerts; none without who and why. */
final class AlertRoutes {
    private static final String INBOX = "/alerts";
    private static final int MAX_PAGE = 200;
    private static final Set<String> STATES = Set.of("open", "acknowledged", "snoozed", "resolved", "all");

    private final Backend backend;
    private final Console console;

    AlertRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get(INBOX, this::inbox);
        routes.get(INBOX + "/{id}", (request, response) -> ConsoleRoutes.send(
                response, console.alert(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
        routes.post(INBOX, this::change);
        routes.post("/alert-channels/{name}/test", this::test);
    }

    private void inbox(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String state = ConsoleRoutes.text(parameters, "state", "");
        if (!state.isEmpty() && !STATES.contains(state)) {
            parameters.wrong("state", state, "open, acknowledged, snoozed, resolved or all");
        }
        AlertsView.Asked asked = new AlertsView.Asked(
                state, ConsoleRoutes.text(parameters, "kind", ""), ConsoleRoutes.text(parameters, "model", ""));
        int page = parameters.number("page", 1, MAX_PAGE, 1);
        parameters.check();
        ConsoleRoutes.send(response, console.alerts(ConsoleRoutes.theme(request), asked, page));
    }

    /** Does the same to every alert that was picked; the first that cannot be changed ends it, and the message says which. */
    private void change(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        List<String> picked = form.contains("alert") ? form.all("alert").stream().distinct().toList() : List.of();
        if (picked.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "No alert was picked; expected at least one.", "Maybe tick the alerts first, by `x`.");
        }
        String who = RegistryRoutes.who(request, form);
        String why = ConsoleRoutes.reason(form);
        String verb = form.first("verb").orElse("");
        AlertService alerts = backend.alerts();
        switch (verb) {
            case "acknowledge" -> picked.forEach(id -> alerts.acknowledge(id, who, why));
            case "resolve" -> picked.forEach(id -> alerts.resolve(id, who, why));
            case "snooze" -> {
                Duration time = Durations.parse(form.first("for").orElse(""));
                picked.forEach(id -> alerts.snooze(id, time, who, why));
            }
            default -> throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The verb (%s) is wrong; expected acknowledge, snooze or resolve.".formatted(verb), null);
        }
        String back = form.first("back").orElse(INBOX);
        ConsoleRoutes.redirect(response, ConsoleRoutes.isLocal(back) ? back : INBOX);
    }

    private void test(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        backend.alerts().test(Parameters.path(request, "name"), RegistryRoutes.who(request, form));
        ConsoleRoutes.redirect(response, INBOX + "#channels");
    }
}
