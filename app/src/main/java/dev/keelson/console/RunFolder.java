package dev.keelson.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunSlices;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestInput;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run as a folder that a person can read: a summary, its numbers as JSON and CSV, what it predicted of the test period,
 * pictures, and its own files, the model among them.
 */
public final class RunFolder {
    /** Where to begin. */
    public static final String README = "README.md";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LOWER = "_lower";
    private static final String UPPER = "_upper";
    private static final List<String> SUMMARY = List.of(
            "test_log_loss", "test_brier", "test_rps", "test_accuracy", "test_macro_f1", "test_roc_auc", "test_pr_auc", "test_mcc", "test_ece", "test_rmse", "test_mae", "test_r2", "test_n",
            "test_profit_flat", "test_roi_flat", "test_max_drawdown_flat", "test_profit_kelly", "test_roi_kelly",
            "test_max_drawdown_kelly", "backtest/roi", "backtest/profit", "backtest/max_drawdown", "backtest/clv",
            "backtest/return", "backtest/benchmark_return", "backtest/excess");

    /** What the backtest of the project file tells more exactly. */
    private static final Pattern OUTDONE = Pattern.compile("test_(?:profit|roi|max_drawdown)_(?:flat|kelly)");

    private RunFolder() {}

    /**
     * The files of the folder.
     *
     * @param files the run's own files by their paths
     * @return path with {@code /} to bytes; the same for the same run
     */
    public static SortedMap<String, byte[]> of(Run run, Map<String, byte[]> files, RunChecklist checklist) {
        SortedMap<String, byte[]> folder = new TreeMap<>(files);
        JsonNode provenance = Documents.read(run.provenance());
        byte[] stored = files.get("outcome.json");
        JsonNode outcome = stored == null
                ? JsonNodeFactory.instance.objectNode()
                : Documents.read(new String(stored, StandardCharsets.UTF_8));
        List<String> classes = new ArrayList<>();
        provenance.path("configuration").path("classes").forEach(each -> classes.add(each.asText()));
        metrics(run, folder);
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        run.params().forEach(params::put);
        folder.put("params.json", json(params));
        folder.put("environment.json", json(provenance.path("environment")));
        folder.put("provenance.json", json(provenance));
        folder.put("checklist.json", json(checklist.toJson()));
        String predictions = predictions(outcome, classes);
        if (!predictions.isEmpty()) {
            folder.put("test_predictions.csv", predictions.getBytes(StandardCharsets.UTF_8));
        }
        byte[] money = files.get("backtest_input.json");
        if (money != null) {
            Backtest backtest = Backtest.run(
                    BacktestInput.fromJson(Documents.read(new String(money, StandardCharsets.UTF_8))), Backtest.Trials.ONE);
            folder.put("backtest.json", json(backtest.document()));
            folder.put("bets.csv", backtest.details().getBytes(StandardCharsets.UTF_8));
        }
        SortedMap<String, byte[]> plots =
                RunPlots.of(outcome, classes, lines(files.get("bankroll.csv")), shares(lines(files.get("importance.csv"))));
        byte[] curves = files.get(LearningCurves.FILE);
        if (curves != null) {
            plots.putAll(RunPlots.ofCurves(Documents.read(new String(curves, StandardCharsets.UTF_8))));
        }
        byte[] judged = files.get(RunSlices.FILE);
        if (judged != null) {
            plots.putAll(RunPlots.ofSlices(Documents.read(new String(judged, StandardCharsets.UTF_8))));
        }
        plots.forEach((name, bytes) -> folder.put("plots/" + name, bytes));
        folder.put(README, readme(run, provenance, checklist, folder).getBytes(StandardCharsets.UTF_8));
        return Collections.unmodifiableSortedMap(folder);
    }

    private static byte[] json(JsonNode node) {
        try {
            return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A document of a run cannot be written as JSON.", e);
        }
    }

