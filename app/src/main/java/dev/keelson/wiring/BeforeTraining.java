package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.LabelSigns;
import dev.keelson.train.LeakSigns;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingPolicy.OnFinding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at before a training: whether the last load of each of its sources passed its gates, whether the rows
 * that the champion has not seen look like those it was trained on, and whether the rows tell what nobody could know.
 *
 * @param gates {@code passed}, {@code failed}, or {@code unknown} where a source has no report of a load
 * @param findings what stands against the data, as sentences
 * @param drift the check, or null where there is no champion or too little that is new
 * @param without why there is no check; null where there is one
 * @param leaks signs of leaks, as sentences
 * @param label what is wrong with the label, as a sentence; null when nothing is
 */
record BeforeTraining(
        String gates,
        List<String> findings,
        @Nullable DriftReport drift,
        @Nullable String without,
        List<String> leaks,
        @Nullable String label) {
    /** The file of a run. */
    static final String FILE = "before-training.json";
    /** The tags of a run. */
    static final String GATES = "gates";
    static final String DRIFT = "drift";
    static final String LEAKS = "leaks";

    /** What the tag says of the signs. */
    static final String SIGNS = "signs";

    /** The tag with the signs themselves; only where there are any. */
    static final String LEAK_SIGNS = "leak_signs";

    /** The tag with what is wrong with the label; only where something is. */
    static final String LABEL = "label";

    private static final int SHOWN = 5;
    private static final int LEAST_ROWS = 100;
    private static final Duration WINDOW = Duration.ofDays(7);
    private static final double SHARE = 0.3;

    BeforeTraining {
        findings = List.copyOf(findings);
        leaks = List.copyOf(leaks);
    }

    /** Looks at the loads; {@code drift} and {@code leaks} are what was found of the rows. */
    static BeforeTraining of(
            Catalog catalog,
            List<String> sources,
            @Nullable DriftReport drift,
            @Nullable String without,
            List<String> leaks,
            @Nullable String label) {
        List<String> findings = new ArrayList<>();
        boolean known = true;
        for (String source : sources) {
            List<StoredReport> reports = catalog.read(tx -> tx.reports(RunPipeline.LOAD, source, 1));
            if (reports.isEmpty()) {
                known = false;
                continue;
            }
            StoredReport last = reports.getFirst();
            if (last.verdict().equals(RunPipeline.BLOCKED)) {
                findings.add("The last load of the source (%s), at %s, was blocked: its rows are those of the load before."
                        .formatted(source, last.at()));
            }
            for (JsonNode check : RunPipeline.parsed(last.document()).path("checks")) {
                if (!check.path("passed").asBoolean(true)
                        && check.path("severity").asText().equals("block")) {
                    findings.add("The check (%s) of the source (%s) does not hold: it is %s."
                            .formatted(
                                    check.path("condition").asText(),
                                    source,
                                    check.path("observed").asText()));
                }
            }
        }
        return new BeforeTraining(
                findings.isEmpty() ? known ? "passed" : "unknown" : "failed", findings, drift, without, leaks, label);
    }

    /**
     * Who looks before the trainings of a model.
     *
     * @param sources whose rows it is made of
     * @param monitor how rows are judged; null for the usual rule from 100 rows on
     */
    static BundleTrainer.Looker looker(
            Catalog catalog,
            ModelDefinition definition,
            List<String> sources,
            @Nullable DriftMonitorDefinition monitor,
            TrainingPolicy policy) {
        String model = definition.name();
        DriftMonitorDefinition rule = monitor == null
                ? new DriftMonitorDefinition(
                        "before_training",
                        List.of(model),
                        WINDOW,
                        LEAST_ROWS,
                        DriftMonitorDefinition.Policy.RECOMMENDED,
                        SHARE,
                        Map.of(),
                        null)
                : monitor;
        return (moment, champion, reference, inputs, table) -> {
            DriftReport drift = null;
            String without = null;
            if (champion == null) {
                without = "There is no champion to compare with.";
            } else if (inputs.rows() == 0) {
                without = "No row is newer than those of the champion.";
            } else if (reference == null) {
                without = "The champion was trained on too few rows to compare with.";
            } else {
                int version = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION))
                        .map(ModelVersion::version)
                        .orElse(0);
                Instant from = Objects.requireNonNull(inputs.first());
                drift = DriftCheck.check(
                        model,
                        version,
                        reference,
                        new DriftCheck.Window(inputs.columns(), from, moment),
                        rule,
                        moment,
                        List.of());
            }
            BeforeTraining before = of(
                    catalog,
                    sources,
                    drift,
                    without,
                    LeakSigns.of(definition, table),
                    LabelSigns.of(definition, table).orElse(null));
            before.require(model, policy);
            return before;
        };
    }

    /**
     * Stops a training that its policy does not allow.
     *
     * @throws KeelsonException DATA_BLOCKED saying what was found, where, and what can be done
     */
    void require(String model, TrainingPolicy policy) {
        if (!findings.isEmpty() && policy.gates() == OnFinding.STOP) {
            throw new KeelsonException(
                    ErrorCode.DATA_BLOCKED,
                    "The model %s is not trained on data that failed its gates. %s"
                            .formatted(model, String.join(" ", findings)),
                    "Maybe look at `keelson data check` and load again; `before_training: { gates: warn }` of the model trains all the same.");
        }
        DriftReport found = drift;
        if (found != null && found.verdict() == DriftReport.Verdict.ALARM && policy.drift() == OnFinding.STOP) {
            throw new KeelsonException(
                    ErrorCode.DATA_BLOCKED,
                    "The model %s is not trained: its %d new rows do not look like those of the champion. %s"
                            .formatted(model, found.rows(), found.reason()),
                    "Maybe look whether the source changed; `before_training: { drift: warn }` of the model trains all the same.");
        }
        if (!leaks.isEmpty() && policy.leaks() == OnFinding.STOP) {
            throw new KeelsonException(
                    ErrorCode.DATA_BLOCKED,
                    "The model %s is not trained: its rows may tell what nobody could know beforehand. %s"
                            .formatted(model, shown(leaks)),
                    "Maybe leave the feature out, or declare its column under `outcomes` with the time when it is known;"
                            + " `before_training: { leaks: warn }` of the model trains all the same.");
        }
    }

    /** What a run that went on all the same says of its data, as the part of a sentence; empty when there is nothing to say. */
    static String sentence(Run run) {
        String said = "failed".equals(run.tags().get(GATES)) ? "; trained although the data failed their gates" : "";
        if (DriftReport.Verdict.ALARM.word().equals(run.tags().get(DRIFT))) {
            said += "; the rows that the champion had not seen drifted";
        }
        String label = run.tags().get(LABEL);
        if (label != null) {
            said += "; warning: the" + label.substring("The".length(), label.length() - 1);
        }
        return SIGNS.equals(run.tags().get(LEAKS))
                ? said + "; signs of a leak (`keelson runs show %s`)".formatted(run.id().substring(0, 8))
                : said;
    }

    /** The first of some sentences, and how many there are besides. */
    private static String shown(List<String> sentences) {
        int more = sentences.size() - SHOWN;
        return String.join(" ", sentences.subList(0, Math.min(SHOWN, sentences.size())))
                + (more > 0 ? " And %,d more like these.".formatted(more) : "");
    }

    Map<String, String> tags() {
        DriftReport found = drift;
        Map<String, String> tags = new TreeMap<>();
        tags.put(GATES, gates);
        tags.put(DRIFT, found == null ? "unknown" : found.verdict().word());
        tags.put(LEAKS, leaks.isEmpty() ? "none" : SIGNS);
        if (!leaks.isEmpty()) {
            tags.put(LEAK_SIGNS, shown(leaks));
        }
        if (label != null) {
            tags.put(LABEL, label);
        }
        return tags;
    }

    byte[] file() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put(GATES, gates);
        findings.forEach(json.putArray("findings")::add);
        leaks.forEach(json.putArray(LEAKS)::add);
        if (label != null) {
            json.put(LABEL, label);
        }
        DriftReport found = drift;
        ObjectNode part = json.putObject(DRIFT);
        if (found == null) {
            part.put("verdict", "unknown").put("reason", without);
        } else {
            part.put("verdict", found.verdict().word())
                    .put("reason", found.reason())
                    .put("champion", found.version())
                    .put("from", Objects.toString(found.from(), null))
                    .put("to", Objects.toString(found.to(), null))
                    .put("rows", found.rows())
                    .put("reference_rows", found.referenceRows());
            ArrayNode moved = part.putArray("features");
            JsonNode columns = found.toJson().path("features"); // worst first
            for (int i = 0; i < Math.min(SHOWN, found.alarming().size()); i++) {
                ObjectNode column = columns.path(i).deepCopy();
                column.remove("histogram");
                moved.add(column);
            }
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
