package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EvidentlyCompatTest {

    @Test
    void figuresAgreeWithEvidentlysFormulas() {
        for (Golden row : Golden.rows("stats/evidently.csv")) {
            double[] a = Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(6));
            double[] b = Golden.sample(row.whole(2), row.whole(3), row.number(4), row.number(5), row.whole(6));

            double scale = Math.max(1, row.number(7));
            assertThat(EvidentlyCompat.psi(a, b)).as("psi of %s", row).isCloseTo(row.number(7), within(1e-10 * scale));
            assertThat(EvidentlyCompat.jensenShannon(a, b)).as("js of %s", row).isCloseTo(row.number(8), within(1e-10));
            assertThat(EvidentlyCompat.wasserstein(a, b)).as("w of %s", row).isCloseTo(row.number(9), within(1e-10 * scale));
        }
    }

    @Test
    void methodFollowsTheReferenceAlone() {
        assertThat(EvidentlyCompat.method(1_000, 6, false)).isEqualTo(EvidentlyCompat.Method.KS);
        assertThat(EvidentlyCompat.method(1_000, 5, false)).isEqualTo(EvidentlyCompat.Method.CHI_SQUARE);
        assertThat(EvidentlyCompat.method(1_000, 2, false)).isEqualTo(EvidentlyCompat.Method.Z_TEST);
        assertThat(EvidentlyCompat.method(1_000, 60, true)).isEqualTo(EvidentlyCompat.Method.CHI_SQUARE);
        assertThat(EvidentlyCompat.method(1_001, 6, false)).isEqualTo(EvidentlyCompat.Method.WASSERSTEIN);
        assertThat(EvidentlyCompat.method(1_001, 5, false)).isEqualTo(EvidentlyCompat.Method.JENSEN_SHANNON);
        assertThat(EvidentlyCompat.method(1_001, 60, true)).isEqualTo(EvidentlyCompat.Method.JENSEN_SHANNON);
    }

    @Test
    void chiSquareTakesTheReferenceForExactAndSoAlarmsTooOften() {
        SplittableRandom random = new SplittableRandom(1);
        int theirs = 0;
        int ours = 0;
        for (int repeat = 0; repeat < 1_000; repeat++) {
            long[] a = new long[10];
            long[] b = new long[10];
            for (int i = 0; i < 500; i++) {
                a[random.nextInt(10)]++;
                b[random.nextInt(10)]++;
            }
            theirs += EvidentlyCompat.chiSquarePValue(a, b) < 0.05 ? 1 : 0;
            ours += ChiSquareTwoSample.test(a, b).pValue() < 0.05 ? 1 : 0;
        }

        assertThat(theirs).isBetween(400, 600);
        assertThat(ours).isBetween(30, 72);
        assertThat(EvidentlyCompat.chiSquarePValue(new long[] {5, 0}, new long[] {4, 1})).isZero();
        assertThat(EvidentlyCompat.chiSquarePValue(new long[] {5, 0}, new long[] {4, 0})).isEqualTo(1);
    }
}
