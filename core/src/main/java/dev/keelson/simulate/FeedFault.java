package dev.keelson.simulate;

import java.time.LocalDate;
import java.util.Objects;

/**
 * A fault in the data feed of one bookmaker: from a date on, each odds that the file carries under its name is
 * multiplied by a factor. The market's best and mean odds ({@code Max*}, {@code Avg*}) come from another feed and stay
 * right.
 *
 * @param bookmaker code of the bookmaker, one of {@code B365, BW, IW, LB, PS, WH, VC}
 * @param from first match day with wrong odds
 * @param scale factor on the decimal odds, above 0 and at most 10; 1.2 makes the overround fall by a sixth
 */
public record FeedFault(String bookmaker, LocalDate from, double scale) {

    public FeedFault {
        Objects.requireNonNull(from, "from");
        if (Bookmaker.byCode(bookmaker).isEmpty()) {
            throw new IllegalArgumentException("""
                    bookmaker (%s) must be one of %s.
                    Maybe a column such as B365H was given instead of the bookmaker's code (B365)."""
                    .formatted(bookmaker, Bookmaker.codes()));
        }
        if (!(scale > 0 && scale <= 10)) {
            throw new IllegalArgumentException("scale (%s) must be above 0 and at most 10.".formatted(scale));
        }
    }
}
