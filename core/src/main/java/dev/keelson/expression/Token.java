package dev.keelson.expression;

/**
 * One token of an expression.
 *
 * @param kind its kind
 * @param text as written; for texts and quoted names without the quotes
 * @param start position of the first character in the source, from 0
 * @param end position after the last character
 */
record Token(Kind kind, String text, int start, int end) {

    enum Kind {
        /** {@code 12}, {@code 1.5}, {@code 1e-3}. */
        NUMBER,
        /** A number with letters behind it: {@code 30d}, {@code 1h30m}. */
        QUANTITY,
        /** {@code 'text'}. */
        TEXT,
        /** A name or a keyword. */
        WORD,
        /** {@code "a name"}. */
        QUOTED,
        /** An operator or a bracket. */
        SYMBOL,
        /** After the last token. */
        END
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String lowerCaseWord) {
        return kind == Kind.WORD && text.equalsIgnoreCase(lowerCaseWord);
    }

    /** The token as an error message names it. */
    String describe() {
        return switch (kind) {
            case TEXT -> "the text ('" + text + "')";
            case QUOTED -> "the name (\"" + text + "\")";
            case END -> "the end";
            case NUMBER, QUANTITY, WORD, SYMBOL -> "(" + text + ")";
        };
    }
}
