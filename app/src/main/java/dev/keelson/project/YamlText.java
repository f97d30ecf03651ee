package dev.keelson.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * A YAML document of which single scalars are exchanged or added while everything else, comments and order among it, stays byte
 * for byte as it is. Immutable.
 */
final class YamlText {
    /** What means the same with and without quotes, wherever it stands. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9.][A-Za-z0-9 ._%<>=+*/()-]*");

    /** The same outside of braces and brackets. */
    private static final Pattern PLAIN_IN_BLOCK = Pattern.compile("[A-Za-z0-9.][A-Za-z0-9 ._%<>=+*/(),-]*");

    /** Anchor and tag before a scalar. */
    private static final Pattern PROPERTIES = Pattern.compile("(?:[&!]\\S*\\s+)+");

    private final String text;
    private final Node root;

    private YamlText(String text, Node root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Reads one.
     *
     * @throws YamlEngineException if it is no YAML, or empty
     */
    static YamlText of(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setAllowDuplicateKeys(true)
                .build();
        Node root = new Compose(settings)
                .composeString(text)
                .orElseThrow(() -> new YamlEngineException("the file is empty"));
        return new YamlText(text, root);
    }

    String text() {
        return text;
    }

    Node root() {
        return root;
    }

    /** The value of a key, or null when the node has none. */
    static @Nullable Node child(@Nullable Node node, String key) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
                    return tuple.getValueNode();
                }
            }
        }
        return null;
    }

    /** Every scalar by its path, as long as no alias contains itself. */
    Map<String, String> scalars() {
        Map<String, String> all = new TreeMap<>();
        collect(root, "", all);
        return all;
    }

    private static void collect(Node node, String path, Map<String, String> all) {
        if (node.isRecursive()) {
            throw new YamlEngineException("an alias contains itself");
        }
        switch (node) {
            case ScalarNode scalar -> all.put(path, scalar.getValue());
            case SequenceNode list -> {
                for (int i = 0; i < list.getValue().size(); i++) {
                    collect(list.getValue().get(i), path + "[" + i + "]", all);
                }
            }
            case MappingNode mapping -> mapping.getValue().forEach(tuple -> collect(
                    tuple.getValueNode(), path + "." + (tuple.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?"), all));
            default -> throw new IllegalStateException("A node (%s) is neither scalar nor list nor mapping.".formatted(node));
        }
    }

    /** Whether its text can be exchanged: it stands in one line, or between quotes. */
    static boolean isReplaceable(ScalarNode scalar) {
        return scalar.getScalarStyle() != ScalarStyle.LITERAL && scalar.getScalarStyle() != ScalarStyle.FOLDED;
    }

    /** The texts in which a scalar says something else, the one that keeps its style first. */
    List<String> replaced(ScalarNode scalar, String value) {
        int from = index(scalar.getStartMark().orElseThrow());
        int to = index(scalar.getEndMark().orElseThrow());
        Matcher properties = PROPERTIES.matcher(text).region(from, to);
        from = properties.lookingAt() ? properties.end() : from;
        List<String> texts = new ArrayList<>();
        for (String written : written(value, scalar.getScalarStyle(), true)) {
            texts.add(text.substring(0, from) + written + text.substring(to));
        }
        return texts;
    }

    /** The texts in which a mapping has one key more, at its end, of a key that it does not have yet. */
    List<String> added(MappingNode mapping, String key, String value, @Nullable String within) {
        boolean flow = mapping.getFlowStyle() == FlowStyle.FLOW;
        List<String> texts = new ArrayList<>();
        for (String scalar : written(value, ScalarStyle.PLAIN, !flow && within == null)) {
            String entry = within == null ? "%s: %s".formatted(key, scalar) : "%s: { %s: %s }".formatted(key, within, scalar);
            if (mapping.getValue().isEmpty()) {
                int end = index(mapping.getEndMark().orElseThrow()) - 1;
                texts.add(text.substring(0, end).stripTrailing() + " " + entry + " " + text.substring(end));
            } else if (flow) {
                int end = end(last(mapping));
                texts.add(text.substring(0, end) + ", " + entry + text.substring(end));
            } else {
                texts.add(line(mapping, entry));
            }
        }
        return texts;
    }

    /** With a line more behind the last one of a mapping. */
    private String line(MappingNode mapping, String entry) {
        Mark first = mapping.getValue().getFirst().getKeyNode().getStartMark().orElseThrow();
        int start = index(first);
        String indent = text.substring(text.lastIndexOf('\n', start - 1) + 1, start);
        String feed = text.contains("\r\n") ? "\r\n" : "\n";
        int end = end(last(mapping));
        boolean whole = end > 0 && text.charAt(end - 1) == '\n'; // a block scalar ends behind its last line
        int at = whole ? end : text.indexOf('\n', end);
        if (at < 0) {
            return text + feed + " ".repeat(indent.length()) + entry + feed;
        }
        at = whole ? at : at + 1;
        return text.substring(0, at) + " ".repeat(indent.length()) + entry + feed + text.substring(at);
    }

    private static Node last(MappingNode mapping) {
        return mapping.getValue().getLast().getValueNode();
    }

    /** Where a node ends: of a block that of its last scalar, since the block itself ends where the next thing begins. */
    private int end(Node node) {
        return switch (node) {
            case MappingNode mapping when mapping.getFlowStyle() == FlowStyle.BLOCK && !mapping.getValue().isEmpty() -> end(last(mapping));
            case SequenceNode list when list.getFlowStyle() == FlowStyle.BLOCK && !list.getValue().isEmpty() ->
                end(list.getValue().getLast());
            default -> index(node.getEndMark().orElseThrow());
        };
    }

    private int index(Mark mark) {
        return text.offsetByCodePoints(0, mark.getIndex());
    }

    private static List<String> written(String value, ScalarStyle style, boolean block) {
        String single = "'" + value.replace("'", "''") + "'";
        String quoted = "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return switch (style) {
            case SINGLE_QUOTED -> List.of(single);
            case DOUBLE_QUOTED -> List.of(quoted);
            default -> {
                List<String> texts = new ArrayList<>();
                if (!value.endsWith(" ") && PLAIN.matcher(value).matches()) {
                    texts.add(value);
                } else if (block && !value.endsWith(" ") && PLAIN_IN_BLOCK.matcher(value).matches()) {
                    texts.add(value);
                }
                texts.add(quoted);
                yield texts;
            }
        };
    }
}
