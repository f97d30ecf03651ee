package dev.keelson.onnx;

import java.util.List;

/** ONNX files as exporters write them, small. */
final class OnnxFiles {
    private static final String ML = "ai.onnx.ml";

    private OnnxFiles() {}

    /** Three classes of two features: the scores are {@code [x, y, 0]}; softmax of them, or they themselves. */
    static byte[] dense(boolean softmax) {
        OnnxBytes graph = new OnnxBytes()
                .text(2, "dense")
                .node("Gemm", "", List.of("X", "W", "B"), List.of(softmax ? "scores" : "told"));
        if (softmax) {
            graph.node("Softmax", "", List.of("scores"), List.of("told"));
        }
        return OnnxBytes.model(graph.initializer("W", List.of(2, 3), 1, 0, 0, 0, 1, 0)
                .initializer("B", List.of(3), 0, 0, 0)
                .input("X", OnnxBytes.FLOAT, 2)
                .output("told", OnnxBytes.FLOAT, 3));
    }

    /** One value: {@code 2x - y + 0.5}, from two inputs of one column each. */
    static byte[] valueOfNamedInputs() {
        return OnnxBytes.model(new OnnxBytes()
                .text(2, "value")
                .node("Concat", "", List.of("x", "y"), List.of("X"), OnnxBytes.integer("axis", 1))
                .node("Gemm", "", List.of("X", "W", "B"), List.of("variable"))
                .initializer("W", List.of(2, 1), 2, -1)
                .initializer("B", List.of(1), 0.5f)
                .input("x", OnnxBytes.FLOAT, 1)
                .input("y", OnnxBytes.FLOAT, 1)
                .output("variable", OnnxBytes.FLOAT, 1));
    }

    /** One score of two classes, {@code x - y}; its sigmoid, or itself. */
    static byte[] binary(boolean sigmoid) {
        OnnxBytes graph = new OnnxBytes()
                .text(2, "binary")
                .node("Gemm", "", List.of("X", "W"), List.of(sigmoid ? "score" : "told"));
        if (sigmoid) {
            graph.node("Sigmoid", "", List.of("score"), List.of("told"));
        }
        return OnnxBytes.model(graph.initializer("W", List.of(2, 1), 1, -1)
                .input("X", OnnxBytes.FLOAT, 2)
                .output("told", OnnxBytes.FLOAT, 1));
    }

    /**
     * A classifier of one tree that splits the first of two features at 0.5, labels {@code lost} and {@code won}, as
     * scikit-learn's are exported: up to the split 0.75 of lost, above it 0.1.
     */
    static byte[] tree(boolean zipMap) {
        OnnxBytes graph = new OnnxBytes()
                .text(2, "tree")
                .node(
                        "TreeEnsembleClassifier",
                        ML,
                        List.of("X"),
                        List.of("label", "probabilities"),
                        OnnxBytes.ints("nodes_treeids", 0, 0, 0),
                        OnnxBytes.ints("nodes_nodeids", 0, 1, 2),
                        OnnxBytes.ints("nodes_featureids", 0, 0, 0),
                        OnnxBytes.reals("nodes_values", 0.5f, 0, 0),
                        OnnxBytes.reals("nodes_hitrates", 1, 1, 1),
                        OnnxBytes.strings("nodes_modes", "BRANCH_LEQ", "LEAF", "LEAF"),
                        OnnxBytes.ints("nodes_truenodeids", 1, 0, 0),
                        OnnxBytes.ints("nodes_falsenodeids", 2, 0, 0),
                        OnnxBytes.ints("nodes_missing_value_tracks_true", 0, 0, 0),
                        OnnxBytes.ints("class_treeids", 0, 0, 0, 0),
                        OnnxBytes.ints("class_nodeids", 1, 1, 2, 2),
                        OnnxBytes.ints("class_ids", 0, 1, 0, 1),
                        OnnxBytes.reals("class_weights", 0.75f, 0.25f, 0.1f, 0.9f),
                        OnnxBytes.strings("classlabels_strings", "lost", "won"),
                        OnnxBytes.string("post_transform", "NONE"));
        if (zipMap) {
            graph.node(
                    "ZipMap",
                    ML,
                    List.of("probabilities"),
                    List.of("output_probability"),
                    OnnxBytes.strings("classlabels_strings", "lost", "won"));
        }
        graph.input("X", OnnxBytes.FLOAT, 2).labels("label", 8);
        return OnnxBytes.model(
                zipMap
                        ? graph.mapOutput("output_probability", true)
                        : graph.output("probabilities", OnnxBytes.FLOAT, 2));
    }
}
