package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Durations as project files write them: numbers with the units {@code w} (7 days), {@code d} (24 hours), {@code h},
 * {@code m} (minutes), {@code s}, {@code ms}, {@code us}, {@code ns}, from large to small: {@code 8d}, {@code 100ms},
 * {@code 1h30m}, {@code 1.5s}. Never negative, at most 100 years.
 */
public final class Durations {
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000L);
    static final Duration LONGEST = Duration.ofDays(36_500);

    /** Units from large to small. */
    private static final List<Unit> UNITS = List.of(
            new Unit("w", 604_800_000_000_000L),
            new Unit("d", 86_400_000_000_000L),
            new Unit("h", 3_600_000_000_000L),
            new Unit("m", 60_000_000_000L),
            new Unit("s", 1_000_000_000L),
            new Unit("ms", 1_000_000L),
            new Unit("us", 1_000L),
            new Unit("ns", 1L));

    private static final Pattern PART = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,18})?)([A-Za-z]+)");

    private record Unit(String name, long nanos) {}

    private Durations() {}

    /**
     * Parses a duration.
     *
     * @throws KeelsonException EXPRESSION_SYNTAX at the text's place if it is not one
     */
    public static Duration parse(Located text) {
        Diagnostics diagnostics = new Diagnostics(text);
        return parse(text.text().strip(), 0, diagnostics);
    }

    /** Parses a duration that has no place in a file. */
    public static Duration parse(String text) {
        return parse(Located.of(text));
    }

    static Duration parse(String text, int offset, Diagnostics diagnostics) {
        Optional<BigDecimal> nanos = nanos(text);
        if (nanos.isEmpty() || nanos.get().stripTrailingZeros().scale() > 0) {
            throw diagnostics.fatal(
                    offset,
                    "The duration (%s) is not understood; numbers with the units %s were expected, from large to small."
                            .formatted(text, UNITS.stream().map(Unit::name).collect(Collectors.joining(", "))),
                    "Maybe 30d, 12h, 4w, 100ms or 1h30m was meant.");
        }
        BigInteger[] parts = nanos.get().toBigIntegerExact().divideAndRemainder(NANOS_PER_SECOND);
        if (parts[0].compareTo(BigInteger.valueOf(LONGEST.toSeconds())) > 0) {
            throw diagnostics.fatal(
                    offset, "The duration (%s) is longer than %d days.".formatted(text, LONGEST.toDays()), null);
        }
        return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
    }

    private static Optional<BigDecimal> nanos(String text) {
        Matcher matcher = PART.matcher(text);
        BigDecimal sum = BigDecimal.ZERO;
        int smallest = -1;
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find() || matcher.start() != at) {
                return Optional.empty();
            }
            int unit = unit(matcher.group(2));
            if (unit <= smallest) {
                return Optional.empty();
            }
            smallest = unit;
            sum = sum.add(new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(UNITS.get(unit).nanos())));
            at = matcher.end();
        }
        return smallest < 0 ? Optional.empty() : Optional.of(sum);
    }

    private static int unit(String name) {
        for (int i = 0; i < UNITS.size(); i++) {
            if (UNITS.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The shortest text of whole units from days down that parses to the duration: {@code 28d}, {@code 1h30m}, {@code 0s}.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration (%s) must not be negative.".formatted(duration));
        }
        BigInteger left = BigInteger.valueOf(duration.getSeconds())
                .multiply(NANOS_PER_SECOND)
                .add(BigInteger.valueOf(duration.getNano()));
        StringBuilder text = new StringBuilder();
        for (Unit unit : UNITS.subList(1, UNITS.size())) {
            BigInteger[] parts = left.divideAndRemainder(BigInteger.valueOf(unit.nanos()));
            if (parts[0].signum() > 0) {
                text.append(parts[0]).append(unit.name());
            }
            left = parts[1];
        }
        return text.isEmpty() ? "0s" : text.toString();
    }
}
