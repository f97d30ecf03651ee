package dev.keelson.learn.split;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The gap between rows to judge by and the rows that are fitted on. */
public final class Embargo {

    private Embargo() {}

    /**
     * Refuses an embargo that is shorter than the label's horizon: features and labels of neighbouring rows share what
     * happens within it.
     *
     * @param embargoMicros at least 0
     * @param horizonMicros how far after its event a row's label looks, at least 0
     * @throws KeelsonException EMBARGO_TOO_SHORT
     */
    public static void require(long embargoMicros, long horizonMicros) {
        if (embargoMicros < 0 || horizonMicros < 0) {
            throw new IllegalArgumentException("embargoMicros (%d) and horizonMicros (%d) must be at least 0."
                    .formatted(embargoMicros, horizonMicros));
        }
        if (embargoMicros < horizonMicros) {
            throw new KeelsonException(
                    ErrorCode.EMBARGO_TOO_SHORT,
                    "The embargo (%s) is shorter than the label's horizon (%s): training rows would share validated outcomes."
                            .formatted(duration(embargoMicros), duration(horizonMicros)),
                    "Maybe an embargo of %s was meant.".formatted(duration(horizonMicros)));
        }
    }

    /**
     * The longest time between an event and the knowledge of its label.
     *
     * @param rows positions in {@code times}
     * @return in microseconds, 0 without rows
     */
    public static long horizon(EventTimes times, int[] rows) {
        long longest = 0;
        for (int row : rows) {
            longest = Math.max(longest, times.knownAt()[row] - times.eventTime()[row]);
        }
        return longest;
    }

    private static Duration duration(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
