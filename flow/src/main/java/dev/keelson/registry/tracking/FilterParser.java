package dev.keelson.registry.tracking;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Subject;
import dev.keelson.registry.tracking.SearchText.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the filters that clients of a tracking server write: {@code metrics.auc > 0.8 AND params.depth = '3' AND tags.`a b` LIKE
 * '%x%'}.
 *
 * <p>Clauses are joined by {@code AND} alone. A clause is a key, a comparison and a value. A key is {@code metrics.}, {@code
 * params.}, {@code tags.}, {@code attributes.} or {@code datasets.} (or a shorter form of it) and a name, in backticks or
 * double quotes when it holds other characters than letters, digits, {@code _} and {@code .}; without the first part it is an
 * attribute. Numbers stand bare; texts stand in quotes, lists of them in parentheses. Words may be of any case.
 *
 * <p>The result holds values only, never pieces of a query: what is compared is passed to a store as parameters.
 */
public final class FilterParser {
    private static final int MAX_CLAUSES = 100;
    private static final int MAX_LIST = 1_000;
    private static final List<Comparison> SYMBOLS = List.of(
            Comparison.NOT_EQUAL,
            Comparison.AT_MOST,
            Comparison.AT_LEAST,
            Comparison.EQUAL,
            Comparison.LESS,
            Comparison.GREATER);

    private FilterParser() {}

    /**
     * Reads a filter.
     *
     * @param filter null or blank for none
     * @return what must hold, in order
     * @throws KeelsonException BAD_REQUEST, {@code Invalid clause(s) in filter string: ...}
     */
    public static List<Clause> parse(Subject subject, @Nullable String filter) {
        if (filter == null || filter.isBlank()) {
            return List.of();
        }
        SearchText text = new SearchText(filter);
        List<Clause> clauses = new ArrayList<>();
        int start = 0;
        try {
            do {
                start = text.position();
                clauses.add(clause(subject, text));
            } while (text.takeWord("AND"));
            if (!text.atEnd()) {
                throw new Unreadable("expected AND or the end, found %s".formatted(shown(text.rest())));
            }
            if (clauses.size() > MAX_CLAUSES) {
                throw new Unreadable("there are %d, more than %d".formatted(clauses.size(), MAX_CLAUSES));
            }
            return clauses;
        } catch (Unreadable e) {
            String near = filter.substring(start).strip();
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "Invalid clause(s) in filter string: '%s' (%s).".formatted(shown(near), e.getMessage()),
                    null);
        }
    }

    private static Clause clause(Subject subject, SearchText text) throws Unreadable {
        SearchText.Key key = text.key(subject);
        SearchKeys.Kind kind = SearchKeys.kind(subject, key.entity(), key.name());
        if (kind == null) {
            throw new Unreadable("%s cannot be searched for".formatted(key.name()));
        }
        Comparison comparison = comparison(text);
        if (!kind.has(comparison)) {
            throw new Unreadable("%s is not compared by %s; expected %s".formatted(key.name(), comparison.word(), kind.words()));
        }
        if (kind == SearchKeys.Kind.NUMBER) {
            Double number = text.number();
            if (number == null) {
                throw new Unreadable("%s is compared with a number".formatted(key.name()));
            }
            return Clause.number(key.entity(), key.name(), comparison, number);
        }
        List<String> texts = comparison == Comparison.IN || comparison == Comparison.NOT_IN ? list(text) : List.of(value(text));
        return new Clause(key.entity(), key.name(), comparison, null, canonical(subject, key, texts), null);
    }

    /** Logged models' statuses have long names on the wire. */
    private static List<String> canonical(Subject subject, SearchText.Key key, List<String> texts) {
        return subject == Subject.LOGGED_MODELS && key.entity() == Entity.ATTRIBUTE && key.name().equals("status")
                ? texts.stream()
                        .map(each -> each.startsWith("LOGGED_MODEL_") ? each.substring("LOGGED_MODEL_".length()) : each)
                        .toList()
                : texts;
    }

    private static Comparison comparison(SearchText text) throws Unreadable {
        for (Comparison symbol : SYMBOLS) {
            if (text.take(symbol.word())) {
                return symbol;
            }
        }
        if (text.takeWord("LIKE")) {
            return Comparison.LIKE;
        }
        if (text.takeWord("ILIKE")) {
            return Comparison.ILIKE;
        }
        if (text.takeWord("IN")) {
            return Comparison.IN;
        }
        if (text.takeWord("NOT") && text.takeWord("IN")) {
            return Comparison.NOT_IN;
        }
        throw new Unreadable("expected a comparison, found %s".formatted(shown(text.rest())));
    }

    private static String value(SearchText text) throws Unreadable {
        String value = text.string();
        if (value == null) {
            throw new Unreadable("expected a text in quotes, found %s".formatted(shown(text.rest())));
        }
        return value;
    }

    private static List<String> list(SearchText text) throws Unreadable {
        if (!text.take('(')) {
            throw new Unreadable("expected a list of texts in parentheses");
        }
        List<String> values = new ArrayList<>();
        do {
            values.add(value(text));
        } while (text.take(',') && values.size() < MAX_LIST);
        if (!text.take(')')) {
            throw new Unreadable("the list is not closed, or longer than %d".formatted(MAX_LIST));
        }
        return values;
    }

    private static String shown(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
