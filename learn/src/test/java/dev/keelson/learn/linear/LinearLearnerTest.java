package dev.keelson.learn.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LinearLearnerTest extends ValueLearnerContract {

    @Override
    protected Learner learner() {
        return new LinearProvider().create(Map.of());
    }

    @Override
    protected ModelCodec codec() {
        return new LinearCodec();
    }

    @Test
    void predictionsAgreeWithScikitLearn() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("/golden/linear.csv")),
                StandardCharsets.UTF_8))) {
            for (String line : reader.lines().filter(l -> !l.startsWith("#")).toList()) {
                String[] fields = line.split(",", -1);
                double[][] columns = Arrays.stream(fields[2].split(";", -1))
                        .map(LinearLearnerTest::numbers)
                        .toArray(double[][]::new);
                double[] values = numbers(fields[3]);
                double[] weights = numbers(fields[4]);
                List<String> names = List.of("a", "b", "c", "d").subList(0, columns.length);
                FeatureMatrix features = new FeatureMatrix(names, columns, values.length);

                double[] predictions = new LinearLearner(new LinearConfig(
                                Double.parseDouble(fields[0]), Double.parseDouble(fields[1]), 100_000))
                        .fit(new TrainingSet(features, new Target.Numbers(values, new Task.Regression()), weights), 1)
                        .predictAll(features);

                assertThat(predictions).containsExactly(numbers(fields[5]), within(1e-7));
            }
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void strongLassoLeavesTheMean() {
        TrainingSet set = rows(200, 3, new Task.Regression());

        double[] predictions = new LinearLearner(new LinearConfig(1e6, 1, 100))
                .fit(set, 1)
                .predictAll(set.features());

        double mean = Arrays.stream(set.values()).average().orElseThrow();
        assertThat(predictions).containsOnly(new double[] {mean}, within(1e-9));
    }

    @Test
    void badSettingsAreToldAtOnce() {
        assertThatThrownBy(() -> new LinearProvider().create(Map.of("alpha", -1, "l1_ration", 0.5)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("alpha (-1)")
                .hasMessageContaining("l1_ratio");
    }

    @Test
    void aModelGoesOnTowardsWhatTheNewRowsSay() {
        int n = 200;
        double[][] columns = new double[2][n];
        double[] before = new double[n];
        double[] after = new double[n];
        for (int i = 0; i < n; i++) {
            columns[0][i] = Math.sin(i);
            columns[1][i] = Math.cos(3.0 * i);
            before[i] = 5 + 2 * columns[0][i];
            after[i] = 7 - 2 * columns[0][i] + columns[1][i];
        }
        FeatureMatrix features = new FeatureMatrix(List.of("a", "b"), columns, n);
        Learner learner = new LinearProvider().create(Map.of("alpha", 0.0));
        Model base = learner.fit(new TrainingSet(features, new Target.Numbers(before, new Task.Regression()), null), 1);
        TrainingSet recent = new TrainingSet(features, new Target.Numbers(after, new Task.Regression()), null);

        Model far = ((Continuing) learner)
                .goOn(base, recent, new Continuation(ContinuationMode.CONTINUE, 2_000, 1), 1);
        Model near = ((Continuing) learner)
                .goOn(base, recent, new Continuation(ContinuationMode.CONTINUE, 1, 1e-9), 1);

        assertThat(far.predictAll(features)).containsExactly(after, within(1e-6));
        assertThat(near.predictAll(features)).containsExactly(before, within(1e-6));
        assertThat(((Continuing) learner).continues(ContinuationMode.REFIT)).isFalse();
    }
}
