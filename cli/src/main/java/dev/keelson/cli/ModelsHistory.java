package dev.keelson.cli;

import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson models history}. */
@Command(
        name = "history",
        description = "Which version served when, who decided it, why and on what evidence; from the audit trail.")
final class ModelsHistory extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Override
    int run(Session session) {
        Projects.model(session.project(), model);
        ServingTimeline timeline;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            timeline = state.governance(session.clock()).history(model);
        }
        List<List<String>> rows = new ArrayList<>();
        for (ServingTimeline.Span span : timeline.spans().reversed()) {
            rows.add(List.of(
                    "v" + span.version(),
                    span.from().toString(),
                    span.to() == null ? "now" : span.to().toString(),
                    span.decision().action() + (span.forced() ? " (forced)" : ""),
                    span.decision().actor(),
                    span.decision().reason()));
        }
        session.console().table(List.of("VERSION", "FROM", "TO", "WHAT", "WHO", "WHY"), rows);
        session.console().document(timeline.toJson());
        return YES;
    }
}
