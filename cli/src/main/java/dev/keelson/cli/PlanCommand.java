package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.wiring.Datasets;
import dev.keelson.wiring.ProjectDefinitions;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson plan}. */
@Command(
        name = "plan",
        description = "Show what the project file changes against what is registered, and what follows; touch nothing.")
final class PlanCommand extends KeelsonCommand {
    @Option(names = "--exit-code", description = "Exit with 1 when there are changes.")
    boolean exitCode;

    @Override
    int run(Session session) {
        DefinitionPlan plan = ProjectDefinitions.plan(session.project());
        show(session, plan);
        ObjectNode document = plan.toJson();
        ObjectNode anew = document.putObject("made_anew");
        Datasets.changes(session.project()).forEach((source, changes) -> {
            session.console().line("made anew by the next load: the dataset of %s (%s)".formatted(source, String.join("; ", changes)));
            changes.forEach(anew.putArray(source)::add);
        });
        session.console().document(document);
        if (!plan.isEmpty()) {
            session.console().note("`keelson apply` registers this; `keelson run` does so, too, and then loads and trains.");
        }
        return exitCode && !plan.isEmpty() ? NO : YES;
    }

    /** What changes, with the lines that differ, and what follows. */
    static void show(Session session, DefinitionPlan plan) {
        Console console = session.console();
        if (plan.isEmpty()) {
            console.line("Everything is as registered.");
            return;
        }
        for (DefinitionPlan.Change change : plan.changes()) {
            console.line("%s %s %s%s"
                    .formatted(
                            change.action().word(),
                            change.kind().word(),
                            change.name(),
                            change.action() == DefinitionPlan.Action.CHANGE ? " (was version %d)".formatted(change.from()) : ""));
            if (change.action() == DefinitionPlan.Action.CHANGE) {
                change.difference().stream()
                        .filter(line -> !line.startsWith(" "))
                        .forEach(line -> console.line("    " + line));
            }
        }
        follows(console, "to be loaded again", plan.load());
        follows(console, "to be materialised again", plan.materialize());
        follows(console, "to be trained again", plan.retrain());
        follows(console, "unaffected", plan.unaffected());
    }

    private static void follows(Console console, String what, List<String> names) {
        if (!names.isEmpty()) {
            console.line("%s: %s".formatted(what, String.join(", ", names)));
        }
    }
}
