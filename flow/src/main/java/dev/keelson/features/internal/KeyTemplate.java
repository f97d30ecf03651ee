package dev.keelson.features.internal;

import dev.keelson.expression.Row;
import dev.keelson.frame.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How an entity's key is made of columns: the value of one column, or the values of several joined by fixed text, as in
 * {@code {sport}_{market}}. Without a value for one of them there is no key. The fixed text is not told from that of
 * values: {@code a_b} and {@code c} joined by an underscore are the key of {@code a} and {@code b_c} too.
 *
 * @param columns the columns, in order
 * @param texts the text before each column, and that behind the last
 */
public record KeyTemplate(List<String> columns, List<String> texts) {
    private static final Pattern PART = Pattern.compile("\\{([^{}]+)\\}");

    public KeyTemplate {
        columns = List.copyOf(columns);
        texts = List.copyOf(texts);
        if (columns.isEmpty() || texts.size() != columns.size() + 1) {
            throw new IllegalArgumentException("A key needs a column; there are the columns %s between the texts %s."
                    .formatted(columns, texts));
        }
    }

    /** Reads {@code {sport}_{market}}; a text without such a part is the name of a column. */
    public static KeyTemplate of(String text) {
        Matcher part = PART.matcher(text);
        List<String> columns = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        int at = 0;
        while (part.find()) {
            texts.add(text.substring(at, part.start()));
            columns.add(part.group(1));
            at = part.end();
        }
        if (columns.isEmpty()) {
            return new KeyTemplate(List.of(text), List.of("", ""));
        }
        texts.add(text.substring(at));
        return new KeyTemplate(columns, texts);
    }

    /** Whether it is a column's value as it is. */
    boolean isColumn() {
        return columns.size() == 1 && texts.get(0).isEmpty() && texts.get(1).isEmpty();
    }

    /** Joins the parts; null when one is missing. */
    public @Nullable String join(IntFunction<@Nullable String> parts) {
        if (isColumn()) {
            return parts.apply(0);
        }
        StringBuilder key = new StringBuilder(texts.getFirst());
        for (int i = 0; i < columns.size(); i++) {
            String part = parts.apply(i);
            if (part == null) {
                return null;
            }
            key.append(part).append(texts.get(i + 1));
        }
        return key.toString();
    }

    /** The key of a request. */
    public @Nullable String join(Row row, Schema schema) {
        return join(part -> {
            int column = schema.indexOf(columns.get(part));
            return Keys.of(row, column, schema.columns().get(column).type());
        });
    }
}
