package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.FileTree.Entry;
import dev.keelson.registry.tracking.FileTree.File;
import dev.keelson.registry.tracking.FileTree.Part;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search.Page;
import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Files as clients of MLflow ask for them: the artifact proxy with uploads in parts, the list of a run's files, and the
 * addresses that the pages of MLflow use.
 */
final class ArtifactEndpoints {
    /** Files of one page of {@code artifacts/list}. */
    static final int PAGE = 1_000;

    private static final String PROXY = "mlflow-artifacts/artifacts";
    private static final String PARTS = "mlflow-artifacts/mpu/parts/";
    private static final int MAX_PARTS = 10_000;

    private final FileTree files;
    private final Function<String, Optional<RunInfo>> runs;
    private final long most;

    /**
     * Endpoints.
     *
     * @param runs finds a run by its id
     * @param most bytes that a file may have
     */
    ArtifactEndpoints(FileTree files, Function<String, Optional<RunInfo>> runs, long most) {
        this.files = files;
        this.runs = runs;
        this.most = most;
    }

    void register(Endpoints endpoints) {
        endpoints.get(PROXY, this::proxied);
        endpoints.get(PROXY + "/{path...}", this::download);
        endpoints.head(PROXY + "/{path...}", this::download);
        endpoints.put(PROXY + "/{path...}", this::upload);
        endpoints.delete(PROXY + "/{path...}", this::delete);
        endpoints.post("mlflow-artifacts/mpu/create/{path...}", this::begin);
        endpoints.post("mlflow-artifacts/mpu/complete/{path...}", this::complete);
        endpoints.post("mlflow-artifacts/mpu/abort/{path...}", this::abort);
        endpoints.get(PARTS + "{upload}", this::parts);
        endpoints.put(PARTS + "{upload}/{number}", this::part);
        endpoints.get("mlflow/artifacts/list", this::list);
        for (String prefix : List.of("", "mlflow/")) {
            endpoints.get(prefix + "get-artifact", this::ofRun);
            endpoints.head(prefix + "get-artifact", this::ofRun);
            endpoints.get(prefix + "model-versions/get-artifact", this::ofVersion);
            endpoints.head(prefix + "model-versions/get-artifact", this::ofVersion);
        }
        endpoints.get("mlflow-artifacts/presigned/{path...}", call -> address(call, path(call), file(path(call))));
        endpoints.post("mlflow/artifacts/presigned-download-url", this::downloadAddress);
        endpoints.post("mlflow/artifacts/presigned-upload-url", this::uploadAddress);
    }

    // ---- the proxy

    private void proxied(Call call) throws IOException {
        ArtifactPath folder = ArtifactPath.folder(trimmed(call.fields().text("path")));
        call.send(json -> {
            json.writeArrayFieldStart("files");
            String after = null;
            Page<Entry> page;
            do {
                page = files.list(folder, after, PAGE);
                for (Entry entry : page.items()) {
                    write(json, entry.name(), entry.file());
                    after = entry.name();
                }
            } while (page.more());
            json.writeEndArray();
        });
    }

    private void download(Call call) throws IOException {
        send(call, path(call));
    }

    private void send(Call call, ArtifactPath path) throws IOException {
        FileTransfer.send(call.request(), call.response(), files, file(path));
    }

    private void upload(Call call) {
        receiving(call, () -> {
            ArtifactPath path = path(call);
            files.requireWritable(path);
            File file = files.put(path, FileTransfer.incoming(call.request(), most));
            call.response().header(HeaderNames.ETAG, FileTransfer.tag(file.sha256()));
        });
    }

