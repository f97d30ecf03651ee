package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.http.Backend;
import dev.keelson.registry.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The loss of each member of a run after each step of its training. */
final class LearningCurves {
    /** The file of a run that has them. */
    static final String FILE = "learning_curves.json";

    private static final double WIDTH = 520;
    private static final double HEIGHT = 320;
    private static final double LEFT = 70;
    private static final double TOP = 40;
    private static final double BOTTOM = HEIGHT - 52;
    private static final int MOST_POINTS = 1_000;

    private LearningCurves() {}

    /**
     * One curve.
     *
     * @param member position and learner
     * @param picture drawn
     * @param csv its numbers
     */
    record Curve(String member, Markup picture, String csv) {}

    /** The curves of a document, in order. */
    static List<Curve> of(JsonNode document) {
        List<Curve> curves = new ArrayList<>();
        for (JsonNode curve : document.path("curves")) {
            double[] losses = RunPlots.numbers(curve.path("losses"));
            if (losses.length > 0) {
                curves.add(curve(
                        curve.path("member").asText(), curve.path("loss").asText(), curve.path("steps").asInt(), losses));
            }
        }
        return curves;
    }

    /** The part of a run's page; empty when the run kept none. */
    static Optional<Section> section(Backend backend, Run run) {
        List<Curve> curves = RunFiles.json(backend, run, FILE).map(LearningCurves::of).orElse(List.of());
        if (curves.isEmpty()) {
            return Optional.empty();
        }
        SectionDraft draft = new SectionDraft("Learning curves")
                .note("Loss on the last training rows, by which each learner was stopped; the line marks the steps that the model has.");
        curves.forEach(curve -> draft.chart(curve.picture()));
        return Optional.of(draft.done());
    }

    private static Curve curve(String member, String loss, int steps, double[] losses) {
        double low = losses[0];
        double high = losses[0];
        StringBuilder csv = new StringBuilder("step,").append(loss).append(",kept\n");
        for (int i = 0; i < losses.length; i++) {
            low = Math.min(low, losses[i]);
            high = Math.max(high, losses[i]);
            csv.append(i + 1).append(',').append(losses[i]).append(',').append(i < steps).append('\n');
        }
        double right = WIDTH - 26;
        Axis x = Axis.nice(1, Math.max(2, losses.length), LEFT, right, 5);
        Axis y = Axis.nice(low, high > low ? high : low + 1e-6, BOTTOM, TOP, 5);
        String heading = "Learning curve of %s: %d of %d steps kept".formatted(member, Math.min(steps, losses.length), losses.length);
        Svg svg = new Svg(WIDTH, HEIGHT, "plot", heading);
        svg.text("heading", 12, 20, "start", heading);
        Charts.grid(svg, y, LEFT, right, false);
        for (double tick : x.ticks()) {
            svg.text("label", x.at(tick), BOTTOM + 17, "middle", x.label(tick));
        }
        StringBuilder path = new StringBuilder();
        int every = Math.max(1, losses.length / MOST_POINTS);
        for (int i = 0; i < losses.length; i++) {
            if (i % every == 0 || i == losses.length - 1) {
                path.append(path.isEmpty() ? 'M' : 'L').append(Svg.number(x.at(i + 1.0)));
                path.append(' ').append(Svg.number(y.at(losses[i])));
            }
        }
        svg.path("line", path, "");
        double kept = x.at(Math.min(steps, losses.length));
        svg.line("limit", kept, TOP, kept, BOTTOM);
        svg.line("axis", LEFT, BOTTOM, right, BOTTOM);
        svg.line("axis", LEFT, TOP, LEFT, BOTTOM);
        svg.upright("title", 14, (TOP + BOTTOM) / 2, Text.words(loss));
        Markup picture = svg.text("title", (LEFT + right) / 2, HEIGHT - 12, "middle", "step (round, epoch)").done();
        return new Curve(member, picture, csv.toString());
    }
}
