package dev.keelson.project;

import dev.keelson.project.FeastDefinitions.Entity;
import dev.keelson.project.FeastDefinitions.Field;
import dev.keelson.project.FeastDefinitions.Service;
import dev.keelson.project.FeastDefinitions.Source;
import dev.keelson.project.FeastDefinitions.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the declarations in a Python file of a Feast repository without running it: assignments of calls with literal
 * arguments, and names assigned earlier. Everything else is noted with its line.
 */
final class FeastPython {
    private static final Set<String> BLOCKS =
            Set.of("def", "class", "if", "for", "while", "try", "with", "async", "else", "elif", "except", "finally");
    private static final Set<String> OTHER_SOURCES = Set.of(
            "BigQuerySource", "SnowflakeSource", "RedshiftSource", "KafkaSource", "KinesisSource", "SparkSource",
            "PostgreSQLSource", "TrinoSource", "AthenaSource", "MsSqlServerSource", "RequestSource");

    private static final int DEEPEST = 100;

    private final String file;
    private final List<Token> tokens = new ArrayList<>();
    private final FeastDefinitions found;
    private final Map<String, Object> names;
    private int at;
    private int depth;

    /** A call that is not made. */
    private record Call(String name, List<@Nullable Object> arguments, Map<String, @Nullable Object> named, int line) {
        @Nullable Object get(String name, int position) {
            return named.containsKey(name) ? named.get(name) : position < arguments.size() ? arguments.get(position) : null;
        }
    }

    /** A name that was not assigned here. */
    private record Name(String text) {}

    /** Some features of a view. */
    private record Selection(Object of, List<?> features) {}

    private enum Kind {
        NAME,
        TEXT,
        NUMBER,
        SIGN,
        LINE_END
    }

    private record Token(Kind kind, String text, int line, int column) {}

