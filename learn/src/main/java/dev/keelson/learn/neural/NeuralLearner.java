package dev.keelson.learn.neural;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.neural.GradientEngine.Batch;
import dev.keelson.learn.neural.GradientEngine.Gradients;
import dev.keelson.learn.preprocess.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network by Adam on batches of shuffled rows. First weights, order of the rows and dropout come from the seed;
 * the engine only tells gradients. A step is an epoch.
 */
final class NeuralLearner implements Continuing {
    /** Training rows over which norms are taken and importance is measured. */
    private static final int NORM_ROWS = 4_096;

    private static final int IMPORTANCE_ROWS = 256;

    private final String name;
    private final Architecture architecture;
    private final Schedule schedule;
    private final @Nullable GradientEngine engine;

    /**
     * @param engine null to look for one as a service when it is needed
     */
    NeuralLearner(String name, Architecture architecture, Schedule schedule, @Nullable GradientEngine engine) {
        this.name = name;
        this.architecture = architecture;
        this.schedule = schedule;
        this.engine = engine;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Object> settings() {
        SortedMap<String, Object> settings = architecture.settings();
        schedule.tell(settings);
        return settings;
    }

    @Override
    public boolean supports(Task task) {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING if there is no engine or its library cannot be loaded; NOT_READY
     *     if there is no such device; BAD_VALUE if the features do not make sequences, the network is too large, or its
     *     weights grew beyond all bounds
     * @throws CancellationException if the thread is interrupted
     */
    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        GradientEngine found = engine == null ? GradientEngine.installed(name) : engine;
        Preprocessing preprocessing = Preprocessing.fit(rows.features());
        Outputs outputs = Outputs.fit(rows);
        Architecture.Plan plan = architecture.plan(
                rows.features().names(), preprocessing, rows.task().outputs().size());
        requireSize(plan.network());
        return new Run(rows, control, seed, found, plan, outputs, schedule, null).fit();
    }

    @Override
    public boolean continues(ContinuationMode mode) {
        return mode == ContinuationMode.CONTINUE;
    }

    /**
     * {@inheritDoc} Further epochs from its weights, with the inputs and outputs scaled as they were. Norms over batches
     * are part of the weights by then and do not come back.
     *
     * @throws KeelsonException as {@link #fit}
     */
    @Override
    public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
        NeuralModel from = Continuing.require(NeuralModel.class, base, rows);
        GradientEngine found = engine == null ? GradientEngine.installed(name) : engine;
        Architecture.Plan plan = new Architecture.Plan(from.network(), from.inputs());
        Schedule further = schedule.further(how.rounds(), how.learningRate());
        return new Run(rows, FitControl.NONE, seed, found, plan, from.outputsOf(), further, from.weights())
                .fit()
                .model();
    }

