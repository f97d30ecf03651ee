package dev.keelson.cli;

import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageNode;
import dev.keelson.lineage.LineageQuery;
import dev.keelson.lineage.OpenLineageEvents;
import dev.keelson.project.Project;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson lineage}. */
@Command(
        name = "lineage",
        description = "Where it came from, what it led to.",
        footer = "From source rows over dataset versions, runs and model versions to predictions, both ways.")
final class LineageCommand extends KeelsonCommand {
    @Parameters(
            paramLabel = "OF",
            description = "Id of a dataset version, a run or a prediction, MODEL@v3, VIEW, SOURCE, SOURCE:key (its values"
                    + " joined by |), or KIND/NAME as the answers spell it.")
    String of = "";

    @Option(names = "--up", description = "Only where it came from.")
    boolean up;

    @Option(names = "--down", description = "Only what it led to.")
    boolean down;

    @Option(names = "--depth", paramLabel = "N", defaultValue = "2", description = "So many steps each way (default: 2).")
    int depth = LineageQuery.STEPS;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many neighbours of each (default: 20).")
    int limit = LineageQuery.NEIGHBOURS;

    @Option(
            names = "--offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Pass over so many neighbours of OF itself, for the next page.")
    int offset;

    @Option(
            names = "--openlineage",
            paramLabel = "FILE",
            description = "Write what is shown as OpenLineage run events, one JSON document a line.")
    @Nullable String openLineage;

    @Override
    int run(Session session) throws IOException {
        Project project = session.project();
        LineageGraph graph;
        try (ProjectReading state = ProjectReading.open(project)) {
            graph = state.lineage().graph(new LineageQuery(of, up || !down, down || !up, depth, limit, offset));
        }
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        for (LineageNode node : graph.nodes()) {
            List<String> before = new ArrayList<>();
            for (LineageGraph.Edge edge : graph.edges()) {
                if (edge.to().equals(node.id())) {
                    before.add(graph.node(edge.from()).map(LineageNode::label).orElse(edge.from()));
                }
            }
            rows.add(List.of(
                    (node.equals(graph.start()) ? "* " : "  ") + node.kind().word(),
                    node.name(),
                    Texts.orEmpty(node.at()),
                    shortened(before)));
        }
        console.table(List.of("  KIND", "NAME", "AT", "CAME FROM"), rows);
        List<List<String>> facts = new ArrayList<>();
        for (Map.Entry<String, String> fact : graph.start().facts().entrySet()) {
            facts.add(List.of(fact.getKey(), fact.getValue()));
        }
        if (!facts.isEmpty()) {
            console.table(List.of("FACT", "VALUE"), facts);
        }
        graph.notes().forEach(console::note);
        console.document(graph.toJson());
        if (openLineage != null) {
            Path file = session.path(openLineage);
            List<String> events = new OpenLineageEvents(project.name()).lines(graph);
            Files.write(file, events);
            console.note("%s written to %s.".formatted(Texts.count(events.size(), "event"), session.shown(file)));
        }
        return YES;
    }

    private static String shortened(List<String> names) {
        return names.size() <= 3
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 3)) + " and %d more".formatted(names.size() - 3);
    }
}
