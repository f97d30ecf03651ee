package dev.keelson.registry.rollout;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a candidate must keep to while it is rolled out. One that is shown to be broken takes the candidate back at once.
 *
 * @param metric what is looked at
 * @param limit at most this: a share of predictions that fail, 0 to 1 exclusive; milliseconds, or times the baseline's, of a
 *     latency; loss per settlement epoch beyond the baseline's of harm, at least 0
 * @param relative whether the limit of a latency is in times the baseline's
 * @param quantile which quantile of the latency, 0 to 1 exclusive; 0 of other metrics
 * @param alpha chance that it is found broken, at any time, though it is kept; 0 to 0.5 exclusive
 */
public record Guardrail(Metric metric, double limit, boolean relative, double quantile, double alpha) {
    /** The chance of all guardrails of a rollout together. */
    public static final double ALPHA = 0.05;

    /** What guards a rollout when nothing is said. */
    public static final List<String> DEFAULTS = List.of("error_rate<=1%", "latency_p99<=50ms", "harm");

    private static final Pattern TEXT = Pattern.compile(
            "\\s*(error_rate|harm|latency_p([0-9]{1,2}(?:\\.[0-9]+)?))\\s*(?:<=?\\s*([0-9]*\\.?[0-9]+)\\s*(%|ms|s|x)?)?\\s*");

    /** What a guardrail looks at. */
    public enum Metric {
        /** Share of predictions of the candidate that failed. */
        ERROR_RATE,
        /** A quantile of the time that a prediction takes. */
        LATENCY,
        /** Mean loss of the candidate minus that of the baseline on the same settled events, by settlement epoch. */
        HARM
    }

    public Guardrail {
        boolean fits =
                switch (metric) {
                    case ERROR_RATE -> limit > 0 && limit < 1 && quantile == 0 && !relative;
                    case LATENCY -> limit > 0 && limit < Double.POSITIVE_INFINITY && quantile > 0 && quantile < 1;
                    case HARM -> limit >= 0 && limit < Double.POSITIVE_INFINITY && quantile == 0 && !relative;
                };
        if (!fits || !(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException("No guardrail: %s %s, relative %s, quantile %s, alpha %s."
                    .formatted(metric, limit, relative, quantile, alpha));
        }
    }

    /**
     * Reads guardrails, each with its part of {@link #ALPHA}.
     *
     * @param texts such as {@code error_rate<=1%}, {@code latency_p99<=5ms}, {@code latency_p99<=1.5x} (times the baseline's),
     *     {@code harm}, {@code harm<=0.005}; none at all is written {@code none}
     * @throws KeelsonException BAD_REQUEST
     */
    public static List<Guardrail> parse(List<String> texts) {
        if (texts.equals(List.of("none"))) {
            return List.of();
        }
        List<Guardrail> guardrails = new ArrayList<>();
        for (String text : texts) {
            guardrails.add(parse(text, ALPHA / texts.size()));
        }
        return guardrails;
    }

    private static Guardrail parse(String text, double alpha) {
        Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(text);
        }
        String name = matcher.group(1);
        String number = matcher.group(3);
        String unit = matcher.group(4) == null ? "" : matcher.group(4);
        double value = number == null ? 0 : Double.parseDouble(number);
        try {
            if (name.equals("harm") && unit.isEmpty()) {
                return new Guardrail(Metric.HARM, value, false, 0, alpha);
            }
            if (name.equals("error_rate") && (unit.isEmpty() || unit.equals("%"))) {
                return new Guardrail(Metric.ERROR_RATE, unit.isEmpty() ? value : value / 100, false, 0, alpha);
            }
            if (name.startsWith("latency") && !unit.isEmpty() && !unit.equals("%")) {
                double quantile = Double.parseDouble(matcher.group(2)) / 100;
                return new Guardrail(
                        Metric.LATENCY, unit.equals("s") ? 1_000 * value : value, unit.equals("x"), quantile, alpha);
            }
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static KeelsonException wrong(String text) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "The guardrail (%s) is wrong; expected such as error_rate<=1%%, latency_p99<=5ms, latency_p99<=1.5x or harm<=0.005."
                        .formatted(text),
                "Maybe use `none` alone for a rollout without guardrails.");
    }

    /** As it is written: {@link #parse(List)} reads it. */
    public String text() {
        return switch (metric) {
            case ERROR_RATE -> "error_rate<=" + plain(100 * limit) + "%";
            case LATENCY -> "latency_p" + plain(100 * quantile) + "<=" + plain(limit) + (relative ? "x" : "ms");
            case HARM -> limit == 0 ? "harm" : "harm<=" + plain(limit);
        };
    }

    private static String plain(double value) {
        return new BigDecimal(String.format(Locale.ROOT, "%.6f", value)).stripTrailingZeros().toPlainString();
    }
}
