package dev.keelson.control.policy;

import dev.keelson.control.Requests;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a period as they were asked about, with what came of them.
 *
 * @param requests the rows, in the order of their event times
 * @param labels class as a number, or the value; NaN where it never became known
 * @param labelKnownAt when it became known, microseconds since 1970; what stands beside NaN does not count
 * @param odds decimal odds of each row by class, NaN where there are none; no row where nothing is bet
 * @param quotes what could be held at which price; null where nothing is held
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PeriodRows(
        Requests requests, double[] labels, long[] labelKnownAt, double[][] odds, @Nullable Quotes quotes) {
    /**
     * Prices of rows.
     *
     * @param assets what each row is about apart from its moment
     * @param prices of it at that moment; NaN for none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Quotes(String[] assets, double[] prices) {}

    public PeriodRows {
        if (labels.length != requests.size() || labelKnownAt.length != requests.size()
                || (odds.length != requests.size() && odds.length > 0)) {
            throw new IllegalArgumentException("There are %d rows, %d labels, %d times of labels and %d rows of odds; they must be equal."
                    .formatted(requests.size(), labels.length, labelKnownAt.length, odds.length));
        }
        if (quotes != null && (quotes.assets.length != requests.size() || quotes.prices.length != requests.size())) {
            throw new IllegalArgumentException("There are %d rows, %d assets and %d prices; they must be equal."
                    .formatted(requests.size(), quotes.assets.length, quotes.prices.length));
        }
    }

    /** Rows of which nothing is held. */
    public PeriodRows(Requests requests, double[] labels, long[] labelKnownAt, double[][] odds) {
        this(requests, labels, labelKnownAt, odds, null);
    }
}
