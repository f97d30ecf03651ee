package dev.keelson.learn.conformal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConformalCoveragePropertyTest {
    private static final GroupTree ALL = GroupTree.allRows();

    /** Rows of four classes whose labels follow blunter probabilities than those told. */
    private record Drawn(double[] p, int[] labels, double[] u) {
        static Drawn of(Random random, int n) {
            double[] p = new double[4 * n];
            int[] labels = new int[n];
            double[] u = new double[n];
            for (int i = 0; i < n; i++) {
                double[] e = new double[4];
                double sum = 0;
                double sharp = 0;
                for (int k = 0; k < 4; k++) {
                    e[k] = -Math.log(random.nextDouble());
                    sum += e[k];
                    sharp += e[k] * e[k];
                }
                double draw = random.nextDouble() * sum;
                labels[i] = 3;
                for (int k = 3; k >= 0; k--) {
                    p[4 * i + k] = e[k] * e[k] / sharp;
                    draw -= e[k];
                    if (draw < 0) {
                        labels[i] = k;
                        draw = Double.POSITIVE_INFINITY;
                    }
                }
                u[i] = RowUniform.of(random.nextLong());
            }
            return new Drawn(p, labels, u);
        }

        double[] row(int i) {
            return Arrays.copyOfRange(p, 4 * i, 4 * i + 4);
        }
    }

    @Test
    void setsCoverAtTheRateAskedForWithEveryRule() {
        Random random = new Random(1);
        for (SetRule rule : List.of(new SetRule.Lac(), new SetRule.Aps(), new SetRule.Raps(2, 0.05))) {
            int covered = 0;
            for (int repetition = 0; repetition < 400; repetition++) {
                Drawn calibration = Drawn.of(random, 39);
                Drawn test = Drawn.of(random, 25);
                ConformalSets sets = ConformalSets.fit(
                        rule, calibration.p(), 4, calibration.labels(), calibration.u(), null, ALL, 0.2);
                for (int i = 0; i < 25; i++) {
                    covered += sets.set(test.row(i), test.u()[i], 0)[test.labels()[i]] ? 1 : 0;
                }
            }
            // exactly 32/40 on average; standard deviation of the mean of 400 sets of calibration rows: 0.005
            assertThat(covered / 10_000.0).as("%s", rule).isBetween(0.78, 0.82);
        }
    }

    @Test
    void adaptiveSetsHoldTheMostProbableClasses() {
        Random random = new Random(2);
        Drawn rows = Drawn.of(random, 300);
        for (SetRule rule : List.of(new SetRule.Lac(), new SetRule.Aps(), new SetRule.Raps(1, 0.1))) {
            ConformalSets sets = ConformalSets.fit(rule, rows.p(), 4, rows.labels(), rows.u(), null, ALL, 0.1);
            for (int i = 0; i < 300; i++) {
                boolean[] set = sets.set(rows.row(i), rows.u()[i], 0);
                int[] order = Positions.descending(rows.p(), 4 * i, 4);
                for (int k = 1; k < 4; k++) {
                    assertThat(set[order[k]] && !set[order[k - 1]]).isFalse();
                }
            }
        }
    }

    @Test
    void equalProbabilitiesAreOrderedByClass() {
        double[] scores = new SetRule.Aps().scores(new double[] {0.25, 0.25, 0.25, 0.25}, 0, 4, 0);

        assertThat(scores).containsExactly(0.25, 0.5, 0.75, 1);
        assertThat(new SetRule.Raps(1, 0.1).scores(new double[] {0.25, 0.25, 0.25, 0.25}, 0, 4, 1))
                .containsExactly(new double[] {0, 0.35, 0.7, 1.05}, within(1e-12));
    }

    @Test
    void tooFewRowsGiveAllClassesAndTheWholeLine() {
        ConformalSets sets = ConformalSets.fit(
                new SetRule.Lac(), new double[] {0.5, 0.5}, 2, new int[] {0}, new double[] {0.5}, null, ALL, 0.1);
        ConformalInterval interval = ConformalInterval.residual(new double[] {1}, new double[] {2}, null, ALL, 0.1);

        assertThat(sets.set(new double[] {0, 1}, 0.5, 0)).containsExactly(true, true);
        assertThat(interval.around(5, 0))
                .isEqualTo(new PredictionRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    }

    @Test
    void intervalsCoverAtTheRateAskedFor() {
        Random random = new Random(3);
        for (ConformalInterval.Kind kind : ConformalInterval.Kind.values()) {
            int covered = 0;
            for (int repetition = 0; repetition < 400; repetition++) {
                double[][] calibration = numbers(random, 39);
                double[][] test = numbers(random, 25);
                ConformalInterval interval = kind == ConformalInterval.Kind.RESIDUAL
                        ? ConformalInterval.residual(calibration[0], calibration[3], null, ALL, 0.2)
                        : ConformalInterval.quantiles(
                                kind, calibration[1], calibration[2], calibration[3], null, ALL, 0.2);
                for (int i = 0; i < 25; i++) {
                    PredictionRange range = kind == ConformalInterval.Kind.RESIDUAL
                            ? interval.around(test[0][i], 0)
                            : interval.between(test[1][i], test[2][i], 0);
                    covered += range.contains(test[3][i]) ? 1 : 0;
                }
            }
            assertThat(covered / 10_000.0).as("%s", kind).isBetween(0.78, 0.825);
        }
    }

    /** Prediction, low, high, and a label whose spread grows. */
    private static double[][] numbers(Random random, int n) {
        double[][] columns = new double[4][n];
        for (int i = 0; i < n; i++) {
            double x = random.nextDouble();
            columns[0][i] = x;
            columns[1][i] = x - 2 * x;
            columns[2][i] = x + x;
            columns[3][i] = x + x * random.nextGaussian();
        }
        return columns;
    }

    @Test
    void crossedEndsAreReported() {
        ConformalInterval narrowing = ConformalInterval.quantiles(
                ConformalInterval.Kind.QUANTILES_SYMMETRIC,
                new double[] {0, 0, 0},
                new double[] {10, 10, 10},
                new double[] {5, 5, 5},
                null,
                ALL,
                0.5);
        List<PredictionRange> ranges = List.of(narrowing.between(0, 10, 0), narrowing.between(4, 6, 0));

        CoverageReport report = CoverageReport.ofRanges(0.5, ranges, new double[] {5, 5}, null, null, 0.95);

        assertThat(ranges.get(0)).isEqualTo(new PredictionRange(5, 5));
        assertThat(ranges.get(1).empty()).isTrue();
        assertThat(ranges.get(1).width()).isZero();
        assertThat(report.empty()).isEqualTo(1);
        assertThat(report.coverage().estimate()).isEqualTo(0.5);
    }

    @Test
    void smallGroupFallsBackOnItsParent() {
        // 0 all rows, 1 a country with leagues 2 and 3, 4 another country
        GroupTree tree = new GroupTree(List.of(-1, 0, 1, 1, 0));
        double[] scores = new double[60];
        int[] groups = new int[60];
        for (int i = 0; i < 60; i++) {
            groups[i] = i < 30 ? 2 : i < 33 ? 3 : i < 59 ? 4 : 77;
            scores[i] = groups[i] == 2 ? i : 100 + i;
        }

        GroupQuantiles quantiles = GroupQuantiles.fit(scores, groups, tree, 0.1);

        assertThat(quantiles.rows()).containsExactly(60, 33, 30, 3, 26);
        assertThat(quantiles.sources()).containsExactly(0, 1, 2, 1, 4);
        assertThat(quantiles.quantile(2)).isEqualTo(27); // rank 28 of 0..29
        assertThat(quantiles.quantile(3)).isEqualTo(quantiles.quantile(1)).isEqualTo(130); // rank 31 of 33
        assertThat(quantiles.quantile(77)).isEqualTo(quantiles.quantile(0));
        assertThat(GroupTree.flat(3).parents()).containsExactly(-1, 0, 0, 0);
        assertThatThrownBy(() -> new GroupTree(List.of(-1, 2, 0))).hasMessageContaining("group 1");
        assertThatThrownBy(() -> new GroupTree(List.of(0))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void groupsAreCoveredOneByOne() {
        Random random = new Random(4);
        GroupTree tree = GroupTree.flat(2);
        double[][] truth = new double[2][4_000];
        int[] groups = new int[4_000];
        for (int i = 0; i < 4_000; i++) {
            groups[i] = 1 + i % 2;
            truth[0][i] = random.nextGaussian() * groups[i] * groups[i];
            truth[1][i] = random.nextGaussian() * groups[i] * groups[i];
        }
        double[] zero = new double[4_000];
        ConformalInterval apart = ConformalInterval.residual(zero, truth[0], groups, tree, 0.1);
        ConformalInterval together = ConformalInterval.residual(zero, truth[0], null, ALL, 0.1);
        List<PredictionRange> own = new ArrayList<>();
        List<PredictionRange> common = new ArrayList<>();
        for (int group : groups) {
            own.add(apart.around(0, group));
            common.add(together.around(0, group));
        }

        CoverageReport ofOwn = CoverageReport.ofRanges(0.1, own, truth[1], groups, null, 0.95);
        CoverageReport ofCommon = CoverageReport.ofRanges(0.1, common, truth[1], groups, null, 0.95);

        assertThat(ofOwn.target()).isEqualTo(0.9);
        assertThat(ofOwn.groups())
                .hasSize(2)
                .allSatisfy(group -> assertThat(group.coverage().estimate()).isCloseTo(0.9, within(0.03)));
        assertThat(ofCommon.groups().get(0).coverage().estimate()).isGreaterThan(0.99);
        assertThat(ofCommon.groups().get(1).coverage().upper()).isLessThan(0.9);
        assertThat(ofOwn.reached()).isTrue();
    }

    @Test
    void penaltyIsChosenBySmallestMeanSet() {
        Random random = new Random(6);
        Drawn rows = Drawn.of(random, 200);

        RapsChoice choice = RapsChoice.of(rows.p(), 4, rows.labels(), rows.u(), 0.1);

        assertThat(choice.candidates()).hasSize(5);
        double smallest = choice.candidates().stream()
                .mapToDouble(RapsChoice.Candidate::meanSize)
                .min()
                .orElseThrow();
        assertThat(choice.candidates())
                .filteredOn(candidate -> candidate.penalty() == choice.rule().penalty())
                .singleElement()
                .satisfies(candidate -> assertThat(candidate.meanSize()).isEqualTo(smallest));
        assertThat(choice.rule().free()).isBetween(1, 4);
    }

    @Test
    void numbersOfRowsAreUniformAndFixed() {
        double[] u = new double[20_000];
        for (int i = 0; i < u.length; i++) {
            u[i] = RowUniform.of("match-" + i + "|2024-05-01T15:00:00Z");
        }
        Arrays.sort(u);

        double distance = 0;
        for (int i = 0; i < u.length; i++) {
            distance = Math.max(distance, Math.abs(u[i] - (i + 0.5) / u.length));
        }
        assertThat(distance).isLessThan(1.63 / Math.sqrt(u.length)); // Kolmogorov, 1 %
        assertThat(RowUniform.of("a")).isEqualTo(RowUniform.of("a")).isNotEqualTo(RowUniform.of("b"));
        assertThat(RowUniform.of(0)).isEqualTo(0.8833108082136426); // SplittableRandom(0).nextDouble()
    }

    @Test
    void reportOfSetsCountsEmptyAndFullOnes() {
        List<boolean[]> sets = List.of(
                new boolean[] {true, false}, new boolean[] {true, true}, new boolean[] {false, false}, new boolean[] {
                    false, true
                });

        CoverageReport report =
                CoverageReport.ofSets(0.2, sets, new int[] {0, 0, 0, 0}, null, new int[] {1, 1, 2, 2}, 0.95);

        assertThat(report.coverage().estimate()).isEqualTo(0.5);
        assertThat(report.coverage().lower()).isZero();
        assertThat(report.coverage().upper()).isEqualTo(1);
        assertThat(report.empty()).isEqualTo(1);
        assertThat(report.boundless()).isEqualTo(1);
        assertThat(report.meanSize()).isEqualTo(1);
        assertThat(report.medianSize()).isEqualTo(1);
        assertThatThrownBy(() -> CoverageReport.ofSets(0.2, List.of(), new int[0], null, null, 0.95))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
