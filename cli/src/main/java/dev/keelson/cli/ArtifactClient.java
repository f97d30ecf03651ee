package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Moves files to and from a server that speaks MLflow's protocol, in bounded memory. Downloads go on after a cut where the
 * server names files by their hash, as Keelson does. Not safe for use by several threads.
 */
final class ArtifactClient implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final Duration ANSWERING = Duration.ofMinutes(2);
    private static final int ATTEMPTS = 5;
    private static final String PROXY = "/api/2.0/mlflow-artifacts/artifacts";
    private static final Pattern TAG = Pattern.compile("\"([0-9a-f]{64})\"");
    private static final Pattern RUN = Pattern.compile("runs:/+([^/]+)(?:/(.*))?");
    private static final Pattern VERSION = Pattern.compile("models:/+([^/@]+)(?:/([0-9]+)|@([^/@]+))");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String server;
    private final @Nullable String authorization;
    private final HttpClient client;

    private ArtifactClient(String server, @Nullable String authorization) {
        this.server = server;
        this.authorization = authorization;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECTING)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * A client of the server that the variables of MLflow name.
     *
     * @throws KeelsonException USAGE when they name none that can be asked
     */
    static ArtifactClient of(Map<String, String> environment) {
        String uri = environment.getOrDefault("MLFLOW_TRACKING_URI", "");
        if (!uri.startsWith("http://") && !uri.startsWith("https://")) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The variable MLFLOW_TRACKING_URI (%s) names no server; expected http:// or https://.".formatted(uri),
                    "Maybe set it to the address that `keelson serve` prints.");
        }
        if (Boolean.parseBoolean(environment.getOrDefault("MLFLOW_TRACKING_INSECURE_TLS", "false"))) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The variable MLFLOW_TRACKING_INSECURE_TLS asks for connections that anybody could answer; they are not made.",
                    "Maybe add the server's certificate to a trust store: KEELSON_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE.");
        }
        String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "");
        String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
        String authorization = null;
        if (!user.isEmpty()) {
            String pair = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
            authorization = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        } else if (!token.isEmpty()) {
            authorization = "Bearer " + token;
        }
        return new ArtifactClient(uri.replaceFirst("/+$", ""), authorization);
    }

    /**
     * A file or folder of a run.
     *
     * @param path relative to the run
     * @param bytes null for a folder
     */
    record Listed(String path, @Nullable Long bytes) {}

    /** What is directly in a folder of a run. */
    List<Listed> list(String run, @Nullable String path) {
        List<Listed> files = new ArrayList<>();
        String token = "";
        do {
            String query = "?run_id=" + encoded(run) + (path == null ? "" : "&path=" + encoded(path))
                    + (token.isEmpty() ? "" : "&page_token=" + encoded(token));
            JsonNode page = json("/api/2.0/mlflow/artifacts/list" + query);
            for (JsonNode each : page.path("files")) {
                files.add(new Listed(
                        each.path("path").asText(),
                        each.path("is_dir").asBoolean() ? null : Long.valueOf(each.path("file_size").asLong())));
            }
            token = page.path("next_page_token").asText("");
        } while (!token.isEmpty());
        return files;
    }

    /** Where the files of a run are in the tree of the server. */
    ArtifactPath root(String run) {
        String uri = json("/api/2.0/mlflow/runs/get?run_id=" + encoded(run))
                .path("run")
                .path("info")
                .path("artifact_uri")
                .asText();
        return place(uri);
    }

    private static ArtifactPath place(String uri) {
        return FileTree.place(uri)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.USAGE,
                        "The files are at (%s), and not with the tracking server.".formatted(uri),
                        "Maybe use a client of that place."));
    }

    /** Where the files of an address are: {@code models:/NAME/VERSION}, {@code models:/NAME@ALIAS}, {@code runs:/ID/PATH} or {@code mlflow-artifacts:/PATH}. */
    ArtifactPath address(String uri) {
        Matcher version = VERSION.matcher(uri);
        if (version.matches()) {
            String name = "name=" + encoded(version.group(1));
            String number = version.group(2);
            if (number == null) {
                number = json("/api/2.0/mlflow/registered-models/alias?" + name + "&alias=" + encoded(version.group(3)))
                        .path("model_version")
                        .path("version")
                        .asText();
            }
            String source = json("/api/2.0/mlflow/model-versions/get-download-uri?" + name + "&version=" + encoded(number))
                    .path("artifact_uri")
                    .asText();
            if (VERSION.matcher(source).matches()) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "The model (%s) names another model (%s) as its source.".formatted(uri, source), null);
            }
            return address(source);
        }
        Matcher run = RUN.matcher(uri);
        if (run.matches()) {
            ArtifactPath root = root(run.group(1));
            return run.group(2) == null || run.group(2).isEmpty() ? root : root.resolve(run.group(2));
        }
        return place(uri);
    }

    /** Sends a file. */
    void upload(Path file, ArtifactPath path) throws IOException {
        String sha256 = Download.hash(file);
        HttpRequest request = request(PROXY + "/" + encodedPath(path))
                .header("Content-Type", "application/octet-stream")
                .header("X-Content-SHA256", sha256)
                .PUT(BodyPublishers.ofFile(file))
                .build();
        HttpResponse<String> answer = send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw refused(request, answer.statusCode(), answer.body());
        }
    }

    /** Files of a folder of the tree and of its folders, relative to it. */
    List<String> walk(ArtifactPath folder) {
        List<String> files = new ArrayList<>();
        walk(folder, "", files);
        return files;
    }

    private void walk(ArtifactPath folder, String prefix, List<String> files) {
        JsonNode page = json(PROXY + "?path=" + encoded(folder.text()));
        for (JsonNode each : page.path("files")) {
            ArtifactPath child = folder.resolve(each.path("path").asText());
            if (each.path("is_dir").asBoolean()) {
                walk(child, prefix + child.name() + "/", files);
            } else {
                files.add(prefix + child.name());
            }
        }
    }

    /**
     * Fetches a file; when the connection is cut it goes on, a few times.
     *
     * @return false when there is no such file
     */
    boolean download(ArtifactPath path, Path target) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return fetch(path, target);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private boolean fetch(ArtifactPath path, Path target) throws IOException {
        String address = PROXY + "/" + encodedPath(path);
        HttpRequest whole = request(address).GET().build();
        HttpResponse<InputStream> answer = send(whole, BodyHandlers.ofInputStream());
        if (answer.statusCode() == 404) {
            answer.body().close();
            return false;
        }
        if (answer.statusCode() != 200) {
            throw refused(whole, answer.statusCode(), text(answer.body()));
        }
        String tag = answer.headers().firstValue("ETag").orElse("");
        long bytes = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
        Matcher sha256 = TAG.matcher(tag);
        if (!sha256.matches() || bytes < 0) {
            Path part = target.resolveSibling(target.getFileName() + ".part");
            try (InputStream in = answer.body()) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
        try (InputStream begun = answer.body()) {
            Download.save(target, sha256.group(1), bytes, offset -> {
                if (offset == 0) {
                    return begun;
                }
                begun.close();
                HttpRequest rest = request(address)
                        .header("Range", "bytes=" + offset + "-")
                        .header("If-Range", tag)
                        .GET()
                        .build();
                HttpResponse<InputStream> further = send(rest, BodyHandlers.ofInputStream());
                if (further.statusCode() != 206) {
                    further.body().close();
                    throw new IOException("the file changed meanwhile (status %d)".formatted(further.statusCode()));
                }
                return further.body();
            });
        }
        return true;
    }

    private JsonNode json(String path) {
        HttpRequest request = request(path).timeout(ANSWERING).GET().build();
        HttpResponse<String> answer;
        try {
            answer = send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (answer.statusCode() / 100 != 2) {
            throw refused(request, answer.statusCode(), answer.body());
        }
        try {
            return MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.REGISTRY_UNREACHABLE,
                    "The answer of %s is no JSON document.".formatted(request.uri()),
                    "Maybe it is no tracking server.",
                    e);
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(URI.create(server + path));
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The address (%s) of the tracking server is none.".formatted(server), null, e);
        }
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) throws IOException {
        try {
            return client.send(request, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The wait for the answer was interrupted", e);
        }
    }

    /** The error of a server that could not be asked. */
    KeelsonException unreachable(IOException cause) {
        return new KeelsonException(
                ErrorCode.REGISTRY_UNREACHABLE,
                "The tracking server (%s) does not answer: %s."
                        .formatted(server, cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()),
                "Maybe it is not running, or its address is another one.",
                cause);
    }

    private static KeelsonException refused(HttpRequest request, int status, String body) {
        String message = body;
        try {
            message = MAPPER.readTree(body).path("message").asText(body);
        } catch (JsonProcessingException e) {
            message = "%s (which is no JSON: %s)".formatted(body.strip(), e.getOriginalMessage());
        }
        return new KeelsonException(
                status == 404 ? ErrorCode.NOT_FOUND : ErrorCode.BAD_REQUEST,
                "%s of %s was refused with status %d: %s"
                        .formatted(request.method(), request.uri().getPath(), status, message),
                null);
    }

    private static String text(InputStream body) throws IOException {
        try (body) {
            return new String(body.readNBytes(64 << 10), StandardCharsets.UTF_8);
        }
    }

    private static String encodedPath(ArtifactPath path) {
        return String.join("/", path.parts().stream().map(ArtifactClient::encoded).toList());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        client.close();
    }
}