    /** Something that only Python itself could say. */
    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message, null, false, false);
        }
    }

    /** @param names what was assigned in the files read before, and is added to */
    FeastPython(String file, String text, FeastDefinitions found, Map<String, Object> names) {
        this.file = file;
        this.found = found;
        this.names = names;
        tokenise(text);
    }

    private void tokenise(String text) {
        int line = 1;
        int lineStart = 0;
        int depth = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int column = i - lineStart;
            if (c == '\n') {
                if (depth == 0) {
                    tokens.add(new Token(Kind.LINE_END, "", line, column));
                }
                line++;
                lineStart = ++i;
            } else if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                line++;
                i += 2;
                lineStart = i;
            } else if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '#') {
                while (i < text.length() && text.charAt(i) != '\n') {
                    i++;
                }
            } else if (c == '"' || c == '\'' || (isPrefix(text, i) && i + 1 < text.length())) {
                int start = i;
                String prefix = "";
                while (Character.isLetter(text.charAt(i))) {
                    prefix += text.charAt(i++);
                }
                char quote = text.charAt(i);
                boolean triple = text.startsWith(String.valueOf(quote).repeat(3), i);
                int width = triple ? 3 : 1;
                StringBuilder value = new StringBuilder();
                int from = line;
                i += width;
                String end = String.valueOf(quote).repeat(width);
                while (i < text.length() && !text.startsWith(end, i)) {
                    char d = text.charAt(i);
                    if (d == '\\' && i + 1 < text.length() && !prefix.toLowerCase(Locale.ROOT).contains("r")) {
                        d = text.charAt(++i);
                        d = d == 'n' ? '\n' : d == 't' ? '\t' : d;
                    }
                    if (text.charAt(i) == '\n') {
                        line++;
                        lineStart = i + 1;
                    }
                    value.append(d);
                    i++;
                }
                i += width;
                boolean formatted = prefix.toLowerCase(Locale.ROOT).contains("f") && value.indexOf("{") >= 0;
                tokens.add(new Token(formatted ? Kind.SIGN : Kind.TEXT, formatted ? "f\"" : value.toString(), from, start == i ? 0 : column));
            } else if (Character.isDigit(c)) {
                int start = i;
                while (i < text.length() && (Character.isLetterOrDigit(text.charAt(i)) || "._".indexOf(text.charAt(i)) >= 0)) {
                    i++;
                }
                tokens.add(new Token(Kind.NUMBER, text.substring(start, i).replace("_", ""), line, column));
            } else if (Character.isLetter(c) || c == '_') {
                int start = i;
                while (i < text.length() && (Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '_')) {
                    i++;
                }
                tokens.add(new Token(Kind.NAME, text.substring(start, i), line, column));
            } else {
                depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
                depth = Math.max(0, depth);
                tokens.add(new Token(Kind.SIGN, String.valueOf(c), line, column));
                i++;
            }
        }
        tokens.add(new Token(Kind.LINE_END, "", line, 0));
    }

    /** Whether a string with a prefix such as r or f begins here. */
    private static boolean isPrefix(String text, int i) {
        int end = i;
        while (end < text.length() && end - i < 2 && "rRbBuUfF".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        boolean free = i == 0 || !(Character.isLetterOrDigit(text.charAt(i - 1)) || text.charAt(i - 1) == '_');
        return free && end > i && end < text.length() && (text.charAt(end) == '"' || text.charAt(end) == '\'');
    }

    void read() {
        while (at < tokens.size()) {
            Token first = tokens.get(at);
            int end = at;
            while (tokens.get(end).kind() != Kind.LINE_END) {
                end++;
            }
            if (end > at && first.column() == 0) {
                statement(first, end);
            }
            at = end + 1;
        }
    }

    private void statement(Token first, int end) {
        String place = file + ":" + first.line();
        if (first.text().equals("@") && first.kind() == Kind.SIGN) {
            found.note(
                    place,
                    "the decorated function (@%s) is Python code and is not run; write it as expressions of a model's features"
                            .formatted(tokens.get(at + 1).text()));
            return;
        }
        if (first.kind() == Kind.NAME && (first.text().equals("import") || first.text().equals("from"))) {
            return;
        }
        if (first.kind() == Kind.NAME && BLOCKS.contains(first.text())) {
            boolean decorated = at >= 2 && !found.notes.isEmpty() && first.text().equals("def");
            if (!decorated) {
                found.note(place, "`%s ...` is Python code and is not run".formatted(first.text()));
            }
            return;
        }
        if (first.kind() == Kind.TEXT && end == at + 1) {
            return; // what the file says of itself
        }
        try {
            String name = null;
            if (first.kind() == Kind.NAME && tokens.get(at + 1).text().equals("=") && !tokens.get(at + 2).text().equals("=")) {
                name = first.text();
                at += 2;
            }
            Object value = expression();
            if (at != end) {
                throw new Unreadable("`%s` is not understood".formatted(tokens.get(at).text()));
            }
            if (value instanceof Call call) {
                define(call, place);
            }
            if (name != null && value != null) {
                names.put(name, value);
            }
        } catch (Unreadable e) {
            found.note(place, "not read: %s".formatted(e.getMessage()));
        }
    }

    private @Nullable Object expression() throws Unreadable {
        if (++depth > DEEPEST) {
            throw new Unreadable("it is nested more than %d deep".formatted(DEEPEST));
        }
        try {
            return value();
        } finally {
            depth--;
        }
    }

    private @Nullable Object value() throws Unreadable {
        Object value = primary();
        while (true) {
            Token token = tokens.get(at);
            if (token.kind() == Kind.TEXT && value instanceof String text) {
                value = text + token.text();
                at++;
            } else if (token.text().equals("+") && token.kind() == Kind.SIGN && value instanceof String text) {
                at++;
                Object more = primary();
                if (!(more instanceof String)) {
                    throw new Unreadable("a text is put together of what is not a text");
                }
                value = text + more;
            } else if (token.text().equals("[") && token.kind() == Kind.SIGN && value != null) {
                at++;
                Object inner = expression();
                expect("]");
                if (!(inner instanceof List<?> list)) {
                    throw new Unreadable("a subscript is no list of features");
                }
                value = new Selection(value, list);
            } else if (token.kind() == Kind.SIGN && "+-*/%|&<>=.".contains(token.text())) {
                throw new Unreadable("`%s` is computed by Python".formatted(token.text()));
            } else if (token.kind() == Kind.NAME) {
                throw new Unreadable("`%s` is computed by Python".formatted(token.text()));
            } else {
                return value;
            }
        }
    }

    private @Nullable Object primary() throws Unreadable {
        Token token = tokens.get(at++);
        switch (token.kind()) {
            case TEXT -> {
                return token.text();
            }
            case NUMBER -> {
                try {
                    return Double.parseDouble(token.text());
                } catch (NumberFormatException e) {
                    throw new Unreadable("`%s` is no plain number".formatted(token.text()));
                }
            }
            case NAME -> {
                return named(token);
            }
            case SIGN -> {
                return switch (token.text()) {
                    case "-" -> expression() instanceof Double number ? (Object) (-number) : refuse("-");
                    case "(" -> {
                        List<@Nullable Object> list = list(")");
                        boolean tuple = list.size() != 1 || tokens.get(at - 2).text().equals(",");
                        yield tuple ? list : list.getFirst();
                    }
                    case "[" -> list("]");
                    case "{" -> dictionary();
                    default -> refuse(token.text());
                };
            }
            case LINE_END -> throw new Unreadable("the line ends too early");
        }
        throw new Unreadable("`%s` is not understood".formatted(token.text()));
    }

    private static Object refuse(String text) throws Unreadable {
        throw new Unreadable("`%s` is not understood".formatted(text));
    }

    private @Nullable Object named(Token token) throws Unreadable {
        StringBuilder path = new StringBuilder(token.text());
        while (tokens.get(at).text().equals(".") && tokens.get(at + 1).kind() == Kind.NAME) {
            path.append('.').append(tokens.get(at + 1).text());
            at += 2;
        }
        String name = path.toString();
        if (tokens.get(at).kind() == Kind.SIGN && tokens.get(at).text().equals("(")) {
            at++;
            return call(name.substring(name.lastIndexOf('.') + 1), token.line());
        }
        return switch (name) {
            case "None" -> null;
            case "True" -> true;
            case "False" -> false;
            default -> names.getOrDefault(name, new Name(name));
        };
    }

    private Object call(String name, int line) throws Unreadable {
        List<@Nullable Object> arguments = new ArrayList<>();
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        while (!accept(")")) {
            if (tokens.get(at).text().equals("*")) {
                throw new Unreadable("the arguments of %s are computed by Python".formatted(name));
            }
            if (tokens.get(at).kind() == Kind.NAME && tokens.get(at + 1).text().equals("=")) {
                String key = tokens.get(at).text();
                at += 2;
                named.put(key, expression());
            } else {
                arguments.add(expression());
            }
            if (!accept(",")) {
                expect(")");
                break;
            }
        }
        return name.equals("timedelta") ? duration(arguments, named) : new Call(name, arguments, named, line);
    }

    private static Duration duration(List<@Nullable Object> arguments, Map<String, @Nullable Object> named)
            throws Unreadable {
        double seconds = 0;
        Map<String, Integer> units =
                Map.of("days", 86_400, "seconds", 1, "minutes", 60, "hours", 3_600, "weeks", 7 * 86_400);
        Map<String, @Nullable Object> all = new HashMap<>(named);
        if (!arguments.isEmpty()) {
            all.put("days", arguments.getFirst());
        }
        for (Map.Entry<String, @Nullable Object> each : all.entrySet()) {
            Integer unit = units.get(each.getKey());
            if (unit == null || !(each.getValue() instanceof Double number) || arguments.size() > 1) {
                throw new Unreadable("a timedelta is not made of plain numbers of days, hours, minutes or seconds");
            }
            seconds += unit * number;
        }
        return Duration.ofMillis(Math.round(seconds * 1_000));
    }

    private List<@Nullable Object> list(String end) throws Unreadable {
        List<@Nullable Object> list = new ArrayList<>();
        while (!accept(end)) {
            list.add(expression());
            if (!accept(",")) {
                expect(end);
                break;
            }
        }
        return list;
    }

    private Map<Object, @Nullable Object> dictionary() throws Unreadable {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        while (!accept("}")) {
            Object key = expression();
            expect(":");
            Object value = expression();
            if (key != null) {
                map.put(key, value);
            }
            if (!accept(",")) {
                expect("}");
                break;
            }
        }
        return map;
    }

    private boolean accept(String sign) {
        if (tokens.get(at).kind() == Kind.SIGN && tokens.get(at).text().equals(sign)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String sign) throws Unreadable {
        if (!accept(sign)) {
            throw new Unreadable("`%s` stands where `%s` was expected".formatted(tokens.get(at).text(), sign));
        }
    }

    // ---- what the calls mean

    private void define(Call call, String place) throws Unreadable {
        switch (call.name()) {
            case "Entity" -> {
                String name = text(call, "name", 0);
                List<String> joined = List.of(name);
                if (call.get("join_keys", 1) instanceof List<?> keys && !keys.isEmpty()) {
                    joined = keys.stream().map(String::valueOf).distinct().toList();
                } else if (call.named().get("join_key") instanceof String old) {
                    joined = List.of(old);
                }
                found.entities.put(name, new Entity(name, joined, type(call.named().get("value_type"))));
            }
            case "FileSource", "PushSource" -> {
                var _ = source(call, place);
            }
            case "FeatureView", "BatchFeatureView", "StreamFeatureView" -> view(call, place);
            case "FeatureService" -> service(call, place);
            case "OnDemandFeatureView" ->
                found.note(place, "the on-demand view (%s) computes in Python; write it as expressions of a model's features"
                        .formatted(call.named().get("name")));
            default -> {
                if (OTHER_SOURCES.contains(call.name())) {
                    found.note(place, "the source (%s) is a %s, which is not read; export it as a file"
                            .formatted(call.named().get("name"), call.name()));
                } else {
                    found.note(place, "%s(...) is not read".formatted(call.name()));
                }
            }
        }
    }

    /** The name of a file source, or null. */
    private @Nullable String source(@Nullable Object value, String place) throws Unreadable {
        if (!(value instanceof Call call)) {
            return null;
        }
        if (call.name().equals("PushSource")) {
            String batch = source(call.get("batch_source", 1), place);
            if (batch != null) {
                found.note(place, "rows that were pushed to %s are pushed to the source (%s)"
                        .formatted(call.get("name", 0), batch));
            }
            return batch;
        }
        if (!call.name().equals("FileSource")) {
            return null;
        }
        String path = text(call, "path", 0);
        String name = call.named().get("name") instanceof String given
                ? given
                : path.replaceAll(".*/", "").replaceAll("\\..*", "");
        Object time = call.named().containsKey("timestamp_field")
                ? call.named().get("timestamp_field")
                : call.named().get("event_timestamp_column");
        found.sources.put(
                name,
                new Source(
                        name,
                        path,
                        time instanceof String text ? text : null,
                        call.named().get("created_timestamp_column") instanceof String text && !text.isEmpty() ? text : null));
        return name;
    }

    private void view(Call call, String place) throws Unreadable {
        String name = text(call, "name", 0);
        List<String> entities = new ArrayList<>();
        if (call.named().get("entities") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Call entity && entity.name().equals("Entity")) {
                    entities.add(text(entity, "name", 0));
                } else if (each instanceof String text) {
                    entities.add(text);
                } else {
                    found.note(place, "an entity of the view (%s) is not declared in what was read".formatted(name));
                }
            }
        }
        Object schema = call.named().containsKey("schema") ? call.named().get("schema") : call.named().get("features");
        List<Field> fields = new ArrayList<>();
        if (schema instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Call field && (field.name().equals("Field") || field.name().equals("Feature"))) {
                    String type = type(field.get("dtype", 1));
                    fields.add(new Field(text(field, "name", 0), type == null ? "?" : type));
                } else {
                    found.note(place, "a feature of the view (%s) is not a plain Field(...)".formatted(name));
                }
            }
        } else {
            found.note(place, "the view (%s) names no schema; its features are those that Feast would infer".formatted(name));
        }
        Object given = call.named().containsKey("source") ? call.named().get("source") : call.named().get("batch_source");
        String source = source(given, place);
        if (source == null) {
            found.note(place, "the source of the view (%s) is no FileSource that could be read".formatted(name));
        }
        Duration ttl = call.named().get("ttl") instanceof Duration duration && !duration.isZero() ? duration : null;
        found.views.put(name, new View(name, entities, ttl, fields, source));
    }

    private void service(Call call, String place) throws Unreadable {
        String name = text(call, "name", 0);
        List<String> features = new ArrayList<>();
        if (call.get("features", 1) instanceof List<?> list) {
            for (Object each : list) {
                Object of = each instanceof Selection selection ? selection.of() : each;
                if (of instanceof Call view && view.named().get("name") instanceof String viewName) {
                    if (each instanceof Selection selection) {
                        selection.features().forEach(feature -> features.add(viewName + ":" + feature));
                    } else {
                        features.add(viewName + ":*");
                    }
                } else {
                    found.note(place, "a member of the service (%s) could not be read".formatted(name));
                }
            }
        }
        found.services.put(name, new Service(name, features));
    }

    private static String text(Call call, String name, int position) throws Unreadable {
        if (call.get(name, position) instanceof String text) {
            return text;
        }
        throw new Unreadable("%s of %s is no plain text".formatted(name, call.name()));
    }

    private static @Nullable String type(@Nullable Object value) {
        return switch (value) {
            case Name name -> name.text().substring(name.text().lastIndexOf('.') + 1);
            case Call call -> call.name();
            case null, default -> null;
        };
    }
}
