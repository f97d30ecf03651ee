package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.PredictSignature;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson predict MODEL --info}: what a model takes and tells.
 *
 * @param session where it is shown
 * @param project whose model it is
 */
record PredictInfo(Session session, Project project) {

    /** Shows it; with the exit code. */
    int show(String model, @Nullable String reference) {
        PredictSignature signature;
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            signature = live.signature(model, reference);
        }
        Integer number = signature.version();
        Optional<Run> run = number == null ? Optional.empty() : run(model, number);
        ObjectNode document = signature.toJson();
        ObjectNode metrics = document.putObject("metrics");
        run.ifPresent(each -> {
            document.put("run_id", each.id());
            each.metrics().forEach((name, value) -> Catalogued.number(metrics, name, value));
        });
        Console console = session.console();
        console.line("%s%s".formatted(model, number == null ? ": " + signature.notReady() : " v" + number));
        console.line(
                signature.isNumber()
                        ? "tells a number"
                        : "tells the classes %s".formatted(String.join(", ", signature.outputs())));
        List<List<String>> table = new ArrayList<>();
        int value = 0;
        for (PredictSignature.Column column : signature.asked()) {
            boolean positional = column.required() && !column.key();
            table.add(List.of(
                    positional ? Integer.toString(++value) : column.key() ? "--entity" : "",
                    column.name(),
                    column.type().name().toLowerCase(Locale.ROOT),
                    column.required() ? "yes" : "no",
                    column.nullable() ? "yes" : "no"));
        }
        console.table(List.of("VALUE", "COLUMN", "TYPE", "REQUIRED", "MAY BE MISSING"), table);
        run.ifPresent(each -> {
            List<List<String>> rows = new ArrayList<>();
            each.metrics().forEach((name, metric) -> rows.add(List.of(name, Texts.number(metric))));
            console.table(List.of("METRIC", "OF RUN " + each.id()), rows);
        });
        console.document(document);
        return number == null ? KeelsonCommand.NO : KeelsonCommand.YES;
    }

    private Optional<Run> run(String model, int number) {
        try (ProjectReading state = ProjectReading.open(project)) {
            return state.versions(model).stream()
                    .filter(each -> each.version() == number)
                    .map(ModelVersion::runId)
                    .findFirst()
                    .flatMap(state::run);
        }
    }
}
