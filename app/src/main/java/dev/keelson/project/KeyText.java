package dev.keelson.project;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an entity's key is made of columns: {@code ticker}, {@code [sport, market]} for their values joined by an
 * underscore, or {@code "{sport}/{market}"} with other text between them.
 */
final class KeyText {
    private static final Pattern PART = Pattern.compile("\\{([^{}]+)\\}");

    private KeyText() {}

    /** A column and where it stands. */
    record Part(Located column, Location location) {}

    /** The columns of a key that fits the grammar. */
    static List<Part> parts(@Nullable Value key) {
        List<Part> parts = new ArrayList<>();
        if (key instanceof Items items) {
            for (Value value : items.values()) {
                if (value instanceof Scalar scalar) {
                    parts.add(new Part(scalar.located(), scalar.location()));
                }
            }
        } else if (key instanceof Scalar scalar) {
            Matcher part = PART.matcher(scalar.text());
            while (part.find()) {
                Location at = scalar.located().at(part.start(1));
                parts.add(new Part(new Located(part.group(1), at), scalar.location()));
            }
            if (parts.isEmpty()) {
                parts.add(new Part(scalar.located(), scalar.location()));
            }
        }
        return parts;
    }

    /** The key as views and models are told it; null without one. */
    static @Nullable String text(@Nullable Value key) {
        if (key instanceof Items) {
            return text(parts(key).stream().map(part -> part.column().text()).toList());
        }
        return key instanceof Scalar scalar ? scalar.text() : null;
    }

    /** The key of some columns. */
    static String text(List<String> columns) {
        return columns.size() == 1
                ? columns.getFirst()
                : columns.stream().map(column -> "{" + column + "}").collect(Collectors.joining("_"));
    }

    /** Whether every column can hold a part of a key, or cannot be checked; if not, it is reported. */
    static boolean check(@Nullable Value key, SourceColumns source, Problems problems) {
        boolean all = true;
        for (Part part : parts(key)) {
            all &= source.checkKey(part.column(), part.location(), problems);
        }
        return all;
    }
}
