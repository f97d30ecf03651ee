package dev.keelson.project;

import dev.keelson.project.Shape.KnownKey;
import java.util.List;

/** The grammar as Markdown: one table of keys for each mapping, in the order of the file. */
final class GrammarTables {
    private final StringBuilder out = new StringBuilder();

    private GrammarTables() {}

    static String write(Shape.Keys project) {
        GrammarTables tables = new GrammarTables();
        tables.keys("", project);
        return tables.out.toString();
    }

    private void keys(String path, Shape.Keys keys) {
        out.append("### ")
                .append(path.isEmpty() ? "The file" : "`" + path + "`")
                .append("\n\n");
        out.append("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        if (keys.other() != null) {
            row(
                    "*" + keys.other().placeholder() + "*",
                    value(keys.other().value()),
                    "",
                    keys.other().description());
        }
        for (KnownKey key : keys.keys().values()) {
            row("`" + key.name() + "`", value(key.shape()), standard(key), key.description());
        }
        out.append('\n');
        for (KnownKey key : keys.keys().values()) {
            nested(ShapeCheck.join(path, key.name()), key.shape());
        }
    }

    private void row(String key, String value, String standard, String meaning) {
        for (String cell : List.of(key, value, standard, meaning)) {
            out.append("| ").append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "" : " ");
        }
        out.append("|\n");
    }

    private static String standard(KnownKey key) {
        if (key.required()) {
            return "**required**";
        }
        String standard = key.standard();
        if (standard == null) {
            return "none";
        }
        boolean word = standard.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
        boolean literal = word || standard.endsWith("%") || standard.startsWith("last ");
        return literal ? "`" + standard + "`" : standard;
    }

    private void nested(String path, Shape shape) {
        switch (shape) {
            case Shape.Keys keys -> keys(path, keys);
            case Shape.MapOf map -> nested(path + "." + map.placeholder(), map.value());
            case Shape.ListOf list -> nested(path + "[]", list.item());
            case Shape.Either either -> either.shapes().forEach(one -> nested(path, one));
            case Shape.Text text -> {}
            case Shape.Choice choice -> {}
            case Shape.Whole whole -> {}
            case Shape.Decimal number -> {}
            case Shape.Share share -> {}
            case Shape.Flag flag -> {}
            case Shape.AnyScalar any -> {}
        }
    }

    private static String value(Shape shape) {
        return switch (shape) {
            case Shape.Text text -> text.describe();
            case Shape.Choice choice -> choice.describe();
            case Shape.Whole whole -> whole.describe();
            case Shape.Decimal number -> number.describe();
            case Shape.Share share -> share.describe();
            case Shape.Flag flag -> flag.describe();
            case Shape.AnyScalar any -> any.describe();
            case Shape.ListOf list -> "list: " + value(list.item());
            case Shape.MapOf map -> "mapping from *" + map.placeholder() + "*: " + value(map.value());
            case Shape.Keys keys -> "mapping, see below";
            case Shape.Either either ->
                String.join(
                        "; or ",
                        either.shapes().stream().map(GrammarTables::value).toList());
        };
    }
}
