package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How a rollout divides what is asked, and what speaks for and against its candidate. */
final class RolloutCharts {
    private static final double WIDTH = 620;
    private static final double LEFT = 66;
    private static final double TOP = 34;

    private RolloutCharts() {}

    /**
     * One division of what is asked.
     *
     * @param name what it is, such as planned
     * @param share the candidate's, 0 to 1
     */
    record Split(String name, double share) {}

    /** Divisions, one below the other; the baseline's part on the left, the candidate's on the right. */
    static Markup split(String baseline, String candidate, List<Split> splits) {
        double left = 130;
        double right = WIDTH - 20;
        StringBuilder said = new StringBuilder("Who answers: ");
        for (Split split : splits) {
            said.append("%s: %s %s, %s %s. ".formatted(
                    split.name(), baseline, Text.percent(1 - split.share()), candidate, Text.percent(split.share())));
        }
        Svg svg = new Svg(WIDTH, TOP + 48 * splits.size(), "split", said.toString().strip());
        svg.text("heading", 12, 18, "start", "Who answers");
        double y = TOP;
        for (Split split : splits) {
            double cut = right - (right - left) * Math.clamp(split.share(), 0, 1);
            svg.text("name", left - 10, y + 14, "end", split.name());
            svg.rect("baseline", left, y, cut - left, 20, baseline + " " + Text.percent(1 - split.share()));
            svg.rect("candidate", cut, y, right - cut, 20, candidate + " " + Text.percent(split.share()));
            svg.text("value", left, y + 34, "start", baseline + " " + Text.percent(1 - split.share()));
            svg.text("value", right, y + 34, "end", candidate + " " + Text.percent(split.share()));
            y += 48;
        }
        return svg.done();
    }

    /**
     * After one settled day.
     *
     * @param day from 1
     * @param mean mean gain so far
     * @param lower its bound, or NaN
     * @param upper its other bound, or NaN
     * @param better evidence that the candidate is better, or NaN
     * @param worse evidence that it is worse, or NaN
     */
    record Point(double day, double mean, double lower, double upper, double better, double worse) {}

    /** The mean gain of the candidate with its bounds, day by day; empty without points. */
    static Markup gains(List<Point> points, String metric) {
        if (points.isEmpty()) {
            return Markup.EMPTY;
        }
        double low = 0;
        double high = 0;
        for (Point point : points) {
            for (double value : new double[] {point.mean(), point.lower(), point.upper()}) {
                low = Double.isFinite(value) ? Math.min(low, value) : low;
                high = Double.isFinite(value) ? Math.max(high, value) : high;
            }
        }
        double bottom = 300;
        double right = WIDTH - 20;
        Axis x = Axis.tight(1, Math.max(2, points.getLast().day()), LEFT + 4, right, 6);
        Axis y = Axis.nice(low, Math.max(high, low + 1e-9), bottom, TOP, 5);
        Point last = points.getLast();
        Svg svg = new Svg(
                WIDTH,
                bottom + 44,
                "rollout",
                "Mean gain of the candidate by settled day: %s after %s days%s"
                        .formatted(
                                Text.fixed(last.mean(), 4),
                                Text.count(Math.round(last.day())),
                                Double.isFinite(last.lower())
                                        ? ", bounds " + Text.interval(last.lower(), last.upper(), 4)
                                        : ", no bounds yet"));
        svg.text("heading", 12, 18, "start", "Gain of the candidate (" + metric + "; above 0: the candidate is better)");
        frame(svg, x, y, right, bottom);
        StringBuilder band = new StringBuilder();
        for (Point point : points) {
            if (Double.isFinite(point.upper())) {
                band.append(band.isEmpty() ? 'M' : 'L').append(place(x, y, point.day(), point.upper()));
            }
        }
        for (Point point : points.reversed()) {
            if (Double.isFinite(point.lower())) {
                band.append('L').append(place(x, y, point.day(), point.lower()));
            }
        }
        if (!band.isEmpty()) {
            svg.path("band", band.append('Z'), "Bounds that hold at every look");
        }
        svg.line("axis", LEFT, y.at(0), right, y.at(0));
        line(svg, "line", points, x, y, Point::mean);
        return svg.text("title", (LEFT + right) / 2, bottom + 36, "middle", "settled day").done();
    }

    /** Evidence for and against the candidate, day by day, with the line where it decides; empty without points. */
    static Markup evidence(List<Point> points, double needed) {
        if (points.isEmpty()) {
            return Markup.EMPTY;
        }
        double low = -needed;
        double high = needed;
        for (Point point : points) {
            high = Math.max(high, Math.max(finite(point.better(), needed), finite(point.worse(), needed)));
        }
        double bottom = 300;
        double right = WIDTH - 90;
        Axis x = Axis.tight(1, Math.max(2, points.getLast().day()), LEFT + 4, right, 6);
        Axis y = Axis.nice(low, high * 1.05, bottom, TOP, 5);
        Point last = points.getLast();
        Svg svg = new Svg(
                WIDTH,
                bottom + 44,
                "rollout",
                "Evidence by settled day: better %s, worse %s, decided at %s"
                        .formatted(Text.fixed(last.better(), 2), Text.fixed(last.worse(), 2), Text.fixed(needed, 2)));
        svg.text("heading", 12, 18, "start", "Evidence (natural logarithm)");
        frame(svg, x, y, right, bottom);
        svg.line("decision", LEFT, y.at(needed), right, y.at(needed));
        svg.text("value", LEFT + 6, y.at(needed) - 5, "start", "decides at " + Text.fixed(needed, 2));
        line(svg, "line", points, x, y, point -> Math.max(low, point.better()));
        line(svg, "line worse", points, x, y, point -> Math.max(low, point.worse()));
        double better = y.at(Math.max(low, finite(last.better(), low)));
        double worse = y.at(Math.max(low, finite(last.worse(), low)));
        if (Math.abs(better - worse) < 14) {
            worse = better + (last.better() < last.worse() ? -14 : 14);
        }
        svg.text("value", right + 8, better + 4, "start", "better");
        svg.text("value", right + 8, worse + 4, "start", "worse");
        return svg.text("title", (LEFT + right) / 2, bottom + 36, "middle", "settled day").done();
    }

    private static double finite(double value, double otherwise) {
        return Double.isFinite(value) ? value : otherwise;
    }

    private static void frame(Svg svg, Axis x, Axis y, double right, double bottom) {
        Charts.grid(svg, y, LEFT, right, false);
        svg.line("axis", LEFT, bottom, right, bottom);
        for (double tick : x.ticks()) {
            svg.line("tick", x.at(tick), bottom, x.at(tick), bottom + 4);
            svg.text("label", x.at(tick), bottom + 18, "middle", x.label(tick));
        }
    }

    private static void line(
            Svg svg, String classes, List<Point> points, Axis x, Axis y, ToDoubleFunction<Point> value) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (Point point : points) {
            double at = value.applyAsDouble(point);
            if (Double.isFinite(at)) {
                path.append(pen ? 'L' : 'M').append(place(x, y, point.day(), at));
            }
            pen = Double.isFinite(at);
        }
        if (!path.isEmpty()) {
            svg.path(classes, path, "");
        }
    }

    private static String place(Axis x, Axis y, double day, double value) {
        return Svg.number(x.at(day)) + " " + Svg.number(y.at(value));
    }
}
