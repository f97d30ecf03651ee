package dev.keelson.learn.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Far more columns than rows, for learners that keep a number for each pair of columns. */
final class ManyColumnsTest {
    private static final int ROWS = 12;

    private static FeatureMatrix columns(int width) {
        double[] column = new double[ROWS];
        Arrays.setAll(column, i -> Math.sin(i));
        double[][] columns = new double[width][];
        Arrays.fill(columns, column);
        return new FeatureMatrix(
                IntStream.range(0, width).mapToObj(j -> "x" + j).toList(), columns, ROWS);
    }

    private static TrainingSet set(int width, Target target) {
        double[] weights = new double[ROWS];
        Arrays.fill(weights, 1);
        return new TrainingSet(columns(width), target, weights, null);
    }

    private static Target classes() {
        return new Target.Classes(
                IntStream.range(0, ROWS).map(i -> i % 2).toArray(), List.of("no", "yes"));
    }

    private static Target numbers() {
        return new Target.Numbers(
                IntStream.range(0, ROWS).asDoubleStream().toArray(), new Task.Regression());
    }

    @Test
    void moreThanCanBePairedAreRefusedInWords() {
        Learner logistic = new LogisticProvider().create(Map.of());
        Learner linear = new LinearProvider().create(Map.of());
        TrainingSet labels = set(100_000, classes());
        TrainingSet values = set(100_000, numbers());

        assertThatThrownBy(() -> logistic.fit(labels, FitControl.NONE, 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("The learner logistic takes at most 10,000 features, and there are 100,000");
        assertThatThrownBy(() -> linear.fit(values, FitControl.NONE, 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("The learner linear takes at most 10,000 features, and there are 100,000");
    }

    @Test
    void asManyAsRowsAndMoreAreFitted() {
        Learner logistic = new LogisticProvider().create(Map.of());

        assertThat(logistic.fit(set(100, classes()), FitControl.NONE, 1).model().features())
                .hasSize(100);
    }
}
