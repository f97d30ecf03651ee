package dev.keelson.simulate;

/**
 * The distribution of the score when both teams' goals are independent Poisson counts (Maher 1982).
 *
 * <p>Goals above {@value #MOST_GOALS} a team are left out; with at most 6 expected goals their probability is below
 * 1e-10.
 */
final class Scores {

    static final int MOST_GOALS = 30;

    /** Scores this unlikely do not move odds of two decimals. */
    private static final double NEGLIGIBLE = 1e-9;

    private final double[] home;
    private final double[] away;

    Scores(double homeGoals, double awayGoals) {
        home = poisson(homeGoals);
        away = poisson(awayGoals);
    }

    /** Probabilities of home win, draw and away win. */
    TrueProbabilities results() {
        double homeWin = 0;
        double draw = 0;
        double awayWin = 0;
        double homeBelow = 0;
        double awayBelow = 0;
        for (int goals = 0; goals <= MOST_GOALS; goals++) {
            homeWin += home[goals] * awayBelow;
            draw += home[goals] * away[goals];
            awayWin += away[goals] * homeBelow;
            homeBelow += home[goals];
            awayBelow += away[goals];
        }
        double sum = homeWin + draw + awayWin;
        return new TrueProbabilities(homeWin / sum, draw / sum, awayWin / sum);
    }

    /** Probability of more than 2.5 goals in all. */
    double over25() {
        double under = 0;
        for (int i = 0; i <= 2; i++) {
            for (int j = 0; i + j <= 2; j++) {
                under += home[i] * away[j];
            }
        }
        return 1 - under;
    }

    /**
     * Probability that the goal difference (home minus away) is below {@code i - }{@value #MOST_GOALS}, for i from 0 to
     * twice {@value #MOST_GOALS} + 1.
     */
    double[] differencesBelow() {
        double[] below = new double[2 * MOST_GOALS + 2];
        for (int i = 0; i < home.length && home[i] > NEGLIGIBLE; i++) {
            for (int j = 0; j < away.length && away[j] > NEGLIGIBLE; j++) {
                below[i - j + MOST_GOALS + 1] += home[i] * away[j];
            }
        }
        for (int i = 1; i < below.length; i++) {
            below[i] += below[i - 1];
        }
        return below;
    }

    private static double[] poisson(double mean) {
        double[] probabilities = new double[MOST_GOALS + 1];
        probabilities[0] = StrictMath.exp(-mean);
        for (int goals = 1; goals <= MOST_GOALS; goals++) {
            probabilities[goals] = probabilities[goals - 1] * mean / goals;
        }
        return probabilities;
    }
}
