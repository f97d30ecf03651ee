package dev.keelson.console;

import dev.keelson.console.view.MetricRow;
import dev.keelson.registry.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The metrics of a run on its untouched test period, and those of its baselines on the same rows. */
final class RunMetrics {
    /** Metrics that pages show, with decimals; the first three are losses. */
    private static final List<String> SHOWN = List.of("log_loss", "brier", "rps", "accuracy", "ece", "rmse", "mae", "r2");

    private static final String BASELINE = "baseline.";

    private final Map<String, Double> metrics = new TreeMap<>();

    RunMetrics(Run run) {
        run.metrics().forEach((name, value) -> metrics.put(normal(name), value));
    }

    /** {@code test_log_loss} and {@code test.log_loss} are one name. */
    private static String normal(String name) {
        return name.replace("test_", "test.").replace("baseline/", BASELINE).replace("/", ".");
    }

    /** The model's own metric, NaN when it was not measured. */
    double own(String metric) {
        return metrics.getOrDefault("test." + metric, Double.NaN);
    }

    /** The metric of a baseline, NaN when it was not measured. */
    double baseline(String baseline, String metric) {
        Double value = metrics.get(BASELINE + baseline + "." + metric);
        if (value == null) {
            value = metrics.get(BASELINE + baseline + ".test." + metric);
        }
        return value == null ? Double.NaN : value;
    }

    /** Names of the baselines, sorted. */
    List<String> baselines() {
        TreeSet<String> names = new TreeSet<>();
        for (String name : metrics.keySet()) {
            if (name.startsWith(BASELINE)) {
                int end = name.indexOf('.', BASELINE.length());
                if (end > 0) {
                    names.add(name.substring(BASELINE.length(), end));
                }
            }
        }
        return List.copyOf(names);
    }

    /** One row for each metric that was measured; the first column is the model's, the others are its baselines'. */
    List<MetricRow> table() {
        List<MetricRow> rows = new ArrayList<>();
        List<String> baselines = baselines();
        for (String metric : SHOWN) {
            List<MetricRow.Cell> cells = new ArrayList<>();
            cells.add(cell(metric, own(metric), own(metric + "_lower"), own(metric + "_upper")));
            for (String baseline : baselines) {
                cells.add(cell(
                        metric,
                        baseline(baseline, metric),
                        baseline(baseline, metric + "_lower"),
                        baseline(baseline, metric + "_upper")));
            }
            if (cells.stream().anyMatch(cell -> !cell.value().equals(Text.NONE))) {
                rows.add(new MetricRow(name(metric), direction(metric), cells));
            }
        }
        return rows;
    }

    static MetricRow.Cell cell(String metric, double value, double lower, double upper) {
        if (!Double.isFinite(value)) {
            return new MetricRow.Cell(Text.NONE, "", "not measured");
        }
        boolean share = metric.equals("accuracy");
        String text = share ? Text.percent(value) : Text.fixed(value, 4);
        String detail = !Double.isFinite(lower) || !Double.isFinite(upper)
                ? ""
                : share
                        ? Text.fixed(100 * lower, 1) + " to " + Text.fixed(100 * upper, 1)
                        : Text.interval(lower, upper, 4);
        return new MetricRow.Cell(text, detail, Double.toString(value));
    }

    static String name(String metric) {
        return switch (metric) {
            case "log_loss" -> "log loss";
            case "brier" -> "Brier score";
            case "rps" -> "RPS";
            case "ece" -> "calibration error";
            case "rmse" -> "RMSE";
            case "mae" -> "mean absolute error";
            case "r2" -> "R²";
            default -> Text.words(metric);
        };
    }

    static String direction(String metric) {
        return metric.equals("accuracy") || metric.equals("r2") ? "higher is better" : "lower is better";
    }

    /** All metrics that {@link #table} does not show. */
    Map<String, Double> others() {
        Map<String, Double> others = new TreeMap<>();
        metrics.forEach((name, value) -> {
            boolean shown = name.startsWith(BASELINE) || SHOWN.stream()
                    .anyMatch(m -> name.equals("test." + m)
                            || name.equals("test." + m + "_lower")
                            || name.equals("test." + m + "_upper"));
            if (!shown) {
                others.put(name, value);
            }
        });
        return Collections.unmodifiableMap(others);
    }
}
