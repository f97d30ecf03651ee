package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** ADWIN, Page-Hinkley and the Kolmogorov-Smirnov window: against their definitions, and how often they are wrong. */
final class StreamDetectorTest {

    private static double[] stream(Golden row) {
        double[] values = Golden.sample(row.whole(0), row.whole(1), 0, 1, 0);
        for (int i = row.whole(2); i < values.length; i++) {
            values[i] = 0.5 + row.number(3) + row.number(4) * (values[i] - 0.5);
        }
        return values;
    }

    private static long[] expected(Golden row, int index) {
        return row.text(index).isEmpty() ? new long[0] : row.counts(index);
    }

    @Test
    void adwinAgreesWithItsDefinition() {
        for (Golden row : Golden.rows("stats/adwin.csv")) {
            Adwin.Config defaults = Adwin.Config.defaults();
            Adwin adwin = new Adwin(new Adwin.Config(
                    row.number(5), defaults.clock(), defaults.maxBuckets(), defaults.minSide(), defaults.minWindow()));
            List<Long> found = new ArrayList<>();

            for (double value : stream(row)) {
                Adwin.Change change = adwin.add(value);
                if (change != null) {
                    found.addAll(List.of(change.at(), change.start(), change.rose() ? 1L : 0L));
                }
            }

            assertThat(found).as("%s", row).containsExactlyElementsOf(
                    Arrays.stream(expected(row, 7)).boxed().toList());
            assertThat(adwin.width()).isEqualTo(row.whole(6));
        }
    }

    @Test
    void pageHinkleyAgreesWithItsDefinition() {
        for (Golden row : Golden.rows("stats/page_hinkley.csv")) {
            PageHinkley.Config config =
                    new PageHinkley.Config(row.whole(5), row.number(6), row.number(7), row.number(8));
            PageHinkley test = row.whole(9) == 1
                    ? PageHinkley.standardised(config, 0.5, Math.sqrt(1 / 12.0))
                    : PageHinkley.of(config);
            List<Long> found = new ArrayList<>();

            for (double value : stream(row)) {
                PageHinkley.Change change = test.add(value);
                if (change != null) {
                    found.addAll(List.of(change.at(), change.start(), change.rose() ? 1L : 0L));
                }
            }

            assertThat(found).as("%s", row).containsExactlyElementsOf(
                    Arrays.stream(expected(row, 10)).boxed().toList());
        }
    }

