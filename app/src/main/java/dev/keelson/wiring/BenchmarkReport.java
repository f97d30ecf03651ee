package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.BenchmarkTarget;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The report of a benchmark: what was measured, against the targets and against the benchmark before. */
final class BenchmarkReport {
    /** The kind of the stored reports; their subject is the set. */
    static final String KIND = "benchmark";

    private BenchmarkReport() {}

    /**
     * Puts a report together.
     *
     * @param measured one document for each model: {@code model}, {@code status} ({@code ok} or {@code failed}),
     *     {@code metrics}, {@code latency}, {@code rows} and more
     * @param before the report of the same set before; null when there is none
     */
    static ObjectNode of(
            String id, BenchmarkDefinition set, Instant at, ArrayNode measured, @Nullable JsonNode before, String beforeId) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("id", id).put("set", set.name()).put("at", at.toString());
        report.put("compared_with", before == null ? null : beforeId);
        report.put("worse_by", set.worseBy()).put("latency_noise_ms", millis(set));
        ObjectNode summary = report.putObject("summary");
        report.set("benchmarks", measured);
        ArrayNode regressions = report.putArray("regressions");
        for (JsonNode model : measured) {
            JsonNode then = before == null ? null : model(before, model.path("model").asText());
            if (then != null) {
                compare(set, then, model, regressions);
            }
        }
        judge(report, set);
        int failed = 0;
        for (JsonNode model : measured) {
            failed += model.path("status").asText().equals("ok") ? 0 : 1;
        }
        JsonNode achieved = report.path("performance_summary").path("target_achievement");
        summary.put("models", measured.size()).put("ok", measured.size() - failed).put("failed", failed);
        summary.put("targets", achieved.path("of").asInt()).put("targets_met", achieved.path("met").asInt());
        summary.put("regressions", regressions.size());
        summary.put("verdict", verdict(report));
        return report;
    }

    /** Judges what a report measured by the targets of a set, as they are now, in place. */
    static void judge(ObjectNode report, BenchmarkDefinition set) {
        int met = 0;
        int of = 0;
        ArrayNode missed = JsonNodeFactory.instance.arrayNode();
        ObjectNode performance = JsonNodeFactory.instance.objectNode();
        for (JsonNode each : report.path("benchmarks")) {
            ObjectNode model = (ObjectNode) each;
            SortedMap<String, Double> values = values(model);
            ArrayNode targets = model.putArray("targets");
            for (BenchmarkTarget target : set.targets()) {
                if (!applies(target, model)) {
                    continue;
                }
                boolean reached = target.met(values);
                of++;
                met += reached ? 1 : 0;
                ObjectNode node = targets.addObject()
                        .put("target", target.text())
                        .put("value", values.get(target.name()))
                        .put("met", reached);
                if (!reached) {
                    missed.add(node.deepCopy().put("model", model.path("model").asText()));
                }
            }
        }
        ObjectNode achieved = performance.putObject("target_achievement");
        achieved.put("met", met).put("of", of).put("share", of == 0 ? null : (double) met / of);
        achieved.set("missed", missed);
        ObjectNode best = performance.putObject("best");
        for (JsonNode model : report.path("benchmarks")) {
            values(model).forEach((name, value) -> best(best, model.path("model").asText(), name, value));
        }
        report.set("performance_summary", performance);
    }

    /** Targets about a class are for models that have it, others of classes or numbers for those of that kind. */
    private static boolean applies(BenchmarkTarget target, JsonNode model) {
        if (target.metric().startsWith(BenchmarkTarget.LATENCY)) {
            return true;
        }
        boolean number = model.path("outputs").isMissingNode();
        boolean ofNumbers = List.of("rmse", "mae", "r2").contains(target.metric());
        String wanted = target.of();
        if (wanted == null) {
            return number == ofNumbers;
        }
        for (JsonNode output : model.path("outputs")) {
            if (output.asText().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static void best(ObjectNode best, String model, String name, double value) {
        Boolean more = BenchmarkTarget.moreIsBetter(name);
        if (more == null) {
            return;
        }
        JsonNode so = best.path(name);
        if (so.isMissingNode() || (more ? value > so.path("value").asDouble() : value < so.path("value").asDouble())) {
            best.putObject(name).put("model", model).put("value", value);
        }
    }

    /** What is worse than before by more than the set allows. */
    private static void compare(BenchmarkDefinition set, JsonNode then, JsonNode now, ArrayNode regressions) {
        String model = now.path("model").asText();
        boolean was = then.path("status").asText().equals("ok");
        boolean is = now.path("status").asText().equals("ok");
        if (was && !is) {
            regressions.addObject().put("model", model).put("metric", "status").put("before", "ok").put("now", "failed");
        }
        if (!was || !is) {
            return;
        }
        boolean same = then.at("/rows/sha256").equals(now.at("/rows/sha256"));
        Map<String, Double> before = values(then);
        values(now).forEach((name, value) -> {
            Boolean more = BenchmarkTarget.moreIsBetter(name);
            Double old = before.get(name);
            if (more == null || old == null || old == 0) {
                return;
            }
            double worse = (more ? old - value : value - old) / Math.abs(old);
            boolean time = name.startsWith(BenchmarkTarget.LATENCY);
            if (worse > set.worseBy() && !(time && value - old < millis(set))) {
                regressions
                        .addObject()
                        .put("model", model)
                        .put("metric", name)
                        .put("before", old)
                        .put("now", value)
                        .put("worse_by", worse)
                        .put("version_before", then.path("version").asInt())
                        .put("version", now.path("version").asInt())
                        .put("same_rows", same);
            }
        });
    }

    private static double millis(BenchmarkDefinition set) {
        return set.noise().toNanos() / 1e6;
    }

    /** Metrics and latencies of a model under the names that targets use. */
    static SortedMap<String, Double> values(JsonNode model) {
        SortedMap<String, Double> values = new TreeMap<>();
        model.path("metrics").properties().forEach(each -> values.put(each.getKey(), each.getValue().asDouble()));
        JsonNode latency = model.path("latency");
        for (String name : List.of("p50", "p95", "p99")) {
            if (latency.path(name + "_ms").isNumber()) {
                values.put(BenchmarkTarget.LATENCY + "_" + name, latency.path(name + "_ms").asDouble());
            }
        }
        if (latency.path("batch_row_ms").isNumber()) {
            values.put(BenchmarkTarget.LATENCY + "_batch", latency.path("batch_row_ms").asDouble());
        }
        return values;
    }

    /** {@code ok}, {@code missed} when a target is not met, or {@code regressed}. */
    static String verdict(JsonNode report) {
        JsonNode achieved = report.path("performance_summary").path("target_achievement");
        return achieved.path("met").asInt() < achieved.path("of").asInt()
                ? "missed"
                : report.path("regressions").isEmpty() ? "ok" : "regressed";
    }

    /** The part of a report about a model; null when it has none. */
    static @Nullable JsonNode model(JsonNode report, String model) {
        for (JsonNode each : report.path("benchmarks")) {
            if (Objects.equals(each.path("model").asText(), model)) {
                return each;
            }
        }
        return null;
    }
}
