package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson runs show}. */
@Command(
        name = "show",
        description = "Show one run: parameters, metrics, data, files, note, provenance, and what it takes to make it again.")
final class RunsShow extends KeelsonCommand {
    /** How commands say what a run is named by. */
    static final String RUN =
            "Its id or at least 4 characters of its beginning, runs:/ID, MODEL@VERSION (a number or an alias), models:/MODEL/VERSION or models:/MODEL/STAGE.";

    @Parameters(paramLabel = "RUN", description = RUN)
    String id = "";

    @Override
    int run(Session session) {
        ObjectNode document;
        RunChecklist checklist;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            Run run = state.named(id);
            document = state.tracked(session.clock()).orElseThrow().whole(run.id());
            checklist = document.path("provenance").isEmpty() ? null : state.checklist(run);
        }
        List<List<String>> rows = new ArrayList<>();
        for (String field : List.of("id", "name", "model", "status", "user", "started_at", "ended_at", "lifecycle", "parent")) {
            if (document.hasNonNull(field) || field.equals("ended_at")) {
                rows.add(List.of(field.equals("model") ? "experiment" : field, document.path(field).asText("")));
            }
        }
        String note = document.path("note").asText();
        if (!note.isEmpty()) {
            rows.add(List.of("note", note));
        }
        document.path("versions")
                .forEach(each -> rows.add(List.of(
                        "version",
                        "%s v%d (%s)"
                                .formatted(each.path("model").asText(), each.path("version").asInt(), each.path("stage").asText()))));
        each(rows, "param ", document.path("params"));
        document.path("metrics").properties().forEach(metric -> rows.add(List.of(
                "metric " + metric.getKey(),
                metric.getValue().isNumber() ? Double.toString(metric.getValue().doubleValue()) : "NaN")));
        each(rows, "tag ", document.path("tags"));
        document.path("inputs")
                .forEach(input -> rows.add(List.of(
                        "data " + input.path("name").asText(), input.path("digest").asText())));
        document.path("artifacts")
                .forEach(file -> rows.add(List.of(
                        "file " + file.path("path").asText(),
                        file.path("sha256").asText() + " " + file.path("bytes").asLong())));
        int children = document.path("children_count").asInt();
        if (children > 0) {
            rows.add(List.of("nested runs", Integer.toString(children)));
        }
        checks(rows, document, checklist);
        session.console().table(List.of("WHAT", "VALUE"), rows);
        session.console().document(document);
        return YES;
    }

    private static void checks(List<List<String>> rows, ObjectNode document, @Nullable RunChecklist checklist) {
        if (checklist != null) { // what a client logged cannot be made again
            checklist.items()
                    .forEach(item -> rows.add(
                            List.of("check " + item.name(), (item.passed() ? "pass: " : "fail: ") + item.text())));
            document.set("checklist", checklist.toJson());
        }
    }

    private static void each(List<List<String>> rows, String of, JsonNode texts) {
        texts.properties().forEach(field -> rows.add(List.of(of + field.getKey(), field.getValue().asText())));
    }
}
