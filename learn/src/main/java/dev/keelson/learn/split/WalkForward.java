package dev.keelson.learn.split;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Walk-forward validation with an expanding or a rolling training window. Rows are put in order of (day, event time,
 * position); validation blocks are contiguous, of about equal size, and never split a day. A block is trained for on
 * the rows whose label was known earlier than {@code embargo} before the block's first event, so no training row
 * overlaps what it is judged by, however late its label came.
 *
 * <p>Source: purging and embargo as in López de Prado, M. (2018), Advances in Financial Machine Learning, chapter 7,
 * restricted to the past.
 *
 * @param folds validation blocks, at least 1
 * @param embargoMicros gap between the last known label of the training rows and the first event of the block, at least
 *     0
 * @param firstShare share of the rows before the first validation block, above 0 and below 1
 * @param windowMicros events more than this before the block's first are not trained on (a rolling window), above the
 *     embargo; {@link #EXPANDING} keeps them all
 */
public record WalkForward(int folds, long embargoMicros, double firstShare, long windowMicros) implements Splitter {
    /** The window without an end. */
    public static final long EXPANDING = Long.MAX_VALUE;

    /** Checks the ranges. */
    public WalkForward {
        if (folds < 1) {
            throw new IllegalArgumentException("folds (%d) must be at least 1.".formatted(folds));
        }
        if (embargoMicros < 0) {
            throw new IllegalArgumentException("embargoMicros (%d) must be at least 0.".formatted(embargoMicros));
        }
        if (!(firstShare > 0 && firstShare < 1)) {
            throw new IllegalArgumentException("firstShare (%s) must be above 0 and below 1.".formatted(firstShare));
        }
        if (windowMicros <= embargoMicros) {
            throw new IllegalArgumentException(
                    "windowMicros (%d) must be above embargoMicros (%d).".formatted(windowMicros, embargoMicros));
        }
    }

    /** With an expanding window. */
    public WalkForward(int folds, long embargoMicros, double firstShare) {
        this(folds, embargoMicros, firstShare, EXPANDING);
    }

    /**
     * The same with a rolling window.
     *
     * @param window how far before a block its training rows reach, in microseconds
     */
    public WalkForward rolling(long window) {
        return new WalkForward(folds, embargoMicros, firstShare, window);
    }

    /**
     * The same, refused when its embargo is shorter than the label's horizon.
     *
     * @throws KeelsonException EMBARGO_TOO_SHORT
     */
    public WalkForward forHorizon(long horizonMicros) {
        Embargo.require(embargoMicros, horizonMicros);
        return this;
    }

    /**
     * The folds of some rows, earliest first.
     *
     * @param rows positions in {@code times}, in any order
     * @throws KeelsonException NOT_ENOUGH_ROWS when a block or its training rows would be empty
     */
    @Override
    public List<Fold> split(EventTimes times, int[] rows) {
        int[] ordered = order(times, rows);
        int n = ordered.length;
        int[] bounds = new int[folds + 1];
        double first = Math.ceil(n * firstShare);
        for (int f = 0; f <= folds; f++) {
            int bound = f == folds ? n : (int) Math.round(first + (n - first) * f / folds);
            bounds[f] = dayStart(times, ordered, bound);
        }
        List<Fold> result = new ArrayList<>(folds);
        for (int f = 0; f < folds; f++) {
            if (bounds[f] >= bounds[f + 1]) {
                throw notEnough(n, "fold %d of %d would have no row to validate on".formatted(f + 1, folds));
            }
            int[] validation = Arrays.copyOfRange(ordered, bounds[f], bounds[f + 1]);
            Fold fold = fold(times, ordered, validation);
            if (fold.train().length == 0) {
                throw notEnough(n, "fold %d of %d would have no row to train on".formatted(f + 1, folds));
            }
            result.add(fold);
        }
        return result;
    }

    /**
     * The last stretch of time as validation, everything known before it (less the embargo) as training rows.
     *
     * @param rows positions in {@code times}, in any order
     * @param lengthMicros rows whose event is less than this before the latest event are validated on, extended to
     *     whole days
     * @throws KeelsonException NOT_ENOUGH_ROWS when no training row is left
     */
    public Fold holdout(EventTimes times, int[] rows, long lengthMicros) {
        int[] ordered = order(times, rows);
        if (ordered.length == 0) {
            throw notEnough(0, "the test period would have none");
        }
        long latest = Long.MIN_VALUE;
        for (int row : ordered) {
            latest = Math.max(latest, times.eventTime()[row]);
        }
        int from = 0;
        while (times.eventTime()[ordered[from]] <= latest - lengthMicros) {
            from++;
        }
        from = dayStart(times, ordered, from);
        Fold fold = fold(times, ordered, Arrays.copyOfRange(ordered, from, ordered.length));
        if (fold.train().length == 0) {
            throw notEnough(ordered.length, "none is known before the test period");
        }
        return fold;
    }

    private static int[] order(EventTimes times, int[] rows) {
        return IntStream.of(rows)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(row -> times.day()[row])
                        .thenComparingLong(row -> times.eventTime()[row])
                        .thenComparingInt(row -> row))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The first position of the day in which {@code bound} lies; {@code bound} itself at the end. */
    private static int dayStart(EventTimes times, int[] ordered, int bound) {
        int start = bound;
        while (start > 0 && start < ordered.length && times.day()[ordered[start - 1]] == times.day()[ordered[start]]) {
            start--;
        }
        return start;
    }

    private Fold fold(EventTimes times, int[] ordered, int[] validation) {
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (int row : validation) {
            start = Math.min(start, times.eventTime()[row]);
            end = Math.max(end, times.eventTime()[row]);
        }
        int firstDay = times.day()[validation[0]];
        long known = start - embargoMicros;
        long oldest = windowMicros == EXPANDING ? Long.MIN_VALUE : start - windowMicros;
        int[] train = IntStream.of(ordered)
                .filter(row ->
                        times.day()[row] < firstDay && times.knownAt()[row] < known && times.eventTime()[row] >= oldest)
                .toArray();
        return new Fold(train, validation, start, end);
    }

    private static KeelsonException notEnough(int rows, String why) {
        return new KeelsonException(
                ErrorCode.NOT_ENOUGH_ROWS,
                String.format(Locale.ROOT, "%,d row%s with a known label cannot be split in time: %s.", rows, rows == 1 ? "" : "s", why),
                "Maybe more history must be loaded, or fewer folds and a shorter test period suit these rows.");
    }
}
