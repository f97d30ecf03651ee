package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.data.ColumnStatistics;
import java.util.List;
import java.util.Locale;

/** How the values of a column spread, drawn as small as a word. */
final class Spread {
    private static final double WIDTH = 160;
    private static final double HEIGHT = 28;
    private static final double MARGIN = 3;
    private static final double THICKEST = 9;

    private Spread() {}

    /**
     * Numbers as a box from the lower to the upper quartile with the median in it and whiskers from 1 % to 99 %; texts as
     * the shares of the most frequent ones; empty for other types and without values.
     */
    static Markup of(ColumnStatistics column) {
        return column.quantiles().isEmpty()
                ? shares(column)
                : box(column, column.quantiles().getFirst(), column.quantiles().getLast());
    }

    /**
     * The box of a number on a scale that another column shares.
     *
     * @param low the left end of the scale
     * @param high the right end
     */
    static Markup box(ColumnStatistics column, double low, double high) {
        List<Double> q = column.quantiles();
        int last = q.size() - 1;
        Svg svg = new Svg(
                WIDTH,
                HEIGHT,
                "box",
                "%s: 1 %% at %s, quartiles %s and %s, median %s, 99 %% at %s"
                        .formatted(
                                column.column(),
                                Text.short3(q.getFirst()),
                                Text.short3(q.get(2)),
                                Text.short3(q.get(last - 2)),
                                Text.short3(q.get(3)),
                                Text.short3(q.get(last))));
        double middle = HEIGHT / 2;
        svg.line("whisker", at(q.getFirst(), low, high), middle, at(q.get(last), low, high), middle);
        double from = at(q.get(2), low, high);
        double to = at(q.get(last - 2), low, high);
        svg.rect("count", from, middle - 7, Math.max(1, to - from), 14, "");
        double median = at(q.get(3), low, high);
        return svg.line("median", median, middle - 9, median, middle + 9).done();
    }

    private static double at(double value, double low, double high) {
        return high > low ? MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / (high - low) : WIDTH / 2;
    }

    private static Markup shares(ColumnStatistics column) {
        long present = column.rows() - column.missing();
        if (column.frequent().isEmpty() || present == 0) {
            return Markup.EMPTY;
        }
        StringBuilder label = new StringBuilder(column.column()).append(':');
        column.frequent().forEach(each -> label.append(' ')
                .append(each.value())
                .append(String.format(Locale.ROOT, " %.1f %%,", 100.0 * each.count() / present)));
        label.setLength(label.length() - 1);
        Svg svg = new Svg(WIDTH, HEIGHT, "box", label.toString());
        double row = Math.min(THICKEST, (HEIGHT - 2) / column.frequent().size());
        double y = (HEIGHT - row * column.frequent().size()) / 2;
        for (ColumnStatistics.Frequency each : column.frequent()) {
            svg.rect(
                    "bar",
                    MARGIN,
                    y,
                    Math.max(1, (WIDTH - 2 * MARGIN) * each.count() / present),
                    Math.max(1, row - 1),
                    each.value() + ": " + Text.percent((double) each.count() / present));
            y += row;
        }
        return svg.done();
    }
}
