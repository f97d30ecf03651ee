package dev.keelson.control;

/** One unit on the class with the best expected value, where that is above nothing; winnings are cut at a cap. */
final class FlatBet {
    private FlatBet() {}

    /** The class that is bet on, or -1 for no bet. */
    static int choice(double[] probabilities, double[] odds) {
        int best = -1;
        double most = 0;
        for (int c = 0; c < probabilities.length; c++) {
            double value = probabilities[c] * odds[c] - 1;
            if (value > most) { // a price that is missing is NaN and loses
                most = value;
                best = c;
            }
        }
        return best;
    }

    /**
     * What it brings.
     *
     * @param choice of {@link #choice}
     * @param cap most that is counted of a win, in units
     */
    static double profit(int choice, double[] odds, int outcome, double cap) {
        return choice < 0 ? 0 : choice == outcome ? Math.min(cap, odds[choice] - 1) : -1;
    }

    /** What the cap cut off. */
    static double cut(int choice, double[] odds, int outcome, double cap) {
        return choice >= 0 && choice == outcome ? Math.max(0, odds[choice] - 1 - cap) : 0;
    }
}
