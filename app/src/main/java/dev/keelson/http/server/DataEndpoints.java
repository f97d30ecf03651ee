package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.ReviewDecision.Action;
import dev.keelson.data.ReviewDecision;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.ChecksJson;
import dev.keelson.http.DatasetDetails;
import dev.keelson.http.ReviewJson;
import dev.keelson.registry.StoredReport;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks, review and versions of the data. */
final class DataEndpoints {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_LIST = 1000;

    private final Backend backend;

    DataEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/data/loads", this::load);
        routes.get("/api/v1/data/checks", this::checks);
        routes.post("/api/v1/data/checks", this::check);
        routes.get("/api/v1/data/review", this::review);
        routes.get("/api/v1/data/review/decisions", this::decisions);
        routes.post("/api/v1/data/review/{row}", this::decide);
        routes.post("/api/v1/data/review/decisions/{id}/revert", this::revert);
        routes.get("/api/v1/data/versions", this::versions);
        routes.get("/api/v1/data/versions/{version}", this::version);
        routes.post("/api/v1/data/versions/{version}/tags", this::tag);
        routes.delete("/api/v1/data/tags/{tag}", this::untag);
        routes.get("/api/v1/data/diff", this::difference);
        routes.get("/api/v1/data/garbage", this::garbage);
        routes.post("/api/v1/data/garbage/collect", this::collect);
    }

    private void load(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("sources");
        backend.data().load(text(body(request), "source")).forEach(load -> list.add(load.toJson()));
        Json.send(response, body);
    }

    private void checks(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int limit = parameters.number("limit", 1, MAX_LIST, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("checks");
        for (StoredReport report : backend.data().checks(parameters.text("source"), limit)) {
            list.add(Json.stored(report.document()));
        }
        Json.send(response, body);
    }

    private void check(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request);
        String source = text(body, "source");
        String version = text(body, "version");
        Json.send(
                response,
                source == null && version == null
                        ? ChecksJson.of(backend.data().checkAll())
                        : backend.data().check(source, version).toJson());
    }

    private void review(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Boolean open = parameters.flag("open");
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("rows");
        backend.data().review(parameters.text("source")).stream()
                .filter(item -> open == null || item.open() == open)
                .forEach(item -> list.add(ReviewJson.of(item)));
        Json.send(response, body);
    }

    private void decisions(ServerRequest request, ServerResponse response) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("decisions");
        backend.data().decisions(new Parameters(request).text("source")).forEach(each -> list.add(each.toJson()));
        Json.send(response, body);
    }

    private void decide(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request);
        String word = body.path("action").asText("");
        Action action =
                switch (word) {
                    case "accept" -> Action.ACCEPT;
                    case "correct" -> Action.CORRECT;
                    case "reject" -> Action.REJECT;
                    default ->
                        throw new KeelsonException(
                                ErrorCode.BAD_REQUEST,
                                "The action (%s) is wrong; expected accept, correct or reject.".formatted(word),
                                null);
                };
        Map<String, String> cells = new LinkedHashMap<>();
        body.path("cells").properties().forEach(cell -> cells.put(cell.getKey(), cell.getValue().asText()));
        ReviewDecision decision = backend.data()
                .decide(
                        text(body, "source"),
                        Parameters.path(request, "row"),
                        action,
                        cells,
                        actor(body),
                        body.path("reason").asText("").strip());
        Json.send(response, decision.toJson());
    }

    private void revert(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request);
        ReviewDecision decision = backend.data()
                .revert(
                        text(body, "source"),
                        Parameters.path(request, "id"),
                        actor(body),
                        body.path("reason").asText("").strip());
        Json.send(response, decision.toJson());
    }

    private void versions(ServerRequest request, ServerResponse response) {
        String source = new Parameters(request).text("source");
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("versions");
        String latest = backend.data().latest(source).map(DatasetVersion::id).orElse("");
        backend.data()
                .versions(source)
                .reversed()
                .forEach(version -> list.add(
                        DatasetDetails.summary(version).put("latest", version.id().equals(latest))));
        ObjectNode tags = body.putObject("tags");
        backend.data().tags(source).forEach(tags::put);
        Json.send(response, body);
    }

    private void version(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        Instant at = parameters.instant("as_of", backend.project().zone());
        parameters.check();
        String name = Parameters.path(request, "version");
        String source = parameters.text("source");
        DatasetVersion version = at == null || !name.equals("latest")
                ? backend.data().version(source, name)
                : backend.data().versionAt(source, at);
        Json.send(response, backend.data().details(version).toJson());
    }

    private void tag(ServerRequest request, ServerResponse response) {
        JsonNode body = body(request);
        DatasetVersion version = backend.data()
                .tag(text(body, "source"), Parameters.path(request, "version"), body.path("tag").asText(""));
        Json.send(response, DatasetDetails.summary(version));
    }

    private void untag(ServerRequest request, ServerResponse response) {
        String tag = Parameters.path(request, "tag");
        backend.data().untag(new Parameters(request).text("source"), tag);
        Json.send(response, Json.object().put("tag", tag).put("removed", true));
    }

    private void garbage(ServerRequest request, ServerResponse response) {
        Json.send(
                response,
                backend.data().collect(new Parameters(request).text("source"), true).toJson(false));
    }

    private void collect(ServerRequest request, ServerResponse response) {
        Json.send(
                response, backend.data().collect(text(body(request), "source"), false).toJson(true));
    }

    private void difference(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String before = parameters.text("before");
        String after = parameters.text("after");
        if (before == null) {
            parameters.wrong("before", "", "the id or tag of a version");
        }
        parameters.check();
        Json.send(
                response,
                backend.data()
                        .difference(
                                parameters.text("source"),
                                String.valueOf(before),
                                after == null ? "latest" : after)
                        .toJson());
    }

    private static @Nullable String text(JsonNode body, String name) {
        String text = body.path(name).asText("").strip();
        return text.isEmpty() ? null : text;
    }

    private static String actor(JsonNode body) {
        String actor = text(body, "actor");
        return actor == null ? "api" : actor;
    }

    private static JsonNode body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return Json.object();
        }
        try (InputStream in = request.content().inputStream()) {
            JsonNode body = MAPPER.readTree(in);
            if (body == null || !body.isObject()) {
                throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
            }
            return body;
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is not JSON: %s.".formatted(e.getOriginalMessage()), null, e);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }
}
