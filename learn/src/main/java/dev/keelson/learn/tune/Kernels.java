package dev.keelson.learn.tune;

/** One parameter's part of the kernels of a mixture; every part of one mixture has as many kernels. */
sealed interface Kernels permits NumericKernels, ChoiceKernels {

    /** A draw from kernel {@code k}, encoded. */
    double draw(int k, Draws draws);

    /** Adds to {@code sums[k]} the log density of each kernel at an encoded value. */
    void addLogDensity(double value, double[] sums);
}
