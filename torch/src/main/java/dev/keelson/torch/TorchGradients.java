package dev.keelson.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.keelson.learn.Task;
import dev.keelson.learn.neural.GradientEngine.Batch;
import dev.keelson.learn.neural.GradientEngine.Gradients;
import dev.keelson.learn.neural.Network;
import dev.keelson.learn.neural.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The gradients of one network. What a step makes is freed at its end. */
final class TorchGradients implements Gradients {
    private final Network network;
    private final Task task;
    private final List<Tensor> tensors;
    private final NDManager manager;

    TorchGradients(Network network, Task task, NDManager manager) {
        this.network = network;
        this.task = task;
        this.manager = manager;
        tensors = network.tensors();
    }

    @Override
    public void ofWeights(float[] weights, Batch batch, float[] gradient) {
        JniUtils.setGradMode(true); // of this thread
        try (NDManager step = manager.newSubManager()) {
            int rows = batch.targets().length;
            List<NDArray> parameters = parameters(step, weights, true);
            NDArray inputs = step.create(batch.inputs(), new Shape(rows, network.inputs()));
            List<NDArray> masks = new ArrayList<>();
            for (int l = 0; l < batch.masks().size(); l++) {
                masks.add(step.create(batch.masks().get(l), new Shape(rows, network.masks().get(l))));
            }
            NDArray outputs = new TorchForward(parameters, masks).outputs(network, inputs);
            NDArray losses = losses(step, outputs, batch.targets());
            NDArray loss = losses.mul(step.create(batch.weights())).sum().div(rows);
            backward(step, loss, false);
            for (int t = 0; t < parameters.size(); t++) {
                float[] part = gradient(parameters.get(t));
                System.arraycopy(part, 0, gradient, tensors.get(t).offset(), part.length);
            }
        }
    }

    @Override
    public float[] ofInputs(float[] weights, float[] inputs, int rows) {
        JniUtils.setGradMode(true);
        try (NDManager step = manager.newSubManager()) {
            NDArray read = step.create(inputs, new Shape(rows, network.inputs()));
            read.setRequiresGradient(true);
            NDArray outputs = new TorchForward(parameters(step, weights, false), List.of()).outputs(network, read);
            NDArray predictions = task instanceof Task.Classification ? outputs.softmax(1) : outputs;
            float[] strengths = new float[network.inputs()];
            float[] before = new float[inputs.length];
            for (int k = 0; k < network.outputs(); k++) {
                backward(step, predictions.get(":, %d".formatted(k)).sum(), true);
                float[] sum = gradient(read); // those of all predictions so far
                for (int i = 0; i < sum.length; i++) {
                    strengths[i % strengths.length] += Math.abs(sum[i] - before[i]);
                }
                before = sum;
            }
            return strengths;
        }
    }

    private List<NDArray> parameters(NDManager step, float[] weights, boolean learn) {
        List<NDArray> parameters = new ArrayList<>();
        for (Tensor tensor : tensors) {
            float[] part = Arrays.copyOfRange(weights, tensor.offset(), tensor.offset() + tensor.size());
            Shape shape = tensor.isMatrix() ? new Shape(tensor.rows(), tensor.columns()) : new Shape(tensor.rows());
            NDArray parameter = step.create(part, shape);
            if (learn) {
                parameter.setRequiresGradient(true);
            }
            parameters.add(parameter);
        }
        return parameters;
    }

    private NDArray losses(NDManager step, NDArray outputs, float[] targets) {
        NDArray expected = step.create(targets, new Shape(targets.length, 1));
        return switch (task) {
            case Task.Classification _ -> {
                NDArray classes = expected.toType(DataType.INT64, false);
                yield outputs.logSoftmax(1).gather(classes, 1).neg().squeeze(1);
            }
            case Task.Regression _ -> outputs.sub(expected).square().squeeze(1);
            case Task.Quantiles quantiles -> {
                float[] levels = new float[quantiles.levels().size()];
                for (int k = 0; k < levels.length; k++) {
                    levels[k] = quantiles.levels().get(k).floatValue();
                }
                NDArray level = step.create(levels, new Shape(1, levels.length));
                NDArray above = expected.sub(outputs);
                yield above.mul(level).maximum(above.mul(level.sub(1))).mean(new int[] {1});
            }
        };
    }

    /** Without DJL's collector, of which a process can have only one at a time. */
    private static void backward(NDManager step, NDArray loss, boolean keepGraph) {
        JniUtils.backward((PtNDArray) loss, (PtNDArray) step.ones(loss.getShape()), keepGraph, false);
    }

    private static float[] gradient(NDArray array) {
        try (NDArray gradient = array.getGradient()) {
            return gradient.toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
