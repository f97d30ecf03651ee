package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A metric window by window: what was realised with its interval, and what was expected where outcomes are missing. */
final class PerformanceChart {
    private static final double WIDTH = 900;
    private static final double HEIGHT = 280;

    private PerformanceChart() {}

    /**
     * A value with its interval.
     *
     * @param value NaN where there is none
     * @param lower NaN where nothing bounds it
     * @param upper likewise
     */
    record Figure(double value, double lower, double upper) {
        boolean known() {
            return Double.isFinite(value);
        }

        boolean bounded() {
            return Double.isFinite(lower) && Double.isFinite(upper);
        }
    }

    /**
     * One window.
     *
     * @param from its first day
     * @param realised by the outcomes that are there
     * @param estimated without outcomes
     * @param maturity share of the outcomes that are there, 0 to 1
     */
    record Point(LocalDate from, Figure realised, Figure estimated, double maturity) {}

    /** Dots with whiskers for what was realised, hollow where outcomes are missing; a dashed line with its band for estimates. */
    static Markup of(String metric, List<Point> points) {
        double left = 62;
        double right = WIDTH - 20;
        double top = 34;
        double bottom = HEIGHT - 44;
        Svg svg = new Svg(WIDTH, HEIGHT, "windows broad", metric + " window by window, realised and estimated");
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Point point : points) {
            for (Figure figure : List.of(point.realised(), point.estimated())) {
                if (figure.known()) {
                    low = Math.min(low, figure.bounded() ? figure.lower() : figure.value());
                    high = Math.max(high, figure.bounded() ? figure.upper() : figure.value());
                }
            }
        }
        Axis y = Axis.nice(low, high, bottom, top, 5);
        LocalDate first = points.getFirst().from();
        long span = Math.max(1, ChronoUnit.DAYS.between(first, points.getLast().from()));
        Axis x = new Axis(0, span, left + 12, right - 12, 1);
        Charts.grid(svg, y, left, right, false);
        Charts.dates(svg, first, span, x, bottom);
        estimates(svg, points, first, x, y);
        for (Point point : points) {
            Figure told = point.realised();
            if (told.known()) {
                double at = x.at((double) ChronoUnit.DAYS.between(first, point.from()));
                if (told.bounded()) {
                    svg.line("whisker", at, y.at(told.lower()), at, y.at(told.upper()));
                }
                svg.circle(
                        point.maturity() >= 0.95 ? "realised" : "realised unripe",
                        at,
                        y.at(told.value()),
                        3.5,
                        "%s: %s%s, %s of the outcomes"
                                .formatted(
                                        point.from(),
                                        Text.fixed(told.value(), 4),
                                        told.bounded() ? " (" + Text.interval(told.lower(), told.upper(), 4) + ")" : "",
                                        Text.percent(point.maturity())));
            }
        }
        svg.line("axis", left, bottom, right, bottom);
        svg.circle("realised", left + 10, 14, 3.5, "");
        svg.text("label", left + 20, 18, "start", "realised, hollow while outcomes are missing");
        svg.line("line dashed", left + 300, 14, left + 330, 14);
        svg.text("label", left + 338, 18, "start", "expected without outcomes");
        svg.upright("title", 12, (top + bottom) / 2, metric);
        return svg.text("title", (left + right) / 2, HEIGHT - 4, "middle", "first day of the window").done();
    }

    private static void estimates(Svg svg, List<Point> points, LocalDate first, Axis x, Axis y) {
        StringBuilder line = new StringBuilder();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (Point point : points) {
            Figure told = point.estimated();
            if (told.known() && told.bounded()) {
                String at = Svg.number(x.at((double) ChronoUnit.DAYS.between(first, point.from())));
                line.append(line.isEmpty() ? 'M' : 'L').append(at).append(' ').append(Svg.number(y.at(told.value())));
                upper.append(upper.isEmpty() ? 'M' : 'L').append(at).append(' ').append(Svg.number(y.at(told.upper())));
                lower.insert(0, "L" + at + " " + Svg.number(y.at(told.lower())));
            }
        }
        if (!line.isEmpty()) {
            svg.path("band", upper + lower.toString() + "Z", "").path("line dashed", line, "");
        }
    }
}
