package dev.keelson.wiring;

import dev.keelson.registry.Run;
import java.util.Locale;
import java.util.Map;

/** What a run says of its sets or intervals and its threshold, in words. */
final class GuidanceSentence {
    private GuidanceSentence() {}

    /** Parts of a sentence, each with a comma before it; the empty text when there is nothing to say. */
    static String of(Run run) {
        Map<String, Double> metrics = run.metrics();
        StringBuilder text = new StringBuilder();
        Double coverage = metrics.get("test_coverage");
        Double target = metrics.get("test_coverage_target");
        if (coverage != null && target != null) {
            text.append(String.format(Locale.ROOT, ", %.1f %% of the test period covered", 100 * coverage));
            Double lower = metrics.get("test_coverage_lower");
            Double upper = metrics.get("test_coverage_upper");
            if (lower != null && upper != null) {
                text.append(String.format(Locale.ROOT, " (%.1f to %.1f)", 100 * lower, 100 * upper));
            }
            text.append(String.format(Locale.ROOT, " where %.1f %% was asked for", 100 * target));
            Double size = metrics.get("test_set_size");
            Double width = metrics.get("test_interval_width");
            if (size != null) {
                text.append(String.format(Locale.ROOT, " by sets of %.2f classes", size));
            } else if (width != null) {
                text.append(String.format(Locale.ROOT, " by intervals %.4g wide", width));
            }
        }
        Double acts = metrics.get("threshold_acts");
        Double from = metrics.get("threshold");
        if (acts != null) {
            text.append(from == null ? ", no threshold is worth acting on" : String.format(Locale.ROOT, ", acts from %.4g on", from));
            for (String utility : new String[] {"f1", "accuracy", "profit", "sharpe"}) {
                String name = "test_threshold_" + utility;
                Double value = metrics.get(name);
                Double lower = metrics.get(name + "_lower");
                Double upper = metrics.get(name + "_upper");
                if (from != null && value != null && lower != null && upper != null) {
                    text.append(String.format(Locale.ROOT, ": test %s %.4g (%.4g to %.4g)", utility, value, lower, upper));
                    Double always = metrics.get(name + "_always");
                    Double share = metrics.get("test_threshold_base_rate");
                    if (always != null && share != null) {
                        text.append(String.format(
                                Locale.ROOT,
                                ", acting always %.4g, as %.1f %% of the rows are of that class",
                                always,
                                100 * share));
                    }
                }
            }
        }
        return text.toString();
    }
}
