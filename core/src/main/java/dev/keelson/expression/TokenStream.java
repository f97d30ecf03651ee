package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens of a text, read from left to right. */
final class TokenStream {
    private final List<Token> tokens;
    private final Diagnostics diagnostics;
    private int position;

    private TokenStream(List<Token> tokens, Diagnostics diagnostics) {
        this.tokens = tokens;
        this.diagnostics = diagnostics;
    }

    static TokenStream of(Located text) {
        Diagnostics diagnostics = new Diagnostics(text);
        return new TokenStream(Lexer.tokens(text.text(), diagnostics), diagnostics);
    }

    Diagnostics diagnostics() {
        return diagnostics;
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(position + ahead, tokens.size() - 1));
    }

    /** The token, which is then behind us; END stays. */
    Token next() {
        Token token = tokens.get(position);
        if (token.kind() != Token.Kind.END) {
            position++;
        }
        return token;
    }

    boolean acceptSymbol(String symbol) {
        if (peek().isSymbol(symbol)) {
            position++;
            return true;
        }
        return false;
    }

    boolean acceptWord(String lowerCaseWord) {
        if (peek().isWord(lowerCaseWord)) {
            position++;
            return true;
        }
        return false;
    }

    Token expectSymbol(String symbol, String after) {
        if (!peek().isSymbol(symbol)) {
            throw unexpected("`" + symbol + "` " + after, null);
        }
        return next();
    }

    void expectWord(String lowerCaseWord, String after) {
        if (!acceptWord(lowerCaseWord)) {
            throw unexpected("`" + lowerCaseWord + "` " + after, null);
        }
    }

    void expectEnd() {
        if (peek().kind() != Token.Kind.END) {
            throw unexpected("the end", null);
        }
    }

    /** The current token is not what the grammar wants. */
    KeelsonException unexpected(String expected, @Nullable String hint) {
        Token token = peek();
        String found = token.kind() == Token.Kind.END ? "The expression ends" : "Found " + token.describe();
        return diagnostics.fatal(token.start(), "%s where %s was expected.".formatted(found, expected), hint);
    }
}
