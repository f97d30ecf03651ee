package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a benchmarked model must reach: {@code f1(buy) >= 0.70}, {@code latency <= 100ms}.
 *
 * @param text as it was written
 * @param metric its name in a benchmark: {@code log_loss}, {@code f1}, {@code latency_p95}
 * @param of the class it is about; null for the whole model
 * @param atLeast whether the value must be at least the bound, otherwise at most
 * @param strict whether the bound itself does not do
 * @param bound of latency in milliseconds
 */
public record BenchmarkTarget(
        String text, String metric, @Nullable String of, boolean atLeast, boolean strict, double bound) {
    /** Prefix of metrics that are milliseconds. */
    public static final String LATENCY = "latency";

    private static final Pattern FORM = Pattern.compile(
            "\\s*([a-z][a-z0-9_]*)\\s*(?:\\(([^()]+)\\))?\\s*(>=|<=|>|<)\\s*(-?[0-9]*\\.?[0-9]+)\\s*(%|ms|s)?\\s*");
    private static final List<String> OF_CLASS = List.of("f1", "precision", "recall", "roc_auc");
    private static final List<String> WHOLE = List.of(
            "log_loss", "brier", "rps", "accuracy", "ece", "macro_f1", "rmse", "mae", "r2", "latency", "latency_p50",
            "latency_p95", "latency_p99", "latency_batch");

    /**
     * Reads a target. {@code latency} is that of one row which 95 % of the calls stay below.
     *
     * @throws KeelsonException BAD_VALUE if it is none
     */
    public static BenchmarkTarget parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "the target `%s` is not of the form `metric >= number`".formatted(text),
                    "Maybe `f1(buy) >= 0.70`, `log_loss <= 0.98` or `latency <= 100ms` was meant.");
        }
        String metric = matcher.group(1);
        String of = matcher.group(2);
        String unit = matcher.group(5) == null ? "" : matcher.group(5);
        List<String> known = of == null ? WHOLE : OF_CLASS;
        if (!known.contains(metric)) {
            String hint = of == null && OF_CLASS.contains(metric)
                    ? "Maybe the class is missing: `%s(CLASS)`.".formatted(metric)
                    : Suggestion.sentence(metric, known).orElse("Maybe one of %s was meant.".formatted(known));
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE, "a benchmark has no metric `%s`".formatted(of == null ? metric : metric + "(" + of + ")"), hint);
        }
        boolean time = metric.startsWith(LATENCY);
        if (time != (unit.equals("ms") || unit.equals("s"))) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "the target `%s` has %s".formatted(text, unit.isEmpty() ? "no unit" : "the unit `" + unit + "`"),
                    time ? "Maybe `100ms` was meant." : "Maybe a plain number or a percentage was meant.");
        }
        double number = Double.parseDouble(matcher.group(4));
        double bound = unit.equals("s") ? number * 1_000 : unit.equals("%") ? number / 100 : number; // 70 * 0.01 is not 0.7
        String sign = matcher.group(3);
        return new BenchmarkTarget(
                text.strip(),
                metric.equals(LATENCY) ? LATENCY + "_p95" : metric,
                of == null ? null : of.strip(),
                sign.startsWith(">"),
                sign.length() == 1,
                bound);
    }

    /** The name of the value that it judges: {@code f1(buy)}. */
    public String name() {
        return of == null ? metric : metric + "(" + of + ")";
    }

    /** Whether some values reach it; a value that is absent does not. */
    public boolean met(Map<String, Double> values) {
        Double value = values.get(name());
        if (value == null || value.isNaN()) {
            return false;
        }
        int order = Double.compare(value, bound);
        return atLeast ? (strict ? order > 0 : order >= 0) : strict ? order < 0 : order <= 0;
    }

    /** Whether more of a metric is better; null for those that are neither, such as the number of rows. */
    public static @Nullable Boolean moreIsBetter(String name) {
        String metric = name.replaceFirst("\\(.*", "").toLowerCase(Locale.ROOT);
        return switch (metric) {
            case "accuracy", "macro_f1", "r2", "f1", "precision", "recall", "roc_auc" -> Boolean.TRUE;
            case "log_loss", "brier", "rps", "ece", "rmse", "mae", "latency_p50", "latency_p95", "latency_p99", "latency_batch" ->
                Boolean.FALSE;
            default -> null;
        };
    }
}
