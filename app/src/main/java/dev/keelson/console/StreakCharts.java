package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Results one after another, streaks by length, what follows what, and correlation with earlier results. */
final class StreakCharts {
    private static final double WIDTH = 1_180;
    /** Categories beyond so many look alike. */
    private static final int SHADES = 4;

    private StreakCharts() {}

    /** Results in their order, the last on the right: the higher a bar the earlier its category in the list. */
    static Markup strip(List<String> results, List<String> categories) {
        double left = 24 + Math.min(160, 7 * categories.stream().mapToInt(String::length).max().orElse(1));
        double row = 18;
        double top = 8;
        double bottom = top + row * categories.size();
        double step = Math.min(16, (WIDTH - left - 12) / Math.max(1, results.size()));
        Svg svg = new Svg(
                WIDTH, bottom + 28, "strip broad", "The last %d results in their order".formatted(results.size()));
        for (int c = 0; c < categories.size(); c++) {
            double y = top + row * c;
            svg.line("grid", left, y + row, left + step * results.size(), y + row);
            svg.text("name", left - 8, y + 13, "end", categories.get(c));
        }
        for (int i = 0; i < results.size(); i++) {
            int c = categories.indexOf(results.get(i));
            svg.rect("mark k" + Math.min(SHADES - 1, c), left + step * i, top + row * c + 2, Math.max(1, step - 1), row - 4, results.get(i));
        }
        return svg.text("title", left, bottom + 20, "start", "earlier")
                .text("title", left + step * results.size(), bottom + 20, "end", "now")
                .done();
    }

    /**
     * Streaks of one length.
     *
     * @param seen how many there were
     * @param expected how many chance brings
     */
    record Length(int length, long seen, double expected) {}

    /** Streaks of a category by their length: bars as seen, dots as expected. */
    static Markup lengths(String category, List<Length> lengths) {
        double width = 380;
        double height = 240;
        double left = 46;
        double right = width - 12;
        double top = 34;
        double bottom = height - 44;
        double high = lengths.stream().mapToDouble(each -> Math.max((double) each.seen(), each.expected())).max().orElse(1);
        Axis y = Axis.nice(0, high, bottom, top, 4);
        Svg svg = new Svg(width, height, "lengths", "Streaks of %s by their length, as seen and as expected".formatted(category));
        svg.text("heading", 12, 18, "start", "streaks of " + category);
        Charts.grid(svg, y, left, right, false);
        double step = (right - left) / lengths.size();
        int every = Math.max(1, lengths.size() / 12);
        for (int i = 0; i < lengths.size(); i++) {
            Length each = lengths.get(i);
            double x = left + step * i;
            svg.rect("bar", x + step * 0.15, y.at((double) each.seen()), step * 0.7, bottom - y.at((double) each.seen()),
                    "%d of length %d, %s expected".formatted(each.seen(), each.length(), Text.fixed(each.expected(), 1)));
            svg.circle("expected", x + step / 2, y.at(each.expected()), 3, "");
            if (i % every == 0) {
                svg.text("label", x + step / 2, bottom + 16, "middle", Integer.toString(each.length()));
            }
        }
        svg.line("axis", left, bottom, right, bottom);
        return svg.text("title", (left + right) / 2, height - 8, "middle", "length; dots: expected by chance").done();
    }

    /** How often one result came right after another. */
    record Transition(String before, String after, long count, double expected, double share) {}

    /** A field for each pair, darker the more often the second came after the first. */
    static Markup transitions(List<Transition> cells) {
        Set<String> distinct = new LinkedHashSet<>();
        cells.forEach(each -> distinct.add(each.before()));
        List<String> before = new ArrayList<>(distinct);
        distinct.clear();
        cells.forEach(each -> distinct.add(each.after()));
        List<String> after = new ArrayList<>(distinct);
        double left = 60 + Math.min(120, 7 * before.stream().mapToInt(String::length).max().orElse(1));
        double top = 48;
        double w = 96;
        double h = 44;
        Svg svg = new Svg(
                left + w * after.size() + 12, top + h * before.size() + 12, "transitions", "Share of what came after each result");
        svg.text("title", left + w * after.size() / 2, 16, "middle", "came next");
        for (int b = 0; b < after.size(); b++) {
            svg.text("name", left + w * (b + 0.5), 38, "middle", after.get(b));
        }
        for (int a = 0; a < before.size(); a++) {
            svg.text("name", left - 10, top + h * (a + 0.5) + 4, "end", before.get(a));
        }
        for (Transition cell : cells) {
            double x = left + w * after.indexOf(cell.after());
            double y = top + h * before.indexOf(cell.before());
            int depth = (int) Math.min(9, Math.floor(10 * cell.share()));
            svg.rect("cell d" + depth, x + 1, y + 1, w - 2, h - 2,
                    "%s after %s: %d, %s expected".formatted(cell.after(), cell.before(), cell.count(), Text.fixed(cell.expected(), 1)));
            svg.text(depth >= 6 ? "on" : "value", x + w / 2, y + h / 2 + 4, "middle", Text.percent(cell.share()));
        }
        return svg.upright("title", 14, top + h * before.size() / 2, "after").done();
    }

    /** Correlation with the result so many before, and the band in which chance keeps 95 of 100. */
    static Markup correlations(double[] correlations, double band) {
        double width = 380;
        double height = 240;
        double left = 50;
        double right = width - 12;
        double top = 34;
        double bottom = height - 44;
        double high = band * 1.2;
        for (double each : correlations) {
            high = Math.max(high, Math.abs(each));
        }
        Axis y = Axis.nice(-high, high, bottom, top, 4);
        Svg svg = new Svg(width, height, "correlations", "Correlation with the result so many before");
        svg.text("heading", 12, 18, "start", "correlation with earlier results");
        svg.rect("band", left, y.at(band), right - left, y.at(-band) - y.at(band), "95 % by chance");
        Charts.grid(svg, y, left, right, false);
        double step = (right - left) / correlations.length;
        for (int i = 0; i < correlations.length; i++) {
            double x = left + step * (i + 0.5);
            svg.line("stem", x, y.at(0), x, y.at(correlations[i]));
            svg.circle("dot", x, y.at(correlations[i]), 3.5, Text.fixed(correlations[i], 3));
            svg.text("label", x, bottom + 16, "middle", Integer.toString(i + 1));
        }
        svg.line("axis", left, y.at(0), right, y.at(0));
        return svg.text("title", (left + right) / 2, height - 8, "middle", "so many results before").done();
    }
}
