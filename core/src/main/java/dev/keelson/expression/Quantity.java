package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.math.BigDecimal;

/**
 * A number with the name of what it measures: {@code 0.005 log_loss}, {@code 5%}, {@code 12}.
 *
 * @param value finite; a percentage is stored as a share, so 5% is 0.05
 * @param unit a name, {@code %}, or empty when none was written
 */
public record Quantity(double value, String unit) {
    public Quantity {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("value (%s) must be finite.".formatted(value));
        }
        if (!unit.isEmpty() && !unit.equals("%") && !Lexer.isPlainName(unit)) {
            throw new IllegalArgumentException("unit (%s) must be a name, %% or empty.".formatted(unit));
        }
    }

    /**
     * Parses a number with an optional unit.
     *
     * @throws KeelsonException EXPRESSION_SYNTAX at the offending token
     */
    public static Quantity parse(Located text) {
        TokenStream tokens = TokenStream.of(text);
        BigDecimal number = Numbers.signed(tokens, "a number, such as 0.005 log_loss or 5%");
        String unit = "";
        if (tokens.acceptSymbol("%")) {
            unit = "%";
            number = number.movePointLeft(2);
        } else if (tokens.peek().kind() == Token.Kind.WORD) {
            unit = tokens.next().text();
        }
        tokens.expectEnd();
        return new Quantity(number.doubleValue(), unit);
    }

    /** The canonical text, which parses to an equal quantity. */
    public String text() {
        return switch (unit) {
            case "" -> Numbers.text(value);
            case "%" -> Numbers.percent(value);
            default -> Numbers.text(value) + " " + unit;
        };
    }

    @Override
    public String toString() {
        return text();
    }
}
