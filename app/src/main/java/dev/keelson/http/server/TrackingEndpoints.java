package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.expression.Durations;
import dev.keelson.http.Backend;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunExport;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.train.ModelDefinition;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Experiments and runs: lists, one of them, comparison, what people say of them, deletion. */
final class TrackingEndpoints {
    private static final int MOST_POINTS = 5_000;
    private static final int POINTS = 1_000;

    private final Backend backend;
    private final TrackedRuns tracked;

    TrackingEndpoints(Backend backend) {
        this.backend = backend;
        this.tracked = new TrackedRuns(
                backend.catalog(),
                backend.clock(),
                backend.project().models().stream().map(ModelDefinition::name).collect(Collectors.toSet()));
    }

    void register(Routes routes) {
        routes.get("/api/v1/runs", this::runs);
        routes.get("/api/v1/runs/compare", this::compare);
        routes.get("/api/v1/runs/export", this::export);
        routes.post("/api/v1/runs/gc", this::collect);
        routes.get("/api/v1/runs/{id}", this::run);
        routes.patch("/api/v1/runs/{id}", this::describe);
        routes.delete("/api/v1/runs/{id}", (request, response) -> Json.send(response, tracked.delete(id(request))));
        routes.post("/api/v1/runs/{id}/restore", (request, response) -> Json.send(response, tracked.restore(id(request))));
        routes.get("/api/v1/runs/{id}/metrics/{+key}", this::curve);
        routes.get("/api/v1/experiments", this::experiments);
        routes.post("/api/v1/experiments", this::createExperiment);
        routes.patch("/api/v1/experiments/{id}", this::changeExperiment);
        routes.delete("/api/v1/experiments/{id}", (request, response) -> lifecycle(request, response, Lifecycle.DELETED));
        routes.post(
                "/api/v1/experiments/{id}/restore", (request, response) -> lifecycle(request, response, Lifecycle.ACTIVE));
    }

    private static String id(ServerRequest request) {
        return Parameters.path(request, "id");
    }

    private void runs(ServerRequest request, ServerResponse response) {
        Json.send(response, tracked.list(query(new Parameters(request), RunColumns.METRICS)).toJson());
    }

    private static RunQuery query(Parameters parameters, RunColumns without) {
        String columns = parameters.text("columns");
        int limit = parameters.number("limit", 1, RunQuery.MOST, 100);
        int page = parameters.number("page", 1, 1_000_000, 1);
        Boolean nested = parameters.flag("nested");
        Boolean counted = parameters.flag("count");
        Lifecycle.View view = view(parameters);
        parameters.check();
        return new RunQuery(
                parameters.texts("experiment"),
                parameters.text("model"),
                parameters.text("filter"),
                parameters.text("order"),
                columns == null ? without : columns(columns),
                Boolean.TRUE.equals(nested),
                parameters.text("parent"),
                view,
                limit,
                page,
                Boolean.TRUE.equals(counted));
    }

    private static RunColumns columns(String text) {
        try {
            return RunColumns.parse(text);
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            throw new KeelsonException(Problem.at(
                    ErrorCode.BAD_REQUEST, new Location("columns", 0, 0), problem.message(), problem.hint()));
        }
    }

    private static Lifecycle.View view(Parameters parameters) {
        String deleted = parameters.text("deleted");
        if (deleted == null || deleted.equals("false")) {
            return Lifecycle.View.ACTIVE_ONLY;
        }
        if (deleted.equals("true")) {
            return Lifecycle.View.DELETED_ONLY;
        }
        if (!deleted.equals("all")) {
            parameters.wrong("deleted", deleted, "true, false or all");
        }
        return Lifecycle.View.ALL;
    }

    private void run(ServerRequest request, ServerResponse response) {
        Json.send(response, tracked.whole(id(request)));
    }

    private void curve(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int points = parameters.number("points", 2, MOST_POINTS, POINTS);
        long from = step(parameters, "from", Long.MIN_VALUE);
        long to = step(parameters, "to", Long.MAX_VALUE);
        parameters.check();
        Json.send(response, tracked.curve(id(request), Parameters.path(request, "key"), from, to, points));
    }

