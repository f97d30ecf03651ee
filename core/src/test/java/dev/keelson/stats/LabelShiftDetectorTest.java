package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LabelShiftDetectorTest {

    private static final double[] BEFORE = {0.46, 0.26, 0.28};
    private static final double[] AFTER = {0.405, 0.275, 0.32};
    private static final int WEEK = 32;
    private static final int SEASON_WEEKS = 45; // 45 * 32 = 1,440 matches

    private static long[] draw(SplittableRandom random, int n, double[] shares) {
        long[] counts = new long[3];
        for (int i = 0; i < n; i++) {
            double u = random.nextDouble();
            counts[u < shares[0] ? 0 : u < shares[0] + shares[1] ? 1 : 2]++;
        }
        return counts;
    }

    /** 300 leagues whose shares stay as they are, each watched weekly for three seasons. */
    @Test
    void constantSharesRarelyAlarm() {
        int alarms = 0;
        int doubts = 0;
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LabelShiftDetector detector =
                    new LabelShiftDetector(draw(random, 10_000, BEFORE), LabelShiftConfig.defaults());
            for (int week = 0; week < 3 * SEASON_WEEKS; week++) {
                detector.add(draw(random, WEEK, BEFORE));
            }
            LabelShift.Verdict verdict = detector.result().verdict();
            alarms += verdict instanceof LabelShift.Verdict.Shifted ? 1 : 0;
            doubts += verdict instanceof LabelShift.Verdict.NotEnoughEvidence ? 1 : 0;
        }

        assertThat(alarms).isLessThan(15);
        assertThat(doubts).isLessThan(60);
    }

    @Test
    void fallOfHomeWinsIsFoundWithinTwoSeasonsAfterDoubt() {
        int found = 0;
        int doubted = 0;
        int startNear = 0;
        int runs = 60;
        for (int seed = 0; seed < runs; seed++) {
            SplittableRandom random = new SplittableRandom(1_000 + seed);
            LabelShiftDetector detector =
                    new LabelShiftDetector(draw(random, 10_000, BEFORE), LabelShiftConfig.defaults());
            for (int week = 0; week < SEASON_WEEKS; week++) {
                detector.add(draw(random, WEEK, BEFORE));
            }
            boolean doubt = false;
            for (int week = 0; week < 2 * SEASON_WEEKS && !detector.result().shifted(); week++) {
                detector.add(draw(random, WEEK, AFTER));
                LabelShift now = detector.result();
                if (now.verdict() instanceof LabelShift.Verdict.NotEnoughEvidence) {
                    doubt = true;
                    assertThat(now.outcomesMissing().orElse(0)).isNotNegative();
                }
            }
            LabelShift result = detector.result();
            doubted += doubt ? 1 : 0;
            if (result.shifted()) {
                found++;
                startNear += Math.abs(result.startEpoch().orElseThrow() - SEASON_WEEKS) <= 15 ? 1 : 0;
            }
        }

        assertThat(found).isGreaterThan(runs * 8 / 10);
        assertThat(doubted).isGreaterThan(runs * 9 / 10);
        assertThat(startNear).isGreaterThan(found * 7 / 10);
    }

    @Test
    void dailyFeedsAlarmNoMoreOftenThanWeeklyOnes() {
        int alarms = 0;
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(7_000 + seed);
            LabelShiftDetector detector =
                    new LabelShiftDetector(draw(random, 10_000, BEFORE), LabelShiftConfig.defaults());
            for (int day = 0; day < 3 * 180; day++) {
                detector.add(draw(random, 8, BEFORE));
            }
            alarms += detector.result().shifted() ? 1 : 0;
        }

        assertThat(alarms).isLessThanOrEqualTo(3);
    }

    @Test
    void smallReferenceWeakensTheEvidence() {
        long[][] epochs = new long[40][];
        for (int i = 0; i < epochs.length; i++) {
            epochs[i] = new long[] {12, 9, 11};
        }

        double large = LabelShiftDetector.detect(new long[] {4_600, 2_600, 2_800}, epochs, LabelShiftConfig.defaults())
                .logEvidence();
        double small = LabelShiftDetector.detect(new long[] {92, 52, 56}, epochs, LabelShiftConfig.defaults())
                .logEvidence();

        assertThat(large).isGreaterThan(small + 2);
    }

    @Test
    void shiftKeepsItsVerdictAndNamesTheClasses() {
        long[][] epochs = new long[60][];
        for (int i = 0; i < epochs.length; i++) {
            epochs[i] = i < 20 ? new long[] {15, 8, 9} : new long[] {8, 8, 16};
        }

        LabelShift result =
                LabelShiftDetector.detect(new long[] {4_600, 2_600, 2_800}, epochs, LabelShiftConfig.defaults());

        assertThat(result.verdict()).isInstanceOf(LabelShift.Verdict.Shifted.class);
        assertThat(result.startEpoch()).hasValue(20);
        assertThat(result.outcomesSinceStart()).isEqualTo(40 * 32);
        assertThat(result.outcomesMissing()).isEmpty();
        LabelShift.ClassShare home = result.classes().get(0);
        assertThat(home.before().estimate()).isEqualTo(0.46);
        assertThat(home.since()).isNotNull();
        assertThat(home.difference()).isEqualTo(0.25 - 0.46);
        assertThat(home.logEvidence()).isGreaterThan(result.classes().get(1).logEvidence());
    }

    @Test
    void estimateOfMissingOutcomesIsAboutRightWhenSharesStay() {
        LabelShiftDetector detector =
                new LabelShiftDetector(new long[] {4_600, 2_600, 2_800}, LabelShiftConfig.defaults());
        long said = -1;
        long at = 0;
        while (!detector.result().shifted()) {
            detector.add(new long[] {13, 9, 10});
            LabelShift now = detector.result();
            if (said < 0 && now.startEpoch().isPresent() && now.outcomesMissing().isPresent()) {
                said = now.outcomesMissing().getAsLong();
                at = now.outcomes();
            }
        }

        long needed = detector.result().outcomes() - at;
        assertThat(said).isBetween(needed / 3, needed * 3);
    }

    @Test
    void nothingIsCalledStableBeforeThereIsEnoughToLookAt() {
        LabelShiftDetector detector = new LabelShiftDetector(new long[] {46, 26, 28}, LabelShiftConfig.defaults());

        LabelShift before = detector.result();
        detector.add(new long[] {5, 3, 3});
        detector.add(new long[] {0, 0, 0});
        LabelShift after = detector.result();

        assertThat(before.verdict()).isEqualTo(new LabelShift.Verdict.NotEnoughEvidence(null));
        assertThat(before.startEpoch()).isEmpty();
        assertThat(before.classes().get(0).since()).isNull();
        assertThat(after.verdict()).isInstanceOf(LabelShift.Verdict.NotEnoughEvidence.class);
        assertThat(after.outcomesMissing())
                .as("no number of outcomes makes up for a reference of 100")
                .isEmpty();
        assertThat(after.epochs()).isEqualTo(2);
        assertThat(after.outcomes()).isEqualTo(11);
    }

    @Test
    void sharesAsInTheReferenceAreStable() {
        long[][] epochs = new long[50][];
        Arrays.setAll(epochs, i -> new long[] {46, 26, 28});

        LabelShift result =
                LabelShiftDetector.detect(new long[] {4_600, 2_600, 2_800}, epochs, LabelShiftConfig.defaults());

        assertThat(result.verdict()).isEqualTo(new LabelShift.Verdict.Stable());
        assertThat(result.outcomesMissing()).isEmpty();
        assertThat(result.logEvidence()).isLessThan(result.logThreshold());
    }

    @Test
    void stableIsSaidOnlyWhenEveryChangeIsWithinTheTolerance() {
        LabelShiftDetector detector =
                new LabelShiftDetector(new long[] {4_600, 2_600, 2_800}, LabelShiftConfig.defaults());
        long said = -1;
        while (!(detector.result().verdict() instanceof LabelShift.Verdict.Stable)) {
            detector.add(new long[] {46, 26, 28});
            LabelShift now = detector.result();
            if (said < 0) {
                said = now.outcomes() + now.outcomesMissing().orElseThrow();
            }
        }

        LabelShift stable = detector.result();
        assertThat(stable.outcomes()).isBetween(said, said + 99);
        assertThat(stable.startEpoch()).isEmpty();
        assertThat(stable.outcomesSinceStart()).isEqualTo(stable.outcomes());
        for (LabelShift.ClassShare each : stable.classes()) {
            Interval since = Objects.requireNonNull(each.since());
            assertThat(since.lower() - each.before().estimate()).isGreaterThan(-0.05);
            assertThat(since.upper() - each.before().estimate()).isLessThan(0.05);
        }
    }

    @Test
    void twoClassesWorkAndSoDoClassesTheReferenceNeverHad() {
        long[][] epochs = new long[30][];
        Arrays.setAll(epochs, i -> new long[] {30, 10});
        long[][] withNew = new long[30][];
        Arrays.setAll(withNew, i -> new long[] {20, 15, 5});

        LabelShift two = LabelShiftDetector.detect(new long[] {500, 500}, epochs, LabelShiftConfig.defaults());
        LabelShift fresh = LabelShiftDetector.detect(new long[] {500, 500, 0}, withNew, LabelShiftConfig.defaults());

        assertThat(two.shifted()).isTrue();
        assertThat(two.classes()).hasSize(2);
        assertThat(fresh.shifted()).isTrue();
        assertThat(fresh.classes().get(2).logEvidence()).isFinite();
    }

    @Test
    void largeEpochsGiveTheEvidenceOfTheirClosedForm() {
        // above 200 outcomes of a class the sums of logarithms give way to log-gamma
        LabelShift small = LabelShiftDetector.detect(
                new long[] {4_600, 5_400}, new long[][] {{180, 190}}, LabelShiftConfig.defaults());
        LabelShift large = LabelShiftDetector.detect(
                new long[] {4_600, 5_400}, new long[][] {{900, 1_000}}, LabelShiftConfig.defaults());

        assertThat(small.logEvidence()).isFinite();
        assertThat(large.logEvidence()).isFinite().isLessThan(large.logThreshold());
    }

    @Test
    void startsBeyondTheLimitAreDroppedWithoutLosingTheShift() {
        LabelShiftConfig config = new LabelShiftConfig(0.0002, 1, 0.05, 0.02, 0.05, 100, 2, 0.95, 10);
        long[][] epochs = new long[80][];
        Arrays.setAll(epochs, i -> i < 40 ? new long[] {15, 8, 9} : new long[] {8, 8, 16});

        LabelShift result = LabelShiftDetector.detect(new long[] {4_600, 2_600, 2_800}, epochs, config);

        assertThat(result.shifted()).isTrue();
        assertThat(result.startEpoch().orElseThrow()).isBetween(36, 44);
    }

    @Test
    void wrongCountsAreRefused() {
        LabelShiftDetector detector = new LabelShiftDetector(new long[] {1, 1, 1}, LabelShiftConfig.defaults());

        assertThatThrownBy(() -> detector.add(new long[] {1, 1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 classes, 3 are expected");
        assertThatThrownBy(() -> detector.add(new long[] {1, -1, 0})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LabelShiftDetector(new long[] {0, 0}, LabelShiftConfig.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LabelShiftConfig.defaults().withAlpha(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void logOfARisingFactorialIsTheSumOfTheLogsOfItsFactors() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            double a = Math.exp(14 * random.nextDouble() - 4);
            int n = (int) Math.exp(9 * random.nextDouble());
            double sum = 0;
            for (int k = 0; k < n; k++) {
                sum += Math.log(a + k);
            }
            assertThat(LabelShiftDetector.logRising(a, n))
                    .as("%s rising by %d", a, n)
                    .isCloseTo(sum, within(1e-13 * n * Math.log(a + n + 3) + 1e-13));
        }
    }
}