    private static List<String> lines(byte @Nullable [] text) {
        return text == null
                ? List.of()
                : new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    private static Map<String, Double> shares(List<String> lines) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            int comma = lines.get(i).lastIndexOf(',');
            shares.put(lines.get(i).substring(0, comma), Double.valueOf(lines.get(i).substring(comma + 1)));
        }
        return shares;
    }

    private static boolean isEnd(Run run, String name) {
        return (name.endsWith(LOWER) || name.endsWith(UPPER))
                && run.metrics().containsKey(name.substring(0, name.length() - LOWER.length()));
    }

    private static void metrics(Run run, Map<String, byte[]> to) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        StringBuilder csv = new StringBuilder("metric,value,lower,upper\n");
        run.metrics().forEach((name, value) -> {
            if (!isEnd(run, name)) {
                Double lower = run.metrics().get(name + LOWER);
                Double upper = run.metrics().get(name + UPPER);
                ObjectNode each = all.putObject(name).put("value", value);
                if (lower != null && upper != null) {
                    each.put("lower", lower).put("upper", upper);
                }
                csv.append(cell(name)).append(',').append(value).append(',');
                csv.append(lower == null ? "" : lower).append(',').append(upper == null ? "" : upper).append('\n');
            }
        });
        to.put("metrics.json", json(all));
        to.put("metrics.csv", csv.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A text as a cell of CSV; one that a spreadsheet would run as a formula begins with an apostrophe. */
    static String cell(String text) {
        String safe = text.isEmpty() || "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private static String predictions(JsonNode outcome, List<String> classes) {
        StringBuilder csv = new StringBuilder();
        JsonNode test = outcome.path("test");
        if (test.isObject()) {
            double[] p = RunPlots.numbers(test.path("probabilities"));
            int[] labels = RunPlots.labels(test);
            csv.append("row,day,came_true");
            classes.forEach(each -> csv.append(',').append(cell("p_" + each)));
            csv.append('\n');
            for (int i = 0; i < labels.length; i++) {
                csv.append(cell(test.path("row_ids").path(i).asText())).append(',');
                csv.append(LocalDate.ofEpochDay(test.path("days").path(i).asInt())).append(',');
                csv.append(cell(classes.get(labels[i])));
                for (int c = 0; c < classes.size(); c++) {
                    csv.append(',').append(p[i * classes.size() + c]);
                }
                csv.append('\n');
            }
        }
        JsonNode values = outcome.path("test_values");
        if (values.isObject()) {
            csv.append("row,day,came_true,prediction\n");
            for (int i = 0; i < values.path("targets").size(); i++) {
                csv.append(cell(values.path("row_ids").path(i).asText())).append(',');
                csv.append(LocalDate.ofEpochDay(values.path("days").path(i).asInt())).append(',');
                csv.append(values.path("targets").path(i).asText()).append(',');
                csv.append(values.path("predictions").path(i).asText()).append('\n');
            }
        }
        return csv.toString();
    }

    private static String readme(
            Run run, JsonNode provenance, RunChecklist checklist, SortedMap<String, byte[]> folder) {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(escaped(run.experiment())).append(", run ").append(run.id(), 0, Math.min(12, run.id().length()));
        text.append("\n\n");
        fact(text, "Run", "`" + run.id() + "`");
        fact(text, "Trained", run.params().getOrDefault("mode", "") + ", as of " + run.params().getOrDefault("as_of", ""));
        fact(
                text,
                "Rows",
                "%s, events from %s to %s"
                        .formatted(
                                Text.count(provenance.path("rows").asLong()),
                                provenance.path("first_event").asText(),
                                provenance.path("last_event").asText()));
        fact(text, "Features", run.params().getOrDefault("features", ""));
        fact(text, "Calibration", run.params().getOrDefault("calibration", ""));
        fact(text, "Seed", provenance.path("seed").asText());
        RunChecklist.datasets(run)
                .forEach((source, id) -> fact(text, source.isEmpty() ? "Dataset" : "Dataset of " + escaped(source), "`" + id + "`"));
        byte[] backtest = folder.get("backtest.json");
        results(
                text,
                run,
                backtest == null
                        ? ""
                        : Documents.read(new String(backtest, StandardCharsets.UTF_8))
                                .path("conclusion")
                                .asText());
        pictures(text, folder);
        text.append("\n## Can it be made again?\n\n| | | |\n| --- | --- | --- |\n");
        for (RunChecklist.Item item : checklist.items()) {
            text.append("| ").append(item.passed() ? "pass" : "**fail**").append(" | ").append(Text.words(item.name()));
            text.append(" | ").append(escaped(item.text())).append(" |\n");
        }
        text.append("\n`keelson reproduce ").append(run.id(), 0, Math.min(12, run.id().length()));
        text.append("` trains it again and compares every byte.\n\n## Files\n\n");
        folder.keySet().stream()
                .filter(path -> !path.startsWith("plots/"))
                .forEach(path -> text.append("- `").append(path).append("`").append(about(path)).append('\n'));
        return text.toString();
    }

    private static void results(StringBuilder text, Run run, String conclusion) {
        List<String> rows = new ArrayList<>();
        boolean staked = run.metrics().containsKey("backtest/profit");
        for (String name : SUMMARY) {
            if (staked && OUTDONE.matcher(name).matches()) {
                continue;
            }
            Double value = run.metrics().get(name);
            Double lower = run.metrics().get(name + LOWER);
            Double upper = run.metrics().get(name + UPPER);
            if (value != null) {
                rows.add("| %s | %s | %s |\n"
                        .formatted(
                                Text.words(name.replaceFirst("^test_|/", name.startsWith("test_") ? "" : " ")),
                                number(value),
                                lower == null || upper == null ? "" : number(lower) + " to " + number(upper)));
            }
        }
        text.append("\n## Results\n\n");
        if (rows.isEmpty()) {
            text.append("A refresh: the members were fitted to newer rows, with the weights and the calibration of an earlier ")
                    .append("training; it has no test period of its own.\n");
            return;
        }
        text.append("On the untouched last period, by members that were fitted before it.\n\n");
        text.append("| metric | value | 95 % interval |\n| --- | ---: | --- |\n");
        rows.forEach(text::append);
        text.append("\nAll metrics, baselines and segments: `metrics.csv`.\n");
        if (!conclusion.isEmpty()) {
            text.append("\nBacktest: ").append(escaped(conclusion)).append('\n');
        }
    }

    private static void pictures(StringBuilder text, SortedMap<String, byte[]> folder) {
        List<String> pictures = folder.keySet().stream()
                .filter(path -> path.startsWith("plots/") && path.endsWith(".svg"))
                .toList();
        if (!pictures.isEmpty()) {
            text.append("\n## Pictures\n\nEach has its numbers beside it, as `.csv`.\n");
            for (String path : pictures) {
                String name = path.substring("plots/".length(), path.length() - ".svg".length());
                text.append("\n![").append(name).append("](").append(path).append(")\n");
            }
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private static void fact(StringBuilder text, String name, String value) {
        text.append("- ").append(name).append(": ").append(value).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    private static String about(String path) {
        return switch (path) {
            case "metrics.csv", "metrics.json" -> ": all metrics with their intervals";
            case "params.json" -> ": every setting in use, defaults included";
            case "environment.json" -> ": machine, libraries, repository";
            case "provenance.json" -> ": data, definitions, configuration, seed";
            case "checklist.json" -> ": what it takes to make the run again";
            case "test_predictions.csv" -> ": what it predicted of each row of the test period, and what came true";
            case "backtest.json" -> ": what its predictions would have earned, as `keelson backtest` tells it";
            case "bets.csv" -> ": the bets, or the holdings, of the backtest";
            case "backtest_input.json" -> ": what the backtest knows of the test period";
            case "bankroll.csv" -> ": the bank after each day of the backtest";
            case "outcome.json" -> ": all that the training made but for the model";
            case "slices.json" -> ": every metric with its interval, segments, and the slices that stand out";
            case "before-training.json" -> ": what was looked at before the training: gates, drift, signs of leaks";
            case "recipe.txt" -> ": definitions and settings that make the model what it is; another text is another recipe";
            case "reliability.json" -> ": how often each told probability came true, with counts";
            case "MLmodel" -> ": what the model takes and tells, as clients of MLflow look for it";
            case "input_example.json" -> ": a few rows that it takes";
            case "README.md" -> ": this page";
            case LearningCurves.FILE -> ": the loss of each member on the last training rows, step by step";
            case "importance.csv" -> ": share of each feature";
            case "permutation_importance.csv" ->
                ": how much the loss on the test period grows when a feature is shuffled, with its interval";
            default -> path.startsWith("model/") ? ": the model" : "";
        };
    }
}
