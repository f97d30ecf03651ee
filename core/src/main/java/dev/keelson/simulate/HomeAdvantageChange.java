package dev.keelson.simulate;

import java.time.LocalDate;
import java.util.Objects;

/**
 * A dated change of the home advantage, in all divisions at once, as happened in 2020 when the stands were empty.
 *
 * @param from first match day with the new value
 * @param homeAdvantage new home advantage: logarithm of the ratio of home to away goals between equal teams, -1 to 1
 */
public record HomeAdvantageChange(LocalDate from, double homeAdvantage) {

    public HomeAdvantageChange {
        Objects.requireNonNull(from, "from");
        if (!(homeAdvantage >= -1 && homeAdvantage <= 1)) {
            throw new IllegalArgumentException(
                    "homeAdvantage (%s) must be between -1 and 1.".formatted(homeAdvantage));
        }
    }
}
