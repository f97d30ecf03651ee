package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Charts.ReliabilityPoint;
import dev.keelson.console.view.Markup;
import dev.keelson.metrics.ConfusionMatrix;
import dev.keelson.metrics.ScoreCurve;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pictures of a run, made from what it kept: each as an SVG that stands alone, without scripts, and as a CSV with the
 * numbers that are drawn.
 */
final class RunPlots {
    private static final double WIDTH = 520;
    private static final double HEIGHT = 400;
    private static final double LEFT = 70;
    private static final double TOP = 40;
    private static final double BOTTOM = HEIGHT - 52;
    private static final Set<String> STAKES = Set.of("flat", "kelly", "proportional");
    private static final int MOST_POINTS = 1500;
    private static final int MOST_FEATURES = 25;
    private static final String STYLE = """
            <style>
            text { fill: #5a6472; font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
            .heading { fill: #1b2027; font-weight: 650; font-size: 13px; }
            .name, .value { fill: #1b2027; }
            .page { fill: #ffffff; }
            .axis, .tick { stroke: #b9c1cb; }
            .grid { stroke: #eceff2; }
            .line { fill: none; stroke: #2a6fd0; stroke-width: 1.75; stroke-linejoin: round; }
            .second { fill: none; stroke: #b4560a; stroke-width: 1.75; stroke-dasharray: 6 3; stroke-linejoin: round; }
            .key { fill: #2a6fd0; }
            .second-key { fill: #b4560a; }
            .loss { fill: #2a6fd0; opacity: .25; }
            .second-loss { fill: none; stroke: #b4560a; stroke-dasharray: 6 3; }
            .dot { fill: #2a6fd0; }
            .point { fill: #2a6fd0; opacity: .35; }
            .bar { fill: #2a6fd0; }
            .diagonal, .limit { stroke: #7d8794; stroke-dasharray: 4 3; fill: none; }
            .noise { fill: #7d8794; opacity: .18; }
            .whisker { stroke: #2a6fd0; stroke-width: 1.5; opacity: .55; }
            .count { fill: #cfd5dc; }
            .cell { fill: #2a6fd0; stroke: #b9c1cb; }
            .s0 { fill-opacity: 0; } .s1 { fill-opacity: .08; } .s2 { fill-opacity: .16; } .s3 { fill-opacity: .24; }
            .s4 { fill-opacity: .32; } .s5 { fill-opacity: .4; }
            </style>
            """;

    private final SortedMap<String, byte[]> files = new TreeMap<>();

    private RunPlots() {}

    /**
     * Draws what there is.
     *
     * @param outcome the stored outcome of the training
     * @param classes of the model, in order; none of a model of values
     * @param bankroll lines of {@code bankroll.csv} with its header; none without a backtest
     * @param importance feature to its share, the greatest first
     * @return file name to bytes
     */
    static SortedMap<String, byte[]> of(
            JsonNode outcome, List<String> classes, List<String> bankroll, Map<String, Double> importance) {
        RunPlots plots = new RunPlots();
        for (JsonNode diagram : outcome.path("reliability")) {
            plots.reliability(diagram, classes);
        }
        JsonNode test = outcome.path("test");
        if (test.isObject() && !test.path("labels").isEmpty()) {
            plots.classes(numbers(test.path("probabilities")), labels(test), classes);
        }
        JsonNode values = outcome.path("test_values");
        if (values.isObject() && !values.path("targets").isEmpty()) {
            plots.values(numbers(values.path("predictions")), numbers(values.path("targets")));
        }
        if (!importance.isEmpty()) {
            plots.importance(importance);
        }
        if (bankroll.size() > 1) {
            plots.bankroll(bankroll);
        }
        return plots.files;
    }

    /** The loss of each member, step by step. */
    static SortedMap<String, byte[]> ofCurves(JsonNode document) {
        RunPlots plots = new RunPlots();
        List<LearningCurves.Curve> curves = LearningCurves.of(document);
        for (int c = 0; c < curves.size(); c++) {
            plots.put(
                    "learning-curve-" + fileName(curves.get(c).member(), c), curves.get(c).picture(), curves.get(c).csv());
        }
        return plots.files;
    }

