package dev.keelson.lineage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Walks from one node, level by level, each way for itself: what came of a parent's other children is not shown. */
final class LineageWalk {
    /** The neighbours of a node in one direction. */
    interface Neighbours {
        /**
         * Some of them, in order.
         *
         * @param up those it came from; otherwise those that came from it
         */
        Page of(LineageNode node, boolean up, int offset, int limit);
    }

    /**
     * Some neighbours.
     *
     * @param more whether there are others after them
     * @param notes what could not be followed
     */
    record Page(List<LineageNode> nodes, boolean more, List<String> notes) {
        Page {
            nodes = List.copyOf(nodes);
            notes = List.copyOf(notes);
        }

        static Page of(List<LineageNode> all, int offset, int limit) {
            List<LineageNode> some = all.stream().skip(offset).limit(limit).toList();
            return new Page(some, all.size() > offset + some.size() && !some.isEmpty(), List.of());
        }
    }

    private final Neighbours neighbours;
    private final Map<String, LineageNode> nodes = new LinkedHashMap<>();
    private final Set<LineageGraph.Edge> edges = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();

    private LineageWalk(Neighbours neighbours) {
        this.neighbours = neighbours;
    }

    static LineageGraph walk(LineageNode start, LineageQuery query, Neighbours neighbours) {
        LineageWalk walk = new LineageWalk(neighbours);
        walk.nodes.put(start.id(), start);
        if (query.up()) {
            walk.go(start, query, true);
        }
        if (query.down()) {
            walk.go(start, query, false);
        }
        List<LineageNode> sorted = new ArrayList<>(walk.nodes.values());
        sorted.sort(Comparator.comparing(LineageNode::kind));
        return new LineageGraph(start, sorted, List.copyOf(walk.edges), List.copyOf(walk.notes));
    }

    private void go(LineageNode start, LineageQuery query, boolean up) {
        Set<String> seen = new LinkedHashSet<>();
        seen.add(start.id());
        List<LineageNode> level = List.of(start);
        for (int step = 0; step < query.depth(); step++) {
            List<LineageNode> next = new ArrayList<>();
            for (LineageNode node : level) {
                Page page = neighbours.of(node, up, node.equals(start) ? query.offset() : 0, query.limit());
                for (LineageNode found : page.nodes()) {
                    nodes.putIfAbsent(found.id(), found);
                    edges.add(up
                            ? new LineageGraph.Edge(found.id(), node.id())
                            : new LineageGraph.Edge(node.id(), found.id()));
                    if (seen.add(found.id())) {
                        next.add(found);
                    }
                }
                notes.addAll(page.notes());
                if (page.more()) {
                    notes.add("%s `%s` is shown in part: the first %d; there are more."
                            .formatted(
                                    up ? "What came before" : "What came of",
                                    node.id(),
                                    Math.min(page.nodes().size(), query.limit()))); // a model beside the rows is none of them
                }
            }
            level = next;
        }
    }
}
