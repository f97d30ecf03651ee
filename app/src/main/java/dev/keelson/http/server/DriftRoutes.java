package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console;
import dev.keelson.http.Backend;
import dev.keelson.http.DriftRequest;
import dev.keelson.http.SimulateRequest;
import dev.keelson.monitor.DataChange;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pages of kept drift reports, and the forms that compare tables and make them wrong on purpose. */
final class DriftRoutes {
    private final Backend backend;
    private final Console console;

    DriftRoutes(Backend backend, Console console) {
        this.backend = backend;
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/drift", (request, response) -> ConsoleRoutes.send(
                response, console.driftChecks(ConsoleRoutes.theme(request), new Parameters(request).text("of"))));
        routes.get("/drift/{id}", (request, response) -> ConsoleRoutes.send(
                response, console.driftCheck(ConsoleRoutes.theme(request), Parameters.path(request, "id"))));
        routes.post("/drift", this::compare);
        routes.post("/drift/simulate", this::simulate);
    }

    private void compare(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        show(response, backend.drift().compare(asked(form, text(form, "reference"), text(form, "current"))));
    }

    private void simulate(ServerRequest request, ServerResponse response) {
        UriQuery form = ConsoleRoutes.form(request);
        String change = String.valueOf(text(form, "change"));
        DataChange.Texts changes = new DataChange.Texts(
                of(form, change, "scale"),
                of(form, change, "shift"),
                of(form, change, "noise"),
                of(form, change, "swap"),
                of(form, change, "drop"),
                of(form, change, "stuck"));
        show(
                response,
                backend.drift()
                        .simulate(new SimulateRequest(
                                asked(form, null, text(form, "data")), changes, SimulateRequest.SEED, null, true))
                        .path("report"));
    }

    private static List<String> of(UriQuery form, String change, String kind) {
        return change.equals(kind) ? texts(form, "how") : List.of();
    }

    private static DriftRequest asked(UriQuery form, @Nullable String reference, @Nullable String current) {
        return new DriftRequest(
                null,
                text(form, "model"),
                reference,
                current,
                text(form, "policy"),
                null,
                texts(form, "method"),
                List.of(),
                List.of(),
                List.of(),
                texts(form, "segments"),
                text(form, "cluster"),
                text(form, "time"),
                form.first("multivariate").orElse("").equals("true"),
                null);
    }

    private static @Nullable String text(UriQuery form, String name) {
        String text = form.first(name).orElse("").strip();
        return text.isEmpty() ? null : text;
    }

    private static List<String> texts(UriQuery form, String name) {
        return Arrays.stream(form.first(name).orElse("").split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private static void show(ServerResponse response, JsonNode report) {
        ConsoleRoutes.redirect(
                response, "/drift/" + URLEncoder.encode(report.path("id").asText(), StandardCharsets.UTF_8));
    }
}
