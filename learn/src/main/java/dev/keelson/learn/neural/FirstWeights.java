package dev.keelson.learn.neural;

import dev.keelson.learn.neural.Network.Dense;
import dev.keelson.learn.neural.Network.Recurrent;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weights before training: uniform, within {@code sqrt(6 / inputs)} for a dense layer and {@code 1 / sqrt(units)} for
 * long short-term memory, whose forget gates begin open (bias 1). The outputs begin as what is known without any input.
 */
final class FirstWeights {
    private FirstWeights() {}

    static float[] draw(Network network, float[] prior, SplittableRandom random) {
        float[] weights = new float[network.size()];
        List<Tensor> tensors = network.tensors();
        for (Tensor tensor : tensors.subList(0, tensors.size() - 2)) {
            if (tensor.isMatrix()) {
                double bound = network instanceof Recurrent recurrent
                        ? 1 / Math.sqrt(recurrent.units())
                        : Math.sqrt(6.0 / tensor.columns());
                for (int i = 0; i < tensor.size(); i++) {
                    weights[tensor.offset() + i] = (float) ((2 * random.nextDouble() - 1) * bound);
                }
            }
        }
        if (network instanceof Dense dense && dense.batchNorm()) {
            for (int l = 0; l < dense.hidden().size(); l++) {
                Tensor gain = tensors.get(4 * l + 2);
                Arrays.fill(weights, gain.offset(), gain.offset() + gain.size(), 1);
            }
        }
        if (network instanceof Recurrent recurrent) {
            for (int l = 0; l < recurrent.layers(); l++) {
                int forget = tensors.get(3 * l + 2).offset() + recurrent.units();
                Arrays.fill(weights, forget, forget + recurrent.units(), 1);
            }
        }
        System.arraycopy(prior, 0, weights, tensors.getLast().offset(), prior.length);
        return weights;
    }
}
