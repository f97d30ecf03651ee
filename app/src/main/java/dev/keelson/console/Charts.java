package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.control.PromotionDecision;
import dev.keelson.stats.Histogram;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The charts of the console and of the stand-alone report. Both sides of a comparison share their bins and their scale;
 * what is uncertain shows its interval; colour never carries a meaning alone.
 */
final class Charts {
    private static final int CHARACTER = 7;
    /** Width of the charts that take the whole page. */
    private static final double BROAD = 1180;

    /** Bins of a histogram that are named below it at most; titles name all. */
    private static final int MOST_NAMED = 8;
    /** Letters that have room below a histogram. */
    private static final int LABEL_ROOM = 48;

    private Charts() {}

    /**
     * A word-sized line of values, the last one marked.
     *
     * @param values oldest first, NaN where there is none
     * @param limit a level to compare with, drawn dashed, or NaN
     */
    static Markup sparkline(double[] values, double limit, String label) {
        double width = 104;
        double height = 28;
        double low = Double.isNaN(limit) ? Double.POSITIVE_INFINITY : limit;
        double high = Double.isNaN(limit) ? Double.NEGATIVE_INFINITY : limit;
        int last = -1;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                low = Math.min(low, values[i]);
                high = Math.max(high, values[i]);
                last = i;
            }
        }
        Svg svg = new Svg(width, height, "spark", label);
        if (last < 0) {
            return svg.line("axis", 2, height / 2, width - 2, height / 2).done();
        }
        if (!(high > low)) {
            high = low + 1e-9;
        }
        Axis y = Axis.tight(low, high, height - 4, 4, 1);
        double gap = values.length > 1 ? (width - 10) / (values.length - 1) : 0;
        if (!Double.isNaN(limit)) {
            svg.line("limit", 2, y.at(limit), width - 2, y.at(limit));
        }
        svg.path("line", polyline(values, 4, gap, y), "");
        return svg.circle("dot", 4 + last * gap, y.at(values[last]), 2.5, "").done();
    }

    private static String polyline(double[] values, double left, double gap, Axis y) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                path.append(pen ? 'L' : 'M').append(Svg.number(left + i * gap)).append(' ').append(Svg.number(y.at(values[i])));
                pen = true;
            } else {
                pen = false;
            }
        }
        return path.toString();
    }

    /** Both distributions over the same bins, as shares of each side: a word-sized picture for a table. */
    static Markup smallHistogram(Histogram histogram, String name) {
        return histogram(histogram, name, List.of(), 144, 34, false);
    }

    /** Both distributions over the same bins, as shares of each side, with axes. */
    static Markup histogram(Histogram histogram, String name) {
        return histogram(histogram, name, List.of());
    }

    /**
     * The same, of which each bin may have a name.
     *
     * @param labels one for each bin, or none
     */
    static Markup histogram(Histogram histogram, String name, List<String> labels) {
        return histogram(histogram, name, labels, 380, 190, true);
    }

    private static Markup histogram(
            Histogram histogram, String name, List<String> labels, double width, double height, boolean axes) {
        List<Histogram.Bin> bins = histogram.bins();
        long references = histogram.referenceMissing();
        long currents = histogram.currentMissing();
        for (Histogram.Bin bin : bins) {
            references += bin.reference();
            currents += bin.current();
        }
        String label = "Distribution of %s: baseline (%s rows) against current (%s rows)"
                .formatted(name, Text.count(references), Text.count(currents));
        Svg svg = new Svg(width, height, axes ? "histogram" : "histogram small", label);
        if (bins.isEmpty() || references == 0) {
            return svg.text("note", width / 2, height / 2 + 4, "middle", "no values").done();
        }
        double most = 0;
        for (Histogram.Bin bin : bins) {
            most = Math.max(most, Math.max(share(bin.reference(), references), share(bin.current(), currents)));
        }
        double left = axes ? 62 : 1;
        double right = width - (axes ? 10 : 1);
        double top = axes ? 24 : 2;
        double bottom = height - (axes ? 38 : 1);
        Axis y = axes ? Axis.nice(0, most, bottom, top, 4) : Axis.tight(0, most, bottom, top, 1);
        Axis x = Axis.tight(bins.getFirst().lower(), bins.getLast().upper(), left, right, 5);
        if (axes) {
            grid(svg, y, left, right, true);
            double[] ticks = labels.isEmpty() ? x.ticks() : new double[0];
            for (int i = 0; i < labels.size() && labels.size() <= MOST_NAMED; i++) {
                svg.text("label", x.at(i), bottom + 16, "middle", shortened(labels.get(i), LABEL_ROOM / labels.size()));
            }
            for (double tick : ticks) {
                svg.line("tick", x.at(tick), bottom, x.at(tick), bottom + 4);
                svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
            }
            svg.text("title", (left + right) / 2, height - 4, "middle", name);
            svg.upright("title", 12, (top + bottom) / 2, "share of rows");
        }
        StringBuilder outline = new StringBuilder("M").append(Svg.number(x.at(bins.getFirst().lower())));
        outline.append(' ').append(Svg.number(bottom));
        for (int i = 0; i < bins.size(); i++) {
            Histogram.Bin bin = bins.get(i);
            double x0 = x.at(bin.lower());
            double x1 = x.at(bin.upper());
            double inset = Math.min(2, (x1 - x0) * 0.18);
            double current = share(bin.current(), currents);
            String title = axes
                    ? "%s: baseline %s, current %s"
                            .formatted(
                                    labels.isEmpty()
                                            ? Text.short3(bin.lower()) + " to " + Text.short3(bin.upper())
                                            : labels.get(i),
                                    Text.percent(share(bin.reference(), references)),
                                    Text.percent(current))
                    : "";
            svg.rect("current", x0 + inset, y.at(current), x1 - x0 - 2 * inset, bottom - y.at(current), title);
            double level = y.at(share(bin.reference(), references));
            outline.append('L').append(Svg.number(x0)).append(' ').append(Svg.number(level));
            outline.append('L').append(Svg.number(x1)).append(' ').append(Svg.number(level));
        }
        outline.append('L').append(Svg.number(x.at(bins.getLast().upper()))).append(' ').append(Svg.number(bottom));
        svg.path("reference", outline, "");
        svg.line("axis", left, bottom, right, bottom);
        if (axes) {
            legend(svg, left, 12, "reference-key", "baseline, " + Text.count(references) + " rows");
            legend(svg, left + 170, 12, "current", "current, " + Text.count(currents) + " rows");
        }
        return svg.done();
    }

    private static String shortened(String label, int most) {
        return label.length() <= most ? label : label.substring(0, Math.max(1, most - 1)) + "…";
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /**
     * Shares as bars, one below the other.
     *
     * @param shares name to share, drawn in this order
     * @param label what it shows, for those who do not see it
     */
    static Markup shares(List<Map.Entry<String, Double>> shares, String heading, String label) {
        double top = 40;
        double left = 24 + Math.min(340, 6.6 * shares.stream().mapToInt(each -> each.getKey().length()).max().orElse(1));
        double right = left + 340;
        double bottom = top + 22 * shares.size();
        double most = Math.max(1e-9, shares.stream().mapToDouble(Map.Entry::getValue).max().orElse(1));
        Axis x = Axis.nice(0, most, left, right, 5);
        Svg svg = new Svg(right + 70, bottom + 46, "importance", label);
        svg.text("heading", 12, 20, "start", heading);
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), top, x.at(tick), bottom);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.percent(tick));
        }
        for (int i = 0; i < shares.size(); i++) {
            double y = top + 22 * i;
            double share = shares.get(i).getValue();
            svg.text("name", left - 8, y + 15, "end", shares.get(i).getKey());
            svg.rect("bar", left, y + 3, x.at(Math.max(0, share)) - left, 16, "");
            svg.text("value", x.at(Math.max(0, share)) + 6, y + 15, "start", Text.percent(share));
        }
        svg.line("axis", left, top, left, bottom);
        return svg.text("title", (left + right) / 2, bottom + 38, "middle", "share").done();
    }

    static void legend(Svg svg, double x, double y, String classes, String text) {
        svg.rect(classes, x, y - 9, 10, 10, "");
        svg.text("label", x + 15, y, "start", text);
    }

    static void grid(Svg svg, Axis y, double left, double right, boolean percent) {
        for (double tick : y.ticks()) {
            svg.line("grid", left, y.at(tick), right, y.at(tick));
            svg.text("label", left - 6, y.at(tick) + 4, "end", percent ? y.percent(tick) : y.label(tick));
        }
    }

    /**
     * One bin of a reliability diagram.
     *
     * @param forecast mean probability
     * @param observed share that came true
     * @param lower lower end of its interval
     * @param upper upper end
     * @param count rows
     */
    record ReliabilityPoint(double forecast, double observed, double lower, double upper, long count) {}

    /**
     * Forecast against what came true for one class, with intervals and the number of rows in each bin; shaded where 95 % of
     * the bins of forecasts that are exactly right would lie.
     */
    static Markup reliability(String label, List<ReliabilityPoint> points) {
        double width = 360;
        double height = 340;
        double left = 66;
        double right = width - 22;
        double top = 24;
        double bottom = 242;
        double floor = height - 40;
        double most = 0;
        long rows = 1;
        for (ReliabilityPoint point : points) {
            most = Math.max(most, Math.max(point.forecast(), point.upper()));
            rows = Math.max(rows, point.count());
        }
        double end = Math.min(1, Math.ceil(most * 5 - 1e-9) / 5);
        Axis x = Axis.nice(0, end, left, right, 5);
        Axis y = Axis.nice(0, end, bottom, top, 5);
        Svg svg = new Svg(width, height, "reliability", "Reliability of the forecasts of " + label);
        svg.text("heading", left, 13, "start", label);
        grid(svg, y, left, right, true);
        svg.path("noise", noise(points, x, y), "");
        svg.line("diagonal", x.at(0), y.at(0), x.at(end), y.at(end));
        for (ReliabilityPoint point : points) {
            svg.line("whisker", x.at(point.forecast()), y.at(point.lower()), x.at(point.forecast()), y.at(point.upper()));
        }
        for (ReliabilityPoint point : points) {
            double length = 34 * Math.sqrt((double) point.count() / rows);
            String title = "forecast %s, came true %s (%s to %s), %s rows"
                    .formatted(
                            Text.percent(point.forecast()),
                            Text.percent(point.observed()),
                            Text.percent(point.lower()),
                            Text.percent(point.upper()),
                            Text.count(point.count()));
            svg.circle("dot", x.at(point.forecast()), y.at(point.observed()), 4, title);
            svg.rect("count", x.at(point.forecast()) - 4, floor - length, 8, length, title);
        }
        svg.line("axis", left, bottom, right, bottom);
        svg.line("axis", left, floor, right, floor);
        svg.text("label", left - 6, floor - 1, "end", "rows");
        svg.text("label", left - 6, floor - 26, "end", Text.count(rows));
        for (double tick : x.ticks()) {
            svg.line("tick", x.at(tick), floor, x.at(tick), floor + 4);
            svg.text("label", x.at(tick), floor + 16, "middle", x.percent(tick));
        }
        svg.text("title", (left + right) / 2, height - 6, "middle", "forecast probability");
        svg.upright("title", 12, (top + bottom) / 2, "share that came true");
        return svg.done();
    }

    /** The noise of bins: 1.96 standard deviations of a share on each side of the forecast. */
    private static String noise(List<ReliabilityPoint> points, Axis x, Axis y) {
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        List<ReliabilityPoint> filled = points.stream()
                .filter(point -> point.count() > 0)
                .sorted(Comparator.comparingDouble(ReliabilityPoint::forecast))
                .toList();
        for (ReliabilityPoint point : filled) {
            double p = point.forecast();
            double half = 1.96 * Math.sqrt(p * (1 - p) / point.count());
            String at = Svg.number(x.at(p)) + " ";
            upper.append(upper.isEmpty() ? "M" : "L").append(at).append(Svg.number(y.at(Math.min(1, p + half))));
            lower.insert(0, "L" + at + Svg.number(y.at(Math.max(0, p - half))));
        }
        return upper.isEmpty() ? "M0 0" : upper.append(lower).append('Z').toString();
    }

    /**
     * One row of a comparison.
     *
     * @param name direct label
     * @param estimate the value
     * @param lower lower end of its interval, or NaN
     * @param upper upper end, or NaN
     * @param own whether it is the row the page is about
     * @param baseline whether it is something to compare with rather than a policy
     */
    record Compared(String name, double estimate, double lower, double upper, boolean own, boolean baseline) {}

    /** Estimates with their intervals, one below the other on one scale. */
    static Markup intervals(List<Compared> rows, String axisTitle, int decimals) {
        double width = BROAD;
        double left = 150;
        double right = width - 190;
        double top = 10;
        double pitch = 30;
        double bottom = top + pitch * rows.size();
        double height = bottom + 40;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Compared row : rows) {
            if (Double.isFinite(row.estimate())) {
                low = Math.min(low, Double.isFinite(row.lower()) ? row.lower() : row.estimate());
                high = Math.max(high, Double.isFinite(row.upper()) ? row.upper() : row.estimate());
            }
        }
        Svg svg = new Svg(width, height, "intervals broad", axisTitle + " of each policy and baseline with 95 % intervals");
        if (!(low <= high)) {
            return svg.text("note", width / 2, height / 2, "middle", "nothing was scored").done();
        }
        Axis x = Axis.nice(low, high, left, right, 6);
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), top, x.at(tick), bottom);
            svg.line("tick", x.at(tick), bottom, x.at(tick), bottom + 4);
            svg.text("label", x.at(tick), bottom + 17, "middle", x.label(tick));
        }
        svg.line("axis", left, bottom, right, bottom);
        svg.text("title", (left + right) / 2, height - 4, "middle", axisTitle);
        for (int i = 0; i < rows.size(); i++) {
            Compared row = rows.get(i);
            double y = top + pitch * (i + 0.5);
            String kind = row.own() ? " own" : row.baseline() ? " base" : "";
            svg.text(row.own() ? "name own" : "name", left - 12, y + 4, "end", row.name());
            if (!Double.isFinite(row.estimate())) {
                svg.text("note", left + 8, y + 4, "start", "not scored");
                continue;
            }
            if (Double.isFinite(row.lower()) && Double.isFinite(row.upper())) {
                svg.line("whisker" + kind, x.at(row.lower()), y, x.at(row.upper()), y);
                svg.line("whisker" + kind, x.at(row.lower()), y - 5, x.at(row.lower()), y + 5);
                svg.line("whisker" + kind, x.at(row.upper()), y - 5, x.at(row.upper()), y + 5);
            }
            if (row.baseline()) {
                svg.rect("dot" + kind, x.at(row.estimate()) - 4.5, y - 4.5, 9, 9, "");
            } else {
                svg.circle("dot" + kind, x.at(row.estimate()), y, 5, "");
            }
            svg.text(
                    "value" + kind,
                    right + 14,
                    y + 4,
                    "start",
                    Text.fixed(row.estimate(), decimals) + "  [" + Text.fixed(row.lower(), decimals) + ", "
                            + Text.fixed(row.upper(), decimals) + "]");
        }
        return svg.done();
    }

    /**
     * Mean loss in one week, and over the weeks up to it.
     *
     * @param week its first day
     * @param mean mean loss of the week
     * @param n outcomes of the week
     * @param smooth mean loss of this and the weeks before it
     * @param lower lower end of the interval of {@code smooth}, or NaN
     * @param upper upper end, or NaN
     */
    record WeeklyLoss(LocalDate week, double mean, int n, double smooth, double lower, double upper) {}

    /**
     * A level to compare with, drawn across.
     *
     * @param name direct label
     * @param value where
     * @param dash {@code dashed} or {@code dotted}
     */
    record Level(String name, double value, String dash) {}

    /** Loss of the served predictions: dots week by week, a line with its band over several weeks, against levels. */
    static Markup losses(List<WeeklyLoss> weeks, List<Level> levels, String axisTitle) {
        double width = BROAD;
        double height = 260;
        double left = 62;
        double right = width - 150;
        double top = 12;
        double bottom = height - 44;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (WeeklyLoss week : weeks) {
            low = Math.min(low, Math.min(week.mean(), Double.isFinite(week.lower()) ? week.lower() : week.mean()));
            high = Math.max(high, Math.max(week.mean(), Double.isFinite(week.upper()) ? week.upper() : week.mean()));
        }
        for (Level level : levels) {
            low = Math.min(low, level.value());
            high = Math.max(high, level.value());
        }
        Svg svg = new Svg(width, height, "losses broad", axisTitle + " of the served predictions week by week");
        Axis y = Axis.nice(low, high, bottom, top, 5);
        LocalDate first = weeks.getFirst().week();
        long span = Math.max(1, ChronoUnit.DAYS.between(first, weeks.getLast().week()));
        Axis x = new Axis(0, span, left + 8, right - 8, 1);
        grid(svg, y, left, right, false);
        dates(svg, first, span, x, bottom);
        List<Double> taken = new ArrayList<>();
        for (Level level : levels.stream().sorted((a, b) -> Double.compare(b.value(), a.value())).toList()) {
            double at = y.at(level.value());
            svg.line("level " + level.dash(), left, at, right, at);
            double text = at + 4;
            if (!taken.isEmpty()) { // from the top down: a label never lies on the one above it
                text = Math.max(text, taken.getLast() + 14);
            }
            taken.add(text);
            svg.text("label", right + 8, text, "start", level.name() + " " + Text.fixed(level.value(), 4));
        }
        StringBuilder line = new StringBuilder();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (WeeklyLoss week : weeks) {
            String at = Svg.number(x.at((double) ChronoUnit.DAYS.between(first, week.week())));
            line.append(line.isEmpty() ? 'M' : 'L').append(at).append(' ').append(Svg.number(y.at(week.smooth())));
            if (Double.isFinite(week.lower()) && Double.isFinite(week.upper())) {
                upper.append(upper.isEmpty() ? 'M' : 'L').append(at).append(' ').append(Svg.number(y.at(week.upper())));
                lower.insert(0, "L" + at + " " + Svg.number(y.at(week.lower())));
            }
        }
        if (!upper.isEmpty()) {
            svg.path("band", upper + lower.toString() + "Z", "");
        }
        for (WeeklyLoss week : weeks) {
            svg.circle(
                    "week",
                    x.at((double) ChronoUnit.DAYS.between(first, week.week())),
                    y.at(week.mean()),
                    2.5,
                    "week of %s: %s, %s outcomes".formatted(week.week(), Text.fixed(week.mean(), 4), Text.count(week.n())));
        }
        svg.path("line", line, "");
        svg.line("axis", left, bottom, right, bottom);
        svg.upright("title", 12, (top + bottom) / 2, axisTitle);
        return svg.text("title", (left + right) / 2, height - 4, "middle", "week in which the event happened")
                .done();
    }

    /** Months or years below an axis of days. */
    static void dates(Svg svg, LocalDate first, long span, Axis x, double bottom) {
        int months = span <= 100 ? 1 : span <= 300 ? 2 : span <= 500 ? 3 : span <= 1100 ? 6 : 12;
        LocalDate tick = first.withDayOfMonth(1);
        while (tick.isBefore(first) || (tick.getMonthValue() - 1) % months != 0) {
            tick = tick.plusMonths(1);
        }
        LocalDate end = first.plusDays(span);
        boolean any = false;
        for (; !tick.isAfter(end); tick = tick.plusMonths(months)) {
            double at = x.at((double) ChronoUnit.DAYS.between(first, tick));
            svg.line("tick", at, bottom, at, bottom + 4);
            String text = months == 12 ? Integer.toString(tick.getYear()) : tick.toString().substring(0, 7);
            boolean last = at > x.at((double) span) - 20; // its middle may not stand at the edge of the picture
            svg.text("label", last ? x.at((double) span) + 8 : at, bottom + 16, last ? "end" : "middle", text);
            any = true;
        }
        if (!any) {
            svg.text("label", x.at(0), bottom + 16, "middle", first.toString());
        }
    }

    /**
     * One step of the loop in the strip chart.
     *
     * @param date the day it ended
     * @param drift verdict
     * @param decay verdict
     * @param labelShift verdict
     * @param retrained version trained, or 0
     * @param decision decision
     * @param champion version that serves from then on
     */
    record Strip(
            LocalDate date, String drift, String decay, String labelShift, int retrained, String decision, int champion) {}

    /** What the loop saw and did, step by step: the higher the bar, the worse; triangles and signs for what was done. */
    static Markup strip(List<Strip> steps) {
        double width = BROAD;
        double left = 104;
        double right = width - 12;
        double pitch = 30;
        double top = 8;
        String[] rows = {"drift", "decay", "label shift", "retrained", "decision", "champion"};
        double bottom = top + pitch * rows.length;
        Svg svg = new Svg(width, bottom + 40, "strip broad", "Timeline of the loop: what it saw and what it did, step by step");
        LocalDate first = steps.getFirst().date();
        long span = Math.max(1, ChronoUnit.DAYS.between(first, steps.getLast().date()));
        double cell = Math.max(1.5, Math.min(14, (right - left) / Math.max(1, steps.size())));
        Axis x = new Axis(0, span, left + cell / 2, right - cell / 2, 1);
        for (int r = 0; r < rows.length; r++) {
            double base = top + pitch * (r + 1) - 6;
            svg.text("name", left - 12, base - 5, "end", rows[r]);
            svg.line("grid", left, base, right, base);
        }
        int serving = 0;
        double since = left;
        for (Strip step : steps) {
            double at = x.at((double) ChronoUnit.DAYS.between(first, step.date()));
            verdict(svg, at, cell, top + pitch - 6, step.drift(), step.date(), "drift");
            verdict(svg, at, cell, top + 2 * pitch - 6, step.decay(), step.date(), "decay");
            verdict(svg, at, cell, top + 3 * pitch - 6, step.labelShift(), step.date(), "label shift");
            if (step.retrained() > 0) {
                double base = top + 4 * pitch - 6;
                svg.path("retrained", diamond(at, base - 8, 5), "%s: v%d trained".formatted(step.date(), step.retrained()));
            }
            decision(svg, at, top + 5 * pitch - 6, step);
            if (step.champion() != serving) {
                if (serving > 0) {
                    served(svg, since, at, top + 6 * pitch - 6, serving);
                    since = at;
                }
                serving = step.champion();
            }
        }
        served(svg, since, right, top + 6 * pitch - 6, serving);
        dates(svg, first, span, x, bottom);
        svg.line("axis", left, bottom, right, bottom);
        return svg.text("title", (left + right) / 2, bottom + 34, "middle", "end of the step").done();
    }

    private static void verdict(Svg svg, double x, double cell, double base, String verdict, LocalDate date, String what) {
        String level;
        double height;
        switch (verdict) {
            case "alarm", "decayed", "shifted" -> {
                level = "high";
                height = 20;
            }
            case "warning" -> {
                level = "moderate";
                height = 11;
            }
            case "not_enough_evidence", "insufficient" -> {
                level = "unknown";
                height = 6;
            }
            default -> {
                level = "ok";
                height = 2;
            }
        }
        double width = Math.max(1.2, cell - 1);
        svg.rect(level, x - width / 2, base - height, width, height, "%s: %s %s".formatted(date, what, Text.words(verdict)));
    }

    private static void decision(Svg svg, double x, double base, Strip step) {
        double y = base - 8;
        String title = "%s: %s".formatted(step.date(), PromotionDecision.verdictOf(step.decision()));
        if (step.decision().equals("promote")) {
            svg.path("promote", "M%s %sl5 9h-10z".formatted(Svg.number(x), Svg.number(y - 5)), title);
        } else if (step.decision().equals("reject") || step.decision().equals("expired")) {
            svg.path(
                    "reject",
                    "M%s %sl8 8m0 -8l-8 8".formatted(Svg.number(x - 4), Svg.number(y - 4)),
                    title);
        } else if (step.decision().equals("not_yet") || step.decision().equals("canary")) {
            svg.rect("hold", x - 2, y - 1, 4, 2, title);
        }
    }

    private static void served(Svg svg, double from, double to, double base, int version) {
        svg.rect(version % 2 == 0 ? "served even" : "served", from, base - 17, to - from - 1, 17, "v" + version + " served");
        String text = "v" + version;
        if (to - from > CHARACTER * text.length() + 6) {
            svg.text("inside", from + 5, base - 5, "start", text);
        }
    }

    private static String diamond(double x, double y, double half) {
        return String.format(
                Locale.ROOT,
                "M%s %sl%s %sl%s %sl%s %sz",
                Svg.number(x),
                Svg.number(y - half),
                Svg.number(half),
                Svg.number(half),
                Svg.number(-half),
                Svg.number(half),
                Svg.number(-half),
                Svg.number(-half));
    }

    /** The probabilities of one prediction as one bar; the class that happened is marked below it. */
    static Markup probabilities(double[] probabilities, List<String> classes, int outcome) {
        double width = 132;
        Svg svg = new Svg(width, 18, "probabilities", "Probabilities by class");
        double x = 0;
        for (int c = 0; c < probabilities.length; c++) {
            double part = Math.max(0, probabilities[c]) * width;
            String name = c < classes.size() ? classes.get(c) : Integer.toString(c);
            svg.rect("part p" + c % 4, x, 2, Math.max(0, part - 1), 10, name + " " + Text.percent(probabilities[c]));
            if (c == outcome) {
                svg.rect("happened", x, 14, Math.max(1, part - 1), 2.5, name + " happened");
            }
            x += part;
        }
        return svg.done();
    }
}