    /** The loss of segments and of the slices that stand out, beside that of all rows. */
    static SortedMap<String, byte[]> ofSlices(JsonNode slices) {
        RunPlots plots = new RunPlots();
        if (!slices.path("segments").isEmpty() || !slices.path("search").path("slices").isEmpty()) {
            plots.slices(slices);
        }
        return plots.files;
    }

    private void slices(JsonNode document) {
        String metric = document.path("loss").asText().equals("log_loss") ? "log_loss" : "mse";
        StringBuilder csv = new StringBuilder("kind,slice,rows,days,loss,lower,upper,expected,rest,adjusted_p,worse\n");
        List<JsonNode> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (JsonNode segment : document.path("segments")) {
            JsonNode loss = segment.path("metrics").path(metric);
            String name = segment.path("segment").asText() + " = " + segment.path("value").asText();
            csv.append("segment,").append(RunFolder.cell(name)).append(',').append(segment.path("rows").asText());
            csv.append(',').append(segment.path("days").asText()).append(',').append(loss.path("value").asText());
            csv.append(',').append(loss.path("lower").asText("")).append(',').append(loss.path("upper").asText(""));
            csv.append(",,,,\n");
            if (loss.path("value").isNumber() && parts.size() < MOST_FEATURES) {
                parts.add(loss);
                names.add(name);
            }
        }
        for (String kind : List.of("search", "surprise")) {
            for (JsonNode slice : document.path(kind).path("slices")) {
                List<String> conditions = new ArrayList<>();
                slice.path("conditions").forEach(condition -> conditions.add(condition.asText()));
                String name = String.join(" and ", conditions);
                csv.append(kind.equals("search") ? "loss," : "surprise,").append(RunFolder.cell(name)).append(',');
                csv.append(slice.path("rows").asText()).append(',').append(slice.path("days").asText()).append(',');
                csv.append(slice.path("loss").asText()).append(",,,").append(slice.path("expected").asText(""));
                csv.append(',').append(slice.path("rest").asText()).append(',').append(slice.path("p").asText());
                csv.append(',').append(slice.path("worse").asText()).append('\n');
                if (kind.equals("search") && parts.size() < MOST_FEATURES) {
                    parts.add(slice);
                    names.add(name);
                }
            }
        }
        double all = document.path("metrics").path(metric).path("value").asDouble();
        double low = all;
        double high = all;
        for (JsonNode part : parts) {
            double value = part.path("value").asDouble(part.path("loss").asDouble());
            low = Math.min(low, part.path("lower").asDouble(value));
            high = Math.max(high, part.path("upper").asDouble(value));
        }
        double left = 24 + Math.min(460, 6.6 * names.stream().mapToInt(String::length).max().orElse(1));
        double right = left + 300;
        double bottom = TOP + 22 * parts.size();
        Axis x = Axis.nice(low, Math.max(high, low + 1e-9), left, right, 5);
        Svg svg = new Svg(right + 70, bottom + 46, "slices", "Loss of segments and slices of the test period");
        String loss = document.path("loss").asText().replace('_', ' ');
        svg.text("heading", 12, 20, "start", "Segments and slices: " + loss + ", against all rows (dashed)");
        for (double tick : x.ticks()) {
            svg.line("grid", x.at(tick), TOP, x.at(tick), bottom);
            svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
        }
        svg.line("limit", x.at(all), TOP, x.at(all), bottom);
        for (int i = 0; i < parts.size(); i++) {
            JsonNode part = parts.get(i);
            double y = TOP + 22 * i + 11;
            double value = part.path("value").asDouble(part.path("loss").asDouble());
            svg.text("name", left - 8, y + 4, "end", cut(names.get(i)));
            if (part.has("lower")) {
                svg.line("whisker", x.at(part.path("lower").asDouble()), y, x.at(part.path("upper").asDouble()), y);
            }
            svg.circle("dot", x.at(value), y, 4, "");
            if (part.path("worse").asBoolean()) {
                svg.text("value", x.at(value) + 8, y + 4, "start", "worse");
            }
        }
        svg.text("title", (left + right) / 2, bottom + 38, "middle", loss);
        put("slices", svg.done(), csv.toString());
    }