    private static void receiving(Call call, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            FileTransfer.refused(call.request(), call.response());
            throw e;
        }
        call.done();
    }

    private void delete(Call call) {
        ArtifactPath path = path(call);
        if (files.delete(path) == 0) {
            throw absent(path.text());
        }
        call.done();
    }

    // ---- uploads in parts

    private void begin(Call call) throws IOException {
        Fields fields = call.fields();
        ArtifactPath target = target(call, fields);
        int parts = fields.count("num_parts", 1, MAX_PARTS);
        String upload = files.begin(target, parts);
        String address = base(call) + PARTS + upload + "/";
        call.send(json -> {
            json.writeStringField("upload_id", upload);
            json.writeArrayFieldStart("credentials");
            for (int number = 1; number <= parts; number++) {
                json.writeStartObject();
                json.writeStringField("url", address + number);
                json.writeNumberField("part_number", number);
                json.writeObjectFieldStart("headers");
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private void part(Call call) {
        receiving(call, () -> {
            Part part = files.part(
                    call.part("upload"), number(call.part("number")), FileTransfer.incoming(call.request(), most));
            call.response().header(HeaderNames.ETAG, FileTransfer.tag(String.valueOf(part.sha256())));
        });
    }

    private void parts(Call call) throws IOException {
        var parts = files.parts(call.part("upload"));
        call.send(json -> {
            json.writeArrayFieldStart("parts");
            for (var part : parts.entrySet()) {
                json.writeStartObject();
                json.writeNumberField("part_number", part.getKey());
                json.writeStringField("etag", FileTransfer.tag(part.getValue().sha256()));
                json.writeNumberField("size", part.getValue().bytes());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private void complete(Call call) {
        Fields fields = call.fields();
        List<Part> parts = new ArrayList<>();
        for (Fields each : fields.objects("parts")) {
            String etag = each.text("etag");
            parts.add(new Part(
                    Math.clamp(each.requiredInteger("part_number"), 0, Integer.MAX_VALUE),
                    etag == null || etag.isEmpty() ? null : etag.strip().replace("\"", "")));
        }
        File file = files.complete(fields.required("upload_id"), target(call, fields), parts, most);
        call.response().header(HeaderNames.ETAG, FileTransfer.tag(file.sha256()));
        call.done();
    }

    private void abort(Call call) {
        Fields fields = call.fields();
        files.abort(fields.required("upload_id"), target(call, fields));
        call.done();
    }

    /** The file of an upload: its folder is in the address, its name the last part of the path on the client's machine. */
    private static ArtifactPath target(Call call, Fields fields) {
        String local = fields.required("path");
        String name = local.substring(Math.max(local.lastIndexOf('/'), local.lastIndexOf('\\')) + 1);
        return path(call).resolve(name);
    }

    private static int number(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw MlflowFailure.invalid("The part number (%s) is no whole number.".formatted(Texts.shown(text)));
        }
        return Integer.parseInt(text);
    }

    // ---- of runs and models

    private void list(Call call) throws IOException {
        Fields fields = call.fields();
        RunInfo run = run(fields);
        ArtifactPath root = FileTree.place(run.artifactUri()).orElse(null);
        ArtifactPath below = ArtifactPath.folder(trimmed(fields.text("path")));
        String token = fields.text("page_token");
        String after = token == null || token.isEmpty() ? null : decoded(token);
        int limit = fields.count("max_results", PAGE, 10 * PAGE);
        Page<Entry> page = root == null
                ? new Page<>(List.of(), false)
                : files.list(below == null ? root : root.resolve(below.text()), after, limit);
        call.send(json -> {
            json.writeStringField("root_uri", run.artifactUri());
            json.writeArrayFieldStart("files");
            for (Entry entry : page.items()) {
                write(json, below == null ? entry.name() : below + "/" + entry.name(), entry.file());
            }
            json.writeEndArray();
            if (page.more()) {
                json.writeStringField("next_page_token", encoded(page.items().getLast().name()));
            }
        });
    }

    /** A file of a run, as the pages of MLflow ask for it. */
    void ofRun(Call call) throws IOException {
        send(call, ofRun(call.fields()));
    }

    /** A file of a registered version, likewise. */
    void ofVersion(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        String version = fields.required("version");
        if (!version.matches("\\d{1,9}")) {
            throw MlflowFailure.invalid("Model version must be an integer, got '%s'".formatted(Texts.shown(version)));
        }
        String path = fields.required("path");
        send(call, files.ofVersion(name, Integer.parseInt(version))
                .orElseThrow(() -> elsewhere("%s version %s".formatted(name, version)))
                .resolve(path));
    }

    // ---- addresses of files: our own, as there is no other store behind this server

    private void downloadAddress(Call call) throws IOException {
        ArtifactPath path = ofRun(call.fields());
        address(call, path, file(path));
    }

    private void uploadAddress(Call call) throws IOException {
        ArtifactPath path = ofRun(call.fields());
        files.requireWritable(path);
        address(call, path, null);
    }

    private ArtifactPath ofRun(Fields fields) {
        RunInfo run = run(fields);
        return FileTree.place(run.artifactUri())
                .orElseThrow(() -> elsewhere(run.artifactUri()))
                .resolve(fields.required("path"));
    }

    private static void address(Call call, ArtifactPath path, @Nullable File file) throws IOException {
        call.send(json -> {
            json.writeStringField("url", base(call) + PROXY + "/" + addressed(path));
            json.writeObjectFieldStart("headers");
            json.writeEndObject();
            if (file != null) {
                json.writeNumberField("file_size", file.bytes());
            }
        });
    }

    private RunInfo run(Fields fields) {
        String id = fields.text("run_id");
        String named = id == null || id.isEmpty() ? fields.text("run_uuid") : id;
        if (named == null || named.isEmpty()) {
            throw MlflowFailure.missing("run_id");
        }
        return runs.apply(named)
                .orElseThrow(() -> MlflowFailure.absent("Run '%s' not found".formatted(Texts.shown(named))));
    }

    private File file(ArtifactPath path) {
        return files.find(path).orElseThrow(() -> absent(path.text()));
    }

    private static KeelsonException absent(String path) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no artifact (%s).".formatted(path),
                "Maybe it is a folder, or has another name: list the files of its run.");
    }

    private static MlflowFailure elsewhere(String where) {
        return MlflowFailure.invalid(
                "The artifacts of %s are not kept by this server.".formatted(Texts.shown(where)));
    }

    private static ArtifactPath path(Call call) {
        return new ArtifactPath(call.part("path"));
    }

    private static @Nullable String trimmed(@Nullable String folder) {
        return folder != null && folder.length() > 1 && folder.endsWith("/")
                ? folder.substring(0, folder.length() - 1)
                : folder;
    }

    private static void write(JsonGenerator json, String path, @Nullable File file) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", path);
        json.writeBooleanField("is_dir", file == null);
        if (file != null) {
            json.writeNumberField("file_size", file.bytes());
        }
        json.writeEndObject();
    }

    /** Where this server is for the client that calls, up to the version of the protocol. */
    private static String base(Call call) {
        String host = call.request().headers().value(HeaderNames.HOST).orElse("127.0.0.1");
        String path = call.request().path().absolute().rawPath();
        return "http://" + host + path.substring(0, path.indexOf("/2.0/") + 5);
    }

    private static String addressed(ArtifactPath path) {
        return String.join(
                "/",
                path.parts().stream()
                        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                        .toList());
    }

    private static String encoded(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw MlflowFailure.invalid("Invalid page token: %s".formatted(Texts.shown(token)));
        }
    }
}
