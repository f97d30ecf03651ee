package dev.keelson.learn.ensemble;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.baseline.BaselineCodec;
import dev.keelson.learn.linear.LinearCodec;
import dev.keelson.learn.logistic.LogisticCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Ensembles and rows for tests. */
final class Ensembles {
    static final EnsembleCodec CODEC =
            new EnsembleCodec(List.of(new LogisticCodec(), new LinearCodec(), new BaselineCodec()));

    private Ensembles() {}

    static EnsembleLearner of(EnsembleKind kind, Map<String, Object> settings, Learner... members) {
        return new EnsembleLearner(EnsembleConfig.of(kind, members.length, settings), Arrays.asList(members), 0, 0);
    }

    /** Values of the first feature plus noise; the other features are noise. */
    static TrainingSet rows(int n, int features, double signal, long seed, Task task) {
        Random random = new Random(seed);
        double[][] columns = new double[features][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < features; j++) {
                columns[j][i] = random.nextGaussian();
            }
            values[i] = signal * columns[0][i] + random.nextGaussian();
        }
        List<String> names = IntStream.range(0, features).mapToObj(j -> "f" + j).toList();
        FeatureMatrix matrix = new FeatureMatrix(names, columns, n);
        if (task instanceof Task.Classification classification) {
            int[] labels = Arrays.stream(values).mapToInt(value -> value > 0 ? 1 : 0).toArray();
            return new TrainingSet(matrix, labels, classification.classes(), null);
        }
        return new TrainingSet(matrix, new Target.Numbers(values, task), null);
    }
}