    private static String cut(String name) {
        return name.length() <= 70 ? name : name.substring(0, 69) + "…";
    }

    static double[] numbers(JsonNode list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).asDouble(Double.NaN);
        }
        return numbers;
    }

    static int[] labels(JsonNode test) {
        int[] labels = new int[test.path("labels").size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = test.path("labels").get(i).asInt();
        }
        return labels;
    }

    private void put(String name, Markup picture, String csv) {
        String svg = picture.html();
        int end = svg.indexOf('>') + 1;
        String alone = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + svg.substring(4, end) + "\n" + STYLE
                + "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n" + svg.substring(end) + "\n";
        files.put(name + ".svg", alone.getBytes(StandardCharsets.UTF_8));
        files.put(name + ".csv", csv.getBytes(StandardCharsets.UTF_8));
    }

    /** A class as part of a file name; its position makes it unique where the name itself cannot be used. */
    static String fileName(String label, int position) {
        return label.matches("[A-Za-z0-9_-]{1,40}") ? label : "class-" + position;
    }

    private void reliability(JsonNode diagram, List<String> classes) {
        String name = diagram.path("name").asText();
        List<ReliabilityPoint> points = new ArrayList<>();
        StringBuilder csv = new StringBuilder("lower,upper,rows,mean_forecast,came_true,came_true_lower,came_true_upper\n");
        for (JsonNode bin : diagram.path("bins")) {
            csv.append(bin.path("lower").asText()).append(',').append(bin.path("upper").asText()).append(',');
            csv.append(bin.path("count").asLong()).append(',').append(bin.path("mean_forecast").asText()).append(',');
            csv.append(bin.path("observed").asText()).append(',').append(bin.path("observed_lower").asText());
            csv.append(',').append(bin.path("observed_upper").asText()).append('\n');
            if (bin.path("count").asLong() > 0) {
                points.add(new ReliabilityPoint(
                        bin.path("mean_forecast").asDouble(),
                        bin.path("observed").asDouble(),
                        bin.path("observed_lower").asDouble(),
                        bin.path("observed_upper").asDouble(),
                        bin.path("count").asLong()));
            }
        }
        int position = classes.indexOf(name);
        String title = position < 0 ? "Reliability of the most probable class" : "Reliability: " + name;
        put("reliability-" + (position < 0 ? "top" : fileName(name, position)), Charts.reliability(title, points), csv.toString());
    }

    private void classes(double[] p, int[] labels, List<String> classes) {
        for (int c = 0; c < classes.size(); c++) {
            double[] scores = new double[labels.length];
            boolean[] positive = new boolean[labels.length];
            for (int i = 0; i < labels.length; i++) {
                scores[i] = p[i * classes.size() + c];
                positive[i] = labels[i] == c;
            }
            ScoreCurve curve = ScoreCurve.of(scores, positive);
            if (curve.positives() > 0 && curve.negatives() > 0) {
                roc(curve, classes.get(c), fileName(classes.get(c), c));
                precisionRecall(curve, classes.get(c), fileName(classes.get(c), c));
            }
        }
        confusion(ConfusionMatrix.of(p, classes.size(), labels), classes);
    }

    private void roc(ScoreCurve curve, String label, String file) {
        StringBuilder csv = new StringBuilder("threshold,false_positive_rate,true_positive_rate\n");
        List<double[]> points = new ArrayList<>(List.of(new double[] {0, 0}));
        for (ScoreCurve.Point point : curve.points()) {
            double[] at = {point.falsePositives() / curve.negatives(), point.truePositives() / curve.positives()};
            points.add(at);
            csv.append(point.threshold()).append(',').append(at[0]).append(',').append(at[1]).append('\n');
        }
        String heading = String.format(
                Locale.ROOT,
                "ROC of %s: area %.3f, %s of %s rows",
                label,
                curve.rocArea().orElse(Double.NaN),
                Text.count(Math.round(curve.positives())),
                Text.count(Math.round(curve.positives() + curve.negatives())));
        Frame frame = new Frame(heading, 0, 1, 0, 1, "share of other rows taken for it (false positives)", "share of its rows found (true positives)", true);
        frame.svg.line("diagonal", frame.x.at(0), frame.y.at(0), frame.x.at(1), frame.y.at(1));
        frame.svg.path("line", path(points, frame), "");
        put("roc-" + file, frame.svg.done(), csv.toString());
    }

    private void precisionRecall(ScoreCurve curve, String label, String file) {
        StringBuilder csv = new StringBuilder("threshold,recall,precision\n");
        List<double[]> points = new ArrayList<>();
        for (ScoreCurve.Point point : curve.points()) {
            double[] at = {point.truePositives() / curve.positives(), point.precision()};
            points.add(at);
            csv.append(point.threshold()).append(',').append(at[0]).append(',').append(at[1]).append('\n');
        }
        double base = curve.positives() / (curve.positives() + curve.negatives());
        String heading = String.format(
                Locale.ROOT,
                "Precision and recall of %s: average precision %.3f",
                label,
                curve.averagePrecision().orElse(Double.NaN));
        Frame frame = new Frame(heading, 0, 1, 0, 1, "recall: share of its rows found", "precision: share of the found that are its", true);
        frame.svg.line("limit", frame.x.at(0), frame.y.at(base), frame.x.at(1), frame.y.at(base));
        frame.svg.text(
                "label",
                frame.x.at(0) + 6,
                frame.y.at(base) + (base < 0.06 ? -6 : 15),
                "start",
                "base rate " + Text.percent(base));
        frame.svg.path("line", path(points, frame), "");
        put("precision-recall-" + file, frame.svg.done(), csv.toString());
    }

    /** A line through points; of very many, some evenly spread ones with the last. */
    private static String path(List<double[]> points, Frame frame) {
        StringBuilder path = new StringBuilder();
        int step = Math.max(1, points.size() / MOST_POINTS);
        for (int i = 0; i < points.size(); i++) {
            if (i % step == 0 || i == points.size() - 1) {
                path.append(path.isEmpty() ? 'M' : 'L').append(Svg.number(frame.x.at(points.get(i)[0])));
                path.append(' ').append(Svg.number(frame.y.at(points.get(i)[1])));
            }
        }
        return path.toString();
    }

    private void confusion(ConfusionMatrix matrix, List<String> classes) {
        int n = classes.size();
        double cell = Math.max(28, Math.min(96, 420.0 / n));
        double left = 60 + Math.min(160, 7.0 * classes.stream().mapToInt(String::length).max().orElse(1));
        double top = 66;
        Svg svg = new Svg(
                Math.max(420, left + n * cell + 16), top + n * cell + 20, "confusion", "Rows by true and most probable class");
        svg.text("heading", 12, 20, "start", "Rows by class, and the share of each true class");
        svg.text("title", left + n * cell / 2, 42, "middle", "most probable class");
        svg.upright("title", 14, top + n * cell / 2, "class that came true");
        StringBuilder csv = new StringBuilder("came_true,predicted,rows\n");
        for (int r = 0; r < n; r++) {
            svg.text("name", left - 8, top + (r + 0.5) * cell + 4, "end", classes.get(r));
            svg.text("name", left + (r + 0.5) * cell, top - 6, "middle", classes.get(r));
            long rows = matrix.counts().get(r).stream().mapToLong(Long::longValue).sum();
            for (int c = 0; c < n; c++) {
                long count = matrix.count(r, c);
                double share = rows == 0 ? 0 : (double) count / rows;
                String of = classes.get(r) + " predicted as " + classes.get(c) + ": " + Text.count(count);
                svg.rect("cell s" + (int) Math.round(5 * share), left + c * cell, top + r * cell, cell, cell, of);
                svg.text("value", left + (c + 0.5) * cell, top + (r + 0.5) * cell + (cell < 50 ? 4 : 0), "middle", Text.count(count));
                if (cell >= 50) {
                    svg.text("label", left + (c + 0.5) * cell, top + (r + 0.5) * cell + 16, "middle", Text.percent(share));
                }
                csv.append(RunFolder.cell(classes.get(r))).append(',').append(RunFolder.cell(classes.get(c)));
                csv.append(',').append(count).append('\n');
            }
        }
        put("confusion", svg.done(), csv.toString());
    }

    private void values(double[] predictions, double[] targets) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        StringBuilder csv = new StringBuilder("prediction,came_true\n");
        for (int i = 0; i < targets.length; i++) {
            low = Math.min(low, Math.min(predictions[i], targets[i]));
            high = Math.max(high, Math.max(predictions[i], targets[i]));
            csv.append(predictions[i]).append(',').append(targets[i]).append('\n');
        }
        if (!(low <= high) || !Double.isFinite(high - low)) {
            return;
        }
        int step = Math.max(1, targets.length / MOST_POINTS);
        String heading = "Predicted and true values, %s test rows".formatted(Text.count(targets.length))
                + (step == 1 ? "" : ", one in %d drawn".formatted(step));
        Frame frame = new Frame(heading, low, high, low, high, "predicted", "came true", false);
        frame.svg.line("diagonal", frame.x.at(low), frame.y.at(low), frame.x.at(high), frame.y.at(high));
        for (int i = 0; i < targets.length; i += step) {
            frame.svg.circle("point", frame.x.at(predictions[i]), frame.y.at(targets[i]), 2.5, "");
        }
        put("predicted-and-true", frame.svg.done(), csv.toString());
    }

    private void importance(Map<String, Double> importance) {
        StringBuilder csv = new StringBuilder("feature,share\n");
        importance.forEach((feature, share) -> csv.append(RunFolder.cell(feature)).append(',').append(share).append('\n'));
        List<Map.Entry<String, Double>> shown =
                importance.entrySet().stream().limit(MOST_FEATURES).toList();
        String heading = "Importance of the features"
                + (shown.size() < importance.size() ? ", the first %d of %d".formatted(shown.size(), importance.size()) : "");
        put(
                "importance",
                Charts.shares(shown, heading, "Share of each feature in what the model learned"),
                csv.toString());
    }

    private void bankroll(List<String> lines) {
        String[] names = lines.getFirst().split(",", -1);
        int n = lines.size() - 1;
        LocalDate[] days = new LocalDate[n];
        double[][] banks = new double[names.length - 1][n];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            String[] cells = lines.get(i + 1).split(",", -1);
            days[i] = LocalDate.parse(cells[0]);
            for (int s = 0; s < banks.length; s++) {
                banks[s][i] = Double.parseDouble(cells[s + 1]);
                low = Math.min(low, banks[s][i]);
                high = Math.max(high, banks[s][i]);
            }
        }
        if (!Double.isFinite(high - low)) {
            return;
        }
        double width = 760;
        double right = width - 20;
        double bottom = 270;
        double under = 300;
        double floor = 390;
        long span = Math.max(1, ChronoUnit.DAYS.between(days[0], days[n - 1]));
        Axis x = Axis.tight(0, (double) span, LEFT, right, 6);
        Axis y = Axis.nice(low, high, bottom, TOP + 16, 5);
        double[][] drawdowns = new double[banks.length][n];
        double deepest = 0;
        for (int s = 0; s < banks.length; s++) {
            double peak = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                peak = Math.max(peak, banks[s][i]);
                drawdowns[s][i] = peak > 0 ? (peak - banks[s][i]) / peak : 0;
                deepest = Math.max(deepest, drawdowns[s][i]);
            }
        }
        Axis d = Axis.nice(0, Math.max(deepest, 0.01), under, floor, 3);
        Svg svg = new Svg(width, floor + 52, "bankroll", "Bank by day over the test period, and how far below its peak it is");
        svg.text("heading", 12, 20, "start", "Bank over the test period, and its drawdown");
        Charts.grid(svg, y, LEFT, right, false);
        Charts.grid(svg, d, LEFT, right, true);
        StringBuilder csv = new StringBuilder("day");
        for (int s = 0; s < banks.length; s++) {
            String kind = s == 0 ? "" : "second";
            Charts.legend(svg, LEFT + 150.0 * s, TOP + 6, s == 0 ? "key" : "second-key", names[s + 1] + (STAKES.contains(names[s + 1]) ? " stakes" : ""));
            StringBuilder bank = new StringBuilder();
            StringBuilder fall = new StringBuilder("M" + Svg.number(x.at(0)) + " " + Svg.number(d.at(0)));
            for (int i = 0; i < n; i++) {
                String at = Svg.number(x.at((double) ChronoUnit.DAYS.between(days[0], days[i]))) + " ";
                bank.append(i == 0 ? 'M' : 'L').append(at).append(Svg.number(y.at(banks[s][i])));
                fall.append('L').append(at).append(Svg.number(d.at(drawdowns[s][i])));
            }
            fall.append('L').append(Svg.number(x.at((double) span))).append(' ').append(Svg.number(d.at(0)));
            svg.path(s == 0 ? "line" : kind, bank, "");
            svg.path(s == 0 ? "loss" : "second-loss", fall, "");
            csv.append(',').append(names[s + 1]).append(',').append(names[s + 1]).append("_drawdown");
        }
        svg.line("axis", LEFT, bottom, right, bottom);
        svg.line("axis", LEFT, floor, right, floor);
        Charts.dates(svg, days[0], span, x, floor);
        svg.upright("title", 14, (TOP + bottom) / 2, "bank, units");
        svg.upright("title", 14, (under + floor) / 2, "drawdown");
        svg.text("title", (LEFT + right) / 2, floor + 44, "middle", "day");
        csv.append('\n');
        for (int i = 0; i < n; i++) {
            csv.append(days[i]);
            for (int s = 0; s < banks.length; s++) {
                csv.append(',').append(banks[s][i]).append(',').append(drawdowns[s][i]);
            }
            csv.append('\n');
        }
        put("bankroll", svg.done(), csv.toString());
    }

    /** A picture with a heading, two axes, their titles, and nothing in it yet. */
    private static final class Frame {
        final Svg svg;
        final Axis x;
        final Axis y;

        Frame(
                String heading,
                double lowX,
                double highX,
                double lowY,
                double highY,
                String titleX,
                String titleY,
                boolean percent) {
            double right = WIDTH - 26;
            x = Axis.nice(lowX, highX, LEFT, right, 5);
            y = Axis.nice(lowY, highY, BOTTOM, TOP, 5);
            svg = new Svg(WIDTH, HEIGHT, "plot", heading);
            svg.text("heading", 12, 20, "start", heading);
            Charts.grid(svg, y, LEFT, right, percent);
            for (double tick : x.ticks()) {
                svg.line("grid", x.at(tick), TOP, x.at(tick), BOTTOM);
                svg.text("label", x.at(tick), BOTTOM + 17, "middle", percent ? x.percent(tick) : x.label(tick));
            }
            svg.line("axis", LEFT, BOTTOM, right, BOTTOM);
            svg.line("axis", LEFT, TOP, LEFT, BOTTOM);
            svg.text("title", (LEFT + right) / 2, HEIGHT - 12, "middle", titleX);
            svg.upright("title", 14, (TOP + BOTTOM) / 2, titleY);
        }
    }
}