    private void requireSize(Network network) {
        try {
            Math.multiplyExact(network.size(), Float.BYTES);
        } catch (ArithmeticException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The network of %s with %d inputs has more than 2^29 weights.".formatted(name, network.inputs()),
                    "Maybe fewer features or units are enough.",
                    e);
        }
    }

    /** One fit. */
    private final class Run {
        private final TrainingSet rows;
        private final FitControl control;
        private final GradientEngine engine;
        private final Network network;
        private final Inputs inputs;
        private final Outputs outputs;
        private final float[] read;
        private final float[] targets;
        private final float[] rowWeights;
        private final float[] weights;
        private final SplittableRandom shuffling;
        private final SplittableRandom dropping;
        private final Schedule schedule;

        /**
         * @param start weights to go on from; null for first ones
         */
        private Run(
                TrainingSet rows,
                FitControl control,
                long seed,
                GradientEngine engine,
                Architecture.Plan plan,
                Outputs outputs,
                Schedule schedule,
                float @Nullable [] start) {
            this.schedule = schedule;
            this.rows = rows;
            this.control = control;
            this.engine = engine;
            network = plan.network();
            inputs = plan.inputs();
            this.outputs = outputs;
            read = inputs.read(
                    rows.features(), IntStream.range(0, rows.rows()).toArray());
            targets = outputs.targets(rows);
            rowWeights = meanOne(rows);
            SplittableRandom random = new SplittableRandom(seed);
            SplittableRandom drawing = random.split();
            weights = start == null ? FirstWeights.draw(network, outputs.prior(rows), drawing) : start;
            shuffling = random.split();
            dropping = random.split();
        }

        private static float[] meanOne(TrainingSet rows) {
            double sum = 0;
            for (int i = 0; i < rows.rows(); i++) {
                sum += rows.weight(i);
            }
            float[] scaled = new float[rows.rows()];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (rows.weight(i) / sum * scaled.length);
            }
            return scaled;
        }

        private Fit fit() {
            List<Double> losses = new ArrayList<>();
            int best = 0;
            float[] bestWeights = weights;
            try (Gradients gradients = engine.open(network, rows.task(), name, schedule.device())) {
                Adam adam = new Adam(network, schedule.weightDecay());
                float[] gradient = new float[weights.length];
                int[] order = IntStream.range(0, rows.rows()).toArray();
                for (int epoch = 0; epoch < schedule.epochs(); epoch++) {
                    shuffle(order);
                    epoch(epoch, order, gradients, adam, gradient);
                    if (control.validation().isEmpty()) {
                        continue;
                    }
                    double loss = loss(control.validation().get());
                    losses.add(loss);
                    if (epoch == 0 || loss < losses.get(best)) {
                        best = epoch;
                        bestWeights = schedule.earlyStopping() > 0 ? weights.clone() : weights;
                    }
                    boolean stale = schedule.earlyStopping() > 0 && epoch - best >= schedule.earlyStopping();
                    if (!control.monitor().after(epoch + 1, loss) || stale) {
                        break;
                    }
                }
            }
            boolean toBest = schedule.earlyStopping() > 0 && !losses.isEmpty();
            int steps = toBest ? best + 1 : losses.isEmpty() ? schedule.epochs() : losses.size();
            float[] served = served(bestWeights);
            NeuralModel model = model(served, importance(served));
            return new Fit(model, steps, losses);
        }

        private void epoch(int epoch, int[] order, Gradients gradients, Adam adam, float[] gradient) {
            int batchSize = schedule.batchSize(order.length);
            int steps = Math.ceilDiv(order.length, batchSize);
            double total = (double) steps * schedule.epochs();
            for (int step = 0; step < steps; step++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("The training of %s was interrupted.".formatted(name));
                }
                int from = step * batchSize;
                int to = Math.min(order.length, from + batchSize);
                gradients.ofWeights(weights, batch(order, from, to), gradient);
                double done = ((double) epoch * steps + step) / total;
                adam.step(weights, gradient, schedule.learningRate() * (1 - done));
            }
            for (float weight : weights) {
                if (!Float.isFinite(weight)) {
                    throw new KeelsonException(
                            ErrorCode.BAD_VALUE,
                            "The weights of %s grew beyond all bounds in epoch %d.".formatted(name, epoch + 1),
                            "Maybe a smaller learning_rate (%s) helps.".formatted(schedule.learningRate()));
                }
            }
        }

        private void shuffle(int[] order) {
            for (int i = order.length - 1; i > 0; i--) {
                int other = shuffling.nextInt(i + 1);
                int kept = order[i];
                order[i] = order[other];
                order[other] = kept;
            }
        }

        private Batch batch(int[] order, int from, int to) {
            int width = network.inputs();
            int count = to - from;
            float[] batchInputs = new float[Math.multiplyExact(count, width)];
            float[] batchTargets = new float[count];
            float[] batchWeights = new float[count];
            for (int i = 0; i < count; i++) {
                int row = order[from + i];
                System.arraycopy(read, row * width, batchInputs, i * width, width);
                batchTargets[i] = targets[row];
                batchWeights[i] = rowWeights[row];
            }
            return new Batch(batchInputs, batchTargets, batchWeights, masks(count));
        }

        private List<float[]> masks(int count) {
            if (schedule.dropout() == 0) {
                return List.of();
            }
            float kept = (float) (1 / (1 - schedule.dropout()));
            List<float[]> masks = new ArrayList<>();
            for (int units : network.masks()) {
                float[] mask = new float[Math.multiplyExact(count, units)];
                for (int i = 0; i < mask.length; i++) {
                    mask[i] = dropping.nextDouble() < schedule.dropout() ? 0 : kept;
                }
                masks.add(mask);
            }
            return masks;
        }

        private double loss(TrainingSet held) {
            NeuralModel model = model(served(weights), new double[rows.features().width()]);
            double[] row = new double[held.features().width()];
            double[] out = new double[network.outputs()];
            float[][] predictions = new float[held.rows()][out.length];
            for (int i = 0; i < predictions.length; i++) {
                held.features().row(i, row);
                model.predict(row, out);
                for (int k = 0; k < out.length; k++) {
                    predictions[i][k] = (float) out[k];
                }
            }
            return ValidationLoss.of(held, predictions);
        }

        /** The weights of the network as it predicts: without norms. */
        private float[] served(float[] trained) {
            if (!(network instanceof Network.Dense dense) || !dense.batchNorm()) {
                return trained;
            }
            int[] sample = BatchNorm.sample(rows.rows(), NORM_ROWS);
            return BatchNorm.fold(dense, trained, inputs.read(rows.features(), sample), sample.length);
        }

        private Network servedNetwork() {
            return network instanceof Network.Dense dense ? dense.folded() : network;
        }

        private NeuralModel model(float[] served, double[] importance) {
            return new NeuralModel(rows.features().names(), servedNetwork(), served, inputs, outputs, importance);
        }

        private double[] importance(float[] served) {
            int[] sample = BatchNorm.sample(rows.rows(), IMPORTANCE_ROWS);
            try (Gradients gradients = engine.open(servedNetwork(), rows.task(), name, schedule.device())) {
                return inputs.shares(
                        gradients.ofInputs(served, inputs.read(rows.features(), sample), sample.length));
            }
        }
    }
}
