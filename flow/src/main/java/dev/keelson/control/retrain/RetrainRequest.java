package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.job.Job;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A retraining of one model that is asked for. Immutable.
 *
 * @param model its name
 * @param trigger what asks
 * @param kind full, or how the champion goes on
 * @param thresholds limits in place of the policy's, by name: see {@link Thresholds}
 * @param ifDrifted whether nothing is trained unless the model has drifted
 * @param drift what a drift check has found already, as {@link RetrainWorld#drift} tells it; null when it is still to be made
 */
public record RetrainRequest(
        String model, Trigger trigger, Kind kind, SortedMap<String, Double> thresholds, boolean ifDrifted, @Nullable JsonNode drift) {
    /** Kinds of the jobs that train. */
    public static final List<String> JOBS = List.of("retrain", "update", "reinforce");

    /** How it is trained. */
    public enum Kind {
        /** Anew. */
        FULL,
        /** The champion goes on from recent rows. */
        UPDATE,
        /** The champion learns from its confident mistakes. */
        REINFORCE;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The kind of its jobs. */
        public String job() {
            return this == FULL ? "retrain" : word();
        }
    }

    public RetrainRequest {
        thresholds = Collections.unmodifiableSortedMap(new TreeMap<>(thresholds));
    }

    /** A full one with the limits of the policy. */
    public static RetrainRequest full(String model, Trigger trigger) {
        return new RetrainRequest(model, trigger, Kind.FULL, new TreeMap<>(), false, null);
    }

    /** Whether it depends on a drift check that is still to be made. */
    boolean unchecked() {
        return ifDrifted && drift == null;
    }

    /** The same after the check. */
    RetrainRequest checked(JsonNode found) {
        return new RetrainRequest(model, trigger, kind, thresholds, ifDrifted, found);
    }

    /** Whether it is not worth a training where nothing is new: alarms repeat themselves. */
    boolean onlyNew() {
        return kind == Kind.FULL && trigger.alarm();
    }

    /** The arguments of its job. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("model", model).put("trigger", trigger.word());
        if (!thresholds.isEmpty()) {
            thresholds.forEach(node.putObject("thresholds")::put);
        }
        if (ifDrifted) {
            node.put("if_drifted", true);
        }
        if (drift != null) {
            node.set("drift", drift);
        }
        return node;
    }

    /** What a job is asked; one of a schedule says the model alone, and who runs that by hand is a person. */
    public static RetrainRequest of(Job job) {
        JsonNode arguments = job.arguments();
        SortedMap<String, Double> thresholds = new TreeMap<>();
        arguments.path("thresholds").properties().forEach(each -> thresholds.put(each.getKey(), each.getValue().asDouble()));
        JsonNode drift = arguments.path("drift");
        return new RetrainRequest(
                arguments.path("model").asText(),
                Trigger.of(arguments.path("trigger").asText())
                        .orElse(job.actor().equals("schedule") ? Trigger.SCHEDULE : Trigger.MANUAL),
                job.kind().equals("retrain") ? Kind.FULL : Kind.valueOf(job.kind().toUpperCase(Locale.ROOT)),
                thresholds,
                arguments.path("if_drifted").asBoolean(),
                drift.isObject() ? drift : null);
    }
}
