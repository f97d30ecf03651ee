package dev.keelson.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What an ONNX file holds, read from its protobuf before any library opens it. Refused are tensors that lie in other
 * files, operators other than those of the standard, random operators, and training graphs.
 *
 * @param operators names of the operators, sorted
 * @param labels labels of the classes that its classifiers name; empty when they name none, or different ones
 */
record OnnxFile(List<String> operators, List<String> labels) {
    /** The standard's own operators; whatever else there is may read files or run code. */
    private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml");
    /** What these tell depends on more than the row. */
    private static final Set<String> RANDOM = Set.of(
            "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike");
    private static final Set<String> LABELS =
            Set.of("classlabels_strings", "classlabels_int64s", "classlabels_ints");
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_DEPTH = 32;
    private static final int EXTERNAL = 1;

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming everything that is refused, or if the file is damaged
     */
    static OnnxFile read(byte[] file) {
        if (file.length > MOST_BYTES) {
            throw new IllegalArgumentException("The file has %d bytes; at most %d are expected."
                    .formatted(file.length, MOST_BYTES));
        }
        Walk walk = new Walk();
        try {
            walk.model(new Protobuf(ByteBuffer.wrap(file)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("The file is damaged, or no ONNX.", e);
        }
        if (!walk.refused.isEmpty()) {
            throw new IllegalArgumentException("The file holds what is not evaluated here: %s."
                    .formatted(String.join("; ", walk.refused)));
        }
        if (walk.operators.isEmpty()) {
            throw new IllegalArgumentException("The file holds no operator: it is damaged, or no ONNX.");
        }
        return new OnnxFile(
                List.copyOf(walk.operators), walk.labels.size() == 1 ? walk.labels.getFirst() : List.of());
    }

    /** The field numbers are those of onnx.proto3. */
    private static final class Walk {
        private final SortedSet<String> operators = new TreeSet<>();
        private final SortedSet<String> refused = new TreeSet<>();
        private final List<List<String>> labels = new ArrayList<>();
        private int depth;

        void model(Protobuf model) {
            while (model.next()) {
                switch (model.field()) {
                    case 7 -> graph(model.message());
                    case 8 -> domain(text(model.message(), 1), "set of operators");
                    case 20 -> refused.add("a graph for training");
                    case 25 -> function(model.message());
                    default -> {}
                }
            }
        }

        private void graph(Protobuf graph) {
            if (++depth > MOST_DEPTH) {
                throw new IllegalArgumentException("The file nests more than %d graphs.".formatted(MOST_DEPTH));
            }
            while (graph.next()) {
                switch (graph.field()) {
                    case 1 -> node(graph.message());
                    case 5 -> tensor(graph.message());
                    case 15 -> sparse(graph.message());
                    default -> {}
                }
            }
            depth--;
        }

        private void function(Protobuf function) {
            while (function.next()) {
                switch (function.field()) {
                    case 7 -> node(function.message());
                    case 9 -> domain(text(function.message(), 1), "set of operators");
                    case 11 -> attribute(function.message());
                    default -> {}
                }
            }
        }

        private void node(Protobuf node) {
            String operator = "";
            String domain = "";
            while (node.next()) {
                switch (node.field()) {
                    case 4 -> operator = node.text();
                    case 5 -> attribute(node.message());
                    case 7 -> domain = node.text();
                    default -> {}
                }
            }
            domain(domain, "operator " + operator);
            if (RANDOM.contains(operator)) {
                refused.add("the random operator " + operator);
            }
            operators.add(operator);
        }

        private void attribute(Protobuf attribute) {
            String name = "";
            List<String> values = new ArrayList<>();
            while (attribute.next()) {
                switch (attribute.field()) {
                    case 1 -> name = attribute.text();
                    case 5, 10 -> tensor(attribute.message());
                    case 6, 11 -> graph(attribute.message());
                    case 8 -> numbers(attribute, values);
                    case 9 -> values.add(attribute.text());
                    case 22, 23 -> sparse(attribute.message());
                    default -> {}
                }
            }
            if (LABELS.contains(name) && !values.isEmpty() && !labels.contains(values)) {
                labels.add(values);
            }
        }

        private static void numbers(Protobuf attribute, List<String> values) {
            if (attribute.isNumber()) {
                values.add(Long.toString(attribute.number()));
                return;
            }
            Protobuf packed = attribute.message();
            while (packed.more()) {
                values.add(Long.toString(packed.packed()));
            }
        }

        private void sparse(Protobuf tensor) {
            while (tensor.next()) {
                if (tensor.field() == 1 || tensor.field() == 2) {
                    tensor(tensor.message());
                }
            }
        }

        private void tensor(Protobuf tensor) {
            while (tensor.next()) {
                boolean elsewhere =
                        tensor.field() == 13 || (tensor.field() == 14 && tensor.number() == EXTERNAL);
                if (elsewhere) {
                    refused.add("tensors that lie in other files");
                }
            }
        }

        private static String text(Protobuf message, int field) {
            String text = "";
            while (message.next()) {
                if (message.field() == field) {
                    text = message.text();
                }
            }
            return text;
        }

        private void domain(String domain, String what) {
            if (!DOMAINS.contains(domain)) {
                refused.add("the %s of the domain (%s)".formatted(what, domain));
            }
        }
    }
}
