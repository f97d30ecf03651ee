package dev.keelson.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Speaks MLflow's REST interface to a server, which may be another Keelson. Every request has a time-out; answers of 408, 429
 * and 5xx and connections that fail are tried again after a pause that grows and is spread by chance, unless doing it twice
 * might do it twice. Redirects are not followed, so credentials reach one server only.
 *
 * <p>Failures are {@link KeelsonException}s: REGISTRY_UNREACHABLE when there is no good answer after the last attempt,
 * FORBIDDEN, NOT_FOUND, ALREADY_EXISTS, and CONFLICT for whatever else the server refuses. No message holds a secret. Safe for
 * use by several threads.
 */
public final class MlflowClient implements AutoCloseable {
    private static final int LARGEST_ANSWER = 256 << 20;
    private static final int MOST_PAGES = 1_000_000;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Set<Integer> AGAIN = Set.of(408, 429, 500, 502, 503, 504);

    private static final JsonMapper JSON = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build())
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .build();

    private final RemoteAddress address;
    private final Patience patience;
    private final RandomGenerator chance;
    private final HttpClient client;

    /**
     * How long a client waits and how often it asks.
     *
     * @param answer for the beginning of an answer, and for each part of it
     * @param attempts at least 1
     * @param firstPause before the second attempt; it doubles each time
     * @param pause waits
     */
    public record Patience(Duration answer, int attempts, Duration firstPause, Pause pause) {
        /** For work that a person waits for: six attempts over some ten seconds. */
        public static final Patience STANDARD = new Patience(Duration.ofSeconds(60), 6, Duration.ofMillis(250), Thread::sleep);
        /** For work that is done again later anyway: two attempts. */
        public static final Patience SHORT = new Patience(Duration.ofSeconds(10), 2, Duration.ofMillis(250), Thread::sleep);
    }

    /** Waits. */
    @FunctionalInterface
    public interface Pause {
        /** For that long. */
        void of(Duration duration) throws InterruptedException;
    }

    /** Whether a request that may have arrived is sent again. */
    enum Repeat {
        /** It changes nothing when it is done twice. */
        SAFE,
        /** It is sent again only when it cannot have arrived. */
        NEVER
    }

    /** @param chance spreads the pauses */
    public MlflowClient(RemoteAddress address, Patience patience, RandomGenerator chance) {
        this.address = address;
        this.patience = patience;
        this.chance = chance;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience.answer().compareTo(Duration.ofSeconds(10)) < 0 ? patience.answer() : Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** The server. */
    public RemoteAddress address() {
        return address;
    }

    /** An empty body. */
    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** The version that the server says it has, such as {@code 2.17.2}. */
    public String version() {
        byte[] text = read(send(request("/version", Map.of()).GET(), Repeat.SAFE));
        return new String(text, 0, Math.min(text.length, 100), StandardCharsets.UTF_8).strip();
    }

    /** @param route below {@code /api/2.0/mlflow/}; parameters in order, {@code name, value, ...}, those with a null value left out */
    JsonNode get(String route, @Nullable String... parameters) {
        return json(send(request("/api/2.0/mlflow/" + route, query(parameters)).GET(), Repeat.SAFE), route);
    }

    /** As {@link #get}; nothing when the server knows no such thing. */
    Optional<JsonNode> find(String route, @Nullable String... parameters) {
        try {
            return Optional.of(get(route, parameters));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    JsonNode post(String route, ObjectNode body, Repeat repeat) {
        return send("POST", route, body, repeat);
    }

    JsonNode send(String method, String route, ObjectNode body, Repeat repeat) {
        HttpRequest.Builder request = request("/api/2.0/mlflow/" + route, Map.of())
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofByteArray(bytes(body)));
        return json(send(request, repeat), route);
    }

    /**
     * All items of a list that comes in pages.
     *
     * @param page asks for one; given the token of the page, null for the first
     * @param field the list within a page
     */
    void pages(Function<@Nullable String, JsonNode> page, String field, Consumer<JsonNode> each) {
        Set<String> seen = new HashSet<>();
        String token = null;
        for (int i = 0; i < MOST_PAGES; i++) {
            JsonNode answer = page.apply(token);
            answer.path(field).forEach(each);
            token = answer.path("next_page_token").asText("");
            if (token.isEmpty()) {
                return;
            }
            if (!seen.add(token)) {
                throw strange("it gives the same page of `%s` again and again".formatted(field), null);
            }
        }
        throw strange("`%s` has more than %,d pages".formatted(field, MOST_PAGES), null);
    }

    /** The bytes of a file, by its path below the root of the artifact proxy. The caller closes the stream. */
    public InputStream download(String path) {
        return stream(request("/api/2.0/mlflow-artifacts/artifacts/" + encodedPath(path), Map.of()));
    }

    /** What is directly in a folder below the root of the artifact proxy: each with {@code path}, its name, and {@code is_dir}. */
    JsonNode folder(String path) {
        return json(
                        send(request("/api/2.0/mlflow-artifacts/artifacts", query("path", path)).GET(), Repeat.SAFE),
                        "mlflow-artifacts")
                .path("files");
    }

    /** The bytes of a file of a run, wherever the server keeps them. The caller closes the stream. */
    public InputStream downloadOfRun(String runId, String path) {
        return stream(request("/get-artifact", query("run_id", runId, "run_uuid", runId, "path", path)));
    }

    private InputStream stream(HttpRequest.Builder request) {
        HttpResponse<InputStream> response = send(request.GET(), Repeat.SAFE);
        return new TimedInput(response.body(), patience.answer());
    }

    /** The bytes of a file of a logged model, wherever the server keeps them. The caller closes the stream. */
    InputStream downloadOfModel(String modelId, String path) {
        return stream(request(
                "/ajax-api/2.0/mlflow/logged-models/" + encoded(modelId) + "/artifacts/files",
                query("artifact_file_path", path)));
    }

    /**
     * Writes a file through the artifact proxy, whatever was there.
     *
     * @param bytes its size
     * @param content opens it; each attempt reads it anew
     */
    public void upload(String path, long bytes, Content content) {
        BodyPublisher body = BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> {
                    try {
                        return content.open();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }),
                Math.max(1, bytes));
        HttpRequest.Builder request = request("/api/2.0/mlflow-artifacts/artifacts/" + encodedPath(path), Map.of())
                .header("Content-Type", "application/octet-stream")
                .timeout(patience.answer().plusSeconds(bytes >> 20)) // a MiB a second, at least
                .PUT(bytes == 0 ? BodyPublishers.noBody() : body);
        read(send(request, Repeat.SAFE));
    }

    /** Opens bytes; may be asked several times. */
    @FunctionalInterface
    public interface Content {
        /** From the start. */
        InputStream open() throws IOException;
    }

    // ---- requests

    private HttpRequest.Builder request(String path, Map<String, String> query) {
        String parameters = query.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&", query.isEmpty() ? "" : "?", ""));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address.base() + path + parameters))
                .timeout(patience.answer())
                .header("Accept", "*/*")
                .header("User-Agent", "keelson");
        String authorization = address.credentials().header();
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private static Map<String, String> query(@Nullable String... parameters) {
        Map<String, String> query = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            String name = parameters[i];
            String value = parameters[i + 1];
            if (name != null && value != null) {
                query.put(name, value);
            }
        }
        return query;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String encodedPath(String path) {
        return Arrays.stream(path.split("/", -1)).map(MlflowClient::encoded).collect(Collectors.joining("/"));
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder builder, Repeat repeat) {
        HttpRequest request = builder.build();
        Duration wait = patience.firstPause();
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt >= patience.attempts();
            Duration asked = wait.dividedBy(2).plusMillis(chance.nextLong(Math.max(1, wait.toMillis() / 2 + 1)));
            try {
                HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
                int status = response.statusCode();
                if (status >= 200 && status < 300) {
                    return response;
                }
                if (last || !AGAIN.contains(status) || (repeat == Repeat.NEVER && status != 429)) {
                    throw refused(request, response);
                }
                OptionalLong seconds = seconds(response.headers().firstValue("Retry-After").orElse(""));
                if (seconds.isPresent()) {
                    asked = Duration.ofSeconds(seconds.getAsLong());
                }
                response.body().close();
            } catch (ConnectException | HttpConnectTimeoutException e) {
                if (last) {
                    throw unreachable("it cannot be connected to", e);
                }
            } catch (InterruptedIOException e) {
                throw unreachable("the request was interrupted", e);
            } catch (IOException e) {
                if (last || repeat == Repeat.NEVER) {
                    throw unreachable(said(e), e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unreachable("the request was interrupted", e);
            }
            pause(asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked);
            wait = wait.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait.multipliedBy(2);
        }
    }

    private void pause(Duration duration) {
        try {
            patience.pause().of(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("the request was interrupted", e);
        }
    }

    private static String said(IOException e) {
        if (e instanceof java.net.http.HttpTimeoutException) {
            return "it did not answer in time";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static OptionalLong seconds(String text) {
        return text.matches("[0-9]{1,9}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private byte[] read(HttpResponse<InputStream> response) {
        try (InputStream in = new TimedInput(response.body(), patience.answer())) {
            byte[] bytes = in.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw strange("its answer is larger than %,d bytes".formatted(LARGEST_ANSWER), null);
            }
            return bytes;
        } catch (IOException e) {
            throw unreachable(said(e), e);
        }
    }

    private JsonNode json(HttpResponse<InputStream> response, String route) {
        byte[] bytes = read(response);
        try {
            JsonNode document = JSON.readTree(bytes);
            return document == null || !document.isObject() ? JSON.createObjectNode() : document;
        } catch (IOException e) {
            throw strange("its answer to `%s` is no JSON".formatted(route), e);
        }
    }

    private static byte[] bytes(ObjectNode body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A body must be writable as JSON.", e);
        }
    }

    // ---- what is wrong

    private KeelsonException refused(HttpRequest request, HttpResponse<InputStream> response) {
        int status = response.statusCode();
        byte[] bytes = new byte[0];
        try (InputStream in = new TimedInput(response.body(), patience.answer())) {
            bytes = in.readNBytes(1 << 20);
        } catch (IOException e) {
            bytes = new byte[0]; // its status says enough
        }
        JsonNode error = JSON.createObjectNode();
        try {
            JsonNode document = JSON.readTree(bytes);
            error = document == null ? error : document;
        } catch (IOException e) {
            error = JSON.createObjectNode(); // a proxy's page; its status says enough
        }
        String code = error.path("error_code").asText("");
        String text = address.credentials()
                .masked(error.path("message").asText(""))
                .lines()
                .findFirst()
                .orElse("");
        String what = "%s %s was answered with %d%s%s"
                .formatted(
                        request.method(),
                        request.uri().getPath(),
                        status,
                        code.isEmpty() ? "" : " " + code,
                        text.isEmpty() ? "" : ": " + (text.length() > 500 ? text.substring(0, 500) + "..." : text))
                .replaceAll("\\.$", "");
        if (AGAIN.contains(status) || status >= 500) {
            return unreachable(what, null);
        }
        if (status == 401 || (status == 403 && code.isEmpty())) { // with a code it refuses this call, not us
            return new KeelsonException(
                    ErrorCode.FORBIDDEN,
                    "The server (%s) does not let us in: %s.".formatted(address, what),
                    "Maybe set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.");
        }
        ErrorCode ours = switch (code.toUpperCase(Locale.ROOT)) {
            case "RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS" -> ErrorCode.ALREADY_EXISTS;
            case "RESOURCE_DOES_NOT_EXIST", "NOT_FOUND" -> ErrorCode.NOT_FOUND;
            case "" -> status == 404 ? ErrorCode.NOT_FOUND : ErrorCode.CONFLICT;
            default ->
                switch (status) {
                    case 403 -> ErrorCode.TRANSITION_REFUSED;
                    case 404 -> ErrorCode.NOT_FOUND;
                    default -> ErrorCode.CONFLICT;
                };
        };
        return new KeelsonException(
                ours,
                "The server (%s) refused: %s.".formatted(address, what),
                code.isEmpty() ? "Maybe it is no MLflow server, or its address has a path before `/api`." : null);
    }

    KeelsonException strange(String what, @Nullable Exception cause) {
        String message = "The server (%s) does not answer as an MLflow server: %s.".formatted(address, what);
        String hint = "Maybe the address is another one.";
        return cause == null
                ? new KeelsonException(ErrorCode.CONFLICT, message, hint)
                : new KeelsonException(ErrorCode.CONFLICT, message, hint, cause);
    }

    private KeelsonException unreachable(String what, @Nullable Exception cause) {
        String message = "The server (%s) cannot be reached: %s."
                .formatted(address, address.credentials().masked(what).replaceAll("\\.$", ""));
        String hint = "Maybe it is down, or the address is another one.";
        return cause == null
                ? new KeelsonException(ErrorCode.REGISTRY_UNREACHABLE, message, hint)
                : new KeelsonException(ErrorCode.REGISTRY_UNREACHABLE, message, hint, cause);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
