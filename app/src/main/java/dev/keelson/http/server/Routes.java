package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The routes of the server, so that a known path with a wrong method is told apart from an unknown path. */
final class Routes {
    private final Map<String, Map<String, Handler>> routes = new LinkedHashMap<>();

    void get(String path, Handler handler) {
        add("GET", path, handler);
    }

    void head(String path, Handler handler) {
        add("HEAD", path, handler);
    }

    void post(String path, Handler handler) {
        add("POST", path, handler);
    }

    void put(String path, Handler handler) {
        add("PUT", path, handler);
    }

    void patch(String path, Handler handler) {
        add("PATCH", path, handler);
    }

    void delete(String path, Handler handler) {
        add("DELETE", path, handler);
    }

    private void add(String method, String path, Handler handler) {
        if (routes.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(method, handler) != null) {
            throw new IllegalArgumentException("There is a route for %s %s already.".formatted(method, path));
        }
    }

    /** Every address with its methods. */
    Map<String, Set<String>> addresses() {
        Map<String, Set<String>> addresses = new LinkedHashMap<>();
        routes.forEach((path, methods) -> addresses.put(path, Set.copyOf(methods.keySet())));
        return addresses;
    }

    void install(HttpRouting.Builder routing) {
        install(routing, true);
    }

    /**
     * Installs them.
     *
     * @param last whether no others follow, so that what is at none of them is nowhere
     */
    void install(HttpRouting.Builder routing, boolean last) {
        routes.forEach((path, methods) -> methods.forEach(
                (method, handler) -> routing.route(Method.create(method), path, handler)));
        routes.forEach((path, methods) -> routing.any(path, (request, response) -> {
            response.header(HeaderNames.ALLOW, String.join(", ", methods.keySet()));
            throw new HttpFailure(
                    405,
                    Problem.of(
                            ErrorCode.BAD_REQUEST,
                            "The method (%s) is not allowed on %s; expected %s."
                                    .formatted(
                                            request.prologue().method().text(),
                                            request.path().path(),
                                            String.join(" or ", methods.keySet())),
                            null));
        }));
        if (!last) {
            return;
        }
        routing.any((request, response) -> {
            throw new HttpFailure(
                    404,
                    Problem.of(
                            ErrorCode.NOT_FOUND,
                            "There is nothing at %s.".formatted(request.path().path()),
                            "Maybe look at /openapi.json, which lists every address of the API."));
        });
    }
}
