package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** The charts of what a model was judged by: bars and estimates with intervals, curves, the bank, contributions. */
final class ReportCharts {
    private static final double LEFT = 70;
    private static final int MOST_POINTS = 1_500;
    private static final double CHARACTER = 6.6;
    private static final double DAY_SECONDS = 86_400;

    private ReportCharts() {}

    /**
     * A row of a chart of estimates.
     *
     * @param name its label
     * @param value the estimate, or NaN
     * @param lower lower end of its interval, or NaN
     * @param upper upper end, or NaN
     * @param mark a word behind it, or empty
     */
    record Estimate(String name, double value, double lower, double upper, String mark) {}

    /**
     * Estimates one below the other, as bars from zero or as dots against a level.
     *
     * @param level drawn across when finite; bars from zero are drawn otherwise
     * @param title of the axis
     */
    static Markup estimates(
            String label, List<Estimate> rows, double level, String title, DoubleFunction<String> text) {
        boolean bars = !Double.isFinite(level);
        double low = bars ? 0 : level;
        double high = low;
        for (Estimate row : rows) {
            for (double end : new double[] {row.value(), row.lower(), row.upper()}) {
                if (Double.isFinite(end)) {
                    low = Math.min(low, end);
                    high = Math.max(high, end);
                }
            }
        }
        double top = 8;
        double left = 24 + Math.min(460, CHARACTER * rows.stream().mapToInt(row -> row.name().length()).max().orElse(1));
        double right = left + 380;
        double bottom = top + 22 * rows.size();
        Axis x = Axis.nice(low, Math.max(high, low + 1e-12), left, right, 5);
        Svg svg = new Svg(right + 190, bottom + 44, "bars", label);
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), top, x.at(tick), bottom);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
        }
        svg.line(bars ? "axis" : "limit", x.at(bars ? 0 : level), top, x.at(bars ? 0 : level), bottom);
        for (int i = 0; i < rows.size(); i++) {
            Estimate row = rows.get(i);
            double y = top + 22 * i + 11;
            svg.text("name", left - 8, y + 4, "end", cut(row.name()));
            if (!Double.isFinite(row.value())) {
                svg.text("note", left + 8, y + 4, "start", "not measured");
                continue;
            }
            boolean interval = Double.isFinite(row.lower()) && Double.isFinite(row.upper());
            double at = x.at(row.value());
            if (bars) {
                svg.rect(row.value() < 0 ? "bar minus" : "bar", Math.min(at, x.at(0)), y - 8, Math.abs(at - x.at(0)), 16, "");
            }
            if (interval) {
                svg.line("whisker", x.at(row.lower()), y, x.at(row.upper()), y);
                svg.line("whisker", x.at(row.lower()), y - 4, x.at(row.lower()), y + 4);
                svg.line("whisker", x.at(row.upper()), y - 4, x.at(row.upper()), y + 4);
            }
            if (!bars) {
                svg.circle("dot", at, y, 4, "");
            }
            String said = text.apply(row.value())
                    + (interval ? "  [" + text.apply(row.lower()) + ", " + text.apply(row.upper()) + "]" : "")
                    + (row.mark().isEmpty() ? "" : "  " + row.mark());
            svg.text("value", right + 10, y + 4, "start", said);
        }
        return svg.text("title", (left + right) / 2, bottom + 38, "middle", title).done();
    }

    private static String cut(String name) {
        return name.length() <= 70 ? name : name.substring(0, 69) + "…";
    }

    /**
     * What is marked on a curve.
     *
     * @param at where it is
     * @param value there
     * @param lower lower end of its interval, or NaN
     * @param upper upper end, or NaN
     * @param name its label
     */
    record Marked(double at, double value, double lower, double upper, String name) {}

    /**
     * A curve.
     *
     * @param points positions and values, by rising position; values that are not finite break the line
     * @param marked the chosen point, or one of NaN
     * @param thin from which position on there are too few cases to be considered, or NaN
     */
    static Markup curve(
            String heading, List<double[]> points, Marked marked, double thin, String titleX, String titleY) {
        double width = 520;
        double height = 320;
        double right = width - 22;
        double top = 34;
        double bottom = height - 48;
        double lowX = Double.POSITIVE_INFINITY;
        double highX = Double.NEGATIVE_INFINITY;
        double lowY = 0;
        double highY = 0;
        for (double[] point : points) {
            lowX = Math.min(lowX, point[0]);
            highX = Math.max(highX, point[0]);
            if (Double.isFinite(point[1])) {
                lowY = Math.min(lowY, point[1]);
                highY = Math.max(highY, point[1]);
            }
        }
        Svg svg = new Svg(width, height, "curve", heading);
        svg.text("heading", 12, 18, "start", heading);
        if (!(lowX <= highX)) {
            return svg.text("note", width / 2, height / 2, "middle", "no row could be acted on").done();
        }
        boolean there = Double.isFinite(marked.at());
        for (double end : new double[] {marked.value(), marked.lower(), marked.upper()}) {
            if (there && Double.isFinite(end)) {
                lowY = Math.min(lowY, end);
                highY = Math.max(highY, end);
            }
        }
        if (there) {
            lowX = Math.min(lowX, marked.at());
            highX = Math.max(highX, marked.at());
        }
        Axis x = Axis.nice(lowX, highX, LEFT, right, 5);
        Axis y = Axis.nice(lowY, Math.max(highY, lowY + 1e-9), bottom, top, 5);
        Charts.grid(svg, y, LEFT, right, false);
        for (double tick : x.ticks()) {
            svg.line("tick", x.at(tick), bottom, x.at(tick), bottom + 4);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
        }
        if (Double.isFinite(thin) && thin < x.high()) {
            double from = x.at(Math.max(x.low(), thin));
            svg.rect("thin", from, top, right - from, bottom - top, "Too few rows to be considered");
        }
        StringBuilder line = new StringBuilder();
        boolean pen = false;
        int step = Math.max(1, points.size() / MOST_POINTS);
        for (int i = 0; i < points.size(); i++) {
            if (i % step != 0 && i != points.size() - 1) {
                continue;
            }
            double[] point = points.get(i);
            if (!Double.isFinite(point[1])) {
                pen = false;
                continue;
            }
            line.append(pen ? 'L' : 'M').append(Svg.number(x.at(point[0]))).append(' ').append(Svg.number(y.at(point[1])));
            pen = true;
        }
        if (!line.isEmpty()) {
            svg.path("line", line, "");
        }
        svg.line("axis", LEFT, bottom, right, bottom);
        if (lowY < 0) {
            svg.line("axis", LEFT, y.at(0), right, y.at(0));
        }
        if (there) {
            double at = x.at(marked.at());
            svg.line("limit", at, top, at, bottom);
            if (Double.isFinite(marked.lower()) && Double.isFinite(marked.upper())) {
                svg.line("whisker", at, y.at(marked.lower()), at, y.at(marked.upper()));
                svg.line("whisker", at - 5, y.at(marked.lower()), at + 5, y.at(marked.lower()));
                svg.line("whisker", at - 5, y.at(marked.upper()), at + 5, y.at(marked.upper()));
            }
            if (Double.isFinite(marked.value())) {
                svg.circle("dot", at, y.at(marked.value()), 5, marked.name());
            }
            boolean leftHalf = at < (LEFT + right) / 2;
            svg.text("value", at + (leftHalf ? 8 : -8), top + 12, leftHalf ? "start" : "end", marked.name());
        }
        svg.text("title", (LEFT + right) / 2, height - 8, "middle", titleX);
        return svg.upright("title", 14, (top + bottom) / 2, titleY).done();
    }

    /**
     * A point of a bank over time.
     *
     * @param at day or moment in ISO 8601
     * @param bank what it is worth
     * @param benchmark what it is compared with, or NaN
     */
    record Wealth(String at, double bank, double benchmark) {}

    /** A bank over time; what it is below its highest so far is shaded. */
    static Markup bank(List<Wealth> points, String title, String benchmark) {
        double width = 1_180;
        double height = 320;
        double right = width - 150;
        double top = 14;
        double bottom = height - 46;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        boolean compared = true;
        for (Wealth point : points) {
            low = Math.min(low, point.bank());
            high = Math.max(high, point.bank());
            if (Double.isFinite(point.benchmark())) {
                low = Math.min(low, point.benchmark());
                high = Math.max(high, point.benchmark());
            } else {
                compared = false;
            }
        }
        Svg svg = new Svg(width, height, "wealth broad", "The bank over time; shaded is how far it lies below its highest so far");
        if (points.size() < 2 || !Double.isFinite(high - low)) {
            return svg.text("note", width / 2, height / 2, "middle", "too short to be drawn").done();
        }
        double start = days(points.getFirst().at());
        double span = Math.max(1, days(points.getLast().at()) - start);
        Axis x = new Axis(0, span, LEFT, right, 1);
        Axis y = Axis.nice(low, Math.max(high, low + 1e-9), bottom, top, 5);
        Charts.grid(svg, y, LEFT, right, false);
        StringBuilder bank = new StringBuilder();
        StringBuilder peaks = new StringBuilder();
        StringBuilder back = new StringBuilder();
        StringBuilder other = new StringBuilder();
        double peak = Double.NEGATIVE_INFINITY;
        int step = Math.max(1, points.size() / MOST_POINTS);
        for (int i = 0; i < points.size(); i++) {
            Wealth point = points.get(i);
            peak = Math.max(peak, point.bank());
            if (i % step != 0 && i != points.size() - 1) {
                continue;
            }
            char pen = bank.isEmpty() ? 'M' : 'L';
            String at = Svg.number(x.at(days(point.at()) - start)) + " ";
            bank.append(pen).append(at).append(Svg.number(y.at(point.bank())));
            peaks.append(pen).append(at).append(Svg.number(y.at(peak)));
            back.insert(0, "L" + at + Svg.number(y.at(point.bank())));
            if (compared) {
                other.append(pen).append(at).append(Svg.number(y.at(point.benchmark())));
            }
        }
        svg.path("fall", peaks + back.toString() + "Z", "Below its highest so far");
        svg.path("peak", peaks, "");
        if (compared) {
            svg.path("other", other, "");
            svg.text("label", right + 8, y.at(points.getLast().benchmark()) + 4, "start", benchmark);
        }
        svg.path("line", bank, "");
        double end = y.at(points.getLast().bank()) + 4;
        double near = compared ? y.at(points.getLast().benchmark()) + 4 : Double.NEGATIVE_INFINITY;
        svg.text(
                "value",
                right + 8,
                Math.abs(end - near) < 14 ? near + (end < near ? -14 : 14) : end,
                "start",
                Text.short3(points.getLast().bank()) + " at the end");
        svg.line("axis", LEFT, bottom, right, bottom);
        Charts.dates(svg, LocalDate.ofEpochDay((long) Math.floor(start)), (long) Math.ceil(span), x, bottom);
        svg.upright("title", 12, (top + bottom) / 2, title);
        return svg.text("title", (LEFT + right) / 2, height - 8, "middle", "day").done();
    }

    private static double days(String at) {
        return at.length() == 10
                ? LocalDate.parse(at).toEpochDay()
                : Instant.parse(at).getEpochSecond() / DAY_SECONDS;
    }

    /**
     * A step of a waterfall.
     *
     * @param name what contributes
     * @param value how much
     */
    record Step(String name, double value) {}

    /** How contributions lead from what is expected of any row to what is told of this one. */
    static Markup waterfall(String heading, double expected, List<Step> steps, double sum) {
        double low = Math.min(expected, sum);
        double high = Math.max(expected, sum);
        double at = expected;
        for (Step step : steps) {
            at += step.value();
            low = Math.min(low, at);
            high = Math.max(high, at);
        }
        double top = 34;
        double left = 24 + Math.min(420, CHARACTER * steps.stream().mapToInt(step -> step.name().length()).max().orElse(1));
        left = Math.max(left, 150);
        double right = left + 360;
        double bottom = top + 24 * (steps.size() + 2);
        Svg svg = new Svg(right + 80, bottom + 44, "waterfall", heading);
        svg.text("heading", 12, 18, "start", heading);
        Axis x = Axis.nice(low, Math.max(high, low + 1e-9), left, right, 5);
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), top, x.at(tick), bottom);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
        }
        double y = top + 12;
        end(svg, x, y, left, right, "expected of any row", expected);
        at = expected;
        for (Step step : steps) {
            double before = x.at(at);
            at += step.value();
            double after = x.at(at);
            svg.line("tick", before, y, before, y + 24);
            y += 24;
            svg.text("name", left - 8, y + 4, "end", cut(step.name()));
            svg.rect(
                    step.value() < 0 ? "bar minus" : "bar",
                    Math.min(before, after),
                    y - 8,
                    Math.max(1, Math.abs(after - before)),
                    16,
                    step.name() + " " + signed(step.value()));
            svg.text("value", right + 10, y + 4, "start", signed(step.value()));
        }
        y += 24;
        end(svg, x, y, left, right, "told of this row", sum);
        return svg.text("title", (left + right) / 2, bottom + 38, "middle", "margin of the model before calibration")
                .done();
    }

    private static void end(Svg svg, Axis x, double y, double left, double right, String name, double value) {
        svg.text("name own", left - 8, y + 4, "end", name);
        svg.circle("dot", x.at(value), y, 5, name + " " + Text.fixed(value, 3));
        svg.text("value", right + 10, y + 4, "start", Text.fixed(value, 3));
    }

    static String signed(double value) {
        return (value >= 0 ? "+" : "") + Text.fixed(value, 3);
    }

    /**
     * How something changed over versions.
     *
     * @param name its label
     * @param values by version, oldest first; NaN where there is none
     * @param moved whether it is pointed out
     */
    record Trend(String name, List<Double> values, boolean moved) {
        Trend {
            values = List.copyOf(values);
        }
    }

    /** Shares over versions, a line each; those that moved are dashed and named so. */
    static Markup trends(String label, List<String> versions, List<Trend> trends) {
        double width = 1_180;
        double right = width - 330;
        double top = 14;
        double height = Math.max(280, 70 + 16.0 * trends.size());
        double bottom = height - 46;
        double high = 1e-9;
        for (Trend trend : trends) {
            for (double value : trend.values()) {
                high = Double.isFinite(value) ? Math.max(high, value) : high;
            }
        }
        Svg svg = new Svg(width, height, "trends broad", label);
        Axis y = Axis.nice(0, high, bottom, top, 5);
        Axis x = new Axis(0, Math.max(1, versions.size() - 1), LEFT + 10, right, 1);
        Charts.grid(svg, y, LEFT, right, true);
        int each = Math.max(1, (int) Math.ceil(versions.size() / 20.0));
        for (int v = 0; v < versions.size(); v++) {
            if ((versions.size() - 1 - v) % each == 0) {
                svg.text("label", x.at(v), bottom + 16, "middle", versions.get(v));
            }
        }
        List<Trend> byEnd = trends.stream()
                .sorted((a, b) -> Double.compare(last(b), last(a)))
                .toList();
        List<Double> taken = new ArrayList<>();
        for (Trend trend : byEnd) {
            StringBuilder line = new StringBuilder();
            boolean pen = false;
            for (int v = 0; v < trend.values().size(); v++) {
                double value = trend.values().get(v);
                if (Double.isFinite(value)) {
                    line.append(pen ? 'L' : 'M').append(Svg.number(x.at(v))).append(' ').append(Svg.number(y.at(value)));
                    svg.circle(trend.moved() ? "dot moved" : "dot", x.at(v), y.at(value), 2.5, "%s, %s: %s"
                            .formatted(trend.name(), versions.get(v), Text.percent(value)));
                }
                pen = Double.isFinite(value);
            }
            if (!line.isEmpty()) {
                svg.path(trend.moved() ? "line moved" : "line", line, "");
            }
            double text = Math.max(y.at(last(trend)) + 4, taken.isEmpty() ? 0 : taken.getLast() + 14);
            taken.add(text);
            svg.text("value", right + 12, text, "start", trend.name() + (trend.moved() ? "  moved" : ""));
        }
        svg.line("axis", LEFT, bottom, right, bottom);
        svg.upright("title", 14, (top + bottom) / 2, "share of the importance");
        return svg.text("title", (LEFT + right) / 2, height - 8, "middle", "version").done();
    }

    private static double last(Trend trend) {
        double value = trend.values().isEmpty() ? Double.NaN : trend.values().getLast();
        return Double.isFinite(value) ? value : 0;
    }
}
