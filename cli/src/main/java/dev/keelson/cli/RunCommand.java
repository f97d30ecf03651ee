package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.wiring.RunPipeline;
import picocli.CommandLine.Command;

/** {@code keelson run}. */
@Command(
        name = "run",
        description = "Load every source, check, compute features, train, register: once, in order.",
        footer = "A step whose data, configuration and code are unchanged is not done again.")
final class RunCommand extends KeelsonCommand {
    @Override
    int run(Session session) {
        long start = System.nanoTime();
        Project project = session.validated();
        RunPipeline.RunReport report;
        try (Interruption _ = Interruption.saying(
                session, "Interrupted. What was finished is kept; `keelson run` goes on from there.")) {
            report = RunPipeline.run(project, session.clock(), session.console()::line);
        }
        report.loads().forEach(load -> DataCommand.tellQuarantined(session, load, report.loads().size() > 1));
        ObjectNode document = report.toJson();
        double seconds = Texts.seconds(start);
        document.put("seconds", seconds);
        session.console().document(document);
        boolean changed = report.steps().stream().anyMatch(RunPipeline.Step::changed);
        String done = changed ? "Done" : "Nothing has changed: checked";
        session.console()
                .note(
                        project.models().isEmpty()
                                ? "%s in %s s. The project has no models, so nothing was trained; the features are materialised. Next: `keelson features status`, or `keelson serve`."
                                        .formatted(done, seconds)
                                : "%s in %s s. Next: `keelson serve`, or `keelson status`.".formatted(done, seconds));
        return YES;
    }
}
