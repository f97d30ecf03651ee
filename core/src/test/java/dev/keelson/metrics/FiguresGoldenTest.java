package dev.keelson.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.BcaBootstrap.Figures;
import dev.keelson.stats.Golden;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Figures of resampled clusters against scikit-learn with weights; the tables tell version and tolerance. */
final class FiguresGoldenTest {

    private static double[] of(Figures figures, int[] times) {
        double[] values = new double[figures.count()];
        figures.of(times, values);
        return values;
    }

    /** NaN stands where NaN is expected, too. */
    private static void assertSame(double value, double expected, double tolerance, String name) {
        if (Double.isNaN(expected)) {
            assertThat(value).as(name).isNaN();
        } else {
            assertThat(value).as(name).isCloseTo(expected, within(tolerance));
        }
    }

    @Test
    void figuresOfClassesAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("metrics/class_figures.csv")) {
            int classes = row.whole(1);
            ClassFigures figures = new ClassFigures(row.numbers(2), classes, row.wholes(3), row.wholes(4));

            double[] values = of(figures, row.wholes(5));

            double[] overall = row.numbers(6);
            double[] perClass = row.numbers(7);
            for (int f = 0; f < overall.length; f++) {
                assertSame(values[f], overall[f], 1e-12, row.text(0) + " " + figures.names().get(f));
            }
            for (int f = 0; f < perClass.length; f++) {
                int at = overall.length + f;
                assertSame(values[at], perClass[f], 1e-12, row.text(0) + " " + figures.names().get(at));
            }
        }
    }

    @Test
    void areasAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("metrics/class_figures.csv")) {
            AreaFigures figures = new AreaFigures(row.numbers(2), row.whole(1), row.wholes(3), row.wholes(4));

            double[] values = of(figures, row.wholes(5));

            double[] expected = row.numbers(8);
            for (int f = 0; f < expected.length; f++) {
                assertSame(values[2 + f], expected[f], 1e-12, row.text(0) + " " + figures.names().get(2 + f));
            }
        }
    }

    @Test
    void figuresOfNumbersAgreeWithScikitLearn() {
        for (Golden row : Golden.rows("metrics/value_figures.csv")) {
            ValueFigures figures = new ValueFigures(row.numbers(1), row.numbers(2), row.wholes(3));

            double[] values = of(figures, row.wholes(4));

            double[] expected = row.numbers(5);
            for (int f = 0; f < expected.length; f++) {
                assertSame(values[f], expected[f], 1e-9, row.text(0) + " " + ValueFigures.NAMES.get(f));
            }
        }
    }

    @Test
    void wholeSampleGivesWhatTheMetricsGive() {
        for (Golden row : Golden.rows("metrics/class_figures.csv")) {
            double[] p = row.numbers(2);
            int classes = row.whole(1);
            int[] labels = row.wholes(3);
            int clusters = row.wholes(5).length;
            ClassFigures figures = new ClassFigures(p, classes, labels, row.wholes(4));
            AreaFigures areas = new AreaFigures(p, classes, labels, row.wholes(4));

            double[] values = BcaBootstrap.whole(figures, clusters);

            assertThat(values[0]).isCloseTo(LogLoss.of(p, classes, labels), within(1e-12));
            assertThat(values[4]).isCloseTo(Ece.equalWidth(p, classes, labels), within(1e-12));
            assertThat(values[5])
                    .isCloseTo(ConfusionMatrix.of(p, classes, labels).matthews(), within(1e-12));
            OptionalDouble area = Auc.oneVersusRest(p, classes, labels);
            double auc = BcaBootstrap.whole(areas, clusters)[0];
            if (area.isEmpty()) {
                assertThat(auc).isNaN();
            } else {
                assertThat(auc).isCloseTo(area.getAsDouble(), within(1e-12));
            }
        }
    }

    @Test
    void intervalOfAMeanIsThatOfTheRatio() {
        double[] p = {0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.2, 0.8, 0.55, 0.45, 0.35, 0.65};
        int[] labels = {0, 1, 0, 0, 1, 1};
        int[] cluster = {0, 0, 1, 1, 2, 2};

        List<Optional<BcaBootstrap.Result>> results =
                BcaBootstrap.figures(new ClassFigures(p, 2, labels, cluster), 3, 2_000, 0.95, 5);

        BcaBootstrap.Result mean = BcaBootstrap.mean(LogLoss.perRow(p, 2, labels), cluster, 2_000, 0.95, 5);
        BcaBootstrap.Result figure = results.getFirst().orElseThrow();
        assertThat(figure.interval().lower()).isCloseTo(mean.interval().lower(), within(1e-12));
        assertThat(figure.interval().upper()).isCloseTo(mean.interval().upper(), within(1e-12));
        assertThat(figure.method()).isEqualTo(mean.method());
    }

    @Test
    void figureThatIsOftenUndefinedHasNoInterval() {
        double[] p = {0.9, 0.1, 0.4, 0.6, 0.7, 0.3};
        AreaFigures areas = new AreaFigures(p, 2, new int[] {0, 0, 1}, new int[] {0, 1, 2});

        assertThat(BcaBootstrap.whole(areas, 3)[0]).isNotNaN();
        assertThat(BcaBootstrap.figures(areas, 3, 500, 0.95, 1).getFirst()).isEmpty();
        assertThat(BcaBootstrap.jackknife(areas, 3, 0.95).getFirst()).isEmpty();
    }

    @Test
    void oneClusterHasNoInterval() {
        ValueFigures figures = new ValueFigures(new double[] {1, 2}, new double[] {1, 3}, new int[] {0, 0});

        assertThat(BcaBootstrap.figures(figures, 1, 500, 0.95, 1)).allMatch(Optional::isEmpty);
    }

    @Test
    void jackknifeOfAMeanIsTheClassicalInterval() {
        double[] predictions = {1, 2, 3, 5};
        double[] targets = {0, 0, 0, 0};
        ValueFigures figures = new ValueFigures(predictions, targets, new int[] {0, 1, 2, 3});

        BcaBootstrap.Result bias = BcaBootstrap.jackknife(figures, 4, 0.95).get(3).orElseThrow();

        double error = Math.sqrt((1.75 * 1.75 + 0.75 * 0.75 + 0.25 * 0.25 + 2.25 * 2.25) / 3 / 4);
        assertThat(bias.interval().width()).isCloseTo(2 * 3.182446305284263 * error, within(1e-9));
    }

    @Test
    void noRowsAreRefused() {
        assertThatThrownBy(() -> new ClassFigures(new double[0], 2, new int[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one row");
        assertThatThrownBy(() -> new AreaFigures(new double[0], 2, new int[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ValueFigures(new double[0], new double[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }
}
