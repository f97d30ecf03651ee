package dev.keelson.learn.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
    private static final double NA = Double.NaN;

    private static FeatureMatrix matrix(double[]... columns) {
        List<String> names = java.util.stream.IntStream.range(0, columns.length)
                .mapToObj(i -> "f" + i)
                .toList();
        return new FeatureMatrix(names, columns, columns[0].length);
    }

    @Test
    void missingValuesBecomeTheMedianAndAreMarked() {
        FeatureMatrix features = matrix(new double[] {1, 2, NA, 10}, new double[] {1, 2, 3, 4});

        Preprocessing fitted = Preprocessing.fit(features);

        assertThat(fitted.medians()).containsExactly(2, 2.5);
        assertThat(fitted.indicators()).containsExactly(0);
        assertThat(fitted.width()).isEqualTo(3);
        assertThat(fitted.column(new double[] {NA, 1}, 0)).isEqualTo(fitted.column(new double[] {2, 1}, 0));
        assertThat(fitted.column(new double[] {NA, 1}, 2)).isCloseTo(Math.sqrt(3), within(1e-12));
        assertThat(fitted.feature(2)).isEqualTo(0);
    }

    @Test
    void columnsHaveMeanZeroAndDeviationOne() {
        FeatureMatrix features = matrix(new double[] {3, 5, 9, 11});

        Preprocessing fitted = Preprocessing.fit(features);

        double sum = 0;
        double squares = 0;
        for (double value : features.columns()[0]) {
            double z = fitted.column(new double[] {value}, 0);
            sum += z;
            squares += z * z;
        }
        assertThat(sum).isCloseTo(0, within(1e-12));
        assertThat(squares / 4).isCloseTo(1, within(1e-12));
    }

    @Test
    void constantAndEmptyColumnsAreZero() {
        FeatureMatrix features = matrix(new double[] {0.1, 0.1, 0.1}, new double[] {NA, NA, NA});

        Preprocessing fitted = Preprocessing.fit(features);

        assertThat(fitted.indicators()).isEmpty();
        assertThat(fitted.column(new double[] {99, 99}, 0)).isZero();
        assertThat(fitted.column(new double[] {99, 99}, 1)).isZero();
    }

    @Test
    void jsonKeepsEveryBit() {
        Preprocessing fitted =
                Preprocessing.fit(matrix(new double[] {0.1, NA, 1 / 3.0, 7e-9}, new double[] {1, 2, 3, 1e17}));

        Preprocessing read = Preprocessing.fromJson(fitted.toJson());

        assertThat(read.medians()).containsExactly(fitted.medians());
        assertThat(read.means()).containsExactly(fitted.means());
        assertThat(read.scales()).containsExactly(fitted.scales());
        assertThat(read.indicators()).containsExactly(fitted.indicators());
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new Preprocessing(new double[2], new double[2], new double[3], new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
