package dev.keelson.expression;

import java.math.BigDecimal;

/** Numbers outside scalar expressions: limits, margins, named arguments. */
final class Numbers {
    /** Digits and powers beyond this are no limit that anybody means; bounds the work of exact decimals. */
    private static final double LARGEST = 1e300;

    private Numbers() {}

    /** A number with an optional sign, exactly as written. */
    static BigDecimal signed(TokenStream tokens, String expected) {
        boolean negative = tokens.acceptSymbol("-");
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.NUMBER) {
            throw tokens.unexpected(expected, null);
        }
        double magnitude = Double.parseDouble(token.text());
        if (magnitude > LARGEST || (magnitude != 0 && magnitude < 1 / LARGEST)) {
            throw tokens.diagnostics()
                    .fatal(
                            token.start(),
                            "The number (%s) is out of range; 1e-300 to 1e300 was expected.".formatted(token.text()),
                            null);
        }
        tokens.next();
        // a zero with a huge exponent would be a huge decimal
        BigDecimal number = magnitude == 0 ? BigDecimal.ZERO : new BigDecimal(token.text());
        return negative ? number.negate() : number;
    }

    /** Without a point when whole. */
    static String text(double value) {
        return plain(BigDecimal.valueOf(value));
    }

    /** A share as a percentage. */
    static String percent(double share) {
        return plain(BigDecimal.valueOf(share).movePointRight(2)) + "%";
    }

    private static String plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        boolean readable = Math.abs((long) stripped.precision() - stripped.scale()) <= 20 && stripped.scale() <= 20;
        return readable ? stripped.toPlainString() : stripped.toString();
    }
}
