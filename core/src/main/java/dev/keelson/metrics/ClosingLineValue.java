package dev.keelson.metrics;

/**
 * How much better the odds taken were than the closing market's fair ones: {@code odds * p_close - 1}, the expected
 * profit per unit if the closing market is right. It shows skill (or a lead in time) long before profit does.
 *
 * <p>The closing probability must have its margin removed ({@link OddsMargin}; by default with the power method).
 */
public final class ClosingLineValue {

    private ClosingLineValue() {}

    /**
     * Value of each bet.
     *
     * @param oddsTaken decimal odds of each bet, above 1
     * @param closingProbability fair probability at the close of each bet, above 0 to 1; {@code NaN} where the close
     *     is not known
     * @return above -1; {@code NaN} where the close is not known
     */
    public static double[] perBet(double[] oddsTaken, double[] closingProbability) {
        if (oddsTaken.length != closingProbability.length) {
            throw new IllegalArgumentException(
                    "There are %d odds and %d closing probabilities; as many of both are needed."
                            .formatted(oddsTaken.length, closingProbability.length));
        }
        double[] values = new double[oddsTaken.length];
        for (int i = 0; i < values.length; i++) {
            double close = closingProbability[i];
            if (!(oddsTaken[i] > 1 && oddsTaken[i] < Double.POSITIVE_INFINITY)
                    || !(Double.isNaN(close) || (close > 0 && close <= 1))) {
                throw new IllegalArgumentException(
                        "Bet %d has odds %s and closing probability %s; odds above 1 and a probability are expected."
                                .formatted(i, oddsTaken[i], close));
            }
            values[i] = oddsTaken[i] * close - 1;
        }
        return values;
    }
}
