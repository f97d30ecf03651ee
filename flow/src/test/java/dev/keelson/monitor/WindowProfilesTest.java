package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WindowProfilesTest {
    private static final Instant NOW = Instant.parse("2024-03-01T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);

    private final WindowProfiles profiles = new WindowProfiles(new boolean[] {false, true, false});
    private final List<double[]> rows = new ArrayList<>();
    private final Random random = new Random(5);

    private void predict(Instant at) {
        double[] row = {
            random.nextDouble() < 0.1 ? Double.NaN : random.nextGaussian(), random.nextInt(4), Duration.between(at, NOW).toMillis()
        };
        rows.add(row);
        assertThat(profiles.add(at, Arrays.copyOf(row, 2), new double[] {row[2]})).isTrue();
    }

    /** What a full pass over the rows of the window says of a column. */
    private double[] full(int column, long mostAge) {
        return rows.stream().filter(row -> row[2] <= mostAge).mapToDouble(row -> row[column]).toArray();
    }

    @Test
    void smallWindowsHoldExactlyWhatAFullPassFinds() {
        for (int hour = 1_000; hour > 0; hour--) {
            predict(NOW.minus(Duration.ofHours(hour)));
        }

        WindowProfiles.Tallied window = profiles.window(WEEK, 10, NOW);

        assertThat(window.end()).isEqualTo(NOW.minus(Duration.ofHours(1)).plusSeconds(1));
        double[] ages = window.window().values()[2];
        Arrays.sort(ages);
        double[] all = full(2, (long) ages[ages.length - 1]);
        Arrays.sort(all);
        assertThat(ages).isEqualTo(all);
        assertThat(window.rows()).isBetween(165L, 169L);
        assertThat(window.window().slack()).isZero();
        assertThat(window.from()).isEqualTo(NOW.minus(Duration.ofMillis((long) all[all.length - 1])));
    }

    @Test
    void largeWindowsHoldTheFiguresOfAFullPass() {
        for (int i = 200_000; i > 0; i--) {
            predict(NOW.minus(Duration.ofSeconds(6L * i)));
        }

        WindowProfiles.Tallied window = profiles.window(WEEK, 100, NOW);

        long mostAge = Duration.between(window.from(), NOW).toMillis();
        double[] values = full(0, mostAge);
        ColumnTally tally = window.columns().getFirst();
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        assertThat(tally.rows()).isEqualTo(values.length);
        assertThat(tally.missing()).isEqualTo(values.length - finite.length);
        assertThat(tally.mean()).isCloseTo(Arrays.stream(finite).average().orElseThrow(), within(1e-12));
        for (double share : new double[] {0.05, 0.5, 0.95}) {
            double quantile = tally.quantiles(share)[0];
            double below = Arrays.stream(finite).filter(value -> value <= quantile).count() / (double) finite.length;
            assertThat(below).isCloseTo(share, within(tally.rankError()));
        }
        double[] sports = full(1, mostAge);
        window.columns().get(1).categories().forEach(each -> assertThat(each.rows())
                .isEqualTo(Arrays.stream(sports).filter(value -> value == each.key()).count()));
        assertThat(window.window().rows()).isEqualTo(WindowProfiles.MOST);
        assertThat(mostAge).isBetween(Duration.ofDays(6).toMillis(), WEEK.plusHours(1).toMillis());
    }

    @Test
    void fewRowsExtendTheWindowAndMemoryStaysBounded() {
        for (int day = 900; day > 0; day--) {
            predict(NOW.minus(Duration.ofDays(day)));
        }

        assertThat(profiles.window(WEEK, 20, NOW).rows()).isEqualTo(20);
        assertThat(profiles.window(Duration.ofDays(5_000), 20, NOW).rows())
                .isEqualTo(WindowProfiles.MINUTES + WindowProfiles.HOURS + WindowProfiles.DAYS);
    }

    @Test
    void lateAndUnorderedEventsAreTallied() {
        for (int i = 0; i < 5_000; i++) {
            predict(NOW.minus(Duration.ofMinutes(random.nextInt(60 * 24 * 20))));
        }

        WindowProfiles.Tallied all = profiles.window(Duration.ofDays(30), 1, NOW);

        assertThat(all.rows()).isEqualTo(5_000);
        assertThat(all.columns().get(2).quantiles(0, 1)).hasSize(2);
    }

    @Test
    void rowsOfAnotherWidthAreNotTaken() {
        assertThat(profiles.add(NOW, new double[] {1}, new double[0])).isFalse();
        assertThat(profiles.window(WEEK, 1, NOW).rows()).isZero();
        assertThat(profiles.window(WEEK, 1, NOW).from()).isEqualTo(NOW.minus(WEEK));
    }

    @Test
    void whatIsReadGoesOnAsIfNothingHadHappened() throws IOException {
        for (int i = 30_000; i > 10_000; i--) {
            predict(NOW.minus(Duration.ofSeconds(40L * i)));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        profiles.write(new DataOutputStream(bytes));
        WindowProfiles read = WindowProfiles.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        for (int i = 10_000; i > 0; i--) {
            double[] row = {random.nextGaussian(), random.nextInt(4)};
            Instant at = NOW.minus(Duration.ofSeconds(40L * i));
            profiles.add(at, row, new double[] {i});
            read.add(at, row, new double[] {i});
        }

        double[][] values = read.window(WEEK, 10, NOW).window().values();
        assertThat(Arrays.deepEquals(values, profiles.window(WEEK, 10, NOW).window().values())).isTrue(); // NaN is NaN here
        assertThat(read.window(WEEK, 10, NOW).rows()).isEqualTo(profiles.window(WEEK, 10, NOW).rows());
    }
}
