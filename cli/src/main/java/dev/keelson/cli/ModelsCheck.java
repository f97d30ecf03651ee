package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson models check}. */
@Command(
        name = "check",
        description = "Whether a version meets the policy of its promotion, line by line; exit code 1 when it does not, or not yet.")
final class ModelsCheck extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = NamedVersion.WORDS)
    @Nullable String version;

    @Override
    int run(Session session) {
        Project project = session.project();
        NamedVersion named = NamedVersion.of(project, model, version);
        NamedVersion.requireModel(project, named.model());
        ObjectNode document;
        try (ProjectReading state = ProjectReading.open(project)) {
            document = state.governance(session.clock()).checked(named.model(), named.number());
        }
        PolicyReport report = PolicyReport.fromJson(document);
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        for (PolicyLine line : report.lines()) {
            rows.add(List.of(
                    line.rule(),
                    line.condition(),
                    observed(line),
                    line.state().word().replace('_', ' '),
                    line.sentence()));
        }
        console.table(List.of("RULE", "CONDITION", "OBSERVED", "STATE", "WHY"), rows);
        PerformanceCommand.Show.worse(console, named.model(), document.path("where_worse"));
        console.document(document);
        console.note(report.verdict() == PolicyLine.State.PASSED || rows.isEmpty()
                ? report.sentence()
                : "%s: %s v%d %s the policy (%s)."
                        .formatted(
                                report.decision(),
                                named.model(),
                                report.version(),
                                report.verdict() == PolicyLine.State.FAILED ? "does not meet" : "does not meet yet",
                                report.policy()));
        return report.verdict() == PolicyLine.State.PASSED ? YES : NO;
    }

    private static String observed(PolicyLine line) {
        if (!Double.isFinite(line.observed())) {
            return "";
        }
        String value = PolicyLine.number(line.observed());
        return Double.isFinite(line.lower()) && Double.isFinite(line.upper())
                ? "%s [%s, %s]".formatted(value, PolicyLine.number(line.lower()), PolicyLine.number(line.upper()))
                : value;
    }
}
