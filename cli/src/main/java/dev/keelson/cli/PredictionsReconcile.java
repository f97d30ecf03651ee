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
            "Check that the journal is what was written, and hold the index and the remote table against it.",
            "Exit code 0: it is whole and they agree, or do now; 1: something differs; 2: one could not be compared."
        })
final class PredictionsReconcile extends KeelsonCommand {
    @Option(
            names = "--repair",
            description =
                    "Put back into the journal what the index still has, then mend the copies. Damaged segments are kept in replaced/journal of the state folder, rows that leave the remote table in its quarantine table.")
    boolean repair;

    @Override
    int run(Session session) {
        JsonNode told;
        try (ProjectJournal journal = ProjectJournal.open(session.project(), session.clock())) {
            told = journal.reconcile(repair);
        }
        Console console = session.console();
        journal(console, told.path("journal"));
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
                        "%06d:%d".formatted(example.path("segment").asLong(), example.path("number").asLong()),
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

    /** What was done to the journal, and what to do next. */
    private void journal(Console console, JsonNode journal) {
        long damages = number(journal, "missing") + number(journal, "altered") + number(journal, "misplaced");
        long lost = number(journal, "lost");
        if (damages == 0) {
            if (lost > 0) {
                console.note("The journal is whole, but for %,d records that earlier repairs told as lost.".formatted(lost));
            }
            return;
        }
        console.note("The journal is not what was written. Records missing: %,d. Lines altered: %,d. Lines or files out of place: %,d."
                .formatted(number(journal, "missing"), number(journal, "altered"), number(journal, "misplaced")));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode damage : journal.path("examples")) {
            rows.add(List.of(
                    damage.path("what").asText(),
                    "%06d%s".formatted(number(damage, "segment"), number(damage, "line") == 0 ? "" : ":" + number(damage, "line")),
                    number(damage, "number") == 0 ? "" : "%,d".formatted(number(damage, "number")),
                    damage.path("kind").asText(""),
                    damage.path("at").asText(""),
                    damage.path("id").asText(""),
                    damage.path("detail").asText()));
        }
        console.table(List.of("JOURNAL", "LINE", "RECORD", "KIND", "AT", "ID", "DETAIL"), rows);
        if (repair) {
            console.note(
                    "The journal is whole again. Records put back as they were written: %,d; put back as the index has them, and marked: %,d; lost for good: %,d. The damaged files are in replaced/journal of the state folder."
                            .formatted(number(journal, "restored"), number(journal, "recovered"), lost));
        } else {
            console.note(
                    "Of these records the index still has %,d, and none of %,d. Next: `keelson predictions reconcile --repair` puts back what it has; what it lacks only a backup has. Maybe files were edited, moved or deleted."
                            .formatted(number(journal, "restorable"), lost));
        }
    }

    private static long number(JsonNode node, String name) {
        return node.path(name).asLong();
    }

    private static String count(JsonNode copy, String name) {
        return "%,d".formatted(copy.path(name).asLong());
    }
}
