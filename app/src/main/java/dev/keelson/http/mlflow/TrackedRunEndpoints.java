package dev.keelson.http.mlflow;

import dev.keelson.http.Backend;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.FilterParser;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.OrderParser;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.Subject;
import dev.keelson.registry.tracking.TrackedRun;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code mlflow/runs/...}: runs themselves; what is logged to them is {@link LoggingEndpoints}'. */
final class TrackedRunEndpoints {
    private static final int FOUND = 1_000;
    private static final int MAX_FOUND = 50_000;
    private static final int ID_BYTES = 16;
    private static final String USER = "mlflow.user";
    private static final long MAX_MILLIS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
    private static final RandomGenerator RANDOM = new SecureRandom();

    private final Backend backend;

    TrackedRunEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Endpoints endpoints) {
        endpoints.post("mlflow/runs/create", this::create);
        endpoints.get("mlflow/runs/get", this::get);
        endpoints.post("mlflow/runs/update", this::update);
        endpoints.post("mlflow/runs/delete", call -> turn(call, Lifecycle.DELETED));
        endpoints.post("mlflow/runs/restore", call -> turn(call, Lifecycle.ACTIVE));
        endpoints.post("mlflow/runs/search", this::search);
    }

    /** 32 hexadecimal digits that nobody can guess. */
    static String newId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** A name for what came without one. */
    static String newName() {
        return RunNames.random(RANDOM);
    }

    private void create(Call call) throws IOException {
        Fields fields = call.fields();
        String asked = fields.textOrEmpty("experiment_id");
        String experimentId = asked.isEmpty() ? Experiment.DEFAULT_ID : Names.experimentId(asked);
        Map<String, String> tags = new LinkedHashMap<>(Tracked.tags(fields, "tags", Names::runTag));
        String name = name(fields.textOrEmpty("run_name"), tags);
        tags.put(Tracked.RUN_NAME, name);
        String user = fields.textOrEmpty("user_id");
        String maker = user.isEmpty() ? tags.getOrDefault(USER, "") : user;
        Instant start = instant(fields.integer("start_time"), "start_time");
        String id = newId();
        RunInfo made = backend.catalog().write(tx -> {
            if (tx.tracking().experiment(experimentId).isEmpty()) {
                throw Tracked.noExperiment(experimentId);
            }
            return tx.tracking()
                    .createRun(
                            id,
                            experimentId,
                            name,
                            maker.isEmpty() ? "unknown" : Names.limited("user", maker, Names.MAX_KEY),
                            start == null ? backend.clock().instant() : start,
                            tags);
        });
        call.send(json -> {
            json.writeObjectFieldStart("run");
            Tracked.created(json, made, tags);
            json.writeEndObject();
        });
    }

    /** The name of a new run: as it is told by its field or its tag, or a random one. */
    private static String name(String name, Map<String, String> tags) {
        String tag = tags.getOrDefault(Tracked.RUN_NAME, "");
        if (!name.isEmpty() && !tag.isEmpty() && !name.equals(tag)) {
            throw MlflowFailure.invalid(
                    "The run has two names: run_name is '%s', and its tag %s '%s'. They must be the same where both are given."
                            .formatted(Texts.shown(name), Tracked.RUN_NAME, Texts.shown(tag)));
        }
        String told = name.isEmpty() ? tag : name;
        return told.isEmpty() ? newName() : Names.limited("run name", told, Names.MAX_RUN_NAME);
    }

    /** An instant of milliseconds; null for none. */
    private static @Nullable Instant instant(@Nullable Long millis, String name) {
        if (millis == null) {
            return null;
        }
        if (millis < 0 || millis > MAX_MILLIS) {
            throw MlflowFailure.invalid(
                    "Invalid value %d for parameter '%s' supplied: expected milliseconds since 1970.".formatted(millis, name));
        }
        return Instant.ofEpochMilli(millis);
    }

    private void get(Call call) throws IOException {
        String id = Names.runId(call.fields());
        List<TrackedRun> found = backend.catalog().read(tx -> tx.tracking().runs(List.of(id), Detail.ALL));
        if (found.isEmpty()) {
            throw Tracked.noRun(id);
        }
        call.send(json -> {
            json.writeObjectFieldStart("run");
            Tracked.run(json, found.getFirst());
            json.writeEndObject();
        });
    }

    private void update(Call call) throws IOException {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        Run.Status status = Tracked.status(fields);
        Instant end = instant(fields.integer("end_time"), "end_time");
        String name = fields.textOrEmpty("run_name");
        String named = name.isEmpty() ? null : Names.limited("run name", name, Names.MAX_RUN_NAME);
        RunInfo changed = Tracked.ofRun(
                id, () -> backend.catalog().write(tx -> tx.tracking().updateRun(id, status, end, named)));
        call.send(json -> Tracked.info(json, "run_info", changed));
    }

    private void turn(Call call, Lifecycle to) {
        String id = Names.runId(call.fields());
        backend.catalog().update(tx -> {
            RunInfo info = tx.tracking().runInfo(id).orElseThrow(() -> Tracked.noRun(id));
            if (info.lifecycle() != to) {
                tx.tracking().setRunLifecycle(id, to, backend.clock().instant());
            }
        });
        call.done();
    }

    private void search(Call call) throws IOException {
        Fields fields = call.fields();
        long offset = PageToken.offset(fields);
        List<String> experiments = Names.experimentIds(fields);
        Search search = new Search(
                FilterParser.parse(Subject.RUNS, fields.text("filter")),
                OrderParser.parse(Subject.RUNS, fields.texts("order_by")),
                Tracked.view(fields, "run_view_type"),
                fields.count("max_results", FOUND, MAX_FOUND),
                offset);
        Page<TrackedRun> page =
                backend.catalog().read(tx -> tx.tracking().searchRuns(experiments, search, Detail.ALL));
        call.send(json -> {
            json.writeArrayFieldStart("runs");
            for (TrackedRun each : page.items()) {
                json.writeStartObject();
                Tracked.run(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
            PageToken.write(json, offset, page.items().size(), page.more());
        });
    }
}
