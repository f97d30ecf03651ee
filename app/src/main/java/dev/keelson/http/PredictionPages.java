package dev.keelson.http;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log of predictions page by page, newest first. A page is found by where the one before ended, not by counting rows,
 * so that the last page costs what the first does.
 */
public final class PredictionPages {
    private PredictionPages() {}

    /**
     * Which predictions. Null means any.
     *
     * @param model the model
     * @param version its version
     * @param role {@code champion} or {@code challenger}
     * @param from event time at or after
     * @param to event time before
     * @param settled whether the outcome is known
     * @param text part of the entity
     * @param more the other filters
     */
    public record Filter(
            @Nullable String model,
            @Nullable Integer version,
            @Nullable String role,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Boolean settled,
            @Nullable String text,
            More more) {
        /** Without other filters. */
        public Filter(
                @Nullable String model,
                @Nullable Integer version,
                @Nullable String role,
                @Nullable Instant from,
                @Nullable Instant to,
                @Nullable Boolean settled,
                @Nullable String text) {
            this(model, version, role, from, to, settled, text, More.NONE);
        }
    }

    /**
     * Filters that are seldom used. Null means any.
     *
     * @param served whether it must have been the answer that the caller got
     * @param outcome the outcome that counts
     * @param atLeast the confidence at least
     * @param atMost the confidence at most
     * @param metadata part of the metadata or the client
     */
    public record More(
            @Nullable Boolean served,
            @Nullable String outcome,
            @Nullable Double atLeast,
            @Nullable Double atMost,
            @Nullable String metadata) {
        /** None of them. */
        public static final More NONE = new More(null, null, null, null, null);
    }

    /**
     * One page.
     *
     * @param predictions newest first
     * @param total how many match the filter on all pages
     * @param next cursor of the next page, or null on the last
     */
    public record Page(List<LoggedPrediction> predictions, long total, @Nullable String next) {
        public Page {
            predictions = List.copyOf(predictions);
        }
    }

    /** Whether a text is a cursor that {@link #page} gave out. */
    public static boolean isCursor(String text) {
        return text.matches("-?\\d{1,18}~\\d{1,6}");
    }

    /**
     * Reads a page.
     *
     * @param cursor of the page before, or null for the first
     * @param size most predictions, at least 1
     * @throws IllegalArgumentException if the cursor is none of ours
     */
    public static Page page(Backend backend, Filter filter, @Nullable String cursor, int size) {
        Instant to = filter.to();
        int skip = 0;
        if (cursor != null) {
            if (!isCursor(cursor)) {
                throw new IllegalArgumentException("The cursor (%s) is none.".formatted(cursor));
            }
            int mark = cursor.indexOf('~');
            Instant last = ofMicros(Long.parseLong(cursor.substring(0, mark)));
            skip = Integer.parseInt(cursor.substring(mark + 1));
            to = last.plusNanos(1000);
        }
        List<LoggedPrediction> found = backend.predictions(query(filter, to, skip + size + 1));
        long total = backend.countPredictions(query(filter, filter.to(), 1));
        List<LoggedPrediction> rows = found.subList(Math.min(skip, found.size()), Math.min(skip + size, found.size()));
        if (found.size() <= skip + size || rows.isEmpty()) {
            return new Page(rows, total, null);
        }
        Instant last = rows.getLast().event().eventTime();
        int same = 0;
        for (LoggedPrediction prediction : found.subList(0, skip + size)) {
            same += prediction.event().eventTime().equals(last) ? 1 : 0;
        }
        return new Page(rows, total, micros(last) + "~" + same);
    }

    private static PredictionQuery query(Filter filter, @Nullable Instant to, int limit) {
        return new PredictionQuery(
                filter.model(),
                filter.version(),
                filter.role(),
                filter.more().served(),
                filter.from(),
                to,
                filter.settled(),
                filter.more().outcome(),
                filter.more().atLeast(),
                filter.more().atMost(),
                filter.text(),
                filter.more().metadata(),
                true,
                limit);
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
    }

    private static Instant ofMicros(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
    }
}
