package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Pi-ratings of the two sides of an event, two values for each side: {@code home}, its strength in goals against an
 * average side when it plays at home, and {@code away}. A side that was not seen has none.
 *
 * <p>The expected goal difference of a rating R is {@code sign(R) * (10^(|R| / 3) - 1)}. With the error
 * {@code e = observed - (expected of the home side's home rating - expected of the away side's away rating)} and
 * {@code psi = sign(e) * 3 * log10(1 + |e|)}, the home rating of the home side moves by {@code rate * psi}, the away
 * rating of the away side by {@code -rate * psi}, and each side's other rating by {@code carryOver} times that. Events
 * count in the order in which they became known; those without both counts are left out.
 *
 * <p>Source: Constantinou, A. and Fenton, N. (2013), Determining the level of ability of football teams by dynamic
 * ratings based on the relative discrepancies in scores between adversaries, Journal of Quantitative Analysis in Sports
 * 9(1), with its b = 10 and c = 3.
 *
 * @param home column with the key of the home side
 * @param away column with the key of the away side
 * @param homeGoals column with the goals of the home side
 * @param awayGoals column with the goals of the away side
 * @param rate how fast ratings move, above 0, at most 1 (default 0.06)
 * @param carryOver how much a result at one place says about the other, 0 to 1 (default 0.6)
 */
public record PiRating(
        String home, String away, String homeGoals, String awayGoals, double rate, double carryOver)
        implements FoldExpression {
    static final List<String> SUFFIXES = List.of("home", "away");
    static final double DEFAULT_RATE = 0.06;
    static final double DEFAULT_CARRY_OVER = 0.6;

    public PiRating {
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate (%s) must be above 0 and at most 1.".formatted(rate));
        }
        if (!(carryOver >= 0 && carryOver <= 1)) {
            throw new IllegalArgumentException("carryOver (%s) must be between 0 and 1.".formatted(carryOver));
        }
        NamedArguments.requireTwoSides(home, away);
    }

    @Override
    public List<String> suffixes() {
        return SUFFIXES;
    }

    @Override
    public List<String> columns() {
        return List.copyOf(new LinkedHashSet<>(List.of(home, away, homeGoals, awayGoals)));
    }

    @Override
    public ColumnType type() {
        return ColumnType.DOUBLE;
    }

    /** With every argument that is not a default. */
    @Override
    public String text() {
        return new NamedArguments.Text()
                .column("home", home)
                .column("away", away)
                .column("home_goals", homeGoals)
                .column("away_goals", awayGoals)
                .number("rate", rate, DEFAULT_RATE)
                .number("carry_over", carryOver, DEFAULT_CARRY_OVER)
                .of("pi_rating");
    }
}
