package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.wiring.ProjectDefinitions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson apply}. */
@Command(
        name = "apply",
        description = "Register what the project file changes, each definition as a new version; exit code 1 when declined.",
        footer = "Values are computed and models trained by the next `keelson run`.")
final class ApplyCommand extends KeelsonCommand {
    @Option(names = {"-y", "--yes"}, description = "Do not ask.")
    boolean yes;

    @Override
    int run(Session session) {
        Project project = session.validated();
        DefinitionPlan plan = ProjectDefinitions.plan(project);
        PlanCommand.show(session, plan);
        if (!plan.isEmpty() && !yes && !agreed(session)) {
            session.console().note("Nothing was changed.");
            return NO;
        }
        if (!plan.isEmpty()) {
            ProjectDefinitions.apply(project, plan, session.clock(), ModelsChange.actor(session));
            session.console().note("Registered: %s.".formatted(plan.summary()));
        }
        session.console().document(plan.toJson());
        return YES;
    }

    private static boolean agreed(Session session) {
        if (!session.terminal().in() || !session.terminal().err()) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "Without a terminal nobody can agree to the changes.", "Maybe add --yes.");
        }
        session.err().print("Register these changes? [y/N] ");
        session.err().flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(session.in(), Charset.defaultCharset())).readLine();
            return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
        } catch (IOException e) {
            throw new KeelsonException(ErrorCode.USAGE, "The answer cannot be read.", "Maybe use --yes.", e);
        }
    }
}
