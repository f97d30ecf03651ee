package dev.keelson.project;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as people write them in a project file. */
final class Numbers {
    private static final Pattern SHARE = Pattern.compile(Shape.Share.PATTERN);

    private Numbers() {}

    static Optional<Long> whole(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return Optional.empty(); // not decimal, or beyond 64 bits: the caller says what was expected
        }
    }

    static Optional<Double> real(String text) {
        try {
            double value = new BigDecimal(text).doubleValue();
            return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty(); // .inf, .nan, 0x10: the caller says what was expected
        }
    }

    /** {@code 5%} or {@code 0.05}. */
    static Optional<Double> share(String text) {
        if (SHARE.matcher(text).matches()) {
            String percent = text.substring(0, text.length() - 1).strip();
            return Optional.of(new BigDecimal(percent).movePointLeft(2).doubleValue());
        }
        return real(text);
    }
}
