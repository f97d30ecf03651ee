package dev.keelson.learn.tune;

/**
 * Kernels over choices: the prior's weight is shared by all kernels and choices, and each kernel but the last, which is the
 * prior, has one observation.
 */
final class ChoiceKernels implements Kernels {
    private final double[][] probabilities;
    private final double[][] logs;

    /**
     * @param observed place of the choice of each observation
     * @param choices number of choices
     * @param priorWeight weight of the prior against one observation
     */
    ChoiceKernels(int[] observed, int choices, double priorWeight) {
        int kernels = observed.length + 1;
        double base = priorWeight / kernels;
        probabilities = new double[kernels][choices];
        logs = new double[kernels][choices];
        for (int k = 0; k < kernels; k++) {
            boolean prior = k == observed.length;
            double total = base * choices + (prior ? 0 : 1);
            for (int c = 0; c < choices; c++) {
                double weight = base + (!prior && observed[k] == c ? 1 : 0);
                probabilities[k][c] = weight / total;
                logs[k][c] = StrictMath.log(weight / total);
            }
        }
    }

    @Override
    public double draw(int k, Draws draws) {
        double rest = draws.uniform();
        double[] row = probabilities[k];
        int choice = 0;
        while (choice < row.length - 1 && rest >= row[choice]) {
            rest -= row[choice];
            choice++;
        }
        return choice;
    }

    @Override
    public void addLogDensity(double value, double[] sums) {
        int choice = (int) value;
        for (int k = 0; k < logs.length; k++) {
            sums[k] += logs[k][choice];
        }
    }
}
