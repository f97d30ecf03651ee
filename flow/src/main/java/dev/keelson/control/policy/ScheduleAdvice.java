package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.BlockBootstrap;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often to retrain, and on how much history: from what models of each age lost, and what each schedule would have.
 *
 * @param matrix of models trained on all history
 * @param schedules one for each number of periods between two trainings
 * @param ages what a model loses more than one trained just now, by its age
 * @param windows the same by how much history it was trained on
 * @param best index of the schedule advised, or -1 for none
 * @param sentence what is advised
 */
public record ScheduleAdvice(
        LossMatrix matrix, List<Schedule> schedules, List<Age> ages, List<Window> windows, int best, String sentence) {
    private static final int[] EVERY = {1, 2, 3, 4, 6, 8, 13, 26, 52};
    private static final double YEAR_SECONDS = 365.25 * 86_400;
    private static final int MOST_AGES = 26;

    public ScheduleAdvice {
        schedules = List.copyOf(schedules);
        ages = List.copyOf(ages);
        windows = List.copyOf(windows);
    }

    /**
     * A schedule.
     *
     * @param every periods between two trainings
     * @param loss mean loss for each event
     * @param retrainsAYear trainings
     * @param worth what it saves a year against never retraining, trainings paid; its interval holds for all schedules at once
     * @param pValue that it is worth anything at all, to either side, adjusted for the number of schedules
     */
    public record Schedule(int every, double loss, double retrainsAYear, Interval worth, double pValue) {}

    /**
     * Models of one age.
     *
     * @param periods since the training
     * @param excess mean loss for each event beyond that of the newest model of the same period
     * @param events how many were compared
     */
    public record Age(int periods, double excess, long events) {}

    /**
     * Models trained on the last part of the history alone.
     *
     * @param days of history they were trained on
     * @param excess mean loss for each event beyond that of models trained on all of it, by their age in quarters of the time
     *     between two of them; NaN where there is none
     * @param gain mean loss for each event less than that of models trained on all of it, at all ages; its interval holds for all
     *     windows at once
     * @param pValue that it gains or loses anything, adjusted for the number of windows
     */
    public record Window(double days, List<Double> excess, Interval gain, double pValue) {}

    /**
     * Models of a window and what they lost.
     *
     * @param days of history
     * @param matrix with the same periods and epochs as the one of all history; its candidates may be fewer
     */
    public record Windowed(double days, LossMatrix matrix) {}

    /**
     * Advises.
     *
     * @param windowed models of shorter histories
     */
    public static ScheduleAdvice of(LossMatrix matrix, List<Windowed> windowed, double retrainCost, double lossValue) {
        double years = Duration.between(
                                matrix.periods().getFirst().from(), matrix.periods().getLast().to())
                        .toSeconds()
                / YEAR_SECONDS;
        List<Schedule> schedules = schedules(matrix, years, retrainCost, lossValue);
        int best = -1;
        for (int i = 0; i < schedules.size(); i++) {
            Schedule each = schedules.get(i);
            boolean pays = each.pValue() < 0.05 && each.worth().estimate() > 0;
            if (pays && (best < 0 || each.worth().estimate() > schedules.get(best).worth().estimate())) {
                best = i;
            }
        }
        List<Window> windows = windows(matrix, windowed);
        String sentence = sentence(matrix, schedules, best, retrainCost, lossValue) + " " + history(windows);
        return new ScheduleAdvice(matrix, schedules, ages(matrix), windows, best, sentence.strip());
    }

    private static List<Schedule> schedules(LossMatrix matrix, double years, double retrainCost, double lossValue) {
        List<PolicyPath> paths = new ArrayList<>();
        List<Integer> every = new ArrayList<>();
        for (int each : EVERY) {
            if (each < matrix.periods().size()) {
                paths.add(ReferencePolicies.every(each, matrix));
                every.add(each);
            }
        }
        int[] events = matrix.epochs().stream().mapToInt(LossMatrix.Epoch::events).toArray();
        double[] never = ReferencePolicies.never(matrix).losses(matrix);
        double[][] worth = new double[paths.size()][];
        for (int i = 0; i < worth.length; i++) {
            worth[i] = paid(
                    PolicyComparison.minus(never, paths.get(i).losses(matrix)),
                    trainings(matrix, every.get(i)) * retrainCost / lossValue / matrix.events(),
                    events);
        }
        List<BlockBootstrap.Result> results = BlockBootstrap.means(
                worth, events, PolicyVerdict.block(matrix), PolicyComparison.RESAMPLES, PolicyComparison.SEED);
        List<Schedule> schedules = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            double scale = matrix.events() / years * lossValue;
            Interval saved = results.get(i).interval();
            schedules.add(new Schedule(
                    every.get(i),
                    PolicyComparison.sum(paths.get(i).losses(matrix)) / matrix.events(),
                    trainings(matrix, every.get(i)) / years,
                    new Interval(
                            saved.lower() * scale, saved.estimate() * scale, saved.upper() * scale, saved.confidence()),
                    results.get(i).intervalPValue()));
        }
        return schedules;
    }

    /** Gains with the price of the trainings taken off, the same of every event: the p-value is then that of the worth. */
    private static double[] paid(double[] gains, double price, int[] events) {
        double[] left = gains.clone();
        for (int e = 0; e < left.length; e++) {
            left[e] -= price * events[e];
        }
        return left;
    }

    /** How many trainings such a schedule makes in the time compared, as one that goes on: the count within it leaves out the part of the last step. */
    private static double trainings(LossMatrix matrix, int every) {
        return matrix.periods().size() / (double) every;
    }

    private static List<Age> ages(LossMatrix matrix) {
        Map<Integer, double[]> sums = new TreeMap<>();
        for (int t = 0; t < matrix.periods().size(); t++) {
            int newest = matrix.newest(t);
            for (int k = 0; k <= newest; k++) {
                int age = t - matrix.candidates().get(k).period();
                if (age > MOST_AGES) {
                    continue;
                }
                double[] sum = sums.computeIfAbsent(age, ignored -> new double[2]);
                for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                    sum[0] += matrix.loss(k, e) - matrix.loss(newest, e);
                    sum[1] += matrix.epochs().get(e).events();
                }
            }
        }
        List<Age> ages = new ArrayList<>();
        sums.forEach((age, sum) -> {
            if (sum[1] > 0) {
                ages.add(new Age(age, sum[0] / sum[1], (long) sum[1]));
            }
        });
        return ages;
    }

    /** Beside the model of all history that was trained at the same time, over the time until the next one. */
    private static List<Window> windows(LossMatrix matrix, List<Windowed> windowed) {
        int quarters = 4;
        List<Window> windows = new ArrayList<>();
        if (windowed.isEmpty()) {
            return windows;
        }
        double[][] gains = new double[windowed.size()][matrix.epochs().size()];
        List<List<Double>> excesses = new ArrayList<>();
        for (int w = 0; w < windowed.size(); w++) {
            LossMatrix own = windowed.get(w).matrix();
            double[] sums = new double[quarters];
            long[] counts = new long[quarters];
            for (int k = 0; k < own.candidates().size(); k++) {
                int from = own.candidates().get(k).period();
                int to = k + 1 < own.candidates().size()
                        ? own.candidates().get(k + 1).period()
                        : matrix.periods().size();
                int whole = matrix.newest(from);
                for (int t = from; t < to; t++) {
                    int quarter = Math.min(quarters - 1, quarters * (t - from) / (to - from));
                    for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                        gains[w][e] = matrix.loss(whole, e) - own.loss(k, e);
                        sums[quarter] -= gains[w][e];
                        counts[quarter] += matrix.epochs().get(e).events();
                    }
                }
            }
            List<Double> excess = new ArrayList<>();
            for (int q = 0; q < quarters; q++) {
                excess.add(counts[q] == 0 ? Double.NaN : sums[q] / counts[q]);
            }
            excesses.add(excess);
        }
        int[] events = matrix.epochs().stream().mapToInt(LossMatrix.Epoch::events).toArray();
        List<BlockBootstrap.Result> results = BlockBootstrap.means(
                gains, events, PolicyVerdict.block(matrix), PolicyComparison.RESAMPLES, PolicyComparison.SEED);
        for (int w = 0; w < windowed.size(); w++) {
            windows.add(new Window(
                    windowed.get(w).days(), excesses.get(w), results.get(w).interval(), results.get(w).intervalPValue()));
        }
        return windows;
    }

    private static String sentence(
            LossMatrix matrix, List<Schedule> schedules, int best, double retrainCost, double lossValue) {
        String unit = lossValue == 1 && retrainCost == 0 ? " of summed " + matrix.loss().replace('_', ' ') : "";
        if (best < 0) {
            Schedule most = schedules.stream()
                    .reduce((a, b) -> a.worth().estimate() >= b.worth().estimate() ? a : b)
                    .orElse(null);
            return most == null
                    ? "There are too few periods to compare schedules."
                    : String.format(
                            Locale.ROOT,
                            "No schedule is shown to be worth it: the best, every %s, %s than never retraining, %s for all %d tried. Retrain when a monitor says so.",
                            length(matrix, most.every()),
                            difference(most.worth(), unit),
                            PolicyVerdict.p(most.pValue()),
                            schedules.size());
        }
        Schedule chosen = schedules.get(best);
        Cadence cadence = cadence(matrix, chosen.every());
        return String.format(
                Locale.ROOT,
                "Retrain every %s (%s): %.0f trainings a year, worth %s%s a year against never retraining.",
                length(matrix, chosen.every()),
                cadence.is(days(matrix, chosen.every()))
                        ? "cron: \"%s\"".formatted(cadence.cron())
                        : "the nearest schedule at even distances is every %s, cron: \"%s\"".formatted(cadence.words(), cadence.cron()),
                chosen.retrainsAYear(),
                PolicyVerdict.interval(chosen.worth()),
                unit);
    }

    /** {@code saves 3 [1, 5] a year more}, or what it costs more, both as amounts above zero. */
    private static String difference(Interval worth, String unit) {
        return worth.estimate() < 0
                ? "costs %s%s a year more"
                        .formatted(
                                PolicyVerdict.interval(new Interval(
                                        -worth.upper(), -worth.estimate(), -worth.lower(), worth.confidence())),
                                unit)
                : "saves %s%s a year more".formatted(PolicyVerdict.interval(worth), unit);
    }

    /** Of the best of several windows more is said than that it looks better only where that is shown. */
    private static String history(List<Window> windows) {
        Window best = windows.stream()
                .reduce((a, b) -> a.gain().estimate() >= b.gain().estimate() ? a : b)
                .orElse(null);
        if (best == null) {
            return "";
        }
        if (best.gain().estimate() > 0 && best.pValue() < 0.05) {
            return String.format(
                    Locale.ROOT,
                    "Models of the last %.0f days lose %s an event less than those of all history.",
                    best.days(),
                    PolicyVerdict.interval(best.gain()));
        }
        return best.gain().upper() < 0
                ? "Models of a shorter history than all of it are worse."
                : String.format(
                        Locale.ROOT,
                        "No shorter history is shown to be better than all of it: the best, of %.0f days, gains %s an event, %s for all %d tried.",
                        best.days(),
                        PolicyVerdict.interval(best.gain()),
                        PolicyVerdict.p(best.pValue()),
                        windows.size());
    }

    private static Duration span(LossMatrix matrix, int every) {
        Duration period = Duration.between(
                matrix.periods().getFirst().from(), matrix.periods().getFirst().to());
        return period.multipliedBy(every);
    }

    private static String length(LossMatrix matrix, int every) {
        Duration span = span(matrix, every);
        return span.toHours() % 24 == 0
                ? span.toDays() == 1 ? "day" : span.toDays() + " days"
                : span.toHours() == 1 ? "hour" : span.toHours() + " hours";
    }

    private static double days(LossMatrix matrix, int every) {
        return span(matrix, every).toMinutes() / 1440.0;
    }

    private static Cadence cadence(LossMatrix matrix, int every) {
        return Cadence.nearest(days(matrix, every));
    }

    private static void describe(ObjectNode node, Cadence cadence) {
        node.put("cron", cadence.cron());
        node.put("cadence", "every " + cadence.words());
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("loss", matrix.loss());
        node.put("from", matrix.periods().getFirst().from().toString());
        node.put("to", matrix.periods().getLast().to().toString());
        node.put("events", matrix.events());
        node.put("sentence", sentence);
        if (best < 0) {
            node.putNull("advised");
        } else {
            Schedule chosen = schedules.get(best);
            ObjectNode advised = node.putObject("advised").put("every_periods", chosen.every());
            describe(advised, cadence(matrix, chosen.every()));
            advised.set("worth_a_year", interval(chosen.worth()));
        }
        ArrayNode rows = node.putArray("schedules");
        for (Schedule each : schedules) {
            ObjectNode row = rows.addObject();
            row.put("every_periods", each.every());
            describe(row, cadence(matrix, each.every()));
            row.set("loss", PolicyScore.number(each.loss()));
            row.put("retrains_a_year", each.retrainsAYear());
            row.set("worth_a_year", interval(each.worth()));
            row.put("p", each.pValue());
        }
        ArrayNode curve = node.putArray("by_age");
        ages.forEach(age -> curve.addObject()
                .put("periods", age.periods())
                .put("excess", age.excess())
                .put("events", age.events()));
        ArrayNode learned = node.putArray("by_window");
        for (Window window : windows) {
            ObjectNode row = learned.addObject().put("days", window.days());
            ArrayNode excess = row.putArray("excess_by_age");
            window.excess().forEach(each -> excess.add(PolicyScore.number(each)));
            row.set("gain", interval(window.gain()));
            row.put("p", window.pValue());
        }
        return node;
    }

    private static ArrayNode interval(Interval interval) {
        return JsonNodeFactory.instance
                .arrayNode()
                .add(PolicyScore.number(interval.lower()))
                .add(PolicyScore.number(interval.estimate()))
                .add(PolicyScore.number(interval.upper()));
    }
}
