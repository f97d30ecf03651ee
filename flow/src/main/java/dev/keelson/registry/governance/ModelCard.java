package dev.keelson.registry.governance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known of a version before it is relied on: what it is for, what it was made of, how well it does and where it
 * does not. It is made of what was stored when the version was trained, or of what a client told and what it did not; nothing is
 * measured anew. Immutable.
 */
public final class ModelCard {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LOWER = "_lower";
    private static final String UPPER = "_upper";
    private static final String BASELINE = "baseline/";
    private static final String TEST = "test_";
    private static final List<String> FIRST = List.of(
            "log_loss", "brier", "rps", "accuracy", "macro_f1", "roc_auc", "pr_auc", "mcc", "ece", "rmse", "mae", "r2", "n");

    private final ObjectNode card;

    private ModelCard(ObjectNode card) {
        this.card = card;
    }

    /**
     * What the project says of the model.
     *
     * @param project its name
     * @param use what it is meant for, or null where the project does not say
     * @param label what it predicts, or null for a model that is not the project's
     * @param classes what it tells apart; empty for a number
     */
    public record About(String project, @Nullable String use, @Nullable String label, List<String> classes) {
        public About {
            classes = List.copyOf(classes);
        }
    }

    /**
     * What a client told of a version that no training of this project made.
     *
     * @param run the run that the version names, or null where it names none or that is not here
     * @param model the logged model that it was made of, or null
     * @param files whether its source leads to files that are kept here
     */
    public record Logged(@Nullable TrackedRun run, @Nullable LoggedModel model, boolean files) {}

    /**
     * Makes the card of a version.
     *
     * @param run the run it came from, or null where it is not known
     * @param slices the run's document of segments and slices, or null where it kept none
     * @param signature {@code inputs} and {@code outputs}, each a list of {@code name}, {@code type} and {@code required}; null
     *     where none is known
     * @param checklist what the run needs so that it can be made again, or null without a run
     * @param timeline when the model's versions served
     * @param logged what a client told, or null for a version that was trained here
     * @param trail the lines of the audit trail about this version, newest first
     */
    public static ModelCard of(
            About about,
            RegisteredVersion version,
            @Nullable Run run,
            @Nullable JsonNode slices,
            @Nullable JsonNode signature,
            @Nullable RunChecklist checklist,
            ServingTimeline timeline,
            @Nullable Logged logged,
            List<AuditEntry> trail) {
        ObjectNode card = JsonNodeFactory.instance.objectNode();
        card.put("model", version.model()).put("version", version.version()).put("project", about.project());
        card.put("stage", version.stage().word()).put("role", Role.of(version).word());
        version.aliases().forEach(card.putArray("aliases")::add);
        card.put("made_by", logged == null ? "training" : "client");
        card.put("registered_at", version.createdAt().toString()).put("registered_by", version.user());
        card.put("source", version.source());
        version.tags().forEach(card.putObject("tags")::put);
        card.put("description", version.description().isEmpty() ? null : version.description());
        card.put("intended_use", about.use());
        card.put("predicts", about.label());
        about.classes().forEach(card.putArray("classes")::add);
        ModelVersion trained = version.trained();
        if (trained != null) {
            card.put("sha256", trained.sha256());
            card.put("kind", trained.kind().name().toLowerCase(Locale.ROOT));
            card.put("trained_to", trained.trainedTo().toString());
        }
        JsonNode provenance = run == null ? MAPPER.createObjectNode() : parsed(run.provenance());
        data(card.putObject("data"), run, provenance);
        card.set("features", provenance.path("features").isArray() ? provenance.path("features") : MAPPER.createArrayNode());
        card.set("signature", signature);
        metrics(card, run == null ? Map.of() : run.metrics());
        limits(card.putArray("limits"), logged == null ? run : null, slices);
        ObjectNode made = card.putObject("provenance");
        if (run != null) {
            made.put("run", run.id());
            run.params().forEach(made.putObject("params")::put);
        }
        for (String key : List.of("code_version", "seed", "feature_hash", "training_key", "environment", "definitions")) {
            if (provenance.has(key)) {
                made.set(key, provenance.get(key));
            }
        }
        card.set("checklist", checklist == null ? MAPPER.createArrayNode() : checklist.toJson());
        ArrayNode served = card.putArray("served");
        for (ServingTimeline.Span span : timeline.spans()) {
            if (span.version() == version.version()) {
                Instant to = span.to();
                served.addObject()
                        .put("from", span.from().toString())
                        .put("to", to == null ? null : to.toString())
                        .put("actor", span.decision().actor())
                        .put("reason", span.decision().reason())
                        .put("forced", span.forced())
                        .set("evidence", ServingTimeline.parsed(span.decision()));
            }
        }
        ArrayNode history = card.putArray("history");
        trail.reversed().forEach(entry -> history.addObject()
                .put("at", entry.at().toString())
                .put("actor", entry.actor())
                .put("action", entry.action())
                .put("reason", entry.reason()));
        if (logged != null) {
            told(card, version, logged);
        }
        return new ModelCard(card);
    }

