package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Ties, samples apart, equal and extreme ones, empty and rare cells against SciPy; the tables tell the version and the tolerance. */
final class EdgeGoldenTest {

    @Test
    void kolmogorovSmirnovAgreesOnTiesAndExtremes() {
        for (Golden row : Golden.rows("stats/ks_2samp_edges.csv")) {
            KolmogorovSmirnov.Result result = KolmogorovSmirnov.test(row.numbers(0), row.numbers(1));

            assertThat(result.d()).as("d of %s", row).isCloseTo(row.number(2), within(1e-12));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(3), within(1e-12));
            assertThat(result.exact()).isTrue();
        }
    }

    @Test
    void kolmogorovSmirnovAgreesOnManyRowsOfFewValues() {
        for (Golden row : Golden.rows("stats/ks_2samp_ties.csv")) {
            double[] a = Golden.sample(row.whole(0), row.whole(1), 0, 1, row.whole(2));
            double[] b = Golden.sample(row.whole(3), row.whole(4), 0, row.number(5), row.whole(6));

            KolmogorovSmirnov.Result result = KolmogorovSmirnov.test(a, b);

            assertThat(result.d()).as("d of %s", row).isCloseTo(row.number(7), within(1e-12));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(8), within(1e-12));
            assertThat(result.exact()).isEqualTo(Math.max(a.length, b.length) <= 10_000);
        }
    }

    @Test
    void mannWhitneyAgreesOnTiesAndExtremes() {
        for (Golden row : Golden.rows("stats/mann_whitney_edges.csv")) {
            MannWhitney.Result result = MannWhitney.test(row.numbers(0), row.numbers(1));

            assertThat(result.u()).as("u of %s", row).isEqualTo(row.number(2));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(3), within(1e-12));
        }
    }

    @Test
    void andersonDarlingAgreesOnTiesAndExtremes() {
        for (Golden row : Golden.rows("stats/anderson_darling_edges.csv")) {
            AndersonDarling.Result result = AndersonDarling.test(row.numbers(0), row.numbers(1));

            double scale = Math.max(1, Math.abs(row.number(2)));
            assertThat(result.statistic()).as("statistic of %s", row).isCloseTo(row.number(2), within(1e-10 * scale));
            assertThat(result.pValue()).as("p of %s", row).isCloseTo(row.number(3), within(1e-10));
        }
    }

    @Test
    void wassersteinAgreesOnTiesAndExtremes() {
        for (Golden row : Golden.rows("stats/wasserstein_edges.csv")) {
            double expected = row.number(2);

            double distance = Wasserstein1.distance(row.numbers(0), row.numbers(1));

            assertThat(distance).as("%s", row).isCloseTo(expected, within(1e-12 * Math.max(1, expected)));
        }
    }

    @Test
    void chiSquareAgreesWhereCellsArePooled() {
        for (Golden row : Golden.rows("stats/chi_square_edges.csv")) {
            ChiSquareTwoSample.Result result = ChiSquareTwoSample.test(row.counts(0), row.counts(1));

            double statistic = row.number(2);
            assertThat(result.method().name()).as("%s", row).isEqualTo(row.text(4));
            assertThat(result.statistic()).as("%s", row).isCloseTo(statistic, within(1e-9 * Math.max(1, statistic)));
            assertThat(result.pValue()).as("%s", row).isCloseTo(row.number(3), within(1e-10));
        }
    }

    @Test
    void distancesOfSharesAgreeOnEmptyCellsAndLawsApart() {
        for (Golden row : Golden.rows("stats/jensen_shannon_edges.csv")) {
            double distance = JensenShannon.ofCounts(row.counts(0), row.counts(1)).distance();

            assertThat(distance).as("%s", row).isCloseTo(row.number(2), within(1e-9));
        }
        for (Golden row : Golden.rows("stats/hellinger_edges.csv")) {
            double distance = Hellinger.ofCounts(row.counts(0), row.counts(1)).distance();

            assertThat(distance).as("%s", row).isCloseTo(row.number(2), within(1e-9));
        }
    }

    @Test
    void falseDiscoveryRatesAgreeOnTiesAndCertainty() {
        for (Golden row : Golden.rows("stats/false_discovery_edges.csv")) {
            assertThat(BenjaminiHochberg.adjust(row.numbers(0))).containsExactly(row.numbers(1), within(1e-12));
            assertThat(BenjaminiHochberg.adjustYekutieli(row.numbers(0))).containsExactly(row.numbers(2), within(1e-12));
        }
    }
}
