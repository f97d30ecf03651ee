package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The axis of a setting that was searched: numbers on a linear or a logarithmic scale, or listed values side by side. */
final class SettingAxis {
    private static final int MOST_TICKS = 6;

    private final String name;
    private final boolean log;
    private final List<String> choices;
    private final Axis axis;

    /**
     * A tick.
     *
     * @param at pixel
     * @param label what stands there
     */
    record Tick(double at, String label) {}

    private SettingAxis(String name, boolean log, List<String> choices, Axis axis) {
        this.name = name;
        this.log = log;
        this.choices = choices;
        this.axis = axis;
    }

    /**
     * The axis of the values that were tried.
     *
     * @param domain as in a project file; empty when it is not known
     * @param values at least one
     * @param from pixel of the least value
     * @param to pixel of the greatest
     */
    static SettingAxis of(String name, String domain, List<JsonNode> values, double from, double to) {
        boolean numbers = !domain.startsWith("[") && values.stream().allMatch(JsonNode::isNumber);
        if (!numbers) {
            List<String> choices = List.copyOf(new TreeSet<>(values.stream().map(JsonNode::asText).toList()));
            return new SettingAxis(name, false, choices, new Axis(0, choices.size(), from, to, 1));
        }
        double low = values.stream().mapToDouble(JsonNode::asDouble).min().orElse(0);
        double high = values.stream().mapToDouble(JsonNode::asDouble).max().orElse(1);
        boolean log = low > 0 && high > low && domain.split(" when ", 2)[0].endsWith(" log");
        if (!(high > low)) { // one value only: in the middle
            low -= 1;
            high += 1;
        }
        Axis axis = log
                ? Axis.tight(Math.log10(low), Math.log10(high), from, to, 4)
                : Axis.tight(low, high, from, to, 4);
        return new SettingAxis(name, log, List.of(), axis);
    }

    String name() {
        return name;
    }

    /** The pixel of a value. */
    double at(JsonNode value) {
        if (choices.isEmpty()) {
            return axis.at(log ? Math.log10(value.asDouble()) : value.asDouble());
        }
        return axis.at(choices.indexOf(value.asText()) + 0.5);
    }

    List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        if (!choices.isEmpty()) {
            for (int i = 0; i < choices.size(); i++) {
                ticks.add(new Tick(axis.at(i + 0.5), choices.get(i)));
            }
            return ticks;
        }
        if (!log) {
            for (double tick : axis.ticks()) {
                ticks.add(new Tick(axis.at(tick), label(tick)));
            }
            return ticks;
        }
        for (int[] units : new int[][] {{1, 2, 5}, {1}}) {
            ticks.clear();
            for (int power = (int) Math.floor(axis.low()); power <= axis.high(); power++) {
                for (int unit : units) {
                    double tick = Math.log10(unit) + power;
                    if (tick >= axis.low() - 1e-9 && tick <= axis.high() + 1e-9) {
                        ticks.add(new Tick(axis.at(tick), label(unit * Math.pow(10, power))));
                    }
                }
            }
            if (ticks.size() <= MOST_TICKS) {
                break;
            }
        }
        if (ticks.size() < 2) { // less than a step of the scale: its ends
            ticks.clear();
            ticks.add(new Tick(axis.from(), label(Math.pow(10, axis.low()))));
            ticks.add(new Tick(axis.to(), label(Math.pow(10, axis.high()))));
        }
        return ticks;
    }

    /** A number with three significant digits at most, as short as it can be said. */
    static String label(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 1e-4 || size >= 1e7) {
            return String.format(Locale.ROOT, "%.2g", value).replaceAll("\\.?0+e", "e");
        }
        MathContext digits = new MathContext(size >= 1000 ? (int) Math.floor(Math.log10(size)) + 1 : 3);
        return new BigDecimal(value).round(digits).stripTrailingZeros().toPlainString();
    }

    /** A value of a setting as short as it can be said. */
    static String label(JsonNode value) {
        return value.isFloatingPointNumber() ? label(value.asDouble()) : value.asText();
    }
}