    // ---- what a client told

    private static void told(ObjectNode card, RegisteredVersion version, Logged logged) {
        ObjectNode told = card.putObject("logged");
        TrackedRun run = logged.run();
        LoggedModel model = logged.model();
        if (run != null) {
            RunInfo info = run.info();
            Instant ended = info.endedAt();
            told.putObject("run")
                    .put("id", info.id())
                    .put("name", info.name())
                    .put("experiment", info.experimentId())
                    .put("user", info.user())
                    .put("status", info.status().name().toLowerCase(Locale.ROOT))
                    .put("deleted", info.lifecycle() == Lifecycle.DELETED)
                    .put("started_at", info.startedAt().toString())
                    .put("ended_at", ended == null ? null : ended.toString());
        }
        if (model != null) {
            told.putObject("model")
                    .put("id", model.id())
                    .put("name", model.name())
                    .put("type", model.modelType())
                    .put("status", model.status().name().toLowerCase(Locale.ROOT))
                    .put("deleted", model.lifecycle() == Lifecycle.DELETED);
        }
        ArrayNode metrics = told.putArray("metrics");
        if (model != null) {
            model.metrics().forEach(each -> {
                ObjectNode metric = metrics.addObject().put("name", each.point().key()).put("of", "logged model");
                put(metric, "value", each.point().value());
                metric.put("points", 1L).put("step", each.point().step()).put("dataset", each.point().datasetName());
            });
        }
        if (run != null) {
            run.metrics().forEach((name, summary) -> {
                ObjectNode metric = metrics.addObject().put("name", name).put("of", "run");
                put(metric, "value", summary.last().value());
                metric.put("points", summary.count())
                        .put("step", summary.last().step())
                        .put("dataset", summary.last().datasetName());
            });
        }
        ObjectNode params = told.putObject("params");
        if (run != null) {
            run.params().forEach(params::put);
        }
        if (model != null) {
            model.params().forEach(params::put);
        }
        ObjectNode tags = told.putObject("tags");
        if (run != null) {
            run.tags().forEach(tags::put);
        }
        if (model != null) {
            model.tags().forEach(tags::put);
        }
        ArrayNode inputs = told.putArray("datasets");
        if (run != null) {
            run.inputs().forEach(each -> inputs.addObject()
                    .put("name", each.name())
                    .put("digest", each.digest())
                    .put("context", each.tags().get("mlflow.data.context"))
                    .put("source_type", each.sourceType())
                    .put("source", each.source()));
        }
        unknown(card.putArray("unknown"), card, version, logged);
    }

