package dev.keelson.http.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.mlflow.FileTransfer;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.FileTree.Entry;
import dev.keelson.registry.tracking.Search.Page;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of a run: listed by page, downloaded from any offset, uploaded. */
final class RunFileEndpoints {
    private static final String ADDRESS = "/api/v1/runs/{id}/files";
    private static final Pattern FILE = Pattern.compile("/api/v1/runs/([^/]+)/files/(.+)");
    private static final int PAGE = 1_000;

    private final Backend backend;
    private final long most;

    /**
     * Endpoints.
     *
     * @param most bytes that a file may have
     */
    RunFileEndpoints(Backend backend, long most) {
        this.backend = backend;
        this.most = most;
    }

    void register(Routes routes) {
        routes.get(ADDRESS, this::list);
        routes.get(ADDRESS + "/{+path}", this::download);
        routes.head(ADDRESS + "/{+path}", this::download);
        routes.put(ADDRESS + "/{+path}", this::upload);
    }

    /** Whether what is sent there is a file. */
    static boolean takesFiles(String path) {
        return path.startsWith("/api/v1/runs/") && FILE.matcher(path).matches();
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String path = parameters.text("path");
        String after = parameters.text("after");
        int limit = parameters.number("limit", 1, 10 * PAGE, PAGE);
        parameters.check();
        String run = run(Parameters.path(request, "id"));
        ArtifactPath root = root(run);
        Page<Entry> page = backend.files().list(path == null ? root : root.resolve(path), after, limit);
        ObjectNode body = Json.object().put("run", run);
        body.put("path", path == null ? "" : path);
        var list = body.putArray("files");
        for (Entry entry : page.items()) {
            ObjectNode each = list.addObject()
                    .put("path", path == null ? entry.name() : path + "/" + entry.name())
                    .put("folder", entry.file() == null);
            FileTree.File file = entry.file();
            if (file != null) {
                each.put("bytes", file.bytes()).put("sha256", file.sha256());
            }
        }
        if (page.more()) {
            body.put("next", page.items().getLast().name());
        } else {
            body.putNull("next");
        }
        Json.send(response, body);
    }

    private void download(ServerRequest request, ServerResponse response) throws IOException {
        ArtifactPath path = path(request);
        FileTree.File file = backend.files()
                .find(path)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no file (%s).".formatted(path),
                        "Maybe it is a folder, or has another name: list the files of the run."));
        FileTransfer.send(request, response, backend.files(), file);
    }

    private void upload(ServerRequest request, ServerResponse response) {
        FileTree.File file;
        try {
            ArtifactPath path = path(request);
            backend.files().requireWritable(path);
            file = backend.files().put(path, FileTransfer.incoming(request, most));
        } catch (RuntimeException e) {
            FileTransfer.refused(request, response);
            throw e;
        }
        response.header(HeaderNames.ETAG, FileTransfer.tag(file.sha256()));
        Json.send(
                response,
                Json.object()
                        .put("path", file.path().text())
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256()));
    }

    private ArtifactPath path(ServerRequest request) {
        Matcher address = FILE.matcher(request.path().absolute().rawPath());
        if (!address.matches()) { // the route has matched, so only its decoded form is an address of a file
            throw new KeelsonException(
                    ErrorCode.UNSAFE_PATH, "The address of the file is not in its normal form.", null);
        }
        return root(run(Parameters.path(request, "id"))).resolve(ArtifactPath.decodeAddress(address.group(2)));
    }

    /** The whole id of a run that is named by it or its beginning. */
    private String run(String id) {
        return backend.run(id)
                .map(Run::id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s), or several begin so.".formatted(id),
                        "Maybe look at /api/v1/runs; at least 4 characters of an id are needed."));
    }

    private ArtifactPath root(String run) {
        return backend.files()
                .ofRun(run)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The files of the run (%s) are not kept here: its experiment names another place.".formatted(run),
                        "Maybe ask there."));
    }
}
