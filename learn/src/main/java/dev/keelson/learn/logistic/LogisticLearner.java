package dev.keelson.learn.logistic;

import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.preprocess.Preprocessing;
import java.util.Map;

/**
 * Multinomial logistic regression with a ridge penalty, on features that are imputed and standardised over the training
 * rows.
 *
 * <p>It minimises {@code sum of w * -ln p[label] + l2 / 2 * sum of squared coefficients - sum over classes of ln q /
 * classes}, where q are the probabilities of an average row. The last term weighs as much as one row; it keeps the
 * intercept of a class without rows finite and is not noticed otherwise. The minimum is unique; it is found to a
 * gradient of 1e-9 a row, without randomness, so the seed has no effect.
 */
public final class LogisticLearner implements Continuing {
    static final String NAME = "logistic";

    private static final double NEXT_TO_NO_PENALTY = 1e-9;

    private final LogisticConfig config;

    /** A learner with settings. */
    public LogisticLearner(LogisticConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("l2", config.l2(), "max_iterations", (long) config.maxIterations());
    }

    @Override
    public boolean supports(Task task) {
        return task instanceof Task.Classification;
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        Preprocessing preprocessing = Preprocessing.fit(rows.features()).requirePairs(NAME);
        SoftmaxObjective objective = new SoftmaxObjective(rows, preprocessing, config.l2());
        double[] solution = new LbfgsMinimiser(config.maxIterations()).minimise(objective);
        return Fit.of(model(rows, preprocessing, solution));
    }

    @Override
    public boolean continues(ContinuationMode mode) {
        return mode == ContinuationMode.CONTINUE;
    }

    /**
     * {@inheritDoc} It goes down the gradient of the mean log loss of the new rows, without the penalty: what holds it is
     * where it starts and how few steps it takes. A step is at most as long as is sure to lower that loss.
     */
    @Override
    public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
        LogisticModel from = Continuing.require(LogisticModel.class, base, rows);
        SoftmaxObjective objective = new SoftmaxObjective(rows, from.preprocessing(), NEXT_TO_NO_PENALTY);
        double[] point = from.point();
        double[] gradient = new double[point.length];
        double step = Math.min(how.learningRate(), objective.safeStep());
        for (int round = 0; round < how.rounds(); round++) {
            objective.evaluate(point, gradient);
            for (int i = 0; i < point.length; i++) {
                point[i] -= step * gradient[i];
            }
        }
        return model(rows, from.preprocessing(), point);
    }

    private static LogisticModel model(TrainingSet rows, Preprocessing preprocessing, double[] solution) {
        int classes = rows.classes().size();
        int width = preprocessing.width();
        double[] intercepts = new double[classes];
        double[] coefficients = new double[classes * width];
        for (int k = 0; k < classes; k++) {
            for (int c = 0; c < width; c++) {
                coefficients[c * classes + k] = solution[k * (width + 1) + c];
            }
            intercepts[k] = solution[k * (width + 1) + width];
        }
        return new LogisticModel(
                rows.features().names(),
                new Task.Classification(rows.classes()),
                preprocessing,
                intercepts,
                coefficients);
    }
}
