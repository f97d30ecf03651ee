package dev.keelson.registry.tracking;

import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Subject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the pieces that filters and orders are made of, from left to right. */
final class SearchText {
    private final String text;
    private int at;

    SearchText(String text) {
        this.text = text;
    }

    /** It cannot be read on. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message, null, false, false);
        }
    }

    /** What a condition or an order is about. */
    record Key(Entity entity, String name) {}

    int position() {
        return at;
    }

    String from(int start) {
        return text.substring(start, at).strip();
    }

    String rest() {
        return text.substring(at);
    }

    boolean atEnd() {
        space();
        return at == text.length();
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** Whether a character comes next; it is read then. */
    boolean take(char c) {
        space();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Whether a symbol comes next; it is read then. */
    boolean take(String symbol) {
        space();
        if (text.startsWith(symbol, at)) {
            at += symbol.length();
            return true;
        }
        return false;
    }

    /** Whether a word comes next, in any case; it is read then. */
    boolean takeWord(String word) {
        space();
        int end = at + word.length();
        if (text.regionMatches(true, at, word, 0, word.length()) && (end == text.length() || !isPart(text.charAt(end)))) {
            at = end;
            return true;
        }
        return false;
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }

    /** Reads {@code key}, {@code entity.key} or either with the key in quotes. */
    Key key(Subject subject) throws Unreadable {
        space();
        String first = quoted();
        if (first != null) {
            return key(subject, Entity.ATTRIBUTE, first);
        }
        int start = at;
        while (at < text.length() && isPart(text.charAt(at))) {
            at++;
        }
        String bare = text.substring(start, at);
        if (bare.isEmpty()) {
            throw new Unreadable("expected the name of a %s".formatted(what(subject)));
        }
        int dot = bare.indexOf('.');
        if (dot < 0) {
            return key(subject, Entity.ATTRIBUTE, bare);
        }
        String word = bare.substring(0, dot);
        Entity entity = SearchKeys.entity(word);
        if (entity == null) {
            throw new Unreadable("there is nothing called %s; expected metrics, params, tags, attributes or datasets".formatted(word));
        }
        String name = bare.substring(dot + 1);
        if (name.isEmpty()) {
            String inQuotes = quoted();
            if (inQuotes == null) {
                throw new Unreadable("expected a key after %s.".formatted(word));
            }
            name = inQuotes;
        }
        return key(subject, entity, name);
    }

    private static Key key(Subject subject, Entity entity, String name) throws Unreadable {
        if (!SearchKeys.has(subject, entity)) {
            throw new Unreadable("%s have no %s"
                    .formatted(
                            subject.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            entity.name().toLowerCase(Locale.ROOT) + "s"));
        }
        return new Key(entity, SearchKeys.canonical(subject, entity, name));
    }

    private static String what(Subject subject) {
        return subject == Subject.RUNS || subject == Subject.LOGGED_MODELS ? "metric, param, tag or attribute" : "tag or attribute";
    }

    /** Reads a key in quotes; null when there is none. */
    private @Nullable String quoted() throws Unreadable {
        if (at < text.length() && (text.charAt(at) == '`' || text.charAt(at) == '"')) {
            String key = between(text.charAt(at));
            if (key.isEmpty()) {
                throw new Unreadable("the key is empty");
            }
            return key;
        }
        return null;
    }

    /** Reads a text in quotes; a doubled quote is one. Null when there is none. */
    @Nullable String string() throws Unreadable {
        space();
        return at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"') ? between(text.charAt(at)) : null;
    }

    private String between(char quote) throws Unreadable {
        StringBuilder inside = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != quote) {
                inside.append(c);
            } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                inside.append(c);
                i++;
            } else {
                at = i + 1;
                return inside.toString();
            }
        }
        throw new Unreadable("a quote is not closed");
    }

    /** Reads a number; null when there is none. */
    @Nullable Double number() {
        space();
        int end = at;
        while (end < text.length() && (isPart(text.charAt(end)) || "+-".indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        String digits = text.substring(at, end);
        if (!digits.matches("[+-]?(?:\\d{1,40}(?:\\.\\d{0,40})?|\\.\\d{1,40})(?:[eE][+-]?\\d{1,4})?")) {
            return null;
        }
        at = end;
        return Double.valueOf(digits);
    }
}
