package dev.keelson.monitor.performance;

import dev.keelson.frame.Micros;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Predictions of one model with what became of them, in the order of their events. The arrays are handed over and not changed.
 *
 * @param classes number of classes, at least 2; 0 of a model of numbers
 * @param told {@code rows * classes} probabilities, row by row, each row summing to 1; or one number a row
 * @param happened class or number of each row, NaN where no outcome is known yet
 * @param day local day of the event, from 1970-01-01; rows of a day are taken together
 * @param event time of the event, microseconds since 1970
 * @param known when the outcome became known, microseconds since 1970; {@link Long#MAX_VALUE} where it is not
 * @param features values of each row, NaN where missing; all of one length, which may be 0
 * @param segments what each row belongs to, or empty
 * @param bets what was bet on each; {@link Bet#NONE} for nothing
 */
public record PerformanceRows(
        int classes,
        double[] told,
        double[] happened,
        int[] day,
        long[] event,
        long[] known,
        List<double[]> features,
        List<String> segments,
        List<Bet> bets) {
    /** Rows without bets. */
    public PerformanceRows(
            int classes,
            double[] told,
            double[] happened,
            int[] day,
            long[] event,
            long[] known,
            List<double[]> features,
            List<String> segments) {
        this(classes, told, happened, day, event, known, features, segments, Collections.nCopies(happened.length, Bet.NONE));
    }

    /** Checks that everything has as many rows. */
    public PerformanceRows {
        features = List.copyOf(features);
        segments = List.copyOf(segments);
        bets = List.copyOf(bets);
        int n = happened.length;
        if (told.length != (long) n * Math.max(1, classes)
                || day.length != n
                || event.length != n
                || known.length != n
                || features.size() != n
                || segments.size() != n
                || bets.size() != n) {
            throw new IllegalArgumentException(
                    "There are %d outcomes, %d predicted values of %d classes, %d days, %d events, %d times, %d features, %d segments and %d bets; as many rows of each are needed."
                            .formatted(n, told.length, classes, day.length, event.length, known.length, features.size(), segments.size(), bets.size()));
        }
    }

    /**
     * Rows of the log.
     *
     * @param predictions in any order
     * @param classes of the model, in order; none of numbers
     * @param zone of days
     * @param counts which predictions count; one with the values of another model, or an outcome that the model cannot have, never does
     * @param bets what was bet on a prediction, asked in the order of the rows
     */
    public static PerformanceRows of(
            List<LoggedPrediction> predictions,
            List<String> classes,
            ZoneId zone,
            Predicate<PredictionEvent> counts,
            Function<PredictionEvent, Bet> bets) {
        int width = Math.max(1, classes.size());
        List<LoggedPrediction> kept = predictions.stream()
                .filter(each -> each.event().probabilities().length == width && finite(each.event().probabilities()))
                .filter(each -> each.outcome() == null || !Double.isNaN(happened(each.outcome(), classes)))
                .filter(each -> counts.test(each.event()))
                .sorted(Comparator.comparing((LoggedPrediction each) -> each.event().eventTime())
                        .thenComparing(each -> each.event().id()))
                .toList();
        int features = kept.isEmpty() ? 0 : kept.getLast().event().features().length;
        int n = kept.size();
        double[] told = new double[n * width];
        double[] happened = new double[n];
        int[] day = new int[n];
        long[] event = new long[n];
        long[] known = new long[n];
        List<double[]> values = new ArrayList<>(n);
        List<String> segments = new ArrayList<>(n);
        List<Bet> taken = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            PredictionEvent each = kept.get(i).event();
            put(each.probabilities(), told, i * width, classes.isEmpty());
            String outcome = kept.get(i).outcome();
            Instant at = kept.get(i).outcomeKnownAt();
            happened[i] = outcome == null ? Double.NaN : happened(outcome, classes);
            day[i] = (int) LocalDate.ofInstant(each.eventTime(), zone).toEpochDay();
            event[i] = Micros.of(each.eventTime());
            known[i] = outcome == null ? Long.MAX_VALUE : at == null ? event[i] : Micros.of(at);
            values.add(each.features().length == features ? each.features() : missing(features)); // of a version with others
            segments.add(each.segment());
            Bet bet = bets.apply(each);
            boolean decided = bet.taken() && !bet.settled() && outcome != null && !classes.isEmpty();
            taken.add(decided ? bet.when((int) happened[i]) : bet);
        }
        return new PerformanceRows(classes.size(), told, happened, day, event, known, values, segments, taken);
    }

    private static boolean finite(double[] values) {
        double sum = 0;
        for (double each : values) {
            sum += each;
        }
        return Double.isFinite(sum) && (values.length == 1 || sum > 0);
    }

    private static void put(double[] from, double[] to, int at, boolean number) {
        double sum = 0;
        for (double each : from) {
            sum += each;
        }
        for (int c = 0; c < from.length; c++) {
            to[at + c] = number ? from[c] : Math.min(1, from[c] / sum); // others may have rounded
        }
    }

    private static double happened(String outcome, List<String> classes) {
        if (!classes.isEmpty()) {
            int label = classes.indexOf(outcome);
            return label < 0 ? Double.NaN : label;
        }
        try {
            double value = Double.parseDouble(outcome);
            return Double.isFinite(value) ? value : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static double[] missing(int features) {
        double[] none = new double[features];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    /** Number of rows. */
    public int count() {
        return happened.length;
    }

    /** Values predicted of each row: the classes, or 1. */
    int width() {
        return Math.max(1, classes);
    }

    /** Whether numbers are predicted instead of classes. */
    public boolean isNumber() {
        return classes == 0;
    }

    /** Whether anything was bet on a row. */
    boolean hasBets() {
        return bets.stream().anyMatch(Bet::taken);
    }

    /** Whether the outcome of a row is known. */
    public boolean labelled(int row) {
        return known[row] != Long.MAX_VALUE;
    }

    /** The rows whose outcome is known. */
    public PerformanceRows labelled() {
        return take(IntStream.range(0, count()).filter(this::labelled).toArray());
    }

    /** The class that happened in each row, all of which have one. */
    int[] labels() {
        int[] labels = new int[count()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (int) happened[i];
        }
        return labels;
    }

    /** Position of the most probable class of a row, the first of equals. */
    int decided(int row) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = told[row * classes + c] > told[row * classes + best] ? c : best;
        }
        return best;
    }

    /** One predicted column. */
    double[] column(int position) {
        double[] column = new double[count()];
        for (int i = 0; i < column.length; i++) {
            column[i] = told[i * width() + position];
        }
        return column;
    }

    /** So many of the last rows, or all. */
    public PerformanceRows newest(int most) {
        return take(IntStream.range(Math.max(0, count() - most), count()).toArray());
    }

    /** The rows of events on that day or later. */
    public PerformanceRows from(long epochDay) {
        return take(IntStream.range(0, count()).filter(i -> day[i] >= epochDay).toArray());
    }

    /** The rows at those positions, in that order. */
    public PerformanceRows take(int[] rows) {
        int width = width();
        double[] taken = new double[rows.length * width];
        double[] outcomes = new double[rows.length];
        int[] days = new int[rows.length];
        long[] events = new long[rows.length];
        long[] times = new long[rows.length];
        List<double[]> values = new ArrayList<>(rows.length);
        List<String> groups = new ArrayList<>(rows.length);
        List<Bet> on = new ArrayList<>(rows.length);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(told, rows[i] * width, taken, i * width, width);
            outcomes[i] = happened[rows[i]];
            days[i] = day[rows[i]];
            events[i] = event[rows[i]];
            times[i] = known[rows[i]];
            values.add(features.get(rows[i]));
            groups.add(segments.get(rows[i]));
            on.add(bets.get(rows[i]));
        }
        return new PerformanceRows(classes, taken, outcomes, days, events, times, values, groups, on);
    }

    /** The same rows with other outcomes, one for each. */
    PerformanceRows withOutcomes(double[] outcomes) {
        return new PerformanceRows(classes, told, outcomes, day, event, event, features, segments, bets);
    }
}
