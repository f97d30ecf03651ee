package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.keelson.stats.Golden;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PerformanceGoldenTest {

    @Test
    void realisedMetricsAndTheirErrorsAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("performance/realised.csv")) {
            int n = row.whole(1);
            int k = row.whole(2);
            int[] day = IntStream.range(0, n).map(i -> i % row.whole(4)).toArray();
            PerformanceRows rows = k == 0 ? numbers(row.whole(0), n, day) : classes(row.whole(0), n, k, row.whole(3), day);
            PerformanceMetric metric = PerformanceMetric.of(row.text(5)).orElseThrow();

            Figure figure = metric.of(rows);

            assertThat(figure.value()).as(row.toString()).isCloseTo(row.number(6), within(1e-9));
            assertThat(figure.standardError(day)).as(row.toString()).isCloseTo(row.number(7), withinPercentage(1e-4));
        }
    }

    @Test
    void expectedMetricsAreThoseOfRowsRepeatedWithTheirChances() {
        for (Golden row : Golden.rows("performance/expected.csv")) {
            int n = row.whole(1);
            int k = row.whole(2);
            PerformanceRows rows = classes(row.whole(0), n, k, row.whole(3), new int[n]);
            double[] other = chances(row.whole(0) + 200, n, k, 0);
            double[] chances = new double[n * k];
            Arrays.setAll(chances, i -> 0.3 * other[i] + 0.7 * rows.told()[i]);

            ClassRows.Expected expected =
                    new ClassRows(rows).expected(PerformanceMetric.of(row.text(4)).orElseThrow(), chances);

            assertThat(expected.value()).as(row.toString()).isCloseTo(row.number(5), within(1e-9));
            assertThat(Math.sqrt(expected.variance(chances, k))).as(row.toString()).isCloseTo(row.number(6), withinPercentage(5));
        }
    }

    private static double[] chances(int seed, int n, int k, int steps) {
        double[] p = Golden.sample(seed, n * k, 0.05, 1, steps);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < k; c++) {
                sum += p[i * k + c];
            }
            for (int c = 0; c < k; c++) {
                p[i * k + c] /= sum;
            }
        }
        return p;
    }

    private static PerformanceRows classes(int seed, int n, int k, int steps, int[] day) {
        double[] p = chances(seed, n, k, steps);
        double[] u = Golden.sample(seed + 100, n, 0, 1, 0);
        double[] happened = new double[n];
        for (int i = 0; i < n; i++) {
            double cumulated = 0;
            int label = 0;
            for (int c = 0; c < k; c++) {
                cumulated += 0.7 * p[i * k + c] + 0.3 / k;
                label += cumulated < u[i] ? 1 : 0;
            }
            happened[i] = Math.min(label, k - 1);
        }
        return rows(k, p, happened, day);
    }

    private static PerformanceRows numbers(int seed, int n, int[] day) {
        double[] told = Golden.sample(seed, n, 0, 10, 0);
        double[] u = Golden.sample(seed + 100, n, 0, 1, 0);
        double[] happened = new double[n];
        Arrays.setAll(happened, i -> told[i] + 4 * (u[i] - 0.5) * (1 + told[i] / 5));
        return rows(0, told, happened, day);
    }

    static PerformanceRows rows(int classes, double[] told, double[] happened, int[] day) {
        int n = happened.length;
        return new PerformanceRows(
                classes,
                told,
                happened,
                day,
                new long[n],
                new long[n],
                Collections.nCopies(n, new double[0]),
                Collections.nCopies(n, ""));
    }
}
