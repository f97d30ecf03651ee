package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.ViewReading;
import dev.keelson.frame.Micros;
import dev.keelson.http.FeatureServing.Answer;
import dev.keelson.http.FeatureServing.FeatureValues;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveFeatures;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson features get}. */
@Command(
        name = "get",
        description = "Read online values, each with its status and age.",
        footer = "Example: keelson features get --features team_form:points_last10,ratings:elo --entity team=Arsenal")
final class FeaturesGet extends KeelsonCommand {
    @Option(
            names = "--features",
            split = ",",
            paramLabel = "VIEW:FEATURE",
            description = "What is read; VIEW:* is all of a view.")
    List<String> features = new ArrayList<>();

    @Option(
            names = "--entity",
            paramLabel = "KEY=VALUE",
            description = "Whose values; may be repeated. Several values of one key are several entities.")
    List<String> entities = new ArrayList<>();

    @Option(
            names = "--service",
            paramLabel = "MODEL",
            description = "All features of a model for one request, those computed from the request included.")
    @Nullable String service;

    @Option(names = "--row", paramLabel = "COL=VALUE", description = "A column of that request; may be repeated.")
    List<String> cells = new ArrayList<>();

    @Override
    int run(Session session) {
        Project project = session.project();
        String model = service;
        if ((model == null) == features.isEmpty() || (model == null) != cells.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "Either --features and --entity are expected, or --service and --row.",
                    "Maybe: keelson features get --features VIEW:FEATURE --entity KEY=VALUE");
        }
        Answer answer;
        try (LiveFeatures live = LiveFeatures.look(project, session.clock())) {
            if (model == null) {
                answer = live.get(features, columns());
            } else {
                ModelDefinition definition = Projects.model(project, model);
                PredictRows reader = new PredictRows(Projects.source(project, definition.source()));
                answer = live.service(model, List.of(reader.cells(cells)));
            }
        }
        show(session, answer);
        return YES;
    }

    private Map<String, List<@Nullable Object>> columns() {
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        for (String entity : entities) {
            int equals = entity.indexOf('=');
            if (equals < 1) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "--entity (%s) is not KEY=VALUE.".formatted(entity), "Maybe a quote is missing.");
            }
            columns.computeIfAbsent(entity.substring(0, equals), key -> new ArrayList<>())
                    .add(entity.substring(equals + 1));
        }
        return columns;
    }

    private void show(Session session, Answer answer) {
        List<List<String>> table = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        document.put("as_of", answer.asOf().toString());
        var list = document.putArray("rows");
        long asOf = Micros.of(answer.asOf());
        for (int row = 0; row < answer.rows(); row++) {
            ObjectNode node = list.addObject();
            ObjectNode entity = node.putObject("entity");
            List<String> who = new ArrayList<>();
            for (Map.Entry<String, List<@Nullable Object>> key : answer.entities().entrySet()) {
                String value = String.valueOf(key.getValue().get(row));
                entity.put(key.getKey(), value);
                who.add(key.getKey() + "=" + value);
            }
            ObjectNode values = node.putObject("features");
            for (FeatureValues column : answer.columns()) {
                FeatureStatus status = FeatureStatus.of(column.statuses()[row]);
                ObjectNode value = values.putObject(column.address());
                String text = column.text(row);
                if (text != null) {
                    value.put("value", text);
                } else {
                    Catalogued.number(value, "value", column.values()[row]);
                }
                value.put("status", status.name());
                long event = column.eventMicros()[row];
                String age = "";
                if (event != ViewReading.NO_EVENT) {
                    double seconds = (asOf - event) / 1e6;
                    value.put("age_seconds", seconds);
                    age = Texts.number(seconds);
                }
                table.add(List.of(
                        service == null ? String.join(" ", who) : "",
                        column.address(),
                        text != null ? text : status == FeatureStatus.PRESENT ? Double.toString(column.values()[row]) : "",
                        status.name(),
                        age));
            }
        }
        session.console().table(List.of("ENTITY", "FEATURE", "VALUE", "STATUS", "AGE S"), table);
        session.console().document(document);
    }
}