    private static long step(Parameters parameters, String name, long absent) {
        String text = parameters.text(name);
        if (text == null) {
            return absent;
        }
        if (text.matches("-?[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        parameters.wrong(name, text, "a whole number");
        return absent;
    }

    private void compare(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        List<String> ids = listed(parameters, "ids");
        Set<String> curves = new LinkedHashSet<>(parameters.texts("curve"));
        int points = parameters.number("points", 2, MOST_POINTS, 200);
        Boolean all = parameters.flag("all");
        if (ids.isEmpty() || ids.size() > TrackedRuns.MOST_COMPARED) {
            parameters.wrong("ids", ids.size() + " runs", "1 to %d runs, separated by commas".formatted(TrackedRuns.MOST_COMPARED));
        }
        parameters.check();
        Json.send(response, tracked.compare(ids, curves, points).toJson(Boolean.TRUE.equals(all)));
    }

    private static List<String> listed(Parameters parameters, String name) {
        List<String> all = new ArrayList<>();
        parameters.texts(name).forEach(text -> {
            for (String each : text.split(",", -1)) {
                if (!each.isBlank()) {
                    all.add(each.strip());
                }
            }
        });
        return all;
    }

    private void export(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        RunExport.Format format = format(parameters);
        RunQuery query = query(parameters, RunColumns.EVERYTHING);
        response.header(
                HeaderNames.CONTENT_TYPE,
                switch (format) {
                    case CSV -> "text/csv; charset=utf-8";
                    case JSON -> Json.MEDIA_TYPE;
                    case JSONL -> "application/x-ndjson";
                });
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"runs.%s\"".formatted(format.word()));
        tracked.list(query); // what is wrong is told before the first byte
        try (Writer to = new OutputStreamWriter(response.outputStream(), StandardCharsets.UTF_8)) {
            tracked.export(query, format, to);
        } catch (IOException e) {
            throw new UncheckedIOException("The answer could not be written.", e);
        }
    }

    private static RunExport.Format format(Parameters parameters) {
        String text = parameters.text("format");
        if (text == null) {
            return RunExport.Format.CSV;
        }
        for (RunExport.Format format : RunExport.Format.values()) {
            if (format.word().equals(text.toLowerCase(Locale.ROOT))) {
                return format;
            }
        }
        parameters.wrong("format", text, "csv, json or jsonl");
        return RunExport.Format.CSV;
    }

    private void collect(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("older_than", "dry_run"));
        Duration olderThan = Durations.parse(body.required("older_than"));
        Json.send(response, backend.removeDeletedRuns(olderThan, body.flag("dry_run")));
    }

    private void describe(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("name", "note", "tags"));
        Json.send(response, tracked.describe(id(request), body.text("name"), body.text("note"), body.textsByName("tags")));
    }

    private void experiments(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        int limit = parameters.number("limit", 1, RunQuery.MOST, 100);
        int page = parameters.number("page", 1, 1_000_000, 1);
        Lifecycle.View view = view(parameters);
        parameters.check();
        Json.send(response, tracked.experiments(parameters.text("filter"), view, limit, page));
    }

    private void createExperiment(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("name", "tags"));
        Map<String, String> tags = new LinkedHashMap<>();
        body.textsByName("tags").forEach((key, value) -> {
            if (value != null) {
                tags.put(key, value);
            }
        });
        Json.send(response, tracked.createExperiment(body.required("name"), tags));
    }

    private void changeExperiment(ServerRequest request, ServerResponse response) {
        Body body = Body.read(request, Set.of("name", "tags"));
        @Nullable String name = body.text("name");
        Json.send(response, tracked.changeExperiment(id(request), name, body.textsByName("tags")));
    }

    private void lifecycle(ServerRequest request, ServerResponse response, Lifecycle lifecycle) {
        Json.send(response, tracked.setExperimentLifecycle(id(request), lifecycle));
    }
}
