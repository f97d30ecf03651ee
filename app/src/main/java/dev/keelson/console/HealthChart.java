package dev.keelson.console;

import dev.keelson.console.view.Markup;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** Scores of kept health reports over time, on the whole scale from 0 to 1. */
final class HealthChart {
    private static final double WIDTH = 760;
    private static final double HEIGHT = 280;
    private static final double LEFT = 46;
    private static final double RIGHT = WIDTH - 120;
    private static final double TOP = 16;
    private static final double BOTTOM = HEIGHT - 44;

    private HealthChart() {}

    /**
     * Draws them; what is unknown leaves a gap.
     *
     * @param times of the reports, ascending, at least two
     * @param names of the scores
     * @param scores one list for each name, one value for each time; NaN where unknown
     */
    static Markup of(List<Instant> times, List<String> names, List<double[]> scores, ZoneId zone) {
        double first = (double) times.getFirst().getEpochSecond();
        double last = Math.max(first + 1, (double) times.getLast().getEpochSecond());
        Axis y = new Axis(0, 1, BOTTOM, TOP, 0.2);
        Svg svg = new Svg(WIDTH, HEIGHT, "curves", "Scores of %d kept reports over time".formatted(times.size()));
        Charts.grid(svg, y, LEFT, RIGHT, false);
        svg.line("axis", LEFT, BOTTOM, RIGHT, BOTTOM);
        svg.text("label", LEFT, BOTTOM + 16, "start", Text.minute(times.getFirst(), zone));
        svg.text("label", RIGHT, BOTTOM + 16, "end", Text.minute(times.getLast(), zone));
        for (int s = 0; s < names.size(); s++) {
            StringBuilder path = new StringBuilder();
            double[] values = scores.get(s);
            boolean pen = false;
            for (int i = 0; i < values.length; i++) {
                boolean known = Double.isFinite(values[i]);
                if (known) {
                    double x = LEFT + (RIGHT - LEFT) * (times.get(i).getEpochSecond() - first) / (last - first);
                    path.append(pen ? 'L' : 'M').append(Svg.number(x)).append(' ').append(Svg.number(y.at(values[i])));
                    svg.circle("point s" + s, x, y.at(values[i]), 2.5, "%s %s".formatted(names.get(s), Text.fixed(values[i], 2)));
                }
                pen = known;
            }
            svg.path("line s" + s, path, names.get(s));
            svg.line("line s" + s, RIGHT + 10, TOP + 18 * s + 8, RIGHT + 28, TOP + 18 * s + 8);
            svg.text("label s" + s, RIGHT + 34, TOP + 18 * s + 12, "start", names.get(s));
        }
        return svg.text("title", (LEFT + RIGHT) / 2, HEIGHT - 8, "middle", "judged").done();
    }
}
