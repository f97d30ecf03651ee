package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Kind;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * YAML 1.2 (core schema) as {@link Value}s with their places, variables filled in. Reports syntax errors, keys that
 * occur twice, variables that are not set, and secrets.
 */
final class YamlDocument {
    /** More values than any project needs; stops a file whose aliases multiply. */
    private static final int MAX_VALUES = 200_000;

    private final String file;
    private final Variables variables;
    private final Problems problems;
    private final List<String> lines;
    private int values;

    private YamlDocument(String file, String text, Variables variables, Problems problems) {
        this.file = file;
        this.variables = variables;
        this.problems = problems;
        this.lines = text.lines().toList();
    }

    /**
     * Reads one document.
     *
     * @param file name of the file for messages
     * @return its value, or null when there is none; then the reason is among the problems
     */
    static @Nullable Value parse(String file, String text, Variables variables, Problems problems) {
        return new YamlDocument(file, text, variables, problems).parse(text);
    }

    private @Nullable Value parse(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setSchema(new CoreSchema())
                .setAllowDuplicateKeys(true)
                .build();
        try {
            Iterator<Node> documents =
                    new Compose(settings).composeAllFromString(text).iterator();
            if (!documents.hasNext()) {
                problems.add(
                        ErrorCode.YAML_SYNTAX,
                        new Location(file, 1, 1),
                        "the file is empty",
                        "Maybe start from an example: `keelson init DIR --example football`.");
                return null;
            }
            Node root = documents.next();
            if (documents.hasNext()) {
                Node second = documents.next();
                problems.add(
                        ErrorCode.YAML_SYNTAX,
                        start(second),
                        "a second document starts here, and a project file has one",
                        "Maybe the line `---` before it is not wanted.");
                return null;
            }
            return convert(root);
        } catch (MarkedYamlEngineException e) {
            Location at =
                    e.getProblemMark().or(e::getContextMark).map(this::location).orElse(new Location(file, 1, 1));
            problems.add(
                    ErrorCode.YAML_SYNTAX,
                    at,
                    "the file is not valid YAML: " + e.getProblem(),
                    syntaxHint(e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(
                    ErrorCode.YAML_SYNTAX,
                    new Location(file, 0, 0),
                    "the file is not valid YAML: " + e.getMessage(),
                    null);
        } catch (TooManyValues e) {
            problems.add(
                    ErrorCode.YAML_SYNTAX,
                    new Location(file, 1, 1),
                    "the file has more than %d values with its aliases expanded".formatted(MAX_VALUES),
                    "Maybe an alias contains itself.");
        }
        return null;
    }

    private static @Nullable String syntaxHint(@Nullable String problem) {
        if (problem == null) {
            return null;
        }
        if (problem.contains("mapping values are not allowed")) {
            return "Maybe a value contains `: ` and needs quotes, or the line is not indented like its neighbours.";
        }
        if (problem.contains("'\\t'") || problem.contains("TAB")) {
            return "Maybe the line is indented with a tab: YAML wants blanks.";
        }
        if (problem.contains("expected ',' or ']'")) {
            return "Maybe a `]` is missing before it.";
        }
        if (problem.contains("expected ',' or '}'")) {
            return "Maybe a `}` is missing before it.";
        }
        if (problem.contains("could not find expected ':'")) {
            return "Maybe a `:` is missing behind a key.";
        }
        return null;
    }

    private Value convert(Node node) {
        values++;
        if (values > MAX_VALUES || node.isRecursive()) {
            throw new TooManyValues();
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode list -> items(list);
            case MappingNode mapping -> table(mapping);
            default ->
                throw new IllegalStateException("A node (%s) is neither scalar nor list nor mapping.".formatted(node));
        };
    }

    private Items items(SequenceNode list) {
        List<Node> nodes = list.getValue();
        List<Value> items = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            int last = i;
            if (list.getFlowStyle() == FlowStyle.FLOW && nodes.get(i) instanceof ScalarNode first) {
                int open = openBrackets(first);
                while (open > 0 && last + 1 < nodes.size() && isPlain(nodes.get(last + 1))) {
                    last++;
                    open += openBrackets((ScalarNode) nodes.get(last));
                }
                if (open != 0) {
                    last = i; // not a call that was cut: leave it to the reader of the item
                }
            }
            items.add(last == i ? convert(nodes.get(i)) : joined((ScalarNode) nodes.get(i), nodes.get(last)));
            i = last;
        }
        return new Items(items, start(list));
    }

    private Table table(MappingNode mapping) {
        List<NodeTuple> tuples = mapping.getValue();
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < tuples.size(); i++) {
            NodeTuple tuple = tuples.get(i);
            Location at = start(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(ErrorCode.WRONG_TYPE, at, "a key is a list or a mapping, and a text was expected", null);
                continue;
            }
            int last = mapping.getFlowStyle() == FlowStyle.FLOW ? lastOfCall(tuples, i) : i;
            Value value = last == i
                    ? convert(tuple.getValueNode())
                    : joined((ScalarNode) tuple.getValueNode(), tuples.get(last).getKeyNode());
            i = last;
            Entry earlier = entries.get(key.getValue());
            if (earlier != null) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        at,
                        "the key `%s` occurs twice; the first is on line %d"
                                .formatted(key.getValue(), earlier.location().line()),
                        "Maybe one of them should have another name.");
                continue;
            }
            entries.put(key.getValue(), new Entry(new Located(key.getValue(), textStart(key, at)), at, value));
        }
        return new Table(entries, start(mapping));
    }

    /**
     * Commas separate entries within {@code [ ]} and <code>{ }</code>, also those between the arguments of a call:
     * {@code [market(AvgH, AvgD, AvgA)]} has three items by YAML's rules. A call that was cut is put together again.
     *
     * @return the tuple whose key ends the call that the value of tuple {@code first} starts, or {@code first}
     */
    private static int lastOfCall(List<NodeTuple> tuples, int first) {
        if (!isPlain(tuples.get(first).getValueNode())) {
            return first;
        }
        int open = openBrackets((ScalarNode) tuples.get(first).getValueNode());
        int last = first;
        while (open > 0
                && last + 1 < tuples.size()
                && isPlain(tuples.get(last + 1).getKeyNode())
                && tuples.get(last + 1).getValueNode() instanceof ScalarNode nothing
                && nothing.getValue().isEmpty()) {
            last++;
            open += openBrackets((ScalarNode) tuples.get(last).getKeyNode());
        }
        return open == 0 ? last : first;
    }

    private static boolean isPlain(Node node) {
        return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN;
    }

    /** Opening less closing round brackets of a plain scalar, texts in quotes left out. */
    private static int openBrackets(ScalarNode node) {
        if (node.getScalarStyle() != ScalarStyle.PLAIN) {
            return 0;
        }
        int open = 0;
        boolean quoted = false;
        for (char c : node.getValue().toCharArray()) {
            quoted ^= c == '\'';
            open += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return open;
    }

    /** The plain scalar from the start of one node to the end of another, as it is written. */
    private Scalar joined(ScalarNode first, Node last) {
        Mark from = first.getStartMark().orElseThrow();
        Mark to = last.getEndMark().orElseThrow();
        StringBuilder text = new StringBuilder();
        for (int line = from.getLine(); line <= to.getLine(); line++) {
            String whole = lines.get(line);
            int end = line == to.getLine() ? whole.offsetByCodePoints(0, to.getColumn()) : whole.length();
            int begin = line == from.getLine() ? whole.offsetByCodePoints(0, from.getColumn()) : 0;
            String part = whole.substring(begin, end).replaceAll("\\s#.*", "");
            text.append(text.isEmpty() ? "" : " ").append(line == from.getLine() ? part.stripTrailing() : part.strip());
        }
        return scalar(text.toString(), Tag.STR, true, start(first), start(first));
    }

    private Scalar scalar(ScalarNode node) {
        Location at = start(node);
        boolean plain = node.getScalarStyle() == ScalarStyle.PLAIN;
        return scalar(node.getValue(), node.getTag(), plain, at, textStart(node, at));
    }

    private Scalar scalar(String raw, Tag rawTag, boolean plain, Location at, Location textAt) {
        String secret = Secrets.find(raw);
        if (secret != null) {
            problems.add(
                    ErrorCode.SECRET_IN_FILE,
                    at,
                    "a secret (%s) is written in the file".formatted(secret),
                    Secrets.HINT);
            return new Scalar("", "****", Kind.TEXT, at, textAt);
        }
        String text = variables.fill(new Located(raw, textAt), problems);
        Tag tag = text.equals(raw) || !plain
                ? rawTag
                : new CoreSchema().getScalarResolver().resolve(text, true);
        return new Scalar(text, raw, kind(tag), at, textAt);
    }

    private static Kind kind(Tag tag) {
        if (tag.equals(Tag.INT)) {
            return Kind.WHOLE;
        }
        if (tag.equals(Tag.FLOAT)) {
            return Kind.NUMBER;
        }
        if (tag.equals(Tag.BOOL)) {
            return Kind.FLAG;
        }
        return tag.equals(Tag.NULL) ? Kind.EMPTY : Kind.TEXT;
    }

    private Location textStart(ScalarNode node, Location at) {
        return switch (node.getScalarStyle()) {
            case SINGLE_QUOTED, DOUBLE_QUOTED -> new Location(file, at.line(), at.column() + 1);
            case LITERAL, FOLDED -> firstTextAfter(at);
            case PLAIN, JSON_SCALAR_STYLE -> at;
        };
    }

    /** Where the text of a block scalar starts; columns within its further lines are not known. */
    private Location firstTextAfter(Location indicator) {
        for (int line = indicator.line();
                line < lines.size();
                line++) { // line numbers start at 1: this is the next one
            String text = lines.get(line);
            if (!text.isBlank()) {
                return new Location(
                        file, line + 1, text.length() - text.stripLeading().length() + 1);
            }
        }
        return indicator;
    }

    private Location start(Node node) {
        Optional<Mark> mark = node.getStartMark();
        return mark.map(this::location).orElse(new Location(file, 1, 1));
    }

    private Location location(Mark mark) {
        return new Location(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static final class TooManyValues extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyValues() {
            super("too many values", null, false, false);
        }
    }
}
