package dev.keelson.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Task;
import dev.keelson.learn.neural.GradientEngine;
import dev.keelson.learn.neural.Network;

/** Gradients by PyTorch's automatic differentiation. Safe for use by several threads. */
public final class TorchEngine implements GradientEngine {
    private static final String CUDA = "cuda";

    @Override
    public Gradients open(Network network, Task task, String learner, String device) {
        Engine engine = TorchNatives.load(learner);
        Device where = Device.cpu();
        if (device.equals(CUDA)) {
            requireCuda(engine, learner);
            where = Device.gpu();
        }
        return new TorchGradients(network, task, engine.newBaseManager(where));
    }

    private static void requireCuda(Engine engine, String learner) {
        if (!engine.hasCapability("CUDA")) {
            throw unusable(
                    learner,
                    "the PyTorch library here is built without CUDA, or the driver offers no NVIDIA GPU",
                    "Maybe name a libtorch for CUDA by PYTORCH_LIBRARY_PATH, look at what nvidia-smi tells, or set device: cpu.");
        }
    }

    private static KeelsonException unusable(String learner, String why, String hint) {
        return new KeelsonException(
                ErrorCode.NOT_READY, "The setting %s.device (cuda) cannot be used: %s.".formatted(learner, why), hint);
    }
}
