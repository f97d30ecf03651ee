package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drift of a model that others serve: there is no training data here, so the newest window of what was handed in is held against
 * the first {@link #REFERENCE} predictions, features and predicted values alike. Older rows that are handed in are that reference.
 */
final class DriftElsewhere {
    /** So many first predictions are the reference at most; never more than half of all that there are. */
    static final int REFERENCE = 5_000;

    private DriftElsewhere() {}

    static DriftReport check(
            PredictionLog log, LoggedModel model, DriftMonitorDefinition monitor, Instant now, List<DriftReport> earlier) {
        long all = log.count(query(model, null, true, 1));
        List<LoggedPrediction> first = log.find(query(model, null, false, (int) Math.min(REFERENCE, Math.max(1, all / 2))));
        Instant newest = log.find(query(model, null, true, 1)).stream()
                .findFirst()
                .map(each -> each.event().eventTime())
                .orElse(now);
        Instant end = newest.isAfter(now) ? now : newest.plusSeconds(1);
        Instant afterReference = first.isEmpty() ? now : first.getLast().event().eventTime().plusNanos(1_000);
        Instant start = end.minus(monitor.window());
        List<LoggedPrediction> window = log.find(query(
                model, start.isBefore(afterReference) ? afterReference : start, true, ServedWindow.MOST));
        if (window.size() < monitor.minRows()) {
            window = log.find(query(model, afterReference, true, monitor.minRows()));
        }
        if (first.size() < ReferenceProfile.WINDOWS) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "%d predictions of %s were handed in; the first %d at least are what later ones are held against."
                            .formatted(all, model.name(), ReferenceProfile.WINDOWS),
                    "Maybe hand in older ones: `keelson predictions submit %s FILE`.".formatted(model.name()));
        }
        List<String> names = new ArrayList<>(model.features());
        if (model.isNumber()) {
            names.add("prediction");
        } else {
            model.classes().forEach(each -> names.add("p(%s)".formatted(each)));
        }
        ReferenceProfile reference =
                ReferenceProfile.of(names, columns(first, model, names.size()), new double[names.size()]);
        Instant from = window.isEmpty() ? start : window.getLast().event().eventTime();
        return DriftCheck.check(
                model.name(),
                0,
                reference,
                new DriftCheck.Window(columns(window.reversed(), model, names.size()), from, end),
                monitor,
                now,
                earlier);
    }

    private static PredictionQuery query(LoggedModel model, @Nullable Instant from, boolean newestFirst, int limit) {
        return new PredictionQuery(
                model.name(), null, null, true, from, null, null, null, null, null, null, null, newestFirst, limit);
    }

    /** Features, then predicted values, a column each; a row without features has missing ones. */
    private static double[][] columns(List<LoggedPrediction> rows, LoggedModel model, int width) {
        int features = model.features().size();
        double[][] columns = new double[width][rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            double[] values = rows.get(i).event().features();
            double[] told = rows.get(i).event().probabilities();
            for (int c = 0; c < width; c++) {
                double[] of = c < features ? values : told;
                int at = c < features ? c : c - features;
                columns[c][i] = at < of.length ? of[at] : Double.NaN;
            }
        }
        return columns;
    }
}
