package dev.keelson.expression;

import java.time.Duration;

/** Which past events an aggregate sees, counted back from the moment it is asked for. Only events known by then count. */
public sealed interface Window {

    /** The canonical text: {@code over last 5 events}, {@code over 30d}. */
    String text();

    /**
     * The newest events of the key.
     *
     * @param n how many, 1 to 100,000; fewer when there are not so many
     */
    record LastEvents(int n) implements Window {
        static final int MOST = 100_000;

        public LastEvents {
            if (n < 1 || n > MOST) {
                throw new IllegalArgumentException("n (%d) must be between 1 and %d.".formatted(n, MOST));
            }
        }

        @Override
        public String text() {
            return n == 1 ? "over last event" : "over last " + n + " events";
        }
    }

    /**
     * The events of a period.
     *
     * @param duration its length, positive, at most 100 years
     */
    record Last(Duration duration) implements Window {
        public Last {
            if (duration.isNegative() || duration.isZero() || duration.compareTo(Durations.LONGEST) > 0) {
                throw new IllegalArgumentException("duration (%s) must be positive and at most %s."
                        .formatted(duration, Durations.LONGEST));
            }
        }

        @Override
        public String text() {
            return "over " + Durations.format(duration);
        }
    }
}
