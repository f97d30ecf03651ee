package dev.keelson.wiring;

import dev.keelson.control.LoopTrainer;
import dev.keelson.frame.Micros;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a champion was asked in the window of a drift check: all of it, or where that is more than {@link #MOST} rows the newest of
 * each of {@link #PARTS} equal parts of the window, so that a busy hour does not stand for the month.
 *
 * @param rows features, then watched values, of each prediction, oldest first
 * @param segments of each prediction
 * @param outputs what each prediction answered: a probability for each class, or the number
 * @param from event time of the first; start of the window when there is none
 * @param end end of the window, exclusive
 */
record ServedWindow(List<double[]> rows, List<String> segments, List<double[]> outputs, Instant from, Instant end) {
    /** So many rows are judged at most. */
    static final int MOST = 50_000;

    static final int PARTS = 100;

    /**
     * Reads the window from the index.
     *
     * @param length of the window; predictions about past events are judged at the time of those events, so it ends with the
     *     newest event, or now when that is still to come
     * @param minRows where the window holds fewer, the newest so many are read instead
     */
    static ServedWindow of(PredictionLog log, String model, Duration length, int minRows, Instant now) {
        List<LoggedPrediction> newest = find(log, model, null, null, 1);
        Instant last = newest.isEmpty() ? now : newest.getFirst().event().eventTime();
        Instant end = last.isAfter(now) || newest.isEmpty() ? now : last.plusSeconds(1);
        Instant start = end.minus(length);
        Instant first = Micros.toInstant(Micros.of(start) + 1); // an event at the start is not within
        List<LoggedPrediction> found = find(log, model, first, null, MOST + 1);
        if (found.size() > MOST) {
            found = parts(log, model, first, last.plusSeconds(1));
        } else if (found.size() < minRows) {
            found = find(log, model, null, null, minRows);
        }
        return of(found, start, end);
    }

    /** The rows without what was answered. */
    LoopTrainer.Asked asked() {
        return new LoopTrainer.Asked(rows, segments, from, end);
    }

    /**
     * What was asked in a time; where that is more than {@link #MOST} rows, the newest of each part of it.
     *
     * @param end exclusive
     */
    static ServedWindow between(PredictionLog log, String model, Instant start, Instant end) {
        List<LoggedPrediction> found = find(log, model, start, end, MOST + 1);
        return of(found.size() > MOST ? parts(log, model, start, end) : found, start, end);
    }

    /** What the same version answered before a window, at most so many as a window holds; nothing where it did not. */
    static ServedWindow before(PredictionLog log, String model, int version, Instant end) {
        List<LoggedPrediction> found = log.find(new PredictionQuery(
                model, version, ModelVersion.CHAMPION, null, end, null, null, true, MOST));
        return of(found, end, end);
    }

    /** @param found newest first */
    private static ServedWindow of(List<LoggedPrediction> found, Instant start, Instant end) {
        List<double[]> rows = new ArrayList<>(found.size());
        List<String> segments = new ArrayList<>(found.size());
        List<double[]> outputs = new ArrayList<>(found.size());
        for (LoggedPrediction each : found.reversed()) {
            rows.add(row(each.event()));
            segments.add(each.event().segment());
            outputs.add(each.event().probabilities());
        }
        return new ServedWindow(
                rows, segments, outputs, found.isEmpty() ? start : found.getLast().event().eventTime(), end);
    }

    /** Newest first. */
    private static List<LoggedPrediction> parts(PredictionLog log, String model, Instant first, Instant end) {
        Duration part = Duration.between(first, end).dividedBy(PARTS);
        List<LoggedPrediction> found = new ArrayList<>();
        for (int i = PARTS - 1; i >= 0; i--) {
            Instant to = i == PARTS - 1 ? end : first.plus(part.multipliedBy(i + 1L));
            found.addAll(find(log, model, first.plus(part.multipliedBy(i)), to, MOST / PARTS));
        }
        return found;
    }

    private static List<LoggedPrediction> find(
            PredictionLog log, String model, @Nullable Instant from, @Nullable Instant to, int limit) {
        return log.find(new PredictionQuery(model, null, ModelVersion.CHAMPION, from, to, null, null, true, limit));
    }

    private static double[] row(PredictionEvent event) {
        double[] features = event.features();
        double[] watched = event.watched();
        double[] row = Arrays.copyOf(features, features.length + watched.length);
        System.arraycopy(watched, 0, row, features.length, watched.length);
        return row;
    }
}
