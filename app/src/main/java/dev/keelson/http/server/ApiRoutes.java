package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ApiDocument;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** What can be asked of the server, as a page; and its forms, which lead to the address that they make. */
final class ApiRoutes {
    private static final ApiDocument API = ApiDocument.load();

    private final Console console;

    ApiRoutes(Console console) {
        this.console = console;
    }

    void register(Routes routes) {
        routes.get("/api", (request, response) -> ConsoleRoutes.send(
                response, console.api(ConsoleRoutes.theme(request), new Parameters(request).text("group"))));
        routes.get("/try/{operation}", this::tried);
    }

    /** Leads a form to the address of an operation that only reads. */
    private void tried(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "operation");
        ApiDocument.Operation operation = API.operations().stream()
                .filter(each -> each.id().equals(id) && each.method().equals("GET"))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND, "There is no operation (%s) that only reads.".formatted(id), "Maybe look at /api."));
        Parameters parameters = new Parameters(request);
        String path = operation.path();
        Map<String, String> query = new LinkedHashMap<>();
        for (ApiDocument.Parameter parameter : operation.parameters()) {
            String value = parameters.text(parameter.name());
            if (parameter.in().equals("path")) {
                if (value == null || value.equals(".") || value.equals("..")) {
                    throw new KeelsonException(
                            ErrorCode.BAD_REQUEST, "The part %s of the address is missing.".formatted(parameter.name()), null);
                }
                path = path.replace("{" + parameter.name() + "}", ConsoleRoutes.encoded(value));
            } else if (parameter.in().equals("query") && value != null) {
                query.put(parameter.name(), value);
            }
        }
        StringBuilder address = new StringBuilder(path);
        query.forEach((name, value) -> address.append(address.indexOf("?") < 0 ? '?' : '&')
                .append(ConsoleRoutes.encoded(name))
                .append('=')
                .append(ConsoleRoutes.encoded(value)));
        ConsoleRoutes.redirect(response, address.toString());
    }
}
