package dev.keelson.simulate;

/**
 * True probabilities of the three results of a simulated match. They sum to 1 up to rounding.
 *
 * @param home probability of a home win, 0 to 1
 * @param draw probability of a draw, 0 to 1
 * @param away probability of an away win, 0 to 1
 */
public record TrueProbabilities(double home, double draw, double away) {

    public TrueProbabilities {
        if (!(home >= 0 && draw >= 0 && away >= 0 && Math.abs(home + draw + away - 1) < 1e-9)) {
            throw new IllegalArgumentException(
                    "(%s, %s, %s) must be three probabilities that sum to 1.".formatted(home, draw, away));
        }
    }
}
