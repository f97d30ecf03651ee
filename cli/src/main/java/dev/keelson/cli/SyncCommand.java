package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.SyncStatus;
import dev.keelson.sync.Synchronisation;
import dev.keelson.wiring.ProjectSync;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson sync}. */
@Command(
        name = "sync",
        description = {
            "Write what is new back to the tables of PostgreSQL or Supabase that the project file declares under `sync`.",
            "Rows are inserted or replaced by their key. Stopped halfway, it goes on where it was; a second run writes nothing"
                    + " twice."
        })
final class SyncCommand extends KeelsonCommand {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "These tables only, by their names under `sync` (default: all).")
    List<String> names = new ArrayList<>();

    @Option(names = "--dry-run", description = "Show what would be written, and whether the target would take it; write nothing.")
    boolean dryRun;

    @Option(names = "--full", description = "Write everything again.")
    boolean full;

    @Option(names = "--status", description = "Show how far each table got; write nothing.")
    boolean status;

    @Override
    int run(Session session) {
        if (status && (dryRun || full)) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "--status goes with neither --dry-run nor --full.", "Maybe leave --status out.");
        }
        Project project = session.project();
        if (project.sync().isEmpty()) {
            session.console().note("The project file declares no table under `sync`: there is nothing to write back.");
        }
        return status ? status(session, project) : write(session, project);
    }

    private int write(Session session, Project project) {
        Map<String, ProgressLine> progress = new HashMap<>();
        List<SyncOutcome> outcomes = ProjectSync.run(
                project, session.clock(), names, new Synchronisation.Request(dryRun, full), (table, rows, total) -> progress
                        .computeIfAbsent(table, session::progress)
                        .at(Math.max(1, Math.toIntExact(100 * rows / total)), 100, "%,d of %,d rows".formatted(rows, total)));
        List<List<String>> rows = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        var list = document.putArray("tables");
        for (SyncOutcome outcome : outcomes) {
            rows.add(List.of(outcome.name(), outcome.from(), outcome.target(), Long.toString(outcome.rows())));
            list.add(outcome.toJson());
        }
        Console console = session.console();
        console.table(List.of("NAME", "FROM", "TARGET", dryRun ? "WOULD WRITE" : "WRITTEN"), rows);
        console.document(document);
        for (SyncOutcome outcome : outcomes) {
            if (outcome.columns().isEmpty()) {
                console.note("Nothing of `%s` has been loaded yet; `keelson data load` loads it.".formatted(outcome.from()));
            }
            for (List<@Nullable String> example : outcome.examples()) {
                console.note(outcome.name() + ": " + shown(outcome.columns(), example));
            }
        }
        return YES;
    }

    private static String shown(List<String> columns, List<@Nullable String> cells) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            shown.add(columns.get(i) + "=" + (cells.get(i) == null ? "" : cells.get(i)));
        }
        return String.join(", ", shown);
    }

    private int status(Session session, Project project) {
        List<List<String>> rows = new ArrayList<>();
        ObjectNode document = Catalogued.object();
        var list = document.putArray("tables");
        for (SyncStatus each : ProjectSync.status(project, session.clock(), names)) {
            rows.add(List.of(
                    each.name(),
                    each.from(),
                    each.target(),
                    each.word(),
                    Long.toString(each.rows()),
                    each.updatedAt() == null ? "" : each.updatedAt().toString(),
                    Texts.orEmpty(each.problem())));
            list.add(each.toJson());
        }
        session.console().table(List.of("NAME", "FROM", "TARGET", "STATE", "ROWS", "WRITTEN AT", "PROBLEM"), rows);
        session.console().document(document);
        return YES;
    }
}