    @Test
    void kolmogorovSmirnovWindowAgreesWithItsDefinition() {
        for (Golden row : Golden.rows("stats/kswin.csv")) {
            Kswin window = new Kswin(Kswin.Config.defaults(row.whole(5)));
            List<Kswin.Change> found = new ArrayList<>();

            for (double value : stream(row)) {
                Kswin.Change change = window.add(value);
                if (change != null) {
                    found.add(change);
                }
            }

            assertThat(found.stream().mapToLong(Kswin.Change::at).toArray()).as("%s", row).containsExactly(expected(row, 6));
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).d()).isCloseTo(row.numbers(7)[i], within(1e-12));
                assertThat(found.get(i).pValue()).isCloseTo(row.numbers(8)[i], within(1e-12));
            }
        }
    }

    @Test
    void adwinKnowsMeanAndVarianceOfItsWindow() {
        SplittableRandom random = new SplittableRandom(5);
        double[] values = new double[20_000];
        Adwin adwin = new Adwin(Adwin.Config.defaults());
        for (int i = 0; i < values.length; i++) {
            int part = i / 5_000;
            values[i] = random.nextDouble() + 0.2 * part;
            adwin.add(values[i]);
        }

        double[] window = Arrays.copyOfRange(values, values.length - (int) adwin.width(), values.length);
        double mean = Arrays.stream(window).average().orElseThrow();
        double variance = Arrays.stream(window).map(x -> (x - mean) * (x - mean)).average().orElseThrow();

        assertThat(window).hasSizeLessThan(6_000);
        assertThat(adwin.mean()).isCloseTo(mean, within(1e-9));
        assertThat(adwin.variance()).isCloseTo(variance, within(1e-9));
    }

    @Test
    void adwinIsQuietWithoutChangeAndNamesTheChange() {
        int alarms = 0;
        int found = 0;
        double placeError = 0;
        for (int seed = 0; seed < 100; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            Adwin quiet = new Adwin(Adwin.Config.defaults());
            Adwin changed = new Adwin(Adwin.Config.defaults());
            Adwin.Change last = null;
            for (int i = 0; i < 10_000; i++) {
                double error = random.nextDouble() < 0.3 ? 1 : 0;
                alarms += quiet.add(error) == null ? 0 : 1;
                Adwin.Change change = changed.add(i < 5_000 ? error : random.nextDouble() < 0.45 ? 1 : 0);
                last = i >= 5_000 && change != null ? change : last;
            }
            if (last != null && last.rose()) {
                found++;
                placeError += Math.abs(last.start() - 5_000);
            }
        }

        assertThat(alarms).isLessThanOrEqualTo(5); // in 100 streams of 10,000 values
        assertThat(found).isGreaterThanOrEqualTo(99);
        assertThat(placeError / found).isLessThan(500);
    }

    @Test
    void pageHinkleyKeepsTheTimeBetweenFalseAlarms() {
        for (double shift : new double[] {0.5, 1}) {
            PageHinkley test = PageHinkley.standardised(PageHinkley.Config.forRun(shift, 2_000), 10, 3);
            SplittableRandom random = new SplittableRandom(11);
            int alarms = 0;
            int values = 1_000_000;
            for (int i = 0; i < values; i++) {
                alarms += test.add(10 + 3 * random.nextGaussian()) == null ? 0 : 1;
            }

            assertThat((double) values / alarms).as("shift %s", shift).isBetween(1_700.0, 2_300.0);
        }
    }

    @Test
    void pageHinkleyFindsAFallAndARiseSoonAfterwards() {
        for (int sign : new int[] {-1, 1}) {
            for (int seed = 0; seed < 100; seed++) {
                PageHinkley test = PageHinkley.standardised(PageHinkley.Config.forRun(0.5, 10_000_000), 0, 1);
                SplittableRandom random = new SplittableRandom(seed);
                PageHinkley.Change change = null;
                int i = 0;
                while (change == null && i < 2_000) {
                    change = test.add(random.nextGaussian() + (i >= 500 ? sign * 0.5 : 0));
                    i++;
                }

                PageHinkley.Change found = Objects.requireNonNull(change);
                assertThat(found.rose()).as("seed %d", seed).isEqualTo(sign > 0);
                assertThat(found.at()).as("seed %d", seed).isBetween(501L, 900L);
                assertThat(found.start()).as("seed %d", seed).isBetween(300L, 750L);
            }
        }
    }

    @Test
    void kolmogorovSmirnovWindowSeesAChangeOfSpreadThatMeansDoNotShow() {
        int found = 0;
        for (int seed = 0; seed < 50; seed++) {
            Kswin window = new Kswin(Kswin.Config.defaults(seed));
            SplittableRandom random = new SplittableRandom(1_000 + seed);
            boolean seen = false;
            for (int i = 0; i < 400; i++) {
                Kswin.Change change = window.add((i < 300 ? 1 : 6) * random.nextGaussian());
                seen |= i >= 300 && change != null;
            }
            found += seen ? 1 : 0;
        }

        assertThat(found).isGreaterThanOrEqualTo(42);
    }

    @Test
    void missingValuesAreSkippedAndInfiniteOnesRefused() {
        Adwin adwin = new Adwin(Adwin.Config.defaults());
        adwin.add(1);
        assertThat(adwin.add(Double.NaN)).isNull();

        assertThat(adwin.width()).isEqualTo(1);
        assertThatThrownBy(() -> adwin.add(Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value 2");
        assertThatThrownBy(() -> PageHinkley.of(PageHinkley.Config.defaults()).add(Double.NEGATIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-Infinity");
        assertThatThrownBy(() -> new Adwin.Config(0, 32, 5, 5, 10)).hasMessageContaining("delta (0.0)");
        assertThatThrownBy(() -> new Kswin.Config(0.01, 50, 30, 1)).hasMessageContaining("windowSize (50)");
        assertThatThrownBy(() -> new PageHinkley.Config(1, -1, 2, 1)).hasMessageContaining("delta (-1.0)");
    }
}
