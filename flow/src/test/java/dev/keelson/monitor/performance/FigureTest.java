package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Intervals of figures. */
final class FigureTest {
    private static final int[] DAYS = {1, 1, 2, 3};

    @Test
    void rowsThatAreAllAlikeTellNoInterval() {
        assertThat(new Figure(0, new double[4]).interval(DAYS, 0.95, 0, 1).lower()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(new Figure(0, new double[4]).interval(DAYS, 0.95, 0, 1).upper()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void anIntervalIsCutToTheRange() {
        assertThat(new Figure(0.5, new double[] {0.25, 0.25, -0.25, -0.25}).interval(DAYS, 0.95, 0, 1).lower()).isZero();
        assertThat(new Figure(0.5, new double[] {0.25, 0.25, -0.25, -0.25}).interval(DAYS, 0.95, 0, 1).upper()).isOne();
    }
}
