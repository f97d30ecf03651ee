package dev.keelson.train;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a model is trained again by itself, and how what comes of it gets to serve. Immutable.
 *
 * @param coolDown after a training no alarm and no new data train again before this time has passed
 * @param budget how many trainings there are at most, except by hand; null for as many as are asked for
 * @param onNewData how many new rows ask for a training; null for none
 * @param shadow so long a challenger is compared at least before it may serve
 * @param canary share of requests that it answers before it serves alone, in (0, 1]; null for none
 * @param hold so long it answers that share
 * @param giveUp a challenger about which nothing is known by then is dropped
 * @param modes what is done by itself; an action that is not named is {@link Mode#ACT}
 */
public record RetrainDefinition(
        Duration coolDown,
        @Nullable Budget budget,
        @Nullable NewData onNewData,
        Duration shadow,
        @Nullable Double canary,
        Duration hold,
        Duration giveUp,
        Map<Action, Mode> modes) {
    /** 28 days of rest, no budget, no canary, half a year of patience; everything is done by itself. */
    public static final RetrainDefinition DEFAULT = new RetrainDefinition(
            Duration.ofDays(28), null, null, Duration.ZERO, null, Duration.ofDays(1), Duration.ofDays(180), Map.of());

    public RetrainDefinition {
        modes = modes.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(modes));
        if (coolDown.isNegative() || shadow.isNegative() || hold.isNegative() || !giveUp.isPositive()) {
            throw new IllegalArgumentException("coolDown (%s), shadow (%s) and hold (%s) must not be negative and giveUp (%s) be positive."
                    .formatted(coolDown, shadow, hold, giveUp));
        }
        if (canary != null && !(canary > 0 && canary <= 1)) {
            throw new IllegalArgumentException("canary (%s) must be above 0 and at most 1.".formatted(canary));
        }
    }

    /** What is done by itself, of an action. */
    public Mode mode(Action action) {
        return modes.getOrDefault(action, Mode.ACT);
    }

    /** A time in words, such as {@code 28 days}. */
    public static String text(Duration time) {
        if (time.toDays() > 0 && time.equals(Duration.ofDays(time.toDays()))) {
            return time.toDays() + " days";
        }
        return time.toHours() > 0 && time.equals(Duration.ofHours(time.toHours())) ? time.toHours() + " hours" : time.toSeconds() + " seconds";
    }

    /** What the loop does by itself. */
    public enum Action {
        /** Train again. */
        RETRAIN,
        /** Let a challenger serve. */
        PROMOTE,
        /** Take a candidate back that breaks a guardrail. */
        ROLL_BACK,
        /** Say how much to stake. */
        STAKES;

        /** As in documents and the project file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How much of it. */
    public enum Mode {
        /** What would have been done is written down. */
        OBSERVE,
        /** It is kept as a suggestion that a person may accept. */
        SUGGEST,
        /** It is done. */
        ACT;

        /** As in documents and the project file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * So many trainings in so long.
     *
     * @param most at least 1
     * @param within positive
     */
    public record Budget(int most, Duration within) {
        public Budget {
            if (most < 1 || !within.isPositive()) {
                throw new IllegalArgumentException("A budget of %d within %s?".formatted(most, within));
            }
        }
    }

    /**
     * How many rows that the champion was not trained with ask for a training; one of them is not null.
     *
     * @param rows so many, at least 1
     * @param share such a part of those it was trained with, above 0
     */
    public record NewData(@Nullable Long rows, @Nullable Double share) {
        public NewData {
            if ((rows == null) == (share == null) || (rows != null && rows < 1) || (share != null && !(share > 0))) {
                throw new IllegalArgumentException("New data of %s rows or a share of %s?".formatted(rows, share));
            }
        }

        /** Whether so many rows more than there were are enough. */
        public boolean enough(long before, long now) {
            long more = now - before;
            return rows != null ? more >= rows : share != null && more >= share * before;
        }
    }
}
