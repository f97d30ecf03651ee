package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MixtureTest {

    // Values of gostevehoward/confseq, test/uniform_boundaries_unittest.cpp: tuned at 100 and 0.05, tolerance 1e-5.
    private static final double ALPHA = 0.05;

    @Test
    void normalMixtureAgreesWithConfseq() {
        double two = NormalMixture.rhoTwoSided(100, ALPHA);
        double one = NormalMixture.rhoOneSided(100, ALPHA);

        assertThat(two).isCloseTo(12.60056, within(1e-5));
        assertThat(NormalMixture.logTwoSided(10, 100, two)).isCloseTo(-0.6510052, within(1e-5));
        assertThat(NormalMixture.logOneSided(10, 100, one)).isCloseTo(-0.06502391, within(1e-5));
        assertThat(NormalMixture.boundTwoSided(100, ALPHA, two)).isCloseTo(30.35209, within(1e-5));
        assertThat(NormalMixture.boundOneSided(100, ALPHA, one)).isCloseTo(27.66071, within(1e-5));
    }

    @Test
    void gammaExponentialMixtureAgreesWithConfseq() {
        double rho = NormalMixture.rhoOneSided(100, ALPHA);

        assertThat(GammaExponentialMixture.log(10, 100, rho, 2)).isCloseTo(-0.2490165, within(1e-5));
        assertThat(GammaExponentialMixture.bound(100, ALPHA, rho, 2)).isCloseTo(33.02017, within(1e-5));
    }

    @Test
    void everyMixtureIsOneAtTheStart() {
        assertThat(NormalMixture.logTwoSided(0, 0, 5)).isZero();
        assertThat(NormalMixture.logOneSided(0, 0, 5)).isCloseTo(0, within(1e-12));
        assertThat(GammaExponentialMixture.log(0, 0, 5, 2)).isCloseTo(0, within(1e-10));
    }

    @Test
    void mixturesRiseWithTheSumFromFarBelowToFarAbove() {
        double normal = Double.NEGATIVE_INFINITY;
        double gamma = Double.NEGATIVE_INFINITY;
        for (double s = -30_000; s <= 30_000; s += 50) {
            double nextNormal = NormalMixture.logOneSided(s, 400, 10);
            double nextGamma = GammaExponentialMixture.log(s, 400, 10, 1);

            assertThat(nextNormal).as("normal at %s", s).isFinite().isGreaterThan(normal);
            assertThat(nextGamma).as("gamma at %s", s).isFinite().isGreaterThan(gamma);
            normal = nextNormal;
            gamma = nextGamma;
        }
    }

    @Test
    void gammaMixtureIsContinuousWhereItsFormulaChanges() {
        // x + r = 0 at s = -(v + rho) / c
        double before = GammaExponentialMixture.log(-110 - 1e-7, 100, 10, 1);
        double at = GammaExponentialMixture.log(-110, 100, 10, 1);
        double after = GammaExponentialMixture.log(-110 + 1e-7, 100, 10, 1);

        assertThat(at).isCloseTo(before, within(1e-5)).isCloseTo(after, within(1e-5));
    }

    @Test
    void boundIsWhereTheEvidenceReachesItsLevel() {
        for (double v : new double[] {0, 1, 50, 3_000}) {
            double bound = NormalMixture.boundOneSided(v, 0.01, 7);
            double gamma = GammaExponentialMixture.bound(v, 0.01, 7, 0.5);

            assertThat(NormalMixture.logOneSided(bound, v, 7)).isCloseTo(Math.log(100), within(1e-9));
            assertThat(GammaExponentialMixture.log(gamma, v, 7, 0.5)).isCloseTo(Math.log(100), within(1e-8));
            assertThat(NormalMixture.boundTwoSided(v, 0.01, 7)).isGreaterThanOrEqualTo(bound);
        }
    }

    @Test
    void asymptoticSequenceIsTheNormalMixtureInOtherLetters() {
        double rho = 0.3;
        double sd = 2;
        long t = 250;

        double half = AsymptoticConfidenceSequence.halfWidth(t, sd, 0.05, rho);

        assertThat(half * t / sd)
                .isCloseTo(NormalMixture.boundTwoSided((double) t, 0.05, 1 / (rho * rho)), within(1e-9));
    }

    @Test
    void asymptoticSequenceIsNarrowestWhereTuned() {
        double tuned =
                AsymptoticConfidenceSequence.halfWidth(500, 1, 0.05, AsymptoticConfidenceSequence.rho(500, 0.05));

        for (double other : new double[] {50, 200, 350, 700, 2_000, 10_000}) {
            assertThat(AsymptoticConfidenceSequence.halfWidth(
                            500, 1, 0.05, AsymptoticConfidenceSequence.rho(other, 0.05)))
                    .isGreaterThan(tuned);
        }
    }

    @Test
    void intervalOfAFewValuesIsCentredOnTheirMean() {
        Interval interval = AsymptoticConfidenceSequence.of(new double[] {1, 2, 3, 6}, 0.05, 0.5);

        assertThat(interval.estimate()).isEqualTo(3);
        assertThat(interval.upper() - 3).isCloseTo(3 - interval.lower(), within(1e-12));
        assertThatThrownBy(() -> AsymptoticConfidenceSequence.of(new double[] {1}, 0.05, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2");
    }

    /**
     * A small share of the study of promotion rules: looks after every event, differences of Brier scores of two equal
     * models.
     */
    @Test
    void equalModelsAreRarelyPromotedAtAnyTimeButOftenByTheNaiveRule() {
        int paths = 300;
        int events = 1_500;
        int naive = 0;
        int mixture = 0;
        int strict = 0;
        int twoSided = 0;
        double level = -Math.log(ALPHA);
        double rhoNormal = NormalMixture.rhoOneSided(events, ALPHA);
        double rhoSequence = AsymptoticConfidenceSequence.rho(events, ALPHA);
        for (int path = 0; path < paths; path++) {
            SplittableRandom random = new SplittableRandom(path);
            double sum = 0;
            double squares = 0;
            double deviation = 0;
            boolean naiveHit = false;
            boolean mixtureHit = false;
            boolean strictHit = false;
            boolean sequenceHit = false;
            for (int t = 1; t <= events; t++) {
                // Two forecasts equally far from the truth on either side, in turns of chance: mean difference 0.
                double p = 0.3 + 0.4 * random.nextDouble();
                double outcome = random.nextDouble() < p ? 1 : 0;
                double error = (random.nextBoolean() ? 1 : -1) * 0.05;
                double first = p + error - outcome;
                double second = p - error - outcome;
                double d = second * second - first * first;
                double meanBefore = t == 1 ? 0 : sum / (t - 1);
                deviation += (d - meanBefore) * (d - meanBefore);
                sum += d;
                squares += d * d;
                if (t >= 50) {
                    double variance = squares / t - (sum / t) * (sum / t);
                    double z = sum / Math.sqrt(t * variance);
                    naiveHit |= z > 1.645;
                    mixtureHit |= NormalMixture.logOneSided(sum / Math.sqrt(variance), t, rhoNormal) >= level;
                    sequenceHit |= Math.abs(sum / t)
                            > AsymptoticConfidenceSequence.halfWidth(t, Math.sqrt(variance), ALPHA, rhoSequence);
                    if (t % 10 == 0) {
                        strictHit |= GammaExponentialMixture.log(sum, deviation, rhoNormal * variance, 2) >= level;
                    }
                }
            }
            naive += naiveHit ? 1 : 0;
            mixture += mixtureHit ? 1 : 0;
            strict += strictHit ? 1 : 0;
            twoSided += sequenceHit ? 1 : 0;
        }

        assertThat(naive / (double) paths).as("naive z rule").isGreaterThan(0.25);
        assertThat(mixture / (double) paths).as("one-sided mixture").isLessThanOrEqualTo(0.071);
        assertThat(twoSided / (double) paths).as("asymptotic sequence").isLessThanOrEqualTo(0.071);
        assertThat(strict / (double) paths).as("gamma-exponential").isLessThanOrEqualTo(0.02);
    }
}
