package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One metric of several runs over its steps. */
final class CurveChart {
    private static final int NAMED = 6;
    private static final double WIDTH = 620;
    private static final double HEIGHT = 280;
    private static final double LEFT = 66;
    private static final double RIGHT = WIDTH - 150;
    private static final double TOP = 34;
    private static final double BOTTOM = HEIGHT - 44;

    private CurveChart() {}

    /**
     * A line.
     *
     * @param name its label
     * @param points steps and values, by rising step; a value that is not finite breaks the line
     */
    record Line(String name, List<double[]> points) {}

    /** The chart; the first lines have a colour or dash and a name of their own, the others are grey. Empty without a point. */
    static Markup of(String metric, List<Line> lines) {
        double lowX = Double.POSITIVE_INFINITY;
        double highX = Double.NEGATIVE_INFINITY;
        double lowY = Double.POSITIVE_INFINITY;
        double highY = Double.NEGATIVE_INFINITY;
        for (Line line : lines) {
            for (double[] point : line.points()) {
                if (Double.isFinite(point[1])) {
                    lowX = Math.min(lowX, point[0]);
                    highX = Math.max(highX, point[0]);
                    lowY = Math.min(lowY, point[1]);
                    highY = Math.max(highY, point[1]);
                }
            }
        }
        if (!(lowX <= highX)) {
            return Markup.EMPTY;
        }
        Axis x = Axis.tight(lowX, highX, LEFT + 4, RIGHT - 4, 6);
        Axis y = Axis.nice(lowY, highY, BOTTOM, TOP, 5);
        Svg svg = new Svg(WIDTH, HEIGHT, "curves", metric + " by step, of " + (lines.size() == 1 ? "one run" : lines.size() + " runs"));
        svg.text("heading", 12, 18, "start", metric);
        Charts.grid(svg, y, LEFT, RIGHT, false);
        svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        for (double tick : x.ticks()) {
            svg.line("tick", x.at(tick), BOTTOM, x.at(tick), BOTTOM + 4);
            svg.text("label", x.at(tick), BOTTOM + 16, "middle", x.label(tick));
        }
        for (int i = lines.size() - 1; i >= 0; i--) { // the first ones on top
            draw(svg, lines.get(i), i < NAMED ? "line s" + i : "line rest", x, y);
        }
        labels(svg, lines.subList(0, Math.min(NAMED, lines.size())), y);
        return svg.text("title", (LEFT + RIGHT) / 2, HEIGHT - 8, "middle", "step").done();
    }

    private static void draw(Svg svg, Line line, String classes, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        int drawn = 0;
        double[] last = new double[2];
        for (double[] point : line.points()) {
            if (Double.isFinite(point[1])) {
                path.append(pen ? 'L' : 'M').append(Svg.number(x.at(point[0]))).append(' ').append(Svg.number(y.at(point[1])));
                drawn++;
                last = point;
            }
            pen = Double.isFinite(point[1]);
        }
        if (drawn == 1) {
            svg.circle(classes + " point", x.at(last[0]), y.at(last[1]), 3, line.name());
        } else if (drawn > 1) {
            svg.path(classes, path, line.name());
        }
    }

    private record Label(double at, String name, int place) {}

    /** Names at the ends of the lines, none upon another. */
    private static void labels(Svg svg, List<Line> lines, Axis y) {
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            double end = Double.NaN;
            for (double[] point : lines.get(i).points()) {
                end = Double.isFinite(point[1]) ? point[1] : end;
            }
            if (Double.isFinite(end)) {
                labels.add(new Label(y.at(end), lines.get(i).name(), i));
            }
        }
        labels.sort(Comparator.comparingDouble(Label::at));
        double free = TOP;
        for (Label label : labels) {
            double at = Math.max(free, label.at());
            String name = label.name().length() <= 20 ? label.name() : label.name().substring(0, 19) + "…";
            svg.text("label s" + label.place(), RIGHT + 8, at + 4, "start", name);
            free = at + 14;
        }
    }
}
