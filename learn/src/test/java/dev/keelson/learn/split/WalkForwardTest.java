package dev.keelson.learn.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WalkForwardTest {
    private static final long DAY = 86_400_000_000L;

    /** Rows in random order over 100 days, labels known one to ten days later. */
    private static EventTimes times(int n, long seed) {
        Random random = new Random(seed);
        long[] event = new long[n];
        long[] known = new long[n];
        int[] day = new int[n];
        for (int i = 0; i < n; i++) {
            day[i] = random.nextInt(100);
            event[i] = day[i] * DAY + random.nextInt(20) * DAY / 24;
            known[i] = event[i] + DAY + (random.nextInt(20) == 0 ? 9 * DAY : 0);
        }
        return new EventTimes(event, known, day);
    }

    private static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }

    @Test
    void noTrainingLabelIsKnownWithinTheEmbargoBeforeAnyValidationRow() {
        for (long seed = 0; seed < 50; seed++) {
            EventTimes times = times(400, seed);

            List<Fold> folds = new WalkForward(4, 2 * DAY, 0.4).split(times, all(400));

            for (Fold fold : folds) {
                long start = Arrays.stream(fold.validation())
                        .mapToLong(row -> times.eventTime()[row])
                        .min()
                        .orElseThrow();
                assertThat(fold.start()).isEqualTo(start);
                for (int row : fold.train()) {
                    assertThat(times.knownAt()[row]).isLessThan(start - 2 * DAY);
                }
            }
        }
    }

    @Test
    void blocksAreContiguousAndNeverSplitADay() {
        for (long seed = 0; seed < 50; seed++) {
            EventTimes times = times(400, seed);

            List<Fold> folds = new WalkForward(5, DAY, 0.5).split(times, all(400));

            assertThat(folds).hasSize(5);
            int lastDay = -1;
            int rows = 0;
            for (Fold fold : folds) {
                int first = Arrays.stream(fold.validation())
                        .map(row -> times.day()[row])
                        .min()
                        .orElseThrow();
                assertThat(first).isGreaterThan(lastDay);
                lastDay = Arrays.stream(fold.validation())
                        .map(row -> times.day()[row])
                        .max()
                        .orElseThrow();
                rows += fold.validation().length;
            }
            assertThat(rows).isBetween(180, 220);
            assertThat(lastDay).isEqualTo(Arrays.stream(times.day()).max().orElseThrow());
        }
    }

    @Test
    void holdoutIsTheLastStretchInWholeDays() {
        EventTimes times = times(400, 7);

        Fold fold = new WalkForward(2, DAY, 0.5).holdout(times, all(400), 10 * DAY);

        int firstDay = times.day()[fold.validation()[0]];
        assertThat(firstDay).isBetween(89, 90);
        assertThat(fold.validation()).hasSize((int)
                Arrays.stream(times.day()).filter(day -> day >= firstDay).count());
        assertThat(fold.train()).isNotEmpty();
    }

    @Test
    void orderOfTheRowsDoesNotMatter() {
        EventTimes times = times(300, 8);
        int[] reversed = IntStream.range(0, 300).map(i -> 299 - i).toArray();
        WalkForward walk = new WalkForward(3, DAY, 0.5);

        List<Fold> straight = walk.split(times, all(300));
        List<Fold> turned = walk.split(times, reversed);

        for (int f = 0; f < 3; f++) {
            assertThat(turned.get(f).train()).containsExactly(straight.get(f).train());
            assertThat(turned.get(f).validation())
                    .containsExactly(straight.get(f).validation());
        }
    }

    @Test
    void tooFewDaysAreRefused() {
        EventTimes times = new EventTimes(new long[] {0, 1, 2}, new long[] {1, 2, 3}, new int[] {0, 0, 0});

        assertThatThrownBy(() -> new WalkForward(2, 0, 0.5).split(times, all(3)))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS));
        assertThatThrownBy(() -> new WalkForward(2, 0, 0.5).holdout(times, all(3), DAY))
                .isInstanceOf(KeelsonException.class);
    }
}
