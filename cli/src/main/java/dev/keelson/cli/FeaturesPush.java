package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.PushOutcome;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveFeatures;
import dev.keelson.wiring.Projects;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson features push}. */
@Command(
        name = "push",
        description = "Hand in fresh rows of a source: checked by its rules, on disk, and visible to the next read.")
final class FeaturesPush extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "Whose rows they are.")
    String source = "";

    @Mixin
    final RowOptions given = new RowOptions();

    @Option(
            names = "--to",
            paramLabel = "WHERE",
            defaultValue = "online_and_offline",
            description = "online, offline (with the next load) or online_and_offline (default).")
    String to = "online_and_offline";

    @Override
    int run(Session session) {
        Project project = session.project();
        Destination destination = destination();
        List<Map<String, @Nullable Object>> rows =
                given.rows(session, new PredictRows(Projects.source(project, source), List.of()));
        PushOutcome outcome =
                LiveFeatures.change(project, session.clock(), features -> features.push(source, rows, destination));
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
