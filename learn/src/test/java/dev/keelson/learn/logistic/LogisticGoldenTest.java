package dev.keelson.learn.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.TrainingSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LogisticGoldenTest {

    @Test
    void probabilitiesAreThoseOfScipy() throws IOException {
        List<double[]> lines = golden();
        int n = lines.size();
        double[][] columns = new double[4][n];
        int[] labels = new int[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < 4; j++) {
                columns[j][i] = lines.get(i)[j];
            }
            labels[i] = (int) lines.get(i)[4];
            weights[i] = lines.get(i)[5];
        }
        FeatureMatrix features = new FeatureMatrix(List.of("x0", "x1", "x2", "x3"), columns, n);

        double[] p = new LogisticLearner(LogisticConfig.defaults())
                .fit(new TrainingSet(features, labels, List.of("a", "b", "c"), weights), 1)
                .predictAll(features);

        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 3; k++) {
                assertThat(p[i * 3 + k]).isCloseTo(lines.get(i)[6 + k], within(1e-8));
            }
        }
    }

    private static List<double[]> golden() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(LogisticGoldenTest.class.getResourceAsStream("/golden/logistic/logistic.csv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.startsWith("x"))
                    .map(LogisticGoldenTest::numbers)
                    .toList();
        }
    }

    private static double[] numbers(String line) {
        String[] cells = line.split(",", -1);
        double[] values = new double[cells.length];
        for (int i = 0; i < cells.length; i++) {
            values[i] = Double.parseDouble(cells[i]);
        }
        return values;
    }
}
