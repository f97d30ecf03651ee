package dev.keelson.learn.conformal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.stats.Golden;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ConformalGoldenTest {
    private static final GroupTree ALL = GroupTree.allRows();

    private static void same(double value, double expected) {
        if (Double.isInfinite(expected)) {
            assertThat(value).isEqualTo(expected);
        } else {
            assertThat(value).isCloseTo(expected, Offset.offset(1e-12));
        }
    }

    @Test
    void quantilesOfRegressionAreThoseOfThePythonScript() {
        List<Golden> rows = Golden.rows("conformal/regression.csv");
        for (Golden row : rows) {
            double alpha = row.number(0);
            double[] y = row.numbers(1);
            double[] low = row.numbers(3);
            double[] high = row.numbers(4);

            ConformalInterval residual = ConformalInterval.residual(row.numbers(2), y, null, ALL, alpha);
            ConformalInterval symmetric = ConformalInterval.quantiles(
                    ConformalInterval.Kind.QUANTILES_SYMMETRIC, low, high, y, null, ALL, alpha);
            ConformalInterval twoSided = ConformalInterval.quantiles(
                    ConformalInterval.Kind.QUANTILES_TWO_SIDED, low, high, y, null, ALL, alpha);

            same(residual.lower().quantile(0), row.number(5));
            same(symmetric.upper().quantile(0), row.number(6));
            same(twoSided.lower().quantile(0), row.number(7));
            same(twoSided.upper().quantile(0), row.number(8));
        }
        assertThat(rows).hasSizeGreaterThan(8);
    }

    @Test
    void setsAreThoseOfThePythonScript() {
        List<Golden> rows = Golden.rows("conformal/sets.csv");
        for (Golden row : rows) {
            SetRule rule = switch (row.text(0)) {
                case "lac" -> new SetRule.Lac();
                case "aps" -> new SetRule.Aps();
                default -> new SetRule.Raps(row.whole(1), row.number(2));
            };
            int classes = row.whole(4);

            ConformalSets sets = ConformalSets.fit(
                    rule, row.numbers(5), classes, row.wholes(6), row.numbers(7), null, ALL, row.number(3));

            same(sets.quantiles().quantile(0), row.number(8));
            double[] test = row.numbers(9);
            for (int i = 0; i < 5; i++) {
                boolean[] set =
                        sets.set(Arrays.copyOfRange(test, i * classes, (i + 1) * classes), row.numbers(10)[i], 0);
                for (int k = 0; k < classes; k++) {
                    assertThat(set[k])
                            .as("%s of %d classes, row %d, class %d", rule, classes, i, k)
                            .isEqualTo(row.wholes(11)[i * classes + k] == 1);
                }
            }
        }
        assertThat(rows).hasSizeGreaterThan(20);
    }
}
