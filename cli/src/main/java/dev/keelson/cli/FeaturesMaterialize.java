package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.Materialization.Outcome;
import dev.keelson.features.Materialization;
import dev.keelson.wiring.LiveFeatures;
import dev.keelson.wiring.ProjectDefinitions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson features materialize}. */
@Command(
        name = "materialize",
        description = {
            "Bring the online values up to date with the latest dataset.",
            "Only rows that became known since are read; a view whose history was restated is filled anew. Stopped halfway,"
                    + " it goes on where it was.",
            "A view that the project file defines otherwise than registered is refused until `keelson apply` has registered it;"
                    + " the first time of all, the definitions are registered."
        })
final class FeaturesMaterialize extends KeelsonCommand {
    @Parameters(arity = "0..*", paramLabel = "VIEW", description = "These views only (default: all).")
    List<String> views = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Fill anew from the rows known from this date or instant on; longer windows then differ from history.")
    @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Leave out rows known from this date or instant on.")
    @Nullable String to;

    @Option(names = "--full", description = "Fill the views anew; the old values serve until that is done.")
    boolean full;

    @Override
    int run(Session session) {
        var project = session.project();
        Instant start = Moments.orNull("--from", from, project.zone());
        Instant end = Moments.orNull("--to", to, project.zone());
        Moments.checkOrder(start, end);
        boolean first = ProjectDefinitions.isNew(project);
        ProgressLine progress = session.progress("materialize");
        List<Outcome> outcomes = LiveFeatures.change(
                project,
                session.clock(),
                features -> features.materialize(
                        new Materialization.Request(views, start, end, full),
                        (source, rows, total) -> progress.part(rows, total, source, "rows")));
        if (first) {
            session.console().note("Registered the definitions of the project file, as none were before.");
        }
        List<List<String>> table = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        var list = document.putArray("views");
        for (Outcome outcome : outcomes) {
            Instant watermark = outcome.watermark();
            String known = watermark == null ? null : watermark.toString();
            table.add(List.of(
                    outcome.view(),
                    Long.toString(outcome.rows()),
                    outcome.filledAnew() ? "anew" : "onwards",
                    Texts.orEmpty(known)));
            list.addObject()
                    .put("view", outcome.view())
                    .put("rows", outcome.rows())
                    .put("filled_anew", outcome.filledAnew())
                    .put("watermark", known);
        }
        session.console().table(List.of("VIEW", "ROWS", "FILLED", "WATERMARK"), table);
        session.console().document(document);
        return YES;
    }
}
