package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.wiring.ProjectJournal;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code keelson predictions remote}. */
@Command(
        name = "remote",
        description = {
            "Show how far the table of `prediction_log` has followed the log.",
            "Where no server runs, it is caught up first. Exit code 1 while it is behind or cannot be reached."
        })
final class PredictionsRemote extends KeelsonCommand {
    @Override
    int run(Session session) {
        JsonNode told;
        try (ProjectJournal journal = ProjectJournal.open(session.project(), session.clock())) {
            told = journal.remote();
        }
        Console console = session.console();
        console.document(told);
        if (!told.path("configured").asBoolean()) {
            console.note("The project file names no table under `prediction_log`: nothing is copied.");
            return YES;
        }
        console.table(
                List.of("TABLE", "STATE", "BEHIND", "LAST COPIED", "PROBLEM"),
                List.of(List.of(
                        told.path("target").asText(),
                        told.path("state").asText().replace('_', ' '),
                        "%,d bytes".formatted(told.path("lag_bytes").asLong()),
                        told.path("copied_at").asText("").replace("null", ""),
                        told.path("problem").asText("").replace("null", ""))));
        return told.path("state").asText().equals("caught_up") ? YES : NO;
    }
}
