package dev.keelson.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.keelson.learn.neural.Activation;
import dev.keelson.learn.neural.Network;
import java.util.List;

/**
 * The outputs of networks as PyTorch computes them.
 *
 * @param parameters in the order of {@link Network#tensors}
 * @param masks in the order of {@link Network#masks}; empty without dropout
 */
record TorchForward(List<NDArray> parameters, List<NDArray> masks) {

    NDArray outputs(Network network, NDArray inputs) {
        NDArray last = switch (network) {
            case Network.Dense dense -> dense(dense, inputs);
            case Network.Recurrent recurrent -> recurrent(recurrent, inputs);
        };
        int size = parameters.size();
        return affine(last, parameters.get(size - 2), parameters.get(size - 1));
    }

    private NDArray dense(Network.Dense network, NDArray inputs) {
        int tensors = network.batchNorm() ? 4 : 2;
        NDArray values = inputs;
        for (int l = 0; l < network.hidden().size(); l++) {
            int first = l * tensors;
            values = affine(values, parameters.get(first), parameters.get(first + 1));
            if (network.batchNorm()) {
                NDArray away = values.sub(values.mean(new int[] {0}, true));
                NDArray variance = away.square().mean(new int[] {0}, true);
                values = away.div(variance.add(Network.Dense.NORM_EPSILON).sqrt())
                        .mul(parameters.get(first + 2))
                        .add(parameters.get(first + 3));
            }
            values = masked(activated(network.activation(), values), l);
        }
        return values;
    }

    private static NDArray activated(Activation activation, NDArray values) {
        return switch (activation) {
            case RELU -> values.getNDArrayInternal().relu();
            case TANH -> values.tanh();
            case SILU -> values.mul(values.getNDArrayInternal().sigmoid());
        };
    }

    private NDArray recurrent(Network.Recurrent network, NDArray inputs) {
        NDManager manager = inputs.getManager();
        long rows = inputs.getShape().get(0);
        NDArray values = inputs.reshape(rows, network.steps(), network.channels());
        for (int l = 0; l < network.layers(); l++) {
            NDArray bias = parameters.get(3 * l + 2);
            NDArray start = manager.zeros(new Shape(1, rows, network.units()));
            NDList all = JniUtils.lstm(
                    (PtNDArray) values,
                    new NDList(start, start),
                    new NDList(parameters.get(3 * l), parameters.get(3 * l + 1), bias, bias.zerosLike()),
                    true,
                    1,
                    0,
                    true,
                    false,
                    true);
            boolean top = l == network.layers() - 1;
            values = top ? masked(all.get(1).reshape(rows, network.units()), l) : maskedSteps(all.get(0), l);
        }
        return values;
    }

    private NDArray masked(NDArray values, int mask) {
        return masks.isEmpty() ? values : values.mul(masks.get(mask));
    }

    private NDArray maskedSteps(NDArray values, int mask) {
        return masks.isEmpty() ? values : values.mul(masks.get(mask).expandDims(1));
    }

    private static NDArray affine(NDArray values, NDArray weight, NDArray bias) {
        return JniUtils.linear((PtNDArray) values, (PtNDArray) weight, (PtNDArray) bias);
    }
}
