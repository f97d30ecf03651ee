package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Sheet;
import dev.keelson.console.view.Sheet.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** A table while it is put together. Not safe for use by several threads. */
final class SheetDraft {
    private final String label;
    private final List<Sheet.Column> columns = new ArrayList<>();
    private final List<List<Cell>> rows = new ArrayList<>();

    SheetDraft(String label) {
        this.label = label;
    }

    /** Columns of words. */
    SheetDraft words(String... names) {
        for (String name : names) {
            columns.add(new Sheet.Column(name, false));
        }
        return this;
    }

    /** Columns of numbers. */
    SheetDraft numbers(String... names) {
        for (String name : names) {
            columns.add(new Sheet.Column(name, true));
        }
        return this;
    }

    SheetDraft row(List<Cell> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(
                    "The row has %d cells, the table %d columns.".formatted(cells.size(), columns.size()));
        }
        rows.add(cells);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    Sheet done() {
        return new Sheet(label, columns, rows);
    }

    /** A number of a document, or {@code {value, lower, upper}} with its interval below it. */
    static Cell estimate(JsonNode node, DoubleFunction<String> text) {
        if (!node.isObject()) {
            return Cell.of(text.apply(number(node)));
        }
        return estimate(number(node.path("value")), number(node.path("lower")), number(node.path("upper")), text);
    }

    /** A number with its interval below it, where it has one. */
    static Cell estimate(double value, double lower, double upper, DoubleFunction<String> text) {
        return Cell.of(
                text.apply(value),
                Double.isFinite(lower) && Double.isFinite(upper) ? text.apply(lower) + " to " + text.apply(upper) : "");
    }

    /** A number of a document, or NaN. */
    static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }
}
