package dev.keelson.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something of the running product in numbers, read when it is asked for. Immutable.
 *
 * @param name as Prometheus spells it; of a counter it ends in {@code _total}
 * @param kind whether it can fall
 * @param help what it is, in one sentence
 * @param samples one for each set of labels; no two have the same
 */
public record Measurement(String name, Kind kind, String help, List<Sample> samples) {

    /** Whether it can fall. */
    public enum Kind {
        GAUGE,
        COUNTER
    }

    /**
     * One number.
     *
     * @param labels name to value, in any order
     * @param value may be infinite, and {@code NaN} where there is none
     */
    public record Sample(Map<String, String> labels, double value) {
        public Sample {
            labels = Map.copyOf(labels);
        }
    }

    public Measurement {
        samples = List.copyOf(samples);
    }

    /** A number without labels. */
    public static Measurement of(String name, Kind kind, String help, double value) {
        return new Measurement(name, kind, help, List.of(new Sample(Map.of(), value)));
    }

    /** All of them, in the text format of Prometheus 0.0.4; of those without samples nothing. */
    public static String text(List<Measurement> measurements) {
        StringBuilder out = new StringBuilder();
        for (Measurement each : measurements) {
            if (each.samples.isEmpty()) {
                continue;
            }
            out.append("# HELP ").append(each.name).append(' ').append(each.help).append('\n');
            out.append("# TYPE ").append(each.name).append(' ').append(each.kind == Kind.GAUGE ? "gauge" : "counter").append('\n');
            for (Sample sample : each.samples) {
                out.append(each.name).append(labels(sample.labels())).append(' ').append(number(sample.value())).append('\n');
            }
        }
        return out.toString();
    }

    private static String labels(Map<String, String> labels) {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(labels).forEach((name, value) -> parts.add("%s=\"%s\""
                .formatted(name, value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))));
        return parts.isEmpty() ? "" : "{" + String.join(",", parts) + "}";
    }

    private static String number(double value) {
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
    }
}
