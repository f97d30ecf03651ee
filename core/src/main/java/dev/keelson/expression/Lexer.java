package dev.keelson.expression;

import dev.keelson.expression.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Splits a text into tokens. */
final class Lexer {
    /** More tokens than anybody writes by hand; keeps the recursion over the tree shallow. */
    private static final int MAX_TOKENS = 2_000;

    private static final List<String> SYMBOLS =
            List.of("<>", "<=", ">=", "!=", "==", "||", "(", ")", ",", "=", "<", ">", "+", "-", "*", "/", "%");

    private final String text;
    private final Diagnostics diagnostics;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String text, Diagnostics diagnostics) {
        this.text = text;
        this.diagnostics = diagnostics;
    }

    /** The tokens, the last one of kind END. */
    static List<Token> tokens(String text, Diagnostics diagnostics) {
        Lexer lexer = new Lexer(text, diagnostics);
        lexer.run();
        return List.copyOf(lexer.tokens);
    }

    /** Whether a name can be written without quotes, keywords apart. */
    static boolean isPlainName(String name) {
        if (name.isEmpty() || !isNameStart(name.codePointAt(0)) || name.endsWith(".") || name.contains("..")) {
            return false;
        }
        return name.codePoints().allMatch(Lexer::isNamePart);
    }

    private void run() {
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                at += Character.charCount(c);
            } else if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
                number();
            } else if (c == '\'') {
                quoted('\'', Kind.TEXT);
            } else if (c == '"') {
                quoted('"', Kind.QUOTED);
            } else if (isNameStart(c)) {
                name();
            } else {
                symbol(c);
            }
            if (tokens.size() > MAX_TOKENS) {
                throw diagnostics.fatal(
                        tokens.getLast().start(),
                        "The expression has more than %d parts.".formatted(MAX_TOKENS),
                        "Maybe it can be split into several derived columns.");
            }
        }
        add(Kind.END, "", text.length());
    }

    private void number() {
        int start = at;
        digits();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            int fraction = at;
            digits();
            if (at == fraction) {
                throw diagnostics.fatal(
                        start,
                        "The number (%s) ends with a point; a digit was expected after it."
                                .formatted(text.substring(start, at)),
                        "Maybe `%s0` was meant.".formatted(text.substring(start, at)));
            }
        }
        exponent();
        Kind kind = Kind.NUMBER;
        while (at < text.length() && isNamePart(text.codePointAt(at))) {
            kind = Kind.QUANTITY;
            at += Character.charCount(text.codePointAt(at));
        }
        add(kind, text.substring(start, at), start);
    }

    private void exponent() {
        if (at >= text.length() || (text.charAt(at) != 'e' && text.charAt(at) != 'E')) {
            return;
        }
        int digits = at + 1;
        if (digits < text.length() && (text.charAt(digits) == '+' || text.charAt(digits) == '-')) {
            digits++;
        }
        if (digits < text.length() && isDigit(text.charAt(digits))) {
            at = digits;
            digits();
        }
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private void quoted(char quote, Kind kind) {
        int start = at;
        StringBuilder content = new StringBuilder();
        at++;
        while (true) {
            int end = text.indexOf(quote, at);
            if (end < 0) {
                throw diagnostics.fatal(
                        start,
                        "The quote (%s) is not closed.".formatted(quote),
                        "Maybe a %s is missing at the end; inside, it is written twice.".formatted(quote));
            }
            content.append(text, at, end);
            at = end + 1;
            if (at < text.length() && text.charAt(at) == quote) {
                content.append(quote);
                at++;
            } else {
                break;
            }
        }
        if (kind == Kind.QUOTED && content.isEmpty()) {
            throw diagnostics.fatal(
                    start, "A quoted name must not be empty.", "Maybe an empty text was meant: ''.");
        }
        add(kind, content.toString(), start);
    }

    private void name() {
        int start = at;
        while (at < text.length() && isNamePart(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        String name = text.substring(start, at);
        if (!isPlainName(name)) {
            throw diagnostics.fatal(
                    start,
                    "The name (%s) has a point without a name behind it.".formatted(name),
                    "Maybe it must be quoted: \"%s\".".formatted(name));
        }
        add(Kind.WORD, name, start);
    }

    private void symbol(int c) {
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                int start = at;
                at += symbol.length();
                add(Kind.SYMBOL, symbol, start);
                return;
            }
        }
        String hint =
                switch (c) {
                    case '!' -> "Maybe `not` or `!=` was meant.";
                    case '&' -> "Maybe `and` was meant.";
                    case '|' -> "Maybe `or` or `||` was meant.";
                    case '^' -> "Maybe `pow(x, y)` was meant.";
                    case '[', ']' -> "Maybe a round bracket was meant.";
                    default -> "Maybe it belongs to a name or a text: names with such characters stand in double quotes,"
                            + " texts in single quotes.";
                };
        throw diagnostics.fatal(
                at, "The character (%s) has no meaning here.".formatted(Character.toString(c)), hint);
    }

    private void add(Kind kind, String content, int start) {
        tokens.add(new Token(kind, content, start, at));
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(int c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isNamePart(int c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }
}
