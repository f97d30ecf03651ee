package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.CatalogTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What became of the retrainings of several models, model by model and in numbers. */
final class RetrainSummary {
    /** Steps at which a retraining waits for evidence or for a person. */
    private static final Set<String> WAITS = Set.of("shadow", "canary", "promote");

    private final ArrayNode models = JsonNodeFactory.instance.arrayNode();
    private int processed;
    private int drifted;
    private int unknown;
    private int retrained;
    private int unchanged;
    private int promoted;
    private int rejected;
    private int waiting;
    private int refused;
    private int errors;
    private int running;

    private RetrainSummary() {}

    /**
     * As it is now.
     *
     * @param asked model to {@code job}, or where there is none {@code sentence} and {@code status}
     */
    static RetrainSummary of(CatalogTransaction tx, JsonNode asked) {
        RetrainSummary summary = new RetrainSummary();
        asked.properties().forEach(each -> {
            Optional<Job> job = each.getValue().path("job").isTextual() ? tx.jobs().job(each.getValue().path("job").asText()) : Optional.empty();
            if (job.isPresent() && each.getValue().path("asked").asBoolean()) {
                summary.add(each.getKey(), job.get());
            } else {
                summary.none(each.getKey(), each.getValue());
            }
        });
        return summary;
    }

    /** A model for which there is no job: it was refused, or its check found nothing or failed. */
    private void none(String model, JsonNode asked) {
        String status = asked.path("status").asText();
        boolean failed = status.equals("failed");
        boolean undrifted = status.equals("undrifted");
        processed++;
        errors += failed ? 1 : 0;
        refused += failed || undrifted ? 0 : 1;
        ObjectNode node = models.addObject()
                .put("model", model)
                .put("job", asked.path("job").textValue())
                .put("state", failed ? "failed" : undrifted ? "done" : "refused")
                .put("status", status);
        drift(node, asked.path("drift"));
        node.put("retrained", false)
                .put("promoted", false)
                .put("sentence", asked.path("sentence").asText())
                .put("error", failed ? asked.path("sentence").asText() : null);
    }

    /** What the check of a model found. */
    private void drift(ObjectNode node, JsonNode drift) {
        boolean has = drift.path("drift").asBoolean();
        boolean open = drift.isObject() && !drift.path("drift").isBoolean();
        drifted += has ? 1 : 0;
        unknown += open ? 1 : 0;
        node.put("drifted", (drift.isObject() && !open) ? (Boolean) has : null).put("drift", drift.path("verdict").textValue());
        node.set("features_analysed", drift.path("features").isNumber() ? drift.path("features") : null);
        node.set("features_drifted", drift.path("drifted").isNumber() ? drift.path("drifted") : null);
        node.set("drift_ratio", drift.path("ratio").isNumber() ? drift.path("ratio") : null);
    }

    private void add(String model, Job job) {
        JsonNode known = job.result() != null ? job.result() : job.checkpoint() != null ? job.checkpoint() : JsonNodeFactory.instance.objectNode();
        boolean failed = job.state() == Job.State.FAILED;
        boolean waits = !job.state().ended() && WAITS.contains(known.path("next").asText());
        boolean same = known.path(RetrainRules.UNCHANGED).asBoolean();
        boolean did = known.path("run").isTextual() && !same;
        boolean serves = known.path("promoted").asBoolean();
        boolean asRefused = known.path("status").asText().equals("refused");
        boolean dropped = known.path("finding").asBoolean() && !asRefused;
        processed += job.state().ended() || waits ? 1 : 0;
        running += job.state().ended() || waits ? 0 : 1;
        retrained += did ? 1 : 0;
        unchanged += same ? 1 : 0;
        promoted += serves ? 1 : 0;
        rejected += dropped ? 1 : 0;
        waiting += waits ? 1 : 0;
        refused += asRefused ? 1 : 0;
        errors += failed ? 1 : 0;
        ObjectNode node = models.addObject()
                .put("model", model)
                .put("job", job.id())
                .put("state", waits ? "waiting" : job.state().word())
                .put("status", known.path("status").textValue())
                .put("step", job.state().ended() ? null : job.step())
                .put("share", job.share());
        drift(node, known.path("drift"));
        node.put("run_id", known.path("run").textValue());
        node.set("version", known.path("version").isInt() ? known.path("version") : null);
        node.put("retrained", did).put("unchanged", same).put("promoted", serves);
        node.put("sentence", failed ? job.message() : known.path("sentence").isTextual() ? known.path("sentence").asText() : job.step());
        node.set(RetrainChain.WORSE, known.path(RetrainChain.WORSE).isObject() ? known.path(RetrainChain.WORSE) : null);
        node.put("error", failed ? job.message() : null);
    }

    /** Whether nothing runs: each has ended, or waits for evidence or a person. */
    boolean settled() {
        return running == 0;
    }

    /** Whether each has ended. */
    boolean ended() {
        return running == 0 && waiting == 0;
    }

    /** Whether a person should look: a model failed or what was trained is not to serve. */
    boolean finding() {
        return rejected > 0 || errors > 0;
    }

    int errors() {
        return errors;
    }

    /** In one sentence. */
    String sentence() {
        List<String> parts = new ArrayList<>(List.of("%d drifted".formatted(drifted)));
        if (unknown > 0) {
            parts.add("%d of unknown drift".formatted(unknown));
        }
        parts.addAll(List.of("%d retrained".formatted(retrained), "%d promoted".formatted(promoted)));
        if (unchanged > 0) {
            parts.add("%d unchanged".formatted(unchanged));
        }
        if (rejected > 0) {
            parts.add("%d rejected".formatted(rejected));
        }
        if (waiting > 0) {
            parts.add("%d waiting for evidence or a person".formatted(waiting));
        }
        if (refused > 0) {
            parts.add("%d refused".formatted(refused));
        }
        parts.add("%d %s".formatted(errors, errors == 1 ? "error" : "errors"));
        return "%d of %d %s processed: %s."
                .formatted(processed, models.size(), models.size() == 1 ? "model" : "models", String.join(", ", parts));
    }

    /** A sentence for each model, a line each, to stand below {@link #sentence}. */
    String text() {
        return models.valueStream()
                .map(each -> "%s: %s".formatted(each.path("model").asText(), each.path("sentence").asText()))
                .collect(Collectors.joining("\n"));
    }

    /** The JSON document. */
    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("processed", processed)
                .put("drifted", drifted)
                .put("drift_unknown", unknown)
                .put("retrained", retrained)
                .put("unchanged", unchanged)
                .put("promoted", promoted)
                .put("rejected", rejected)
                .put("waiting", waiting)
                .put("refused", refused)
                .put("errors", errors)
                .put("settled", settled())
                .put("ended", ended())
                .put("sentence", sentence());
        node.set("models", models);
        return node;
    }
}
