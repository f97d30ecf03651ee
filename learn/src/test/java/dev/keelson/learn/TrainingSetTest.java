package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
    private static final List<String> CLASSES = List.of("a", "b");

    private static FeatureMatrix matrix(double... values) {
        return new FeatureMatrix(List.of("x"), new double[][] {values}, values.length);
    }

    @Test
    void labelOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new TrainingSet(matrix(1, 2), new int[] {0, 2}, CLASSES, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1 (2)");
        assertThatThrownBy(() -> new TrainingSet(matrix(1, 2), new int[] {0, -1}, CLASSES, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void badWeightsAreRefused() {
        for (double[] weights : List.of(
                new double[] {1, Double.NaN},
                new double[] {1, -1},
                new double[] {0, 0},
                new double[] {1},
                new double[] {1, Double.POSITIVE_INFINITY})) {
            assertThatThrownBy(() -> new TrainingSet(matrix(1, 2), new int[] {0, 1}, CLASSES, weights))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void infiniteFeatureIsRefused() {
        assertThatThrownBy(() -> matrix(1, Double.NEGATIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(x)")
                .hasMessageContaining("row 1");
    }

    @Test
    void noRowsNoFeaturesAndOneClassAreRefused() {
        assertThatThrownBy(() -> new TrainingSet(matrix(), new int[0], CLASSES, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new TrainingSet(new FeatureMatrix(List.of(), new double[0][], 1), new int[] {0}, CLASSES, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TrainingSet(matrix(1), new int[] {0}, List.of("a"), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rowsAreTakenInTheOrderAsked() {
        TrainingSet set = new TrainingSet(matrix(10, 20, 30), new int[] {0, 1, 1}, CLASSES, new double[] {1, 2, 3});

        TrainingSet taken = set.take(new int[] {2, 0});

        assertThat(taken.features().columns()[0]).containsExactly(30, 10);
        assertThat(taken.labels()).containsExactly(1, 0);
        assertThat(taken.weights()).containsExactly(3, 1);
        assertThat(set.classWeights()).containsExactly(1, 5);
    }
}
