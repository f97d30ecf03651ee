package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.CalibrationFigures;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Are the probabilities of the newest full block of {@value DecayCheck#LEAST} settled days off? Blocks share no day, so each is
 * judged once however often one looks, with a chance of at most {@value #LEVEL} to call off what is not, for all classes together.
 *
 * <p>A class is off when its share that came true differs from its mean probability, or its Cox slope from 1, by an interval
 * clustered by day at that level (Bonferroni over both and the classes judged), and its calibration error is beyond chance at it,
 * too. Of two classes the second is judged.
 */
public final class CalibrationCheck {
    /** Chance of a false verdict in a block. */
    public static final double LEVEL = 0.01;

    /** What the verdict is called when probabilities are off. */
    public static final String OFF = "miscalibrated";

    /** What it is called when they are not, as far as can be seen. */
    public static final String FINE = "calibrated";

    private static final int LEAST = 100;
    /** Draws for each class that is judged: so many make a p-value below the level of each possible. */
    private static final int DRAWS = 300;

    private CalibrationCheck() {}

    /**
     * The document: {@code verdict} ({@link #OFF}, {@link #FINE} or {@code insufficient}), {@code level}, {@code from}, {@code to} (exclusive),
     * {@code rows}, {@code classes} and {@code sentence}.
     *
     * @param rows of classes, answers of one version, in the order of their events
     * @param names of the classes
     * @param now days of which outcomes are still to come are left for later
     */
    public static ObjectNode of(PerformanceRows rows, List<String> names, Instant now, long seed) {
        PerformanceRows settled = DecayReport.settledDays(rows, now);
        int[] days = Arrays.stream(settled.day()).distinct().toArray();
        int blocks = days.length / DecayCheck.LEAST;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (blocks == 0) {
            return insufficient(json, "%d of %d settled days".formatted(days.length, DecayCheck.LEAST));
        }
        int first = days[(blocks - 1) * DecayCheck.LEAST];
        int last = days[blocks * DecayCheck.LEAST - 1];
        PerformanceRows block = settled.take(IntStream.range(0, settled.count())
                .filter(i -> settled.day()[i] >= first && settled.day()[i] <= last)
                .toArray());
        if (block.count() < LEAST) {
            return insufficient(json, "%d of %d settled predictions on the last full %d settled days".formatted(block.count(), LEAST, DecayCheck.LEAST));
        }
        return judge(json, block, names, seed);
    }

    private static ObjectNode insufficient(ObjectNode json, String known) {
        return json.put("verdict", "insufficient").put("level", LEVEL).put("sentence", "Calibration is not judged yet: %s.".formatted(known));
    }

    private static ObjectNode judge(ObjectNode json, PerformanceRows block, List<String> names, long seed) {
        int from = block.classes() == 2 ? 1 : 0;
        double level = LEVEL / (block.classes() - from);
        String off = IntStream.range(from, block.classes())
                .mapToObj(c -> ofClass(json.withArray("classes"), block, c, names.get(c), level, seed))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining(" "));
        LocalDate first = LocalDate.ofEpochDay(block.day()[0]);
        LocalDate last = LocalDate.ofEpochDay(block.day()[block.count() - 1]);
        json.put("verdict", off.isEmpty() ? FINE : OFF).put("level", LEVEL);
        json.put("from", first.toString()).put("to", last.plusDays(1).toString()).put("rows", block.count());
        return json.put(
                "sentence",
                "On %,d settled predictions from %s to %s %s".formatted(
                        block.count(), first, last, off.isEmpty() ? "the probabilities are not shown to be off." : "the probabilities are off: " + off));
    }

    private static String ofClass(ArrayNode list, PerformanceRows block, int c, String name, double level, long seed) {
        double[] p = block.column(c);
        boolean[] positive = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            positive[i] = block.happened()[i] == c;
        }
        CalibrationFigures figures = CalibrationFigures.of(p, positive, block.day(), (int) Math.round(DRAWS * LEVEL / level), 1 - level / 2, seed);
        ObjectNode node = list.addObject().put("class", name);
        PerformanceReport.put(node.putObject("in_the_large"), figures.inTheLarge());
        if (figures.slope() != null) {
            PerformanceReport.put(node.putObject("slope"), figures.slope());
        }
        node.put("ece", figures.ece()).put("ece_noise_floor", figures.eceFloor()).put("ece_p", figures.ecePValue());
        boolean large = away(figures.inTheLarge(), 0);
        boolean off = figures.ecePValue() <= level && (large || away(figures.slope(), 1));
        node.put("off", off);
        return !off ? "" : large ? share(name, figures.inTheLarge()) : slope(name, figures.slope());
    }

    private static boolean away(@Nullable Interval interval, double value) {
        return interval != null && (interval.lower() > value || interval.upper() < value);
    }

    private static String share(String name, Interval large) {
        return String.format(
                Locale.ROOT,
                "%s happened %.1f points %s than predicted (%+.1f to %+.1f).",
                name,
                100 * Math.abs(large.estimate()),
                large.estimate() > 0 ? "more often" : "less often",
                100 * large.lower(),
                100 * large.upper());
    }

    private static String slope(String name, @Nullable Interval slope) {
        return slope == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "it is %s of %s (slope %.2f, %.2f to %.2f; 1 is right).",
                        slope.upper() < 1 ? "too sure" : "not sure enough",
                        name,
                        slope.estimate(),
                        slope.lower(),
                        slope.upper());
    }
}
