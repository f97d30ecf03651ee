package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.tracking.ModelReference;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes why a model tells what it tells. */
final class ModelExplained {
    private final Session session;

    ModelExplained(Session session) {
        this.session = session;
    }

    void prediction(UUID id) {
        Project project = session.project();
        try (ProjectReading state = ProjectReading.open(project)) {
            row(state.explanations(session.clock()).prediction(id));
        }
    }

    /** @param version a number, an alias or a stage; null for the champion */
    void model(String model, @Nullable String version, @Nullable String row, int rows) {
        Project project = session.project();
        try (ProjectReading state = ProjectReading.open(project)) {
            tell(state, model, version == null ? null : state.version(model, version).version(), row, rows);
        }
    }

    /** A version that a reference names with its model. */
    void version(String reference, @Nullable String row, int rows) {
        Project project = session.project();
        try (ProjectReading state = ProjectReading.open(project)) {
            RegisteredVersion version = state.version(null, reference);
            tell(state, version.model(), version.version(), row, rows);
        }
    }

    /** Whether a text is the name of a version rather than that of a model or of an error. */
    static boolean isReference(String text) {
        return !(ModelReference.parse(text) instanceof ModelReference.Name);
    }

    private void tell(ProjectReading state, String model, @Nullable Integer version, @Nullable String row, int rows) {
        if (row != null) {
            row(state.explanations(session.clock()).row(model, version, row));
        } else {
            features(state.explanations(session.clock()).model(model, version, rows));
        }
    }

    private void row(ObjectNode told) {
        table(told);
        session.console().document(document(told));
    }

    /** What each feature of a row contributed, for a person. */
    void table(ObjectNode told) {
        Console console = session.console();
        List<String> margins = new ArrayList<>();
        told.path("margins").forEach(margin -> margins.add(margin.asText()));
        List<String> header = new ArrayList<>(List.of("FEATURE", "VALUE"));
        margins.forEach(margin -> header.add(margin.toUpperCase(Locale.ROOT)));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : told.path("contributions")) {
            List<String> cells = new ArrayList<>();
            cells.add(each.path("feature").asText());
            cells.add(each.path("value").isNull() ? "" : Texts.number(each.path("value").asDouble()));
            margins.forEach(margin -> cells.add(signed(each.path("margins").path(margin).asDouble())));
            rows.add(cells);
        }
        for (String name : List.of("expected", "sum")) {
            List<String> cells = new ArrayList<>(List.of("(" + name + ")", ""));
            told.path("sums").forEach(sum -> cells.add(signed(sum.path(name).asDouble())));
            if (!margins.isEmpty()) {
                rows.add(cells);
            }
        }
        console.table(header, rows);
        console.note("%s v%d, %s. %s"
                .formatted(
                        told.path("model").asText(),
                        told.path("version").asInt(),
                        told.path("row").asText(),
                        told.path("exact").asBoolean()
                                ? "In %s, by %s.".formatted(scale(told.path("scale").asText()), told.path("method").asText())
                                : ""));
        console.note("Predicted: %s; before calibration: %s."
                .formatted(numbers(told.path("prediction")), numbers(told.path("uncalibrated"))));
        console.note(told.path("note").asText());
    }

    private void features(ObjectNode told) {
        Console console = session.console();
        boolean exact = told.path("exact").asBoolean();
        List<String> margins = new ArrayList<>();
        told.path("margins").forEach(margin -> margins.add(margin.asText()));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : told.path("features")) {
            List<String> cells = new ArrayList<>();
            cells.add(each.path("feature").asText());
            if (exact) {
                cells.add(Texts.number(each.path("mean_abs").asDouble()));
                cells.add(share(each.path("share")));
                margins.forEach(margin -> cells.add(
                        pushes(each.path("margins").path(margin).path("direction").asDouble())));
            }
            cells.add(share(each.path("gain_share")));
            JsonNode worth = each.path("permutation");
            cells.add(worth.isObject() ? signed(worth.path("loss_increase").asDouble()) : "");
            cells.add(
                    worth.isObject()
                            ? "%s to %s".formatted(signed(worth.path("lower").asDouble()), signed(worth.path("upper").asDouble()))
                            : "");
            rows.add(cells);
        }
        List<String> header = new ArrayList<>(List.of("FEATURE"));
        if (exact) {
            header.addAll(List.of("MEAN |SHAP|", "SHARE"));
            margins.forEach(margin -> header.add("MORE OF IT, " + margin));
        }
        header.addAll(List.of("GAIN", "SHUFFLED", "95 %"));
        console.table(header, rows);
        console.note("%s v%d%s"
                .formatted(
                        told.path("model").asText(),
                        told.path("version").asInt(),
                        exact
                                ? ", over %d rows (%s) up to %s; in %s, by %s."
                                        .formatted(
                                                told.at("/rows/count").asInt(),
                                                told.at("/rows/of").asText().equals("test") ? "its test period" : "the newest",
                                                told.at("/rows/to").asText(),
                                                scale(told.path("scale").asText()),
                                                told.path("method").asText())
                                : "."));
        console.note(told.path("note").asText());
        console.document(document(told));
    }

    private static ObjectNode document(ObjectNode told) {
        ObjectNode document = Catalogued.object();
        told.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        return document;
    }

    private static String scale(String key) {
        return switch (key) {
            case "log_odds" -> "log odds";
            case "scores" -> "scores of the classes, of which differences count";
            case "probability" -> "probability";
            default -> "units of the value";
        };
    }

    /** Which way more of a feature pushes: {@code up}, {@code down}, or both where it is no straight line. */
    private static String pushes(double direction) {
        return direction > 0.3 ? "up" : direction < -0.3 ? "down" : direction == 0 ? "" : "either";
    }

    private static String numbers(JsonNode object) {
        List<String> parts = new ArrayList<>();
        object.properties().forEach(each -> parts.add(each.getKey() + " " + Texts.number(each.getValue().asDouble())));
        return String.join(", ", parts);
    }

    static String share(JsonNode share) {
        return share.isNumber() ? String.format(Locale.ROOT, "%.1f %%", 100 * share.asDouble()) : "";
    }

    static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value);
    }
}
