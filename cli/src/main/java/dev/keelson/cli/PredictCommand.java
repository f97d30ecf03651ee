package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.AdviceJson;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson predict}. */
@Command(
        name = "predict",
        description = "Predict one row or many; each prediction is logged.",
        footer = {
            "Example: keelson predict football-1x2 --row div=E0 --row date=2021-08-14 --row HomeTeam=Arsenal ...",
            "A version is named as models:/football-1x2/3, models:/football-1x2@champion, models:/football-1x2/Production."
        })
final class PredictCommand extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name, for the champion, or a reference to a version.")
    String model = "";

    @Mixin
    final RowOptions given = new RowOptions();

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description = "Use what was known before: a date or an instant, not before what was loaded of its entities, not behind now "
                    + "or the row's event (default: the row's event or now, whichever is earlier).")
    @Nullable String asOf;

    @Override
    int run(Session session) {
        Project project = session.project();
        NamedVersion named = NamedVersion.of(project, model, null);
        ModelDefinition definition = Projects.model(project, named.model());
        List<Map<String, @Nullable Object>> rows =
                given.rows(session, new PredictRows(Projects.source(project, definition.source())));
        PredictOptions options = new PredictOptions(true, Moments.orNull("--as-of", asOf, project.zone()))
                .by(named.version() == null ? null : named.version().toString());
        List<Prediction> predictions;
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            predictions = live.predict(named.model(), rows, options);
        }
        show(session, definition.classes(), predictions);
        return YES;
    }

    private static void show(Session session, List<String> classes, List<Prediction> predictions) {
        List<String> header = new ArrayList<>(List.of("ENTITY", "PREDICTED"));
        classes.forEach(each -> header.add("P(" + each + ")")); // none of a number
        Advised columns = Advised.of(predictions);
        header.addAll(columns.header());
        header.addAll(List.of("VERSION", "AS OF", "ID"));
        List<List<String>> table = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        var list = document.putArray("predictions");
        for (Prediction prediction : predictions) {
            List<String> row = new ArrayList<>();
            row.add(prediction.entity());
            row.add(
                    prediction.isNumber()
                            ? Texts.number(prediction.probabilities()[0])
                            : classes.get(prediction.predicted()));
            ObjectNode node = list.addObject()
                    .put("id", prediction.id().toString())
                    .put("model", prediction.model())
                    .put("version", prediction.version())
                    .put("entity", prediction.entity());
            if (prediction.isNumber()) {
                Catalogued.number(node, "value", prediction.probabilities()[0]);
            } else {
                ObjectNode probabilities = node.putObject("probabilities");
                for (int c = 0; c < classes.size(); c++) {
                    row.add(Texts.probability(prediction.probabilities()[c]));
                    Catalogued.number(probabilities, classes.get(c), prediction.probabilities()[c]);
                }
                node.put("predicted", classes.get(prediction.predicted()));
                Catalogued.number(node, "confidence", prediction.probabilities()[prediction.predicted()]);
            }
            node.setAll(AdviceJson.of(prediction.advice(), prediction.classes()));
            row.addAll(columns.cells(prediction));
            node.put("as_of", prediction.asOf().toString());
            if (!prediction.warnings().isEmpty()) {
                prediction.warnings().forEach(node.putArray("warnings")::add);
            }
            row.add("v" + prediction.version());
            row.add(prediction.asOf().toString());
            row.add(prediction.id().toString());
            table.add(row);
        }
        session.console().table(header, table);
        predictions.stream()
                .flatMap(prediction -> prediction.warnings().stream())
                .distinct()
                .forEach(session.console()::note);
        session.console().document(document);
    }
}
