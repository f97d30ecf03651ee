package dev.keelson.learn.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.stats.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GreedyGoldenTest {
    @Test
    void picksAndLossesAgreeWithNumpy() {
        List<Golden> cases = Golden.rows("ensemble/greedy.csv");

        assertThat(cases).hasSize(5).allSatisfy(row -> {
            double[] targets = row.numbers(2);
            int count = row.wholes(4)[0];
            double[] told = row.numbers(5);
            List<double[]> members = new ArrayList<>();
            for (int m = 0; m < count; m++) {
                int length = told.length / count;
                members.add(Arrays.copyOfRange(told, m * length, (m + 1) * length));
            }
            double[] losses = row.numbers(7);

            GreedySelection selection = GreedySelection.of(
                    members, rows(row.text(1), targets, row.numbers(3), members.getFirst().length), losses.length);

            assertThat(selection.picks())
                    .as(row.text(0))
                    .containsExactlyElementsOf(Arrays.stream(row.wholes(6)).boxed().toList());
            for (int i = 0; i < losses.length; i++) {
                assertThat(selection.losses().get(i)).as(row.text(0)).isCloseTo(losses[i], within(1e-12));
            }
        });
    }

    private static TrainingSet rows(String task, double[] targets, double[] weights, int length) {
        int n = targets.length;
        FeatureMatrix features = new FeatureMatrix(List.of("x"), new double[1][n], n);
        Target target = switch (task) {
            case "classes" ->
                new Target.Classes(
                        Arrays.stream(targets).mapToInt(value -> (int) value).toArray(),
                        IntStream.range(0, length / n).mapToObj(k -> "c" + k).toList());
            case "values" -> new Target.Numbers(targets, new Task.Regression());
            default -> new Target.Numbers(targets, new Task.Quantiles(List.of(0.1, 0.9)));
        };
        return new TrainingSet(features, target, weights);
    }
}
