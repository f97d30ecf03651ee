package dev.keelson.cli;

import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.wiring.ProjectReading;
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
        ServingTimeline timeline;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            state.requireModel(session.project(), model);
            timeline = state.governance(session.clock()).history(model);
        }
        List<List<String>> rows = new ArrayList<>();
        for (ServingTimeline.Span span : timeline.spans().reversed()) {
            rows.add(List.of(
                    "v" + span.version(),
                    span.from().toString(),
                    span.to() == null ? "now" : span.to().toString(),
                    span.decision().action() + (span.forced() ? " (forced)" : ""),
                    span.people(),
                    span.decision().reason(),
                    span.evidence()));
        }
        session.console().table(List.of("VERSION", "FROM", "TO", "WHAT", "WHO DECIDED", "WHY", "EVIDENCE"), rows);
        session.console().document(timeline.toJson());
        return YES;
    }
}
