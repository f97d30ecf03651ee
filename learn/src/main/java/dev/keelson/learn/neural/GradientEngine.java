package dev.keelson.learn.neural;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Task;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What knows how a loss changes with the weights of a network. It has no say in anything random: weights, batches and
 * dropout come from its caller. Found as a service; implementations are optional at run time.
 */
public interface GradientEngine {

    /** The engine that is found as a service. */
    static Optional<GradientEngine> found() {
        return ServiceLoader.load(GradientEngine.class).findFirst();
    }

    /**
     * Likewise, where there must be one.
     *
     * @param learner name of the learner, for messages
     * @throws KeelsonException NATIVE_LIBRARY_MISSING saying what to install if there is none
     */
    static GradientEngine installed(String learner) {
        return found()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NATIVE_LIBRARY_MISSING,
                        "The learner %s trains with PyTorch, which is not installed here.".formatted(learner),
                        "Maybe install it, 115 MB once: `./mvnw -Ddistribution -Pno-errorprone,plugin -pl torch -am package`"
                                + " in the folder of Keelson. Models that are trained already need it neither to load"
                                + " nor to predict."));
    }

    /**
     * Prepares for one fit.
     *
     * @param network the shape of the network
     * @param task decides the loss of a row: cross-entropy of the softmax of the outputs, squared error, or pinball loss
     *     averaged over the levels
     * @param learner name of the learner, for messages
     * @param device where to compute, {@code cpu} or {@code cuda}
     * @throws KeelsonException NATIVE_LIBRARY_MISSING if a library cannot be loaded; NOT_READY if
     *     there is no such device
     */
    Gradients open(Network network, Task task, String learner, String device);

    /** The gradients of one network. For one thread; several may be open at once. */
    interface Gradients extends AutoCloseable {

        /**
         * Gradient of the loss with respect to the weights.
         *
         * @param weights all weights, in the order of {@link Network#tensors}
         * @param batch the rows
         * @param gradient receives one number for each weight
         */
        void ofWeights(float[] weights, Batch batch, float[] gradient);

        /**
         * How strongly the predictions (probabilities, value or quantiles) depend on each input: the absolute gradient,
         * summed over predictions and rows. Without dropout.
         *
         * @param weights all weights
         * @param inputs {@code rows * network.inputs()}, row by row
         * @return one number for each input
         */
        float[] ofInputs(float[] weights, float[] inputs, int rows);

        @Override
        void close();
    }

    /**
     * Rows of one step. The loss is the sum of the losses of the rows, each by its weight, divided by their number.
     *
     * @param inputs {@code rows * network.inputs()}, row by row
     * @param targets number of the class, or the value, of each row
     * @param weights weight of each row
     * @param masks for each of {@link Network#masks} what the units of each row are multiplied by, row by row; empty
     *     without dropout
     */
    record Batch(float[] inputs, float[] targets, float[] weights, List<float[]> masks) {}
}
