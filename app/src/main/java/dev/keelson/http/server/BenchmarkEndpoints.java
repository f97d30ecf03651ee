package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Benchmarks.Benchmark;
import dev.keelson.http.Benchmarks.State;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Benchmarks of sets of models: begin one, see how far it is, read its report. */
final class BenchmarkEndpoints {
    private static final String LIST = "/api/v1/benchmarks";

    private final Backend backend;

    BenchmarkEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post(LIST, this::start);
        routes.get(LIST, this::list);
        routes.get(LIST + "/{id}", this::get);
    }

    private void start(ServerRequest request, ServerResponse response) {
        JsonNode given = Json.body(request);
        JsonNode body = given == null ? Json.object() : given;
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        JsonNode set = body.path("set");
        if (!set.isMissingNode() && !set.isNull() && !set.isTextual()) {
            throw Body.wrong("set", set, "a text");
        }
        Benchmark benchmark = backend.benchmarks().start(set.isTextual() ? set.asText() : null);
        if (benchmark.state() == State.RUNNING) {
            response.status(Status.ACCEPTED_202);
            response.header(HeaderNames.LOCATION, LIST + "/" + benchmark.id());
        }
        Json.send(response, benchmark.toJson());
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String set = parameters.text("set");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("benchmarks");
        backend.benchmarks().list().stream()
                .filter(each -> set == null || each.set().equals(set))
                .limit(limit)
                .forEach(each -> list.add(each.toShortJson()));
        Json.send(response, body);
    }

    private void get(ServerRequest request, ServerResponse response) {
        String id = Parameters.path(request, "id");
        Json.send(
                response,
                backend.benchmarks()
                        .find(id)
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_FOUND,
                                "There is no benchmark (%s).".formatted(id),
                                "Maybe look at " + LIST + "."))
                        .toJson());
    }
}
