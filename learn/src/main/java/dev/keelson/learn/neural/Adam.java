package dev.keelson.learn.neural;

/**
 * Adam with decoupled weight decay and a bound on the length of the gradient. Not safe for use by several threads.
 *
 * <p>Sources: Kingma, D. and Ba, J. (2015), Adam: a method for stochastic optimization; Loshchilov, I. and Hutter, F.
 * (2019), Decoupled weight decay regularization.
 */
final class Adam {
    static final double MOST_LENGTH = 5;

    private static final double FIRST = 0.9;
    private static final double SECOND = 0.999;
    private static final float TINY = 1e-8f;

    private final float[] means;
    private final float[] squares;
    private final boolean[] shrinks;
    private final double decay;
    private double firstPower = 1;
    private double secondPower = 1;

    /**
     * @param decay share of its size, times the learning rate, that a weight of a matrix loses in each step
     */
    Adam(Network network, double decay) {
        means = new float[network.size()];
        squares = new float[means.length];
        shrinks = new boolean[means.length];
        for (Tensor tensor : network.tensors()) {
            for (int i = 0; i < tensor.size(); i++) {
                shrinks[tensor.offset() + i] = tensor.isMatrix();
            }
        }
        this.decay = decay;
    }

    /** Moves the weights against the gradient, which it may shorten. */
    void step(float[] weights, float[] gradient, double rate) {
        shorten(gradient);
        firstPower *= FIRST;
        secondPower *= SECOND;
        float first = (float) FIRST;
        float second = (float) SECOND;
        float step = (float) (rate / (1 - firstPower));
        float scale = (float) (1 / (1 - secondPower));
        float keep = (float) (1 - rate * decay);
        for (int i = 0; i < weights.length; i++) {
            float slope = gradient[i];
            means[i] = first * means[i] + (1 - first) * slope;
            squares[i] = second * squares[i] + (1 - second) * slope * slope;
            float kept = shrinks[i] ? keep * weights[i] : weights[i];
            weights[i] = kept - step * means[i] / ((float) Math.sqrt(scale * squares[i]) + TINY);
        }
    }

    private static void shorten(float[] gradient) {
        double sum = 0;
        for (float slope : gradient) {
            sum += (double) slope * slope;
        }
        double length = Math.sqrt(sum);
        if (length > MOST_LENGTH) {
            float factor = (float) (MOST_LENGTH / length);
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= factor;
            }
        }
    }
}
