package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keelson.http.Backend;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.Search.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code mlflow/metrics/...}: the points of metrics. */
final class MetricEndpoints {
    private static final int MAX_RUNS = 100;
    private static final int MAX_BULK = 25_000;
    private static final int MAX_INTERVAL = 2_500;
    private static final int MAX_PAGE = 1_000_000;
    /** More than any metric has. */
    private static final int ALL = Integer.MAX_VALUE - 1;
    /** This client fails on a page that is not the last. */
    private static final String READS_ONE_PAGE = "mlflow-java-client";

    private final Backend backend;

    MetricEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Endpoints endpoints) {
        endpoints.get("mlflow/metrics/get-history", this::history);
        endpoints.get("mlflow/metrics/get-history-bulk", this::bulk);
        endpoints.get("mlflow/metrics/get-history-bulk-interval", this::interval);
    }

    /** A point with the run that it is of. */
    private record Measured(String runId, MetricPoint point) {}

    private void history(Call call) throws IOException {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        String key = fields.required("metric_key");
        boolean whole = !fields.has("max_results") || call.userAgent().startsWith(READS_ONE_PAGE);
        long offset = PageToken.offset(fields);
        int limit = whole ? ALL : fields.count("max_results", MAX_BULK, MAX_PAGE);
        Page<MetricPoint> page = backend.catalog().read(tx -> {
            if (tx.tracking().runInfo(id).isEmpty()) {
                throw Tracked.noRun(id);
            }
            return tx.tracking().history(id, key, offset, limit);
        });
        call.send(json -> {
            json.writeArrayFieldStart("metrics");
            for (MetricPoint each : page.items()) {
                json.writeStartObject();
                Tracked.point(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
            PageToken.write(json, offset, page.items().size(), page.more());
        });
    }

    private void bulk(Call call) throws IOException {
        Fields fields = call.fields();
        List<String> ids = runIds(fields);
        String key = fields.required("metric_key");
        int limit = Math.min(MAX_BULK, fields.count("max_results", MAX_BULK, Integer.MAX_VALUE));
        List<Measured> points = new ArrayList<>();
        backend.catalog().read(tx -> {
            for (String id : ids.stream().sorted().toList()) {
                if (points.size() < limit) {
                    tx.tracking()
                            .history(id, key, 0, limit - points.size())
                            .items()
                            .forEach(point -> points.add(new Measured(id, point)));
                }
            }
            return points;
        });
        send(call, points);
    }

    private void interval(Call call) throws IOException {
        Fields fields = call.fields();
        List<String> ids = runIds(fields);
        String key = fields.required("metric_key");
        if (fields.has("start_step") != fields.has("end_step")) {
            throw MlflowFailure.invalid("Either both of start_step and end_step must be given, or neither.");
        }
        long from = fields.integer("start_step", Long.MIN_VALUE);
        long to = fields.integer("end_step", Long.MAX_VALUE);
        if (from > to) {
            throw MlflowFailure.invalid("end_step (%d) must not be less than start_step (%d).".formatted(to, from));
        }
        int limit = fields.count("max_results", MAX_INTERVAL, MAX_INTERVAL);
        List<Measured> points = new ArrayList<>();
        backend.catalog().read(tx -> {
            for (String id : ids) {
                tx.tracking().history(id, key, from, to, limit).forEach(point -> points.add(new Measured(id, point)));
            }
            return points;
        });
        send(call, points);
    }

    /** The runs that are asked about: {@code run_id} or {@code run_ids}, repeated. */
    private static List<String> runIds(Fields fields) {
        List<String> ids = new ArrayList<>(fields.texts("run_ids"));
        ids.addAll(fields.texts("run_id"));
        ids.addAll(fields.texts("run_uuid"));
        if (ids.isEmpty()) {
            throw MlflowFailure.missing("run_ids");
        }
        if (ids.size() > MAX_RUNS) {
            throw MlflowFailure.invalid("%d runs were asked for; %d are the most.".formatted(ids.size(), MAX_RUNS));
        }
        ids.forEach(Names::runId);
        return ids.stream().distinct().toList();
    }

    private static void send(Call call, List<Measured> points) throws IOException {
        call.send(json -> {
            json.writeArrayFieldStart("metrics");
            for (Measured each : points) {
                write(json, each);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Measured each) throws IOException {
        json.writeStartObject();
        Tracked.point(json, each.point());
        json.writeStringField("run_id", each.runId());
        json.writeEndObject();
    }
}
