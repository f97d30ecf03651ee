package dev.keelson.simulate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The odds columns of one match: decimal odds before the match and at kick-off for home, draw and away, for over and
 * under 2.5 goals, and the Asian handicap of the home side ({@code AHh}, in goals) with its odds. Values have two
 * decimals.
 *
 * <p>Immutable and thread-safe.
 */
public final class QuotedOdds {

    /** Names of the columns in the order of the file. {@code BF*} and {@code 1XB*} are always empty, as in the real files. */
    public static final List<String> COLUMNS = List.of(
            "B365H", "B365D", "B365A", "BWH", "BWD", "BWA", "IWH", "IWD", "IWA", "LBH", "LBD", "LBA", "PSH", "PSD", "PSA", "WHH",
            "WHD", "WHA", "VCH", "VCD", "VCA", "BFH", "BFD", "BFA", "1XBH", "1XBD", "1XBA", "MaxH", "MaxD", "MaxA", "AvgH", "AvgD",
            "AvgA", "PSCH", "PSCD", "PSCA", "B365CH", "B365CD", "B365CA", "AvgCH", "AvgCD", "AvgCA", "AvgO25", "AvgU25", "MaxO25",
            "MaxU25", "B365O25", "B365U25", "PO25", "PU25", "AHh", "AvgAHH", "AvgAHA", "B365AHH", "B365AHA");

    static final int MISSING = Integer.MIN_VALUE;

    private static final Map<String, Integer> INDEX = index();

    private final int[] hundredths;

    /** Takes over the array: hundredths in the order of {@link #COLUMNS}, or {@link #MISSING}. */
    QuotedOdds(int[] hundredths) {
        this.hundredths = hundredths;
    }

    /**
     * Value of a column.
     *
     * @param column one of {@link #COLUMNS}
     * @return decimal odds of at least 1.02 (for {@code AHh} goals), or NaN where the file has no value
     * @throws IllegalArgumentException if there is no such column
     */
    public double value(String column) {
        int value = hundredths[position(column)];
        return value == MISSING ? Double.NaN : value / 100.0;
    }

    static int position(String column) {
        Integer position = INDEX.get(column);
        if (position == null) {
            throw new IllegalArgumentException("There is no odds column (%s); the columns are %s.".formatted(column, COLUMNS));
        }
        return position;
    }

    int hundredths(int position) {
        return hundredths[position];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QuotedOdds odds && Arrays.equals(hundredths, odds.hundredths);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hundredths);
    }

    /** The filled columns with their values. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("QuotedOdds[");
        for (int i = 0; i < hundredths.length; i++) {
            if (hundredths[i] != MISSING) {
                text.append(text.charAt(text.length() - 1) == '[' ? "" : ", ")
                        .append(COLUMNS.get(i))
                        .append('=')
                        .append(hundredths[i] / 100.0);
            }
        }
        return text.append(']').toString();
    }

    private static Map<String, Integer> index() {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < COLUMNS.size(); i++) {
            index.put(COLUMNS.get(i), i);
        }
        return index;
    }
}
