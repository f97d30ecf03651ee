package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelShiftWatchTest {
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final long[] REFERENCE = {452, 254, 294};

    private final List<LocalDate> days = new ArrayList<>();
    private final List<long[]> counts = new ArrayList<>();
    private final Random random = new Random(7);

    private void play(int more) {
        for (int i = 0; i < more; i++) {
            days.add(LocalDate.of(2020, 1, 1).plusDays(days.size()));
            counts.add(new long[] {random.nextInt(4), random.nextInt(6), random.nextInt(4)});
        }
    }

    private LabelShiftReport ofAll() {
        return LabelShiftReport.of(CLASSES, REFERENCE, days, counts.toArray(new long[0][]));
    }

    @Test
    void aDayMoreIsAsAllDaysAnew() {
        LabelShiftWatch watch = new LabelShiftWatch(CLASSES, REFERENCE);

        for (int look = 0; look < 40; look++) {
            play(look % 3);

            assertThat(watch.report(days, counts)).isEqualTo(ofAll());
        }
    }

    @Test
    void anOutcomeThatCameLateCounts() {
        LabelShiftWatch watch = new LabelShiftWatch(CLASSES, REFERENCE);
        play(30);
        watch.report(days, counts);

        counts.set(10, new long[] {0, 9, 0});

        assertThat(watch.report(days, counts)).isEqualTo(ofAll());
        days.removeLast();
        counts.removeLast();
        assertThat(watch.report(days, counts)).isEqualTo(ofAll());
    }
}
