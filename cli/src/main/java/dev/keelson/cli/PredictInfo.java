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
import java.util.Map;
import java.util.Objects;
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
        run.ifPresent(each -> metrics(console, each));
        console.document(document);
        return number == null ? KeelsonCommand.NO : KeelsonCommand.YES;
    }

    /** Those of the test period, with their intervals; where there was none, all that are not of a part. */
    private static void metrics(Console console, Run run) {
        Map<String, Double> all = run.metrics();
        List<String> whole = all.keySet().stream()
                .filter(name -> name.indexOf('/') < 0 && !name.endsWith("_lower") && !name.endsWith("_upper"))
                .toList();
        List<String> tested = whole.stream().filter(name -> name.startsWith("test_")).toList();
        List<List<String>> rows = new ArrayList<>();
        for (String name : tested.isEmpty() ? whole : tested) {
            Double lower = all.get(name + "_lower");
            Double upper = all.get(name + "_upper");
            rows.add(List.of(
                    name,
                    Texts.number(Objects.requireNonNull(all.get(name))),
                    lower == null || upper == null
                            ? ""
                            : "%s to %s".formatted(Texts.number(lower), Texts.number(upper))));
        }
        console.table(List.of("METRIC", "OF RUN " + run.id(), "95 % INTERVAL"), rows);
        if (all.size() > rows.size()) {
            console.note("Of %d metrics these are the main ones; `keelson runs show %s` shows all, --json has them."
                    .formatted(all.size(), run.id()));
        }
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
