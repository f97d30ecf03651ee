package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.console.Charts.ReliabilityPoint;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.learn.threshold.DecisionRows;
import dev.keelson.learn.threshold.Performance;
import dev.keelson.learn.threshold.ThresholdCurve;
import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.learn.threshold.Utility;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Whether the probabilities of a model can be taken at their word, and from which one on it acts. */
final class CalibrationPage {
    private static final String OUTCOME = "outcome.json";
    private static final String TOP = "top_label";
    private static final String METHODS = "calibration/";
    private static final int SHOWN_THRESHOLDS = 12;
    private static final int MOST_THRESHOLDS = 600;
    private static final int MOST_CLASSES = 12;

    private final Backend backend;
    private final ModelDefinition model;

    CalibrationPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
    }

    SectionsView view(Shell shell, @Nullable String id) {
        Run run = id == null ? tested() : asked(id);
        List<Section> sections = new ArrayList<>();
        if (run == null) {
            sections.add(new SectionDraft("Calibration and threshold")
                    .empty("Nothing yet: no run of this model has a test period.", "keelson run")
                    .done());
            return new SectionsView(shell, "", List.of(), sections);
        }
        JsonNode outcome = RunFiles.json(backend, run, OUTCOME).orElse(JsonNodeFactory.instance.objectNode());
        Section bins = calibration(run, outcome, sections);
        sections.add(threshold(run, outcome));
        if (bins != null) {
            sections.add(bins);
        }
        return new SectionsView(
                shell, "", List.of(new Section.Link("The run with all its metrics", "/runs/" + run.id())), sections);
    }

    private Run asked(String id) {
        return backend.run(id)
                .filter(run -> run.experiment().equals(model.name()))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND, "There is no run (%s) of %s.".formatted(id, model.name()), null));
    }

    /** The champion's run, or the newest one before it with a test period: a refresh has none. */
    private @Nullable Run tested() {
        Optional<ModelVersion> champion = backend.alias(model.name(), ModelVersion.CHAMPION);
        return backend.versions(model.name()).stream()
                .filter(version ->
                        champion.isEmpty() || version.version() <= champion.get().version())
                .flatMap(version -> backend.run(version.runId()).stream())
                .filter(run -> run.metrics().containsKey("test_n") || run.metrics().containsKey("test.n"))
                .findFirst()
                .orElse(null);
    }

    // ---- calibration

    private record Diagram(List<ReliabilityPoint> points, List<double[]> ends) {
        double error() {
            long rows = points.stream().mapToLong(ReliabilityPoint::count).sum();
            return rows == 0
                    ? Double.NaN
                    : points.stream()
                                    .mapToDouble(bin -> bin.count() * Math.abs(bin.forecast() - bin.observed()))
                                    .sum()
                            / rows;
        }

        double greatest() {
            return points.stream()
                    .filter(bin -> bin.count() > 0)
                    .mapToDouble(bin -> Math.abs(bin.forecast() - bin.observed()))
                    .max()
                    .orElse(Double.NaN);
        }
    }

    /** Adds what there is to say; gives the table of all bins, which is long and comes last. */
    private @Nullable Section calibration(Run run, JsonNode outcome, List<Section> sections) {
        if (model.isNumber()) {
            sections.add(new SectionDraft("Calibration")
                    .empty("Switched off: this model tells a number; calibration is of probabilities.", "")
                    .link("Its run with the coverage of its intervals", "/runs/" + run.id())
                    .done());
            return null;
        }
        List<String> classes = RunFiles.classes(run).isEmpty() ? model.classes() : RunFiles.classes(run);
        Map<String, Diagram> after = stored(run, outcome);
        if (after.isEmpty()) {
            sections.add(new SectionDraft("Calibration")
                    .empty("Nothing yet: this run kept no reliability diagram, such as a refresh, which has no test period.", "keelson run")
                    .done());
            return null;
        }
        Map<String, Diagram> before = before(outcome, classes);
        double rows = run.metrics().getOrDefault("test_n", run.metrics().getOrDefault("test.n", Double.NaN));
        SectionDraft draft = new SectionDraft("Calibration of the test period")
                .fact("Rows", Double.isFinite(rows) ? Text.count((long) rows) : Text.NONE)
                .fact("Correction", method(run, outcome))
                .note("Points on the diagonal are forecasts that can be taken at their word. Whiskers are 95 % intervals, shaded is where "
                        + "95 % of bins would lie if the forecasts were exactly right; the bars below count the rows of each bin.");
        SheetDraft errors = new SheetDraft("Calibration error by class")
                .words("Class")
                .numbers("Calibration error (ECE)", "Before calibration", "Greatest of a bin", "Bins with rows");
        SheetDraft bins = new SheetDraft("Bins of the reliability diagrams")
                .words("Class, forecast from")
                .numbers("to", "Rows", "Mean forecast", "Came true");
        after.forEach((name, diagram) -> {
            String label = name.equals(TOP) ? "most probable class" : name;
            draft.chart(Charts.reliability(label, diagram.points()));
            Diagram raw = before.get(name);
            errors.row(List.of(
                    Cell.of(label),
                    Cell.of(Text.fixed(diagram.error(), 4)),
                    Cell.of(raw == null ? "not kept" : Text.fixed(raw.error(), 4)),
                    Cell.of(Text.fixed(diagram.greatest(), 4)),
                    Cell.of(Text.count(diagram.points().stream().filter(bin -> bin.count() > 0).count()))));
            for (int i = 0; i < diagram.points().size() && after.size() <= MOST_CLASSES; i++) {
                ReliabilityPoint bin = diagram.points().get(i);
                double[] ends = diagram.ends().get(i);
                if (bin.count() > 0) {
                    bins.row(List.of(
                            Cell.of(label + ", " + Text.percent(ends[0])),
                            Cell.of(Text.percent(ends[1])),
                            Cell.of(Text.count(bin.count())),
                            Cell.of(Text.percent(bin.forecast())),
                            SheetDraft.estimate(bin.observed(), bin.lower(), bin.upper(), Text::percent)));
                }
            }
        });
        sections.add(draft.sheet(errors).done());
        sections.add(uncorrected(outcome, before));
        methods(run).ifPresent(sections::add);
        return bins.isEmpty() ? null : new SectionDraft("Bins of the diagrams").sheet(bins).done();
    }

    /** The correction in words; a temperature of 1 corrects nothing. */
    static String method(Run run, JsonNode outcome) {
        JsonNode parameters = outcome.path("parameters");
        String stated = run.params().getOrDefault("calibration", "");
        boolean idle = parameters.path("temperature").asDouble(Double.NaN) == 1;
        if (stated.equals("none") || (idle && stated.isEmpty())) {
            return "none";
        }
        if (parameters.path("temperature").isNumber()) {
            return "temperature " + Text.fixed(parameters.path("temperature").asDouble(), 4);
        }
        String fitted = parameters.path("calibration").path("method").asText("");
        return !fitted.isEmpty() ? Text.words(fitted) : stated.isEmpty() ? "none" : stated;
    }

    private static Section uncorrected(JsonNode outcome, Map<String, Diagram> before) {
        SectionDraft draft = new SectionDraft("Before calibration");
        if (before.isEmpty()) {
            return draft.empty(
                            outcome.path("parameters").has("calibration")
                                    ? "Not known: this correction cannot be undone, and the run keeps the corrected forecasts alone."
                                    : "Nothing to compare: the run was not calibrated, or keeps no forecasts.",
                            "")
                    .done();
        }
        before.forEach((name, diagram) ->
                draft.chart(Charts.reliability((name.equals(TOP) ? "most probable class" : name) + ", before", diagram.points())));
        return draft.note("The same rows with the temperature taken back.").done();
    }

    private Map<String, Diagram> stored(Run run, JsonNode outcome) {
        Map<String, Diagram> diagrams = new LinkedHashMap<>();
        JsonNode document = outcome.path("reliability");
        if (!document.isArray() || document.isEmpty()) {
            document = RunFiles.json(backend, run, "reliability.json").orElse(JsonNodeFactory.instance.objectNode());
        }
        if (document.isArray()) {
            document.forEach(entry -> put(diagrams, entry.path("name").asText(), entry.path("bins")));
        } else {
            document.properties()
                    .forEach(entry -> put(
                            diagrams,
                            entry.getKey(),
                            entry.getValue().isArray() ? entry.getValue() : entry.getValue().path("bins")));
        }
        return diagrams;
    }

    private static void put(Map<String, Diagram> to, String name, JsonNode bins) {
        List<ReliabilityPoint> points = new ArrayList<>();
        List<double[]> ends = new ArrayList<>();
        for (JsonNode bin : bins) {
            if (bin.path("count").asLong() > 0) {
                points.add(new ReliabilityPoint(
                        bin.path("mean_forecast").asDouble(),
                        bin.path("observed").asDouble(),
                        bin.path("observed_lower").asDouble(),
                        bin.path("observed_upper").asDouble(),
                        bin.path("count").asLong()));
                ends.add(new double[] {bin.path("lower").asDouble(), bin.path("upper").asDouble()});
            }
        }
        if (!points.isEmpty()) {
            to.put(name, new Diagram(points, ends));
        }
    }

    /** The diagrams of the forecasts before a temperature, which can be taken back exactly; none otherwise. */
    private static Map<String, Diagram> before(JsonNode outcome, List<String> classes) {
        Map<String, Diagram> diagrams = new LinkedHashMap<>();
        double temperature = outcome.path("parameters").path("temperature").asDouble(Double.NaN);
        JsonNode test = outcome.path("test");
        if (!(temperature > 0) || temperature == 1 || test.path("labels").isEmpty()) {
            return diagrams;
        }
        double[] p = RunPlots.numbers(test.path("probabilities"));
        int[] labels = RunPlots.labels(test);
        int n = classes.size();
        if (p.length != labels.length * n) {
            return diagrams;
        }
        for (int i = 0; i < labels.length; i++) {
            double sum = 0;
            for (int k = 0; k < n; k++) {
                p[i * n + k] = Math.pow(p[i * n + k], temperature);
                sum += p[i * n + k];
            }
            for (int k = 0; k < n; k++) {
                p[i * n + k] /= sum;
            }
        }
        ReliabilityBins.Binning binning = ReliabilityBins.Binning.EQUAL_WIDTH;
        diagrams.put(TOP, diagram(ReliabilityBins.topLabel(p, n, labels, binning, ReliabilityBins.DEFAULT_COUNT)));
        for (int k = 0; k < n; k++) {
            diagrams.put(
                    classes.get(k),
                    diagram(ReliabilityBins.ofClass(p, n, labels, k, binning, ReliabilityBins.DEFAULT_COUNT)));
        }
        return diagrams;
    }

    private static Diagram diagram(ReliabilityBins of) {
        List<ReliabilityPoint> points = new ArrayList<>();
        List<double[]> ends = new ArrayList<>();
        for (ReliabilityBins.Bin bin : of.bins()) {
            if (bin.count() > 0) {
                points.add(new ReliabilityPoint(
                        bin.meanForecast(),
                        bin.observed().estimate(),
                        bin.observed().lower(),
                        bin.observed().upper(),
                        bin.count()));
                ends.add(new double[] {bin.lower(), bin.upper()});
            }
        }
        return new Diagram(points, ends);
    }

    /** What each method reached, when one was chosen. */
    private static Optional<Section> methods(Run run) {
        SheetDraft sheet = new SheetDraft("Methods of calibration").words("Method").numbers("Log loss").words("Chosen");
        Map<String, Double> losses = new TreeMap<>();
        run.metrics().forEach((name, value) -> {
            if (name.startsWith(METHODS) && name.endsWith("/chosen")) {
                String method = name.substring(METHODS.length(), name.length() - "/chosen".length());
                losses.put(method, run.metrics().getOrDefault(METHODS + method + "/log_loss", Double.NaN));
            }
        });
        losses.forEach((method, loss) -> sheet.row(List.of(
                Cell.of(Text.words(method)),
                Cell.of(Double.isFinite(loss) ? Text.fixed(loss, 5) : "too few rows"),
                Cell.of(run.metrics().getOrDefault(METHODS + method + "/chosen", 0.0) > 0 ? "chosen" : ""))));
        return sheet.isEmpty()
                ? Optional.empty()
                : Optional.of(new SectionDraft("How the correction was chosen")
                        .note("Each was fitted on earlier out-of-fold forecasts and judged on later ones; the test period played no part.")
                        .sheet(sheet)
                        .done());
    }

    // ---- threshold

    private Section threshold(Run run, JsonNode outcome) {
        SectionDraft draft = new SectionDraft("Threshold");
        JsonNode stored = outcome.path("parameters").path("guidance").path("threshold");
        if (!stored.isObject()) {
            return draft.empty("Switched off: the model as trained declares no `threshold`.", "keelson validate").done();
        }
        ThresholdParameters parameters = ThresholdParameters.fromJson(stored);
        List<String> classes = RunFiles.classes(run).isEmpty() ? model.classes() : RunFiles.classes(run);
        String key = parameters.utility().key();
        Map<String, Double> metrics = run.metrics();
        double chosen = Double.NaN;
        switch (parameters.decision()) {
            case ThresholdDecision.Act(double at) -> {
                chosen = at;
                draft.badge(new Badge(Badge.Level.OK, "acts"))
                        .lead("Acts on %s where %s is at least %s."
                                .formatted(name(classes, parameters.target()), scale(parameters), Text.fixed(at, 4)));
            }
            case ThresholdDecision.NoBet(String reason) ->
                draft.badge(new Badge(Badge.Level.MODERATE, "does not act")).lead("Does not act: " + reason);
        }
        long least = Documents.read(run.provenance()).path("configuration").path("threshold").path("at_least").asLong(0);
        draft.fact("Maximises", Text.words(key));
        draft.fact("Fewest rows acted on", least == 0 ? Text.NONE : Text.count(least));
        fact(draft, "Reached on later rows than it was chosen on", metrics, "oof_threshold_" + key, value -> shown(parameters.utility(), value));
        fact(draft, "Lost by not knowing it in advance (optimism)", metrics, "oof_threshold_optimism", value -> shown(parameters.utility(), value));
        fact(draft, "Acted on then", metrics, "oof_threshold_bets", value -> Text.count((long) value));
        fact(draft, "On the test period", metrics, "test_threshold_" + key, value -> shown(parameters.utility(), value));
        fact(draft, "Acted on in the test period", metrics, "test_threshold_bets", value -> Text.count((long) value));
        fact(draft, "Profit of the test period, units", metrics, "test_threshold_profit", Text::short3);
        fact(draft, "Share of the class", metrics, "test_threshold_base_rate", Text::percent);
        fact(draft, "F1 of acting on every row", metrics, "test_threshold_f1_always", value -> Text.fixed(value, 4));
        DecisionRows rows = rows(run, outcome, parameters, classes.size());
        if (rows == null) {
            return draft.empty(
                            "No curve: the run keeps no forecasts of the test period with these odds, which it does when the model's `backtest` reads the same column.",
                            "")
                    .done();
        }
        curves(draft, rows, parameters, chosen, least, metrics);
        return draft.note("Each curve is what every threshold would have brought on the test period, known afterwards only: the threshold was chosen "
                        + "on earlier rows, and the top of a curve is not a better choice. The whisker is a 95 % interval over days"
                        + (least > 0 ? "; shaded thresholds act on fewer than %s rows.".formatted(Text.count(least)) : "."))
                .done();
    }

    private static String name(List<String> classes, int target) {
        return target < classes.size() ? classes.get(target) : "class " + target;
    }

    private static String scale(ThresholdParameters parameters) {
        return parameters.odds() == null ? "its probability" : "its edge, probability × odds − 1,";
    }

    private static String shown(Utility utility, double value) {
        return utility == Utility.PROFIT ? Text.short3(value) : Text.fixed(value, 4);
    }

    private static void fact(
            SectionDraft draft,
            String name,
            Map<String, Double> metrics,
            String metric,
            DoubleFunction<String> text) {
        Double value = metrics.get(metric);
        if (value != null) {
            Double lower = metrics.get(metric + "_lower");
            Double upper = metrics.get(metric + "_upper");
            draft.fact(
                    name,
                    text.apply(value)
                            + (lower == null || upper == null ? "" : " (" + text.apply(lower) + " to " + text.apply(upper) + ")"));
        }
    }

    /** The rows of the test period on the scale of the threshold; null when their odds are needed and not kept. */
    private @Nullable DecisionRows rows(Run run, JsonNode outcome, ThresholdParameters parameters, int classes) {
        JsonNode test = outcome.path("test");
        int[] labels = RunPlots.labels(test);
        double[] p = RunPlots.numbers(test.path("probabilities"));
        if (labels.length == 0 || p.length != labels.length * classes) {
            return null;
        }
        double[] prices = null;
        if (parameters.odds() != null) {
            JsonNode columns = RunFiles.json(backend, run, "backtest_input.json")
                    .orElse(JsonNodeFactory.instance.objectNode())
                    .path("columns");
            prices = RunPlots.numbers(columns.path(parameters.odds()));
            if (prices.length != labels.length) {
                return null;
            }
        }
        double[] scores = new double[labels.length];
        boolean[] positive = new boolean[labels.length];
        double[] profits = prices == null ? null : new double[labels.length];
        int[] days = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            double price = prices == null ? Double.NaN : prices[i];
            scores[i] = parameters.score(p[i * classes + parameters.target()], price);
            positive[i] = labels[i] == parameters.target();
            days[i] = test.path("days").path(i).asInt();
            if (profits != null && scores[i] > Double.NEGATIVE_INFINITY) {
                profits[i] = positive[i] ? price - 1 : -1;
            }
        }
        return new DecisionRows(scores, positive, profits, days);
    }

    private static void curves(
            SectionDraft draft,
            DecisionRows rows,
            ThresholdParameters parameters,
            double chosen,
            long least,
            Map<String, Double> metrics) {
        ThresholdCurve curve = ThresholdCurve.of(rows);
        double thin = curve.points().stream()
                .filter(point -> point.performance().bets() >= least)
                .mapToDouble(ThresholdCurve.Point::threshold)
                .findFirst()
                .orElse(Double.NaN);
        long shown = Math.max(1, least / 5); // the few rows of the highest thresholds would press the rest together
        List<ThresholdCurve.Point> kept = curve.points().stream()
                .filter(point -> point.performance().bets() >= shown)
                .toList();
        List<ThresholdCurve.Point> drawn =
                new ThresholdCurve(kept).thinned(MOST_THRESHOLDS).points().reversed();
        String axis = parameters.odds() == null ? "threshold: least probability" : "threshold: least edge";
        Utility own = parameters.utility();
        draft.chart(chart("F1 by threshold", "F1", drawn, Performance::f1, Utility.F1, own, chosen, thin, axis, metrics, curve));
        if (rows.profits() != null) {
            draft.chart(chart("Profit by threshold", "profit, units", drawn, Performance::profit, Utility.PROFIT, own, chosen, thin, axis, metrics, curve));
        }
        if (own != Utility.F1 && own != Utility.PROFIT) {
            draft.chart(chart(
                    Text.sentence(own.key()) + " by threshold", own.key(), drawn, point -> point.of(own), own, own, chosen, thin, axis, metrics, curve));
        }
        SheetDraft sheet = new SheetDraft("What each threshold would have brought on the test period")
                .numbers("Threshold", "Acted on", "Precision", "Recall", "F1");
        if (rows.profits() != null) {
            sheet.numbers("Profit, units");
        }
        for (ThresholdCurve.Point point : curve.thinned(SHOWN_THRESHOLDS).points().reversed()) {
            Performance performance = point.performance();
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(Text.fixed(point.threshold(), 4)),
                    Cell.of(Text.count(performance.bets())),
                    Cell.of(Text.percent(performance.precision())),
                    Cell.of(Text.percent(performance.recall())),
                    Cell.of(Text.fixed(performance.f1(), 4))));
            if (rows.profits() != null) {
                cells.add(Cell.of(Text.short3(performance.profit())));
            }
            sheet.row(cells);
        }
        draft.sheet(sheet);
    }

    private static Markup chart(
            String heading,
            String title,
            List<ThresholdCurve.Point> drawn,
            ToDoubleFunction<Performance> value,
            Utility utility,
            Utility own,
            double chosen,
            double thin,
            String axis,
            Map<String, Double> metrics,
            ThresholdCurve curve) {
        boolean judged = utility == own;
        String name = "test_threshold_" + utility.key();
        double at = metrics.getOrDefault(judged ? name : "", at(curve, chosen, value));
        return ReportCharts.curve(
                heading + ", test period",
                drawn.stream()
                        .map(point -> new double[] {point.threshold(), value.applyAsDouble(point.performance())})
                        .toList(),
                new ReportCharts.Marked(
                        chosen,
                        at,
                        judged ? metrics.getOrDefault(name + "_lower", Double.NaN) : Double.NaN,
                        judged ? metrics.getOrDefault(name + "_upper", Double.NaN) : Double.NaN,
                        Double.isFinite(chosen) ? "chosen %s: %s".formatted(Text.fixed(chosen, 4), shown(utility, at)) : ""),
                thin,
                axis,
                title);
    }

    /** What the curve says at a threshold: that of the lowest score that is still acted on. */
    private static double at(ThresholdCurve curve, double threshold, ToDoubleFunction<Performance> value) {
        double last = Double.NaN;
        for (ThresholdCurve.Point point : curve.points()) {
            if (point.threshold() >= threshold) {
                last = value.applyAsDouble(point.performance());
            }
        }
        return last;
    }
}
