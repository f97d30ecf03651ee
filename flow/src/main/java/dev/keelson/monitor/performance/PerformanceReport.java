package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How good the served predictions of a model were window by window: each metric with its interval, how many of the outcomes
 * are there and when enough will be, what the metrics probably are where they are not, whether its probabilities can be taken
 * at their word, and where it is worst.
 */
public final class PerformanceReport {
    /** Windows that are told, the newest. */
    static final int MOST_WINDOWS = 120;

    private static final double CONFIDENCE = 0.95;

    private PerformanceReport() {}

    /**
     * What is asked.
     *
     * @param window how time is cut
     * @param zone of days
     * @param now the present
     * @param classes names of the model's classes; none of numbers
     * @param learners what estimates without outcomes need
     * @param seed of draws and fits
     */
    public record Asked(
            WindowLength window,
            ZoneId zone,
            Instant now,
            List<String> classes,
            WindowEstimates.Learners learners,
            long seed) {
        /** Copies the list. */
        public Asked {
            classes = List.copyOf(classes);
        }
    }

    /** Rows of a window, by their places. */
    record Window(LocalDate from, LocalDate end, int first, int after) {
        PerformanceRows of(PerformanceRows rows) {
            return rows.take(IntStream.range(first, after).toArray());
        }
    }

    /**
     * The document: {@code window}, {@code predicted}, {@code labelled}, {@code delay}, {@code metrics} (names), {@code whole}, {@code
     * windows}, {@code estimates}, {@code calibration} (of classes), {@code money} (where there are bets), {@code notes}.
     *
     * @param rows of the model, in the order of their events
     */
    public static ObjectNode of(PerformanceRows rows, Asked asked) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        PerformanceRows labelled = rows.labelled();
        List<PerformanceMetric> metrics = PerformanceMetric.all(rows.isNumber());
        DelayLaw delay = DelayLaw.of(rows, asked.now());
        json.put("window", asked.window().text());
        json.put("at", asked.now().toString());
        json.put("predicted", rows.count());
        json.put("labelled", labelled.count());
        json.set("delay", delay.toJson());
        ArrayNode names = json.putArray("metrics");
        metrics.forEach(metric -> names.add(metric.key()));
        realised(json.putObject("whole"), labelled, metrics);
        if (rows.hasBets()) {
            json.putObject("money").set("settled", MoneyFigures.settled(rows).toJson());
        }
        List<Window> windows = windows(rows, asked.window());
        ArrayNode notes = JsonNodeFactory.instance.arrayNode();
        if (windows.size() > MOST_WINDOWS) {
            notes.add("The %d newest of %d windows are told; a longer window tells them all.".formatted(MOST_WINDOWS, windows.size()));
            windows = windows.subList(windows.size() - MOST_WINDOWS, windows.size());
        }
        WindowEstimates estimates = WindowEstimates.of(rows, windows, metrics, asked);
        ArrayNode list = json.putArray("windows");
        long now = Micros.of(asked.now());
        for (Window window : windows) {
            PerformanceRows own = window.of(rows);
            ObjectNode node = list.addObject();
            node.put("from", window.from().toString()).put("to", window.end().toString());
            node.put("predicted", own.count());
            maturity(node, own, delay, now);
            realised(node.putObject("realised"), own.labelled(), metrics);
            estimates.put(node.putObject("estimated"), window);
            if (own.hasBets()) {
                money(node.putObject("money"), own, estimates.money(window));
            }
        }
        json.set("estimates", estimates.toJson());
        if (!rows.isNumber()) {
            json.set("calibration", CalibrationReport.of(labelled, asked.classes(), asked.seed()));
        }
        json.set("notes", notes);
        return json;
    }

    /** The windows that have rows, oldest first. */
    static List<Window> windows(PerformanceRows rows, WindowLength length) {
        List<Window> windows = new ArrayList<>();
        int n = rows.count();
        LocalDate last = n == 0 ? LocalDate.EPOCH : LocalDate.ofEpochDay(rows.day()[n - 1]);
        for (int first = 0; first < n; ) {
            LocalDate from = length.from(LocalDate.ofEpochDay(rows.day()[first]), last);
            LocalDate end = length.end(from);
            int after = first;
            while (after < n && rows.day()[after] < end.toEpochDay()) {
                after++;
            }
            windows.add(new Window(from, end, first, after));
            first = after;
        }
        return windows;
    }

    private static void maturity(ObjectNode node, PerformanceRows own, DelayLaw delay, long now) {
        PerformanceRows labelled = own.labelled();
        double share = labelled.count() / (double) own.count();
        double usual = 0;
        for (int i = 0; i < own.count(); i++) {
            usual += delay.by(now - own.event()[i]) / own.count();
        }
        boolean mature = share >= DelayLaw.MATURE;
        node.put("labelled", labelled.count()).put("maturity", share).put("usual_maturity", usual).put("mature", mature);
        long at = mature ? Long.MAX_VALUE : delay.matureAt(own, now);
        node.put("mature_at", at == Long.MAX_VALUE ? null : Micros.toInstant(at).truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** What the bets of a window earned, and what all of them were to be expected to earn. */
    private static void money(ObjectNode node, PerformanceRows own, MoneyFigures.@Nullable Expected expected) {
        node.put("bets", own.bets().stream().filter(Bet::taken).count());
        node.set("settled", MoneyFigures.settled(own).toJson());
        node.set("expected", expected == null ? null : expected.toJson());
    }

    /** Rows, days and each metric that is defined, with its interval. */
    static void realised(ObjectNode node, PerformanceRows labelled, List<PerformanceMetric> metrics) {
        node.put("rows", labelled.count());
        node.put("days", (int) Arrays.stream(labelled.day()).distinct().count());
        ObjectNode figures = node.putObject("metrics");
        for (PerformanceMetric metric : metrics) {
            Figure figure = labelled.count() == 0 ? null : metric.of(labelled);
            if (figure != null && Double.isFinite(figure.value())) {
                put(figures.putObject(metric.key()), figure.interval(labelled.day(), CONFIDENCE, 0, metric.most()));
            }
        }
    }

    /** {@code value}, {@code lower} and {@code upper}; ends that nothing bounds are null. */
    static void put(ObjectNode node, Interval interval) {
        node.put("value", interval.estimate());
        node.put("lower", Double.isFinite(interval.lower()) ? (Double) interval.lower() : null);
        node.put("upper", Double.isFinite(interval.upper()) ? (Double) interval.upper() : null);
    }
}
