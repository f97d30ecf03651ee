package dev.keelson.lineage;

/** Says where things came from and what they led to. Safe for use by several threads. */
public interface Lineage {
    /**
     * The part of the graph around one node.
     *
     * @throws dev.keelson.error.KeelsonException NOT_FOUND when there is no such node, with names that are near;
     *     BAD_REQUEST when the question has a value that cannot be
     */
    LineageGraph graph(LineageQuery query);
}
