package dev.keelson.learn.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.blend.LogLinearPool;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TemperatureTest {

    @Test
    void overconfidenceIsUndone() {
        Random random = new Random(1);
        int n = 20_000;
        double[] sharpened = new double[n * 3];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double[] scores = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
            double[] honest = scores.clone();
            LogLinearPool.normalise(honest, 1);
            double u = random.nextDouble();
            labels[i] = u < honest[0] ? 0 : u < honest[0] + honest[1] ? 1 : 2;
            LogLinearPool.normalise(scores, 0.5);
            System.arraycopy(scores, 0, sharpened, i * 3, 3);
        }

        assertThat(Temperature.fit(sharpened, 3, labels)).isCloseTo(2, within(0.06));
    }

    @Test
    void minimumOfTwoRowsIsTheClosedForm() {
        // p = (0.8, 0.2), right once in two: the best forecast is even, so T goes to its bound; right 3 in 4: logit
        // 1.0986 / 1.3863
        double[] p = {0.8, 0.2, 0.8, 0.2, 0.8, 0.2, 0.8, 0.2};

        assertThat(Temperature.fit(p, 2, new int[] {0, 0, 0, 1})).isCloseTo(Math.log(4) / Math.log(3), within(1e-9));
        assertThat(Temperature.fit(p, 2, new int[] {0, 1, 0, 1})).isCloseTo(20, within(1e-12));
        assertThat(Temperature.fit(p, 2, new int[] {0, 0, 0, 0})).isCloseTo(0.05, within(1e-12));
    }

    @Test
    void evenProbabilitiesKeepTemperatureOne() {
        assertThat(Temperature.fit(new double[] {0.5, 0.5, 0.5, 0.5}, 2, new int[] {0, 1}))
                .isEqualTo(1);
    }
}