    private static void unknown(ArrayNode unknown, ObjectNode card, RegisteredVersion version, Logged logged) {
        JsonNode told = card.path("logged");
        String run = version.runId();
        if (run == null) {
            unknown.add("Which run made it: it names none.");
        } else if (logged.run() == null) {
            unknown.add("What its run (%s) logged: that run is not here.".formatted(run));
        }
        if (version.modelId() != null && logged.model() == null) {
            unknown.add("What its logged model (%s) is: it is not here.".formatted(version.modelId()));
        }
        if (told.path("params").isEmpty()) {
            unknown.add("How it was set up: no params were logged.");
        }
        if (told.path("datasets").isEmpty()) {
            unknown.add("What data it was made of: no data sets were logged.");
        }
        unknown.add(told.path("metrics").isEmpty()
                ? "How well it does: no metrics were logged."
                : "Whether its metrics were measured on data that it had not seen, and how sure they are: clients log values"
                        + " without intervals.");
        if (!card.path("signature").isObject()) {
            unknown.add(
                    logged.files()
                            ? "What it takes and tells: its files have no `MLmodel` with a signature."
                            : "What it takes and tells: its files are not kept here (%s).".formatted(version.source()));
        }
        unknown.add("Which code made it, and whether it can be made again: it was not trained here.");
    }

    private static void data(ObjectNode data, @Nullable Run run, JsonNode provenance) {
        for (String key : List.of("rows", "first_event", "last_event", "as_of")) {
            data.set(key, provenance.has(key) ? provenance.get(key) : null);
        }
        ObjectNode versions = data.putObject("versions");
        if (run != null) {
            RunChecklist.datasets(run).forEach((source, id) -> versions.put(source.isEmpty() ? "data" : source, id));
        }
    }

    private static void metrics(ObjectNode card, Map<String, Double> metrics) {
        List<String> names = new ArrayList<>();
        FIRST.stream().map(TEST::concat).filter(metrics::containsKey).forEach(names::add);
        new TreeMap<>(metrics).keySet().stream()
                .filter(name -> name.startsWith(TEST) && !names.contains(name))
                .filter(name -> !isEnd(name, metrics))
                .forEach(names::add);
        ArrayNode own = card.putArray("metrics");
        names.forEach(name -> measured(own.addObject().put("name", name.substring(TEST.length())), metrics, name));
        ArrayNode baselines = card.putArray("baselines");
        new TreeMap<>(metrics).keySet().stream()
                .filter(name -> name.startsWith(BASELINE) && name.contains("/" + TEST) && !isEnd(name, metrics))
                .forEach(name -> {
                    int slash = name.indexOf('/', BASELINE.length());
                    measured(
                            baselines
                                    .addObject()
                                    .put("baseline", name.substring(BASELINE.length(), slash))
                                    .put("name", name.substring(slash + 1 + TEST.length())),
                            metrics,
                            name);
                });
    }

    private static boolean isEnd(String name, Map<String, Double> metrics) {
        return (name.endsWith(LOWER) || name.endsWith(UPPER))
                && metrics.containsKey(name.substring(0, name.length() - LOWER.length()));
    }

