package dev.keelson.learn.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeEnsembleTest {

    private static boolean belowAsFloat(double value, float threshold) {
        float rounded = (float) value;
        return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, rounded)) < threshold;
    }

    private static void check(double value, float threshold) {
        assertThat(value < TreeEnsemble.boundary(threshold))
                .as("%s below %s", value, threshold)
                .isEqualTo(belowAsFloat(value, threshold));
    }

    @Test
    void boundaryComparesAsFloatsDo() {
        Random random = new Random(1);
        for (int trial = 0; trial < 20_000; trial++) {
            float threshold = Float.intBitsToFloat(random.nextInt());
            if (Float.isNaN(threshold)) {
                continue;
            }
            double boundary = TreeEnsemble.boundary(threshold);

            check(threshold, threshold);
            check(Math.nextDown(threshold), threshold);
            check(boundary, threshold);
            check(Math.nextDown(boundary), threshold);
            check(Math.nextUp(boundary), threshold);
        }
    }

    @Test
    void boundaryHoldsAtTheEdges() {
        float[] thresholds = {
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            1f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY
        };
        double[] values = {0.0, -0.0, 1e-46, -1e-46, 0x1p-150, -0x1p-150, 1, 1e300, -1e300, Double.MIN_VALUE};
        for (float threshold : thresholds) {
            for (double value : values) {
                check(value, threshold);
            }
            check(threshold == Float.POSITIVE_INFINITY ? 1e308 : Math.max(-1e308, threshold), threshold);
        }
        assertThatThrownBy(() -> TreeEnsemble.boundary(Float.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
