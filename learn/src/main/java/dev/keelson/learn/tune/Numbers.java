package dev.keelson.learn.tune;

/** Reads numbers from stored values. */
final class Numbers {
    private Numbers() {}

    static double read(Object value, Domain domain) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(message(value, domain), e);
            }
        }
        throw outside(value, domain);
    }

    static IllegalArgumentException outside(Object value, Domain domain) {
        return new IllegalArgumentException(message(value, domain));
    }

    private static String message(Object value, Domain domain) {
        return "The value (%s) must be one of %s.".formatted(value, domain.text());
    }
}
