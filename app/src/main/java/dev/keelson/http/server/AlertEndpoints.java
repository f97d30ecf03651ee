package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.http.AlertService;
import dev.keelson.http.Backend;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The inbox: look, acknowledge, snooze, resolve. */
final class AlertEndpoints {
    private static final String ALERT = "/api/v1/alerts/{id}";
    private static final int LISTED = 50;
    private static final int MOST = 1_000;

    private final Backend backend;

    AlertEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.get("/api/v1/alerts", this::list);
        routes.get("/api/v1/alert-channels", (request, response) -> Json.send(response, service().channels()));
        routes.post("/api/v1/alert-channels/{name}/test", (request, response) -> {
            JsonNode body = CatalogEndpoints.body(request);
            Json.send(
                    response,
                    service().test(Parameters.path(request, "name"), CatalogEndpoints.actor(request, body)));
        });
        routes.get(ALERT, (request, response) -> Json.send(response, service().one(Parameters.path(request, "id"))));
        routes.post(ALERT + "/acknowledge", (request, response) -> {
            String id = Parameters.path(request, "id");
            Change.By by = Change.read(request).by(() -> service().one(id));
            Json.send(response, service().acknowledge(id, by.actor(), by.reason()));
        });
        routes.post(ALERT + "/resolve", (request, response) -> {
            String id = Parameters.path(request, "id");
            Change.By by = Change.read(request).by(() -> service().one(id));
            Json.send(response, service().resolve(id, by.actor(), by.reason()));
        });
        routes.post(ALERT + "/snooze", this::snooze);
    }

    private AlertService service() {
        return backend.alerts();
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Set<Alert.State> states = states(parameters);
        String kind = parameters.text("kind");
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, MOST, LISTED);
        parameters.check();
        Json.send(response, service().list(new AlertQuery(states, kind, model, null, limit)));
    }

    private static Set<Alert.State> states(Parameters parameters) {
        @Nullable String text = parameters.text("state");
        Set<Alert.State> states = EnumSet.noneOf(Alert.State.class);
        List<String> known = Stream.of(Alert.State.values()).map(Alert.State::word).toList();
        for (String each : text == null ? List.<String>of() : List.of(text.split(",", -1))) {
            if (known.contains(each.strip())) {
                states.add(Alert.State.valueOf(each.strip().toUpperCase(Locale.ROOT)));
            } else {
                parameters.wrong("state", each, String.join(", ", known));
            }
        }
        return states;
    }

    private void snooze(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Change change = Change.read(request, "for");
        Optional<Duration> time = change.of(() -> time(change.body().path("for")));
        Change.By by = change.by(() -> service().one(id));
        Json.send(response, service().snooze(id, time.orElseThrow(), by.actor(), by.reason()));
    }

    private static Duration time(JsonNode asked) {
        try {
            return Durations.parse(asked.asText());
        } catch (KeelsonException e) {
            throw Body.wrong("for", asked, "a duration such as 12h or 7d");
        }
    }
}
