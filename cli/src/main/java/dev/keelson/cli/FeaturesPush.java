package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.PushOutcome;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson features push}. */
@Command(
        name = "push",
        description = "Hand in fresh rows of a source: checked by its rules, on disk, and visible to the next read.")
final class FeaturesPush extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "Whose rows they are.")
    String source = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Rows as JSON or CSV; - reads standard input.")
    @Nullable String file;

    @Option(names = "--row", paramLabel = "COL=VALUE", description = "A column of the row to push; may be repeated.")
    List<String> cells = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "WHERE",
            defaultValue = "online_and_offline",
            description = "online, offline (with the next load) or online_and_offline (default).")
    String to = "online_and_offline";

    @Override
    int run(Session session) {
        if ((file == null) == cells.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    file == null ? "There is no row to push." : "Rows are given twice: in a file and with --row.",
                    "Maybe give --row COL=VALUE for each column, or a FILE (- is standard input).");
        }
        Project project = session.project();
        var definition = project.sources().stream()
                .filter(each -> each.name().equals(source))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.USAGE,
                        "There is no source (%s).".formatted(source),
                        "Maybe one of %s was meant."
                                .formatted(project.sources().stream()
                                        .map(each -> each.name())
                                        .toList())));
        PredictRows reader = new PredictRows(definition, List.of());
        String from = file;
        List<Map<String, @Nullable Object>> rows =
                from == null ? List.of(reader.cells(cells)) : reader.file(session, from);
        PushOutcome outcome;
        try (LiveFeatures features = LiveFeatures.open(project, session.clock())) {
            outcome = features.push(source, rows, destination());
        }
        session.console()
                .table(
                        List.of("WHAT", "VALUE"),
                        List.of(
                                List.of("accepted", Integer.toString(outcome.accepted())),
                                List.of("contained", Integer.toString(outcome.contained())),
                                List.of("visible", Integer.toString(outcome.visible()))));
        session.console()
                .document(Catalogued.object()
                        .put("accepted", outcome.accepted())
                        .put("contained", outcome.contained())
                        .put("visible", outcome.visible()));
        return YES;
    }

    private Destination destination() {
        for (Destination each : Destination.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(to)) {
                return each;
            }
        }
        throw new KeelsonException(
                ErrorCode.USAGE, "--to (%s) must be online, offline or online_and_offline.".formatted(to), null);
    }
}