    private static void measured(ObjectNode node, Map<String, Double> metrics, String name) {
        put(node, "value", metrics.getOrDefault(name, Double.NaN));
        put(node, "lower", metrics.getOrDefault(name + LOWER, Double.NaN));
        put(node, "upper", metrics.getOrDefault(name + UPPER, Double.NaN));
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    private static void limits(ArrayNode limits, @Nullable Run run, @Nullable JsonNode slices) {
        if (run == null) {
            limits.add("It was not trained here but registered by a client: nothing was checked of how it was made.");
            return;
        }
        if (!run.metrics().containsKey("test_n")) {
            limits.add("It was not judged on a test period of its own.");
        }
        if ("failed".equals(run.tags().get("gates"))) {
            limits.add("The data of its training failed their gates.");
        }
        if ("alarm".equals(run.tags().get("drift"))) {
            limits.add("Rows of its training had drifted from those of the champion at that time.");
        }
        if ("signs".equals(run.tags().get("leaks"))) {
            limits.add("Its rows may tell what nobody could know beforehand. " + run.tags().getOrDefault("leak_signs", ""));
        }
        JsonNode search = slices == null ? MAPPER.createObjectNode() : slices.path("search");
        for (JsonNode slice : search.path("slices")) {
            if (slice.path("worse").asBoolean()) {
                List<String> conditions = new ArrayList<>();
                slice.path("conditions").forEach(condition -> conditions.add(condition.asText()));
                limits.add(String.format(
                        Locale.ROOT,
                        "It does worse where %s: %s %.4g on %,d rows, %.4g on the rest (worse by at least %.4g).",
                        String.join(" and ", conditions),
                        search.path("of").asText("loss"),
                        slice.path("loss").asDouble(),
                        slice.path("rows").asInt(),
                        slice.path("rest").asDouble(),
                        slice.path("difference_at_least").asDouble()));
            }
        }
        if (limits.isEmpty() && search.path("verdict").isTextual()) {
            limits.add(search.path("verdict").asText());
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        return card.deepCopy();
    }

    /** The same as Markdown, for people. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# %s v%d\n\n".formatted(inline(card.path("model").asText()), card.path("version").asInt()));
        line(text, "Project", card.path("project"));
        line(text, "Stage", card.path("stage"));
        line(text, "Role", card.path("role"));
        line(text, "Registered", card.path("registered_at"));
        line(text, "By", card.path("registered_by"));
        line(text, "Source", card.path("source"));
        line(text, "SHA-256", card.path("sha256"));
        section(text, "Intended use");
        text.append(card.path("intended_use").isTextual()
                ? inline(card.path("intended_use").asText())
                : "The project does not say what it is meant for.");
        text.append("\n\n");
        line(text, "Predicts", card.path("predicts"));
        if (!card.path("classes").isEmpty()) {
            text.append("- Classes: ").append(inline(joined(card.path("classes")))).append('\n');
        }
        if (card.path("description").isTextual()) {
            text.append('\n').append(inline(card.path("description").asText())).append('\n');
        }
        boolean client = card.path("logged").isObject();
        if (client) {
            told(text, card);
        } else {
            trained(text, card);
        }
        section(text, "Limits");
        if (card.path("limits").isEmpty()) {
            text.append("None were found; that is no proof that there are none.\n");
        }
        card.path("limits").forEach(limit -> text.append("- ").append(inline(limit.asText())).append('\n'));
        if (!client) {
            made(text, card);
        }
        section(text, "Served");
        if (card.path("served").isEmpty()) {
            text.append("It never served.\n");
        }
        card.path("served").forEach(span -> text.append("- %s to %s, by %s: %s%s\n"
                .formatted(
                        span.path("from").asText(),
                        span.path("to").isNull() ? "now" : span.path("to").asText(),
                        inline(span.path("actor").asText()),
                        inline(span.path("reason").asText()),
                        span.path("forced").asBoolean() ? " (against its policy)" : "")));
        if (!card.path("history").isEmpty()) {
            section(text, "Changes");
        }
        card.path("history").forEach(entry -> text.append("- %s, %s by %s: %s\n"
                .formatted(
                        entry.path("at").asText(),
                        words(entry.path("action").asText()).toLowerCase(Locale.ROOT),
                        inline(entry.path("actor").asText()),
                        inline(entry.path("reason").asText()))));
        return text.toString();
    }

    private static void told(StringBuilder text, JsonNode card) {
        JsonNode told = card.path("logged");
        section(text, "Not known");
        card.path("unknown").forEach(each -> text.append("- ").append(inline(each.asText())).append('\n'));
        section(text, "What was logged");
        fields(text, "Run", told.path("run"));
        fields(text, "Logged model", told.path("model"));
        fields(text, "Param", told.path("params"));
        fields(text, "Tag", told.path("tags"));
        fields(text, "Version tag", card.path("tags"));
        if (!told.path("datasets").isEmpty()) {
            section(text, "Data sets");
            text.append("| name | digest | context | source |\n| --- | --- | --- | --- |\n");
            told.path("datasets").forEach(each -> text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            inline(each.path("name").asText()),
                            inline(each.path("digest").asText()),
                            each.path("context").isNull() ? "" : inline(each.path("context").asText()),
                            inline(each.path("source").asText()))));
        }
        signature(text, card);
        if (!told.path("metrics").isEmpty()) {
            section(text, "Metrics as they were logged");
            text.append("| metric | of | last value | points | step | data set |\n| --- | --- | --- | --- | --- | --- |\n");
            told.path("metrics").forEach(each -> text.append("| %s | %s | %s | %d | %d | %s |\n"
                    .formatted(
                            inline(each.path("name").asText()),
                            each.path("of").asText(),
                            number(each.path("value")),
                            each.path("points").asLong(),
                            each.path("step").asLong(),
                            each.path("dataset").isNull() ? "" : inline(each.path("dataset").asText()))));
        }
    }

    private static void fields(StringBuilder text, String name, JsonNode fields) {
        fields.properties().forEach(field -> line(text, name + ", " + field.getKey(), field.getValue()));
    }

    private static void signature(StringBuilder text, JsonNode card) {
        if (card.path("signature").isObject()) {
            section(text, "Signature");
            text.append("| | name | type | required |\n| --- | --- | --- | --- |\n");
            columns(text, "input", card.path("signature").path("inputs"));
            columns(text, "output", card.path("signature").path("outputs"));
        }
    }

    private static void trained(StringBuilder text, JsonNode card) {
        section(text, "Data");
        card.path("data").properties().stream()
                .filter(field -> field.getValue().isValueNode() && !field.getValue().isNull())
                .forEach(field -> line(text, words(field.getKey()), field.getValue()));
        card.path("data").path("versions").properties().forEach(field ->
                line(text, "Version of " + field.getKey(), field.getValue()));
        section(text, "Features");
        text.append(card.path("features").isEmpty() ? "Not known." : inline(joined(card.path("features")))).append('\n');
        signature(text, card);
        section(text, "Metrics of the test period");
        table(text, List.of("metric", "value", "95 % interval"), card.path("metrics"), false);
        if (!card.path("baselines").isEmpty()) {
            section(text, "Baselines");
            table(text, List.of("baseline", "metric", "value", "95 % interval"), card.path("baselines"), true);
        }
    }

    private static void made(StringBuilder text, JsonNode card) {
        section(text, "Provenance");
        card.path("provenance").properties().forEach(field -> {
            if (field.getValue().isValueNode()) {
                line(text, words(field.getKey()), field.getValue());
            } else {
                field.getValue().properties().forEach(each ->
                        line(text, words(field.getKey()) + ", " + each.getKey(), each.getValue()));
            }
        });
        if (!card.path("checklist").isEmpty()) {
            section(text, "Checklist");
            card.path("checklist").forEach(item -> text.append(item.path("passed").asBoolean() ? "- [x] " : "- [ ] ")
                    .append(inline(item.path("text").asText()))
                    .append('\n'));
        }
    }

    private static void section(StringBuilder text, String title) {
        text.append("\n## ").append(title).append("\n\n");
    }

    private static void line(StringBuilder text, String name, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull()) {
            text.append("- ").append(inline(name)).append(": ").append(inline(value.asText())).append('\n');
        }
    }

    private static void columns(StringBuilder text, String side, JsonNode columns) {
        columns.forEach(column -> text.append("| %s | %s | %s | %s |\n"
                .formatted(
                        side,
                        inline(column.path("name").asText()),
                        inline(column.path("type").asText()),
                        column.path("required").asBoolean(true) ? "yes" : "no")));
    }

    private static void table(StringBuilder text, List<String> header, JsonNode rows, boolean baseline) {
        if (rows.isEmpty()) {
            text.append("None.\n");
            return;
        }
        text.append("| ").append(String.join(" | ", header)).append(" |\n|");
        text.append(" --- |".repeat(header.size())).append('\n');
        for (JsonNode row : rows) {
            text.append("| ").append(baseline ? inline(row.path("baseline").asText()) + " | " : "");
            text.append(inline(row.path("name").asText())).append(" | ").append(number(row.path("value"))).append(" | ");
            boolean interval = row.path("lower").isNumber() && row.path("upper").isNumber();
            text.append(interval ? number(row.path("lower")) + " to " + number(row.path("upper")) : "").append(" |\n");
        }
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? PolicyLine.number(value.asDouble()) : "";
    }

    private static String words(String key) {
        String words = key.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String joined(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return String.join(", ", texts);
    }

    /** Text of others within a line: it makes no structure of its own. */
    private static String inline(String text) {
        return text.replaceAll("\\s+", " ").replace("|", "\\|").replace("<", "&lt;").strip();
    }
}
