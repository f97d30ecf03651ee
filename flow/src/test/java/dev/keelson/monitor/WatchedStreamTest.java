package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.monitor.StreamDefinition.Detector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WatchedStreamTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    private static Instant at(int i) {
        return START.plus(Duration.ofMinutes(i));
    }

    /** Values around 5 with deviation 2, from one place on around another mean. */
    private static List<StreamChange> changes(WatchedStream stream, int from, int to, int change, double mean, long seed) {
        Random random = new Random(seed);
        List<StreamChange> found = new ArrayList<>();
        for (int i = 0; i < to; i++) {
            double value = (i < change ? 5 : mean) + 2 * random.nextGaussian();
            if (i >= from) {
                StreamChange each = stream.add(value, at(i));
                if (each != null) {
                    found.add(each);
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(Detector.class)
    void aChangeIsFoundWithItsBeginningAndItsSize(Detector detector) {
        for (double mean : new double[] {9, 1}) {
            WatchedStream stream = new WatchedStream("m", "x", detector);

            List<StreamChange> found = changes(stream, 0, 2_000, 1_500, mean, 3);

            StreamChange change = found.stream().filter(each -> each.found().isAfter(at(1_500))).findFirst().orElseThrow();
            assertThat(change.found()).isBefore(at(1_600));
            assertThat(Duration.between(at(1_500), change.began()).toMinutes()).isBetween(-32L, 32L);
            assertThat(change.before()).isCloseTo(5, within(0.5));
            assertThat(change.after()).isCloseTo(mean, within(2.5)); // of a handful of values that scatter by 2
            assertThat(change.sentence()).startsWith(mean > 5 ? "x rose from" : "x fell from").contains("values since");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Detector.class, names = "KSWIN", mode = EnumSource.Mode.EXCLUDE)
    void nothingIsFoundWhereNothingChanges(Detector detector) {
        int found = 0;

        for (long seed = 0; seed < 20; seed++) {
            found += changes(new WatchedStream("m", "x", detector), 0, 1_000, 1_000, 5, seed).size();
        }

        assertThat(found).isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(Detector.class)
    void oneThatGoesOnFindsTheSame(Detector detector) {
        WatchedStream whole = new WatchedStream("m", "x", detector);
        WatchedStream first = new WatchedStream("m", "x", detector);

        List<StreamChange> expected = changes(whole, 0, 2_000, 1_500, 8, 4);
        List<StreamChange> found = new ArrayList<>(changes(first, 0, 1_490, 1_500, 8, 4));
        WatchedStream second = new WatchedStream("m", "x", detector).read(first.toJson());
        found.addAll(changes(second, 1_490, 2_000, 1_500, 8, 4));

        assertThat(found).isEqualTo(expected).isNotEmpty();
        assertThat(second.toJson()).isEqualTo(whole.toJson());
    }

    @Test
    void missingValuesAreSkippedAndAConstantThatMovesIsFound() {
        WatchedStream stream = new WatchedStream("m", "x", Detector.PAGE_HINKLEY);
        StreamChange found = null;

        for (int i = 0; i < 400 && found == null; i++) {
            stream.add(Double.NaN, at(i));
            found = stream.add(i < 200 ? 3 : 13, at(i));
        }

        assertThat(found).isNotNull();
        assertThat(stream.seen()).isZero();
    }
}
