package dev.keelson.learn.tune;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the short form of search spaces in project files.
 *
 * <pre>
 * parameter := domain [ "when" condition ]
 * domain    := number ".." number [ "log" | "step" number ]  |  list
 * condition := name "=" value  |  name "in" list
 * list      := "[" value { "," value } "]"
 * </pre>
 *
 * A range is one of whole numbers when its bounds and step are written without point and exponent ({@code 3..10}), else
 * of real ones ({@code 0.0..1}). A value is a number, {@code true}, {@code false}, a word, or a text between quotes.
 *
 * <p>Errors are {@link KeelsonException}s without a place: the caller knows where the text stands.
 */
public final class SpaceSyntax {
    private static final String NUMBER = "[+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?";
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:(?<number>" + NUMBER + ")(?![A-Za-z_\\d])|(?<mark>\\.\\.|==|[=\\[\\],])"
                    + "|(?<word>[A-Za-z_](?:[\\w-]|\\.(?!\\.))*)|'(?<single>[^']*)'|\"(?<quoted>[^\"]*)\")");
    private static final String EXAMPLES = "Maybe one of these forms was meant: "
            + "3..10, 0.01..0.3 log, 50..200 step 10, [a, b, c], 1..5 when booster = dart.";

    /** What a token is. */
    private enum Kind {
        NUMBER,
        MARK,
        WORD,
        TEXT,
        END
    }

    private record Token(Kind kind, String text, int offset) {}

    private final String source;
    private final List<Token> tokens;
    private int at;

    private SpaceSyntax(String source) {
        this.source = source;
        tokens = tokens(source);
    }

    /**
     * One parameter.
     *
     * @param name its name
     * @param entry the text of its domain, and of its condition if it has one; or the list of its choices
     * @throws KeelsonException BAD_VALUE saying what is wrong with the text, WRONG_TYPE for anything else
     */
    public static Parameter parameter(String name, @Nullable Object entry) {
        if (entry instanceof String text) {
            SpaceSyntax syntax = new SpaceSyntax(text);
            Domain domain = syntax.domain();
            Condition condition = syntax.takes("when") ? syntax.condition() : null;
            syntax.end();
            return new Parameter(name, domain, condition);
        }
        if (entry instanceof List<?> choices && choices.stream().allMatch(choice -> choice != null)) {
            return Parameter.of(name, new ChoiceDomain(List.copyOf(choices)));
        }
        throw new KeelsonException(
                ErrorCode.WRONG_TYPE, "The domain (%s) must be a range or a list of choices.".formatted(entry), EXAMPLES);
    }

    /**
     * A domain without a condition.
     *
     * @throws KeelsonException BAD_VALUE saying what is wrong with the text
     */
    public static Domain domain(String text) {
        SpaceSyntax syntax = new SpaceSyntax(text);
        Domain domain = syntax.domain();
        syntax.end();
        return domain;
    }

    /**
     * A whole space, as a reader of YAML hands it over.
     *
     * @param entries parameter to its text, or to the list of its choices
     * @throws KeelsonException naming every problem, each message with the parameter's name
     */
    public static SearchSpace space(Map<String, ?> entries) {
        Problems problems = new Problems();
        List<Parameter> parameters = new ArrayList<>();
        new TreeMap<>(entries).forEach((name, entry) -> {
            try {
                parameters.add(parameter(name, entry));
            } catch (KeelsonException e) {
                e.problems().forEach(each ->
                        problems.add(each.code(), "space.%s: %s".formatted(name, each.message()), each.hint()));
            }
        });
        problems.finish();
        return new SearchSpace(parameters);
    }

    private static List<Token> tokens(String source) {
        List<Token> tokens = new ArrayList<>();
        int length = source.stripTrailing().length();
        Matcher matcher = TOKEN.matcher(source).region(0, length);
        int from = 0;
        while (from < length) {
            matcher.region(from, length);
            if (!matcher.lookingAt()) {
                throw wrong(source, from, "this cannot be read");
            }
            tokens.add(token(matcher));
            from = matcher.end();
        }
        tokens.add(new Token(Kind.END, "", length));
        return tokens;
    }

    private static Token token(Matcher matcher) {
        String number = matcher.group("number");
        if (number != null) {
            return new Token(Kind.NUMBER, number, matcher.start("number"));
        }
        String mark = matcher.group("mark");
        if (mark != null) {
            return new Token(Kind.MARK, mark, matcher.start("mark"));
        }
        String word = matcher.group("word");
        if (word != null) {
            return new Token(Kind.WORD, word, matcher.start("word"));
        }
        String group = matcher.group("single") == null ? "quoted" : "single";
        return new Token(Kind.TEXT, matcher.group(group), matcher.start(group));
    }

    private Domain domain() {
        if (peek().text().equals("[") && peek().kind() == Kind.MARK) {
            return new ChoiceDomain(list());
        }
        Token low = number("a range must begin with a number, a list with [");
        mark("..", "two bounds have .. between them");
        Token high = number("a range must have an upper bound");
        boolean log = false;
        Token step = null;
        while (peek().kind() == Kind.WORD && !peek().text().equals("when")) {
            Token word = next();
            switch (word.text()) {
                case "log" -> log = true;
                case "step" -> step = number("step must be followed by a number");
                default ->
                    throw wrong(
                            source,
                            word.offset(),
                            "a range may be followed by log, step or when"
                                    + Suggestion.closest(word.text(), List.of("log", "step", "when"))
                                            .map(found -> "; maybe %s was meant".formatted(found))
                                            .orElse(""));
            }
        }
        if (whole(low) && whole(high) && (step == null || whole(step))) {
            return new IntegerDomain(integer(low), integer(high), step == null ? 1 : integer(step), log);
        }
        if (step != null && Double.parseDouble(step.text()) == 0) {
            throw wrong(source, step.offset(), "a step must be positive");
        }
        return new RealDomain(
                Double.parseDouble(low.text()),
                Double.parseDouble(high.text()),
                step == null ? 0 : Double.parseDouble(step.text()),
                log);
    }

    private Condition condition() {
        Token parent = next();
        if (parent.kind() != Kind.WORD) {
            throw wrong(source, parent.offset(), "when must be followed by the name of a parameter");
        }
        if (takes("in")) {
            return new Condition(parent.text(), list());
        }
        Token sign = next();
        if (!sign.text().equals("=") && !sign.text().equals("==")) {
            throw wrong(source, sign.offset(), "a condition is either name = value or name in [value, ...]");
        }
        return Condition.when(parent.text(), value());
    }

    private List<Object> list() {
        mark("[", "a list begins with [");
        List<Object> values = new ArrayList<>();
        do {
            values.add(value());
        } while (takes(","));
        mark("]", "a list ends with ]");
        return values;
    }

    private Object value() {
        Token token = next();
        return switch (token.kind()) {
            case NUMBER -> whole(token) ? (Object) integer(token) : (Object) Double.parseDouble(token.text());
            case TEXT -> token.text();
            case WORD ->
                switch (token.text()) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> token.text();
                };
            case MARK, END -> throw wrong(source, token.offset(), "a value is missing");
        };
    }

    private static boolean whole(Token token) {
        return token.text().chars().noneMatch(c -> c == '.' || c == 'e' || c == 'E');
    }

    private long integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw wrong(source, token.offset(), "a whole number must be smaller than 2^63");
        }
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean takes(String text) {
        boolean found = peek().text().equals(text) && peek().kind() != Kind.TEXT;
        if (found) {
            next();
        }
        return found;
    }

    private Token number(String otherwise) {
        Token token = next();
        if (token.kind() != Kind.NUMBER) {
            throw wrong(source, token.offset(), otherwise);
        }
        return token;
    }

    private void mark(String text, String otherwise) {
        Token token = next();
        if (token.kind() != Kind.MARK || !token.text().equals(text)) {
            throw wrong(source, token.offset(), otherwise);
        }
    }

    private void end() {
        if (peek().kind() != Kind.END) {
            throw wrong(source, peek().offset(), "nothing more was expected here");
        }
    }

    private static KeelsonException wrong(String source, int offset, String why) {
        return new KeelsonException(
                ErrorCode.BAD_VALUE,
                "The domain (%s) is not understood at character %d: %s.".formatted(source, offset + 1, why),
                EXAMPLES);
    }
}
