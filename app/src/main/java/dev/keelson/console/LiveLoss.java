package dev.keelson.console;

import dev.keelson.console.Charts.WeeklyLoss;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import dev.keelson.train.ModelDefinition;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Log loss of the champion's latest settled predictions, as a whole and week by week, with intervals clustered by day.
 *
 * @param mean over all of them, NaN without any
 * @param lower lower end of the 95 % interval, NaN when it is not known
 * @param upper upper end
 * @param n how many
 * @param weeks oldest first
 */
record LiveLoss(double mean, double lower, double upper, int n, List<WeeklyLoss> weeks) {
    private static final int LATEST = 2000;
    /** Weeks that the line of the chart takes together; a single one scatters too much to be read. */
    static final int SMOOTHED = 8;
    /** With fewer days an interval clustered by day says nothing. */
    private static final int FEWEST_DAYS = 5;
    private static final double SMALLEST = 1e-15;
    private static final double CONFIDENCE = 0.95;
    private static final LiveLoss NONE = new LiveLoss(Double.NaN, Double.NaN, Double.NaN, 0, List.of());

    static LiveLoss of(Backend backend, ModelDefinition model, ZoneId zone) {
        PredictionQuery latest = new PredictionQuery(
                model.name(), null, ModelVersion.CHAMPION, null, null, true, null, true, LATEST);
        Map<LocalDate, List<Scored>> byWeek = new TreeMap<>();
        List<Scored> all = new ArrayList<>();
        for (LoggedPrediction prediction : backend.predictions(latest)) {
            int outcome = prediction.outcome() == null ? -1 : model.classes().indexOf(prediction.outcome());
            if (outcome >= 0) {
                LocalDate day = LocalDate.ofInstant(prediction.event().eventTime(), zone);
                double p = prediction.event().probabilities()[outcome];
                Scored scored = new Scored((int) day.toEpochDay(), -Math.log(Math.max(SMALLEST, p)));
                all.add(scored);
                byWeek.computeIfAbsent(
                                day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)), week -> new ArrayList<>())
                        .add(scored);
            }
        }
        if (all.isEmpty()) {
            return NONE;
        }
        List<WeeklyLoss> weeks = new ArrayList<>();
        List<LocalDate> starts = List.copyOf(byWeek.keySet());
        for (int i = 0; i < starts.size(); i++) {
            List<Scored> recent = new ArrayList<>();
            for (LocalDate start : starts.subList(Math.max(0, i - SMOOTHED + 1), i + 1)) {
                recent.addAll(byWeek.getOrDefault(start, List.of()));
            }
            List<Scored> week = byWeek.getOrDefault(starts.get(i), List.of());
            ClusteredMean smooth = mean(recent);
            boolean known = smooth.clusters() >= FEWEST_DAYS;
            Interval interval = smooth.interval(CONFIDENCE);
            weeks.add(new WeeklyLoss(
                    starts.get(i),
                    mean(week).mean(),
                    week.size(),
                    smooth.mean(),
                    known ? interval.lower() : Double.NaN,
                    known ? interval.upper() : Double.NaN));
        }
        Interval whole = mean(all).interval(CONFIDENCE);
        return new LiveLoss(whole.estimate(), whole.lower(), whole.upper(), all.size(), weeks);
    }

    private record Scored(int day, double loss) {}

    private static ClusteredMean mean(List<Scored> scored) {
        return ClusteredMean.of(
                scored.stream().mapToDouble(Scored::loss).toArray(),
                scored.stream().mapToInt(Scored::day).toArray());
    }

    /** The last weeks' means, for a sparkline. */
    double[] lastWeeks(int count) {
        return weeks.subList(Math.max(0, weeks.size() - count), weeks.size()).stream()
                .mapToDouble(WeeklyLoss::smooth)
                .toArray();
    }
}
