package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** How bets did: their money over time, and how often they were won against how often they were expected to be. */
final class BetCharts {
    private static final double WIDTH = 1_180;
    private static final double LEFT = 104;

    private BetCharts() {}

    /**
     * Money at the end of a step.
     *
     * @param from first day of the step
     * @param total profit since the beginning
     * @param lower lower end of its interval, or NaN
     * @param upper upper end, or NaN
     */
    record Money(LocalDate from, double total, double lower, double upper) {}

    /** Profit since the beginning with its interval; too short to be drawn with fewer than two steps. */
    static Markup money(List<Money> points) {
        double height = 300;
        double right = WIDTH - 130;
        double top = 14;
        double bottom = height - 46;
        String label = points.isEmpty()
                ? "Profit since the beginning"
                : "Profit since the beginning, with its 95 %% interval: %s at the end".formatted(signed(points.getLast().total()));
        Svg svg = new Svg(WIDTH, height, "money broad", label);
        if (points.size() < 2) {
            return svg.text("note", WIDTH / 2, height / 2, "middle", "too short to be drawn").done();
        }
        double low = 0;
        double high = 0;
        for (Money point : points) {
            low = Math.min(low, Double.isFinite(point.lower()) ? point.lower() : point.total());
            high = Math.max(high, Double.isFinite(point.upper()) ? point.upper() : point.total());
        }
        LocalDate first = points.getFirst().from();
        long span = Math.max(1, ChronoUnit.DAYS.between(first, points.getLast().from()));
        Axis x = new Axis(0, span, LEFT, right, 1);
        Axis y = Axis.nice(low, Math.max(high, low + 1e-9), bottom, top, 5);
        Charts.grid(svg, y, LEFT, right, false);
        StringBuilder line = new StringBuilder();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (Money point : points) {
            String at = Svg.number(x.at((double) ChronoUnit.DAYS.between(first, point.from()))) + " ";
            line.append(line.isEmpty() ? 'M' : 'L').append(at).append(Svg.number(y.at(point.total())));
            if (Double.isFinite(point.lower()) && Double.isFinite(point.upper())) {
                upper.append(upper.isEmpty() ? 'M' : 'L').append(at).append(Svg.number(y.at(point.upper())));
                lower.insert(0, "L" + at + Svg.number(y.at(point.lower())));
            }
        }
        if (!upper.isEmpty()) {
            svg.path("band", upper + lower.toString() + "Z", "95 % interval");
        }
        svg.line("axis", LEFT, y.at(0), right, y.at(0));
        svg.path("line", line, "");
        svg.line("axis", LEFT, bottom, right, bottom);
        Charts.dates(svg, first, span, x, bottom);
        svg.text("value", right + 8, y.at(points.getLast().total()) + 4, "start", signed(points.getLast().total()));
        svg.upright("title", 14, (top + bottom) / 2, "profit, in money");
        return svg.text("title", (LEFT + right) / 2, height - 8, "middle", "placed").done();
    }

    /**
     * How often bets of a group were won.
     *
     * @param name of the group
     * @param won share that was won, or NaN
     * @param lower lower end of its interval
     * @param upper upper end
     * @param expected mean chance, or NaN
     */
    record Hits(String name, double won, double lower, double upper, double expected) {}

    /** Shares that were won with their intervals as dots, what was expected as upright lines, group by group. */
    static Markup hits(List<Hits> rows) {
        double top = 8;
        double left = 24 + Math.min(320, 6.6 * rows.stream().mapToInt(row -> row.name().length()).max().orElse(1));
        double right = left + 420;
        double bottom = top + 24 * rows.size();
        double high = 0.1;
        for (Hits row : rows) {
            for (double end : new double[] {row.upper(), row.expected()}) {
                high = Double.isFinite(end) ? Math.max(high, end) : high;
            }
        }
        Axis x = Axis.nice(0, high, left, right, 5);
        Svg svg = new Svg(right + 220, bottom + 44, "hits", "Share won with its 95 % interval against the mean chance, by group");
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), top, x.at(tick), bottom);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.percent(tick));
        }
        for (int i = 0; i < rows.size(); i++) {
            Hits row = rows.get(i);
            double y = top + 24 * i + 12;
            svg.text("name", left - 8, y + 4, "end", row.name());
            if (!Double.isFinite(row.won())) {
                svg.text("note", left + 8, y + 4, "start", "none was won or lost");
                continue;
            }
            svg.line("whisker", x.at(row.lower()), y, x.at(row.upper()), y);
            svg.line("whisker", x.at(row.lower()), y - 4, x.at(row.lower()), y + 4);
            svg.line("whisker", x.at(row.upper()), y - 4, x.at(row.upper()), y + 4);
            if (Double.isFinite(row.expected())) {
                svg.line("expected", x.at(row.expected()), y - 9, x.at(row.expected()), y + 9);
            }
            svg.circle("dot", x.at(row.won()), y, 4, "");
            svg.text("value", right + 10, y + 4, "start", Double.isFinite(row.expected())
                    ? "%s won, %s expected".formatted(Text.percent(row.won()), Text.percent(row.expected()))
                    : Text.percent(row.won()) + " won");
        }
        return svg.text("title", (left + right) / 2, bottom + 38, "middle", "share won; upright lines: expected by the chances")
                .done();
    }

    /** Money without a sign. */
    static String money(double money) {
        return Double.isFinite(money) ? String.format(Locale.ROOT, "%,.2f", money) : Text.NONE;
    }

    static String signed(double money) {
        return Double.isFinite(money) ? String.format(Locale.ROOT, "%+,.2f", money) : Text.NONE;
    }
}
