package dev.keelson.expression;

/** A pattern of SQL's {@code like}: {@code %} stands for any text, {@code _} for one character. */
final class LikePattern {
    private final int[] pattern;

    LikePattern(String pattern) {
        this.pattern = pattern.codePoints().toArray();
    }

    /** Whether the whole text fits; case matters. Takes at most length of text times length of pattern steps. */
    boolean matches(String text) {
        int[] points = text.codePoints().toArray();
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < points.length) {
            if (p < pattern.length && pattern[p] == '%') {
                star = p++;
                resume = t;
            } else if (p < pattern.length && (pattern[p] == '_' || pattern[p] == points[t])) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '%') {
            p++;
        }
        return p == pattern.length;
    }
}
