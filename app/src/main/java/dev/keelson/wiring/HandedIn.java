package dev.keelson.wiring;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.BaselineRows;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.FrameData;
import dev.keelson.project.PredictionLogDefinition.Elsewhere;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was handed in of a model that others serve, as columns: its features, then what it predicted. There is no training data of
 * it here: the first predictions stand for it.
 */
record HandedIn(PredictionLog log, LoggedModel model) {
    /** So many first predictions stand for training data at most; never more than half of all that there are. */
    static final int REFERENCE = 5_000;

    /** What stands for its training data, in words. */
    static final String ORIGIN = "the first predictions handed in: its training data are not here";

    /**
     * Predictions of a time.
     *
     * @param rows oldest first
     * @param end exclusive
     */
    record Part(List<LoggedPrediction> rows, Instant from, Instant end) {}

    /** How many of the first predictions stand for its training data now. */
    int wanted() {
        return (int) Math.min(REFERENCE, log.count(query(null, null, true, 1)) / 2);
    }

    /** The first predictions. */
    BaselineRows first() {
        return rows(found(null, null, false, wanted()));
    }

    /** The same as one side of a comparison. */
    DriftSide reference(boolean segmented) {
        List<LoggedPrediction> rows = found(null, null, false, wanted());
        return side("%s, %s".formatted(model.name(), ORIGIN), part(rows, Instant.EPOCH, Instant.EPOCH), segmented);
    }

    /** What is judged, as the other side; {@link #window} tells which rows. */
    DriftSide side(Part part, boolean segmented) {
        return side("predictions of %s from %s to %s".formatted(model.name(), part.from(), part.end()), part, segmented);
    }

    /** What a time holds, the newest {@link ServedWindow#MOST} at most; its end is exclusive. */
    DriftSide between(@Nullable Instant from, @Nullable Instant to) {
        List<LoggedPrediction> rows = found(from, to, true, ServedWindow.MOST).reversed();
        return side(part(rows, from == null ? Instant.EPOCH : from, to == null ? Instant.EPOCH : to), false);
    }

    private static Part part(List<LoggedPrediction> rows, Instant from, Instant end) {
        return rows.isEmpty()
                ? new Part(rows, from, end)
                : new Part(rows, rows.getFirst().event().eventTime(), rows.getLast().event().eventTime().plus(Duration.ofNanos(1_000)));
    }

    /** @param segmented whether the segment is a column even where no row has one */
    private DriftSide side(String name, Part part, boolean segmented) {
        List<Column> schema = new ArrayList<>();
        List<Vector> vectors = new ArrayList<>();
        double[][] columns = columns(part.rows());
        List<String> names = model.columns();
        for (int c = 0; c < columns.length; c++) {
            schema.add(new Column(names.get(c), ColumnType.DOUBLE));
            vectors.add(new Vector.Doubles(columns[c], null));
        }
        @Nullable String[] segments = part.rows().stream()
                .map(each -> each.event().segment())
                .map(each -> each.isEmpty() ? null : each)
                .toArray(String[]::new);
        boolean told = segmented || part.rows().stream().anyMatch(each -> !each.event().segment().isEmpty());
        if (told && !names.contains(Elsewhere.SEGMENT)) {
            schema.add(new Column(Elsewhere.SEGMENT, ColumnType.STRING));
            vectors.add(new Vector.Strings(segments));
        }
        Frame frame = new Frame(new Schema(schema), vectors, part.rows().size());
        return new DriftSide(new FrameData(name, frame), part.from(), part.end());
    }

    /** When the first event was; null where nothing was handed in. */
    @Nullable Instant begins() {
        return found(null, null, false, 1).stream().findFirst().map(each -> each.event().eventTime()).orElse(null);
    }

    /** Predictions of a period, the newest {@link BaselineRows#MOST} at most; its end is exclusive. */
    BaselineRows period(Instant from, Instant to) {
        return rows(found(from, to, true, BaselineRows.MOST).reversed());
    }

    /** The end of what is judged: after the newest event, or now where that is still to come. */
    Instant end(Instant now) {
        List<LoggedPrediction> newest = found(null, null, true, 1);
        return newest.isEmpty() || newest.getFirst().event().eventTime().isAfter(now)
                ? now
                : newest.getFirst().event().eventTime().plusSeconds(1);
    }

    /**
     * The newest window, reaching back for {@code minRows} where it holds fewer, but never into the first predictions, which stand
     * for the training data.
     */
    Part window(Duration length, int minRows, Instant now) {
        List<LoggedPrediction> first = found(null, null, false, wanted());
        Instant after = first.isEmpty() ? Instant.EPOCH : first.getLast().event().eventTime().plus(Duration.ofNanos(1_000));
        Instant end = end(now);
        Instant start = end.minus(length);
        List<LoggedPrediction> window = found(start.isBefore(after) ? after : start, null, true, ServedWindow.MOST);
        if (window.size() < minRows) {
            window = found(after, null, true, minRows);
        }
        Instant from = window.isEmpty() ? start : window.getLast().event().eventTime();
        return new Part(window.reversed(), from, end);
    }

    /** The window of a monitor. */
    Part window(DriftMonitorDefinition monitor, Instant now) {
        return window(monitor.window(), monitor.minRows(), now);
    }

    /** Predictions as a check of columns takes them. */
    DriftCheck.Window judged(Part part) {
        return new DriftCheck.Window(columns(part.rows()), part.from(), part.end());
    }

    private List<LoggedPrediction> found(@Nullable Instant from, @Nullable Instant to, boolean newestFirst, int limit) {
        return limit == 0 ? List.of() : log.find(query(from, to, newestFirst, limit));
    }

    private PredictionQuery query(@Nullable Instant from, @Nullable Instant to, boolean newestFirst, int limit) {
        return new PredictionQuery(model.name(), null, null, true, from, to, null, null, null, null, null, null, newestFirst, limit);
    }

    /** @param rows oldest first */
    private BaselineRows rows(List<LoggedPrediction> rows) {
        return BaselineRows.of(
                model.columns(),
                Set.of(),
                rows.stream().mapToLong(each -> Micros.of(each.event().eventTime())).toArray(),
                columns(rows));
    }

    /** Features, then predicted values as {@link LoggedModel#columns} names them; a row without features has missing ones. */
    private double[][] columns(List<LoggedPrediction> rows) {
        int features = model.features().size();
        int width = model.columns().size();
        double[][] columns = new double[width][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            double[] values = rows.get(i).event().features();
            double[] told = rows.get(i).event().probabilities();
            for (int c = 0; c < width; c++) {
                double[] of = c < features ? values : told;
                int at = c < features ? c : c - width + told.length; // of two classes the second
                columns[c][i] = at >= 0 && at < of.length ? of[at] : Double.NaN;
            }
        }
        return columns;
    }
}
