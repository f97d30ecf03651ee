package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Two-sample statistics against SciPy; the tables tell the version and the tolerance. */
final class TwoSampleGoldenTest {

    @Test
    void kolmogorovSmirnovAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/ks_2samp.csv")) {
            double[] a = Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(6));
            double[] b = Golden.sample(row.whole(2), row.whole(3), row.number(4), row.number(5), row.whole(6));

            KolmogorovSmirnov.Result result = KolmogorovSmirnov.test(a, b);

            assertThat(result.d()).as("d of %s", row).isCloseTo(row.number(7), within(1e-12));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(8), within(1e-12));
            assertThat(result.exact()).isEqualTo(Math.max(a.length, b.length) <= 10_000);
        }
    }

    @Test
    void kolmogorovLawAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/kstwo_sf.csv")) {
            double sf = KolmogorovDistribution.sf(row.number(1), row.whole(0));

            assertThat(sf).as("%s", row).isCloseTo(row.number(2), within(1e-12));
        }
    }

    @Test
    void wassersteinAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/wasserstein.csv")) {
            double[] a = Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(6));
            double[] b = Golden.sample(row.whole(2), row.whole(3), row.number(4), row.number(5), row.whole(6));

            double distance = Wasserstein1.distance(a, b);
            double normed = Wasserstein1.normed(a, b).orElse(Double.NaN);

            assertThat(distance).isCloseTo(row.number(7), within(1e-12 * Math.max(1, distance)));
            if (Double.isNaN(row.number(8))) {
                assertThat(normed).isNaN();
            } else {
                assertThat(normed).isCloseTo(row.number(8), within(1e-12 * Math.max(1, normed)));
            }
        }
    }

    @Test
    void chiSquareAndFisherAgreeWithScipy() {
        for (Golden row : Golden.rows("stats/chi_square.csv")) {
            ChiSquareTwoSample.Result result = ChiSquareTwoSample.test(row.counts(0), row.counts(1));

            assertThat(result.statistic()).isCloseTo(row.number(2), within(1e-10 * Math.max(1, row.number(2))));
            assertThat(result.pValue()).as("%s", row).isCloseTo(row.number(3), within(1e-10));
            assertThat(result.cramersV()).isCloseTo(row.number(4), within(1e-12));
            assertThat(result.method().name()).isEqualTo(row.text(5));
        }
    }

    @Test
    void jensenShannonAgreesWithScipy() {
        for (Golden row : Golden.rows("stats/jensen_shannon.csv")) {
            JensenShannon.Result result = JensenShannon.ofCounts(row.counts(0), row.counts(1));

            assertThat(result.distance()).isCloseTo(row.number(2), within(1e-12));
            assertThat(result.divergence() - result.noise()).isCloseTo(row.number(3), within(1e-12));
            assertThat(result.excessDistance()).isCloseTo(Math.sqrt(Math.max(0, row.number(3))), within(1e-8));
        }
    }

    @Test
    void psiAgreesWithNumpy() {
        for (Golden row : Golden.rows("stats/psi.csv")) {
            Psi.Result result = Psi.ofCounts(row.counts(0), row.counts(1));

            assertThat(result.psi()).isCloseTo(row.number(2), within(1e-12));
            assertThat(result.expected()).isCloseTo(row.number(3), within(1e-12));
            assertThat(result.pValue()).isCloseTo(row.number(4), within(1e-10));
            assertThat(Psi.classic(row.counts(0), row.counts(1))).isCloseTo(row.number(5), within(1e-12));
        }
    }
}
