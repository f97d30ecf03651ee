package dev.keelson.cli;

import java.util.Locale;

/** Values as people read them. */
final class Texts {
    private Texts() {}

    /** {@code 1 model}, {@code 2 models}. */
    static String count(long n, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", n, noun, n == 1 ? "" : "s");
    }

    /** Four decimals; empty for what is no number. */
    static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "";
    }

    /** How many of some cells are missing, and which share of them: {@code 17 (0.02 %)}. */
    static String missing(long missing, long rows) {
        return missing == 0 || rows == 0
                ? Long.toString(missing)
                : String.format(Locale.ROOT, "%,d (%.2f %%)", missing, 100.0 * missing / rows);
    }

    /** Probability with three decimals. */
    static String probability(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** How old something is, with a unit that suits; empty for NaN. */
    static String age(double seconds) {
        if (Double.isNaN(seconds)) {
            return "";
        }
        double size = Math.abs(seconds);
        return size < 120
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : size < 7_200
                        ? String.format(Locale.ROOT, "%.1f min", seconds / 60)
                        : size < 172_800
                                ? String.format(Locale.ROOT, "%.1f h", seconds / 3_600)
                                : String.format(Locale.ROOT, "%.1f d", seconds / 86_400);
    }

    /** The text, or nothing for null. */
    static String orEmpty(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /** A word as a shell takes it: in quotes when it needs them. */
    static String quoted(String word) {
        return word.matches("[\\p{L}\\p{N}_./\\\\:=@%+,~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Seconds with one decimal. */
    static double seconds(long startNanos) {
        return Math.round((System.nanoTime() - startNanos) / 1e8) / 10.0;
    }
}
