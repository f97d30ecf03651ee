package dev.keelson.lineage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A part of the graph.
 *
 * @param start the node that was asked about
 * @param nodes all nodes, the start among them, in the order in which data flows, then as they were found
 * @param edges from what came first to what came from it, both ends among the nodes
 * @param notes what is not shown, and why; sentences
 */
public record LineageGraph(LineageNode start, List<LineageNode> nodes, List<Edge> edges, List<String> notes) {
    /**
     * An arrow.
     *
     * @param from id of the node that came first
     * @param to id of the node that came from it
     */
    public record Edge(String from, String to) {}

    public LineageGraph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        notes = List.copyOf(notes);
    }

    /** The node of an id. */
    public Optional<LineageNode> node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    /** The nodes of a kind, in order. */
    public List<LineageNode> nodes(LineageKind kind) {
        return nodes.stream().filter(node -> node.kind() == kind).toList();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("start", start.id());
        ArrayNode list = document.putArray("nodes");
        nodes.forEach(node -> list.add(node.toJson()));
        ArrayNode arrows = document.putArray("edges");
        edges.forEach(edge -> arrows.addObject().put("from", edge.from()).put("to", edge.to()));
        notes.forEach(document.putArray("notes")::add);
        return document;
    }
}
