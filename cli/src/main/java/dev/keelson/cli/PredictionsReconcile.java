package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.wiring.ProjectJournal;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson predictions reconcile}. */
@Command(
        name = "reconcile",
        description = {
            "Hold the index and the remote table against the journal, which is the truth.",
            "Exit code 0: they agree, or do now; 1: they differ; 2: one of them could not be compared."
        })
final class PredictionsReconcile extends KeelsonCommand {
    @Option(
            names = "--repair",
            description = "Mend what differs; rows of the remote table that must go are kept in its quarantine table.")
    boolean repair;

    @Override
    int run(Session session) {
        JsonNode told;
        try (ProjectJournal journal = ProjectJournal.open(session.project(), session.clock())) {
            told = journal.reconcile(repair);
        }
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        List<List<String>> examples = new ArrayList<>();
        boolean failed = false;
        for (JsonNode copy : told.path("copies")) {
            rows.add(List.of(
                    copy.path("copy").asText(),
                    count(copy, "records"),
                    count(copy, "rows"),
                    count(copy, "missing"),
                    count(copy, "extra"),
                    count(copy, "differing"),
                    count(copy, "repaired"),
                    copy.path("agrees").asBoolean() ? "yes" : "no"));
            for (JsonNode example : copy.path("examples")) {
                examples.add(List.of(
                        example.path("difference").asText(),
                        example.path("kind").asText(),
                        "%06d:%d".formatted(example.path("segment").asLong(), example.path("offset").asLong()),
                        example.path("id").asText(),
                        example.path("detail").asText()));
            }
            if (!copy.path("problem").isNull()) {
                failed = true;
                console.note(copy.path("problem").asText());
            }
        }
        console.table(List.of("COPY", "RECORDS", "ROWS", "MISSING", "EXTRA", "DIFFERING", "REPAIRED", "AGREES"), rows);
        if (!examples.isEmpty()) {
            console.table(List.of("WHAT", "KIND", "PLACE", "ID", "DETAIL"), examples);
        }
        console.document(told);
        return failed ? ERROR : told.path("agrees").asBoolean() ? YES : NO;
    }

    private static String count(JsonNode copy, String name) {
        return "%,d".formatted(copy.path(name).asLong());
    }
}
