package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.project.Project;
import dev.keelson.store.files.ProjectOwner;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the process of this machine that owns and serves a project, over its port. Its errors come back as they were there.
 * Not safe for use by several threads.
 */
final class OwnerClient implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    /** What it is asked for may be a load; when it dies the connection ends at once. */
    private static final Duration ANSWERING = Duration.ofHours(2);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI url;
    private final HttpClient client;

    private final @Nullable String token;

    private OwnerClient(URI url, @Nullable String token) {
        this.url = url;
        this.token = token;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECTING)
                .build();
    }

    /** To the process that serves a project; empty when none does. */
    static Optional<OwnerClient> of(Project project) {
        return ProjectOwner.url(Workspace.stateFolder(project))
                .map(url -> new OwnerClient(url, token(project)));
    }

    /** What the owner asks of commands where its project names tokens; sent to no other server. */
    private static @Nullable String token(Project project) {
        return project.serve().tokens().isEmpty()
                ? null
                : ProjectOwner.live(Workspace.stateFolder(project))
                        .map(ProjectOwner.Owner::token)
                        .orElse(null);
    }

    /**
     * An address.
     *
     * @param path with {@code %s} for each of the names
     * @param names as they are, with whatever characters
     */
    static String address(String path, String... names) {
        Object[] encoded = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            encoded[i] = URLEncoder.encode(names[i], StandardCharsets.UTF_8).replace("+", "%20");
        }
        return path.formatted(encoded);
    }

    JsonNode get(String path) {
        return send(request(path).GET());
    }

    JsonNode delete(String path) {
        return send(request(path).DELETE());
    }

    JsonNode post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    JsonNode post(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    /** Sends a file. */
    JsonNode put(String path, Path file) {
        try {
            return send(request(path)
                    .header("Content-Type", "application/octet-stream")
                    .PUT(BodyPublishers.ofFile(file)));
        } catch (FileNotFoundException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The file (%s) cannot be read: %s.".formatted(file, e.getMessage()), null, e);
        }
    }

    JsonNode patch(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(ANSWERING);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<String> answer;
        try {
            answer = client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.PROJECT_IN_USE,
                    "The project is in use by a process that serves it at %s, but does not answer there: %s."
                            .formatted(url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    "Maybe it is just ending: try again in a moment.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeelsonException(
                    ErrorCode.PROJECT_IN_USE, "The wait for the answer of %s was interrupted.".formatted(url), null, e);
        }
        JsonNode document;
        try {
            document = MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw unexpected("status %d without a JSON document".formatted(answer.statusCode()), e);
        }
        if (answer.statusCode() < 200 || answer.statusCode() > 299) {
            throw failure(answer.statusCode(), document);
        }
        return document;
    }

    /** The error that the owner had. */
    private KeelsonException failure(int status, JsonNode document) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode error : document.path("errors")) {
            String field = error.path("field").asText("");
            problems.add(new Problem(
                    ErrorCode.find(error.path("code").asText()).orElse(ErrorCode.INTERNAL),
                    error.path("detail").asText(),
                    field.isEmpty() ? null : new Location(field, 0, 0),
                    error.path("hint").isTextual() ? error.path("hint").asText() : null));
        }
        return problems.isEmpty()
                ? unexpected("status %d without an error".formatted(status), null)
                : new KeelsonException(problems, null);
    }

    KeelsonException unexpected(String what, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.of(
                        ErrorCode.INTERNAL,
                        "The process that serves the project at %s gave an answer that was not expected: %s."
                                .formatted(url, what),
                        "Maybe it is another version of Keelson, or its project file was changed since: start it anew.")),
                cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
