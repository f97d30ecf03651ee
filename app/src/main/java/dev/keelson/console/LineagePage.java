package dev.keelson.console;

import dev.keelson.console.view.Fact;
import dev.keelson.console.view.LineageView;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageGraph.Edge;
import dev.keelson.lineage.LineageNode;
import dev.keelson.lineage.LineageQuery;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One node with what it came from and what it led to. */
final class LineagePage {
    private static final int FROM = 3;

    private final Backend backend;
    private final ZoneId zone;

    LineagePage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    LineageView view(Shell shell, @Nullable LineageQuery query) {
        if (query == null) {
            return new LineageView(shell, "", LineageQuery.STEPS, null, "", List.of(), null, List.of(), List.of(), null, null);
        }
        LineageGraph graph = backend.lineage().graph(query);
        Map<String, LineageNode> nodes = new HashMap<>();
        graph.nodes().forEach(node -> nodes.put(node.id(), node));
        Map<String, List<String>> before = new HashMap<>();
        for (Edge edge : graph.edges()) {
            LineageNode from = nodes.get(edge.from());
            if (from != null) {
                before.computeIfAbsent(edge.to(), id -> new ArrayList<>()).add(from.label());
            }
        }
        List<LineageView.Row> rows = graph.nodes().stream()
                .map(node -> row(node, before.getOrDefault(node.id(), List.of()), query.depth()))
                .toList();
        LineageNode start = graph.start();
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("name", start.name(), true));
        if (start.at() != null) {
            facts.add(Fact.of("at", Text.minute(start.at(), zone)));
        }
        start.facts().forEach((name, value) -> facts.add(Fact.of(name, value)));
        String here = LineagePicture.address(start.id(), query.depth()) + "&limit=" + query.limit();
        boolean more = graph.notes().stream().anyMatch(note -> note.contains("`" + start.id() + "` is shown in part"));
        return new LineageView(
                shell,
                query.of(),
                query.depth(),
                start.label(),
                start.kind().word(),
                facts,
                LineagePicture.draw(graph),
                rows,
                graph.notes(),
                query.offset() == 0 ? null : here + "&offset=" + Math.max(0, query.offset() - query.limit()),
                more ? here + "&offset=" + (query.offset() + query.limit()) : null);
    }

    private LineageView.Row row(LineageNode node, List<String> before, int depth) {
        String from = before.size() <= FROM
                ? String.join(", ", before)
                : String.join(", ", before.subList(0, FROM)) + " and %d more".formatted(before.size() - FROM);
        return new LineageView.Row(
                node.kind().word(),
                node.label(),
                LineagePicture.address(node.id(), depth),
                node.at() == null ? Text.NONE : Text.minute(node.at(), zone),
                from);
    }
}
