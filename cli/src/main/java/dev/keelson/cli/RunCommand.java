package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.remote.RegistryLink;
import dev.keelson.wiring.ProjectRegistry;
import dev.keelson.wiring.RunPipeline;
import java.time.Duration;
import picocli.CommandLine.Command;

/** {@code keelson run}. */
@Command(
        name = "run",
        description = "Load every source, check, compute features, train, register: once, in order.",
        footer = {
            "A step whose data, configuration and code are unchanged is not done again.",
            "Where the project file names another registry, it is told at the end; what it does not take within a minute stays queued."
        })
final class RunCommand extends KeelsonCommand {
    /** So long the other registry is told at the end. */
    private static final Duration FLUSHED = Duration.ofMinutes(1);

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
        RegistryLink.Sent sent = ProjectRegistry.flush(project, session.clock(), FLUSHED);
        if (sent != null) {
            tellSent(session.console(), document, sent);
        }
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

    /** What the other registry was told, and what stays queued. */
    private static void tellSent(Console console, ObjectNode document, RegistryLink.Sent sent) {
        document.putObject("registry")
                .put("sent", sent.sent())
                .put("waiting", sent.waiting())
                .put("conflicts", sent.conflicts())
                .put("problem", sent.problem());
        console.line("registry: %,d changes sent, %,d stay queued".formatted(sent.sent(), sent.waiting()));
        if (sent.waiting() > 0) {
            console.note(
                    sent.problem() == null
                            ? "What stays queued waits for a decision about its version: `keelson registry conflicts` shows it."
                            : "%s What stays queued is sent by `keelson serve`, or by `keelson registry sync`."
                                    .formatted(sent.problem()));
        }
        if (sent.conflicts() > 0) {
            console.note("`keelson registry conflicts` shows where both sides differ.");
        }
    }
}
