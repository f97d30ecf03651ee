package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.WorstSlices;
import dev.keelson.stats.WorstSlices.Condition;
import dev.keelson.stats.WorstSlices.Found;
import dev.keelson.stats.WorstSlices.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The five segments of judged predictions where a model is worst against the rest: values of segments, ranges of features, and
 * pairs of them. Of classes what counts is how much greater the log loss is than the model's own probabilities expect, so that
 * rows that are merely hard to tell are not named; of numbers the squared error. P-values and intervals hold for all segments
 * that were looked at together ({@link WorstSlices}).
 */
public final class WorstSegments {
    /** So many are told. */
    public static final int TOLD = 5;

    static final double ALPHA = 0.05;
    private static final int LEAST_ROWS = 30;
    private static final int LEAST_DAYS = 8;
    private static final int MOST_SLICES = 600;
    private static final int DRAWS = 999;

    /** What a segment needs to be looked at. */
    static final String NEEDED = "%d rows on %d days beside as many others".formatted(LEAST_ROWS, LEAST_DAYS);

    private WorstSegments() {}

    /**
     * Searches.
     *
     * @param predictions {@code rows * classes} probabilities, or one number a row
     * @param happened class or number of each row
     * @param classes number of classes; 0 of numbers
     * @param days cluster of each row
     * @param segments name to the value of each row, empty for none
     * @param names of the features
     * @param features of each row, as many as names; NaN where missing
     * @param seed of the draws
     * @return {@code of} (surprise or loss), {@code rows}, {@code searched}, {@code verdict}, and {@code segments}: conditions,
     *     rows, days, loss, rest, effect with {@code effect_lower} and {@code effect_upper}, adjusted {@code p}, {@code worse},
     *     {@code share_of_rows} and {@code share_of_loss}
     */
    public static ObjectNode of(
            double[] predictions,
            double[] happened,
            int classes,
            int[] days,
            Map<String, List<String>> segments,
            List<String> names,
            List<double[]> features,
            long seed) {
        if (happened.length == 0) {
            return json(classes, 0, new Found(0, List.of(), ALPHA));
        }
        JudgedRows rows = new JudgedRows(
                Collections.nCopies(happened.length, ""),
                predictions,
                classes == 0 ? new int[0] : Arrays.stream(happened).mapToInt(each -> (int) each).toArray(),
                classes == 0 ? happened : new double[0],
                days,
                classes);
        double[] losses = rows.losses();
        double[] judged = losses.clone();
        double[] expected = rows.expected();
        for (int i = 0; i < expected.length; i++) {
            judged[i] -= expected[i];
        }
        SliceConditions conditions = new SliceConditions(rows);
        segments.forEach(conditions::addValues);
        for (int f = 0; f < names.size(); f++) {
            int column = f;
            conditions.addNumber(names.get(f), features.stream().mapToDouble(each -> each[column]).toArray());
        }
        Found found = WorstSlices.search(judged, days, conditions.all(), settings(happened.length, seed));
        ObjectNode json = json(classes, happened.length, found);
        ArrayNode list = json.withArray("segments");
        told(found).forEach(slice -> put(list.addObject(), slice, losses, days));
        return json;
    }

    /** How a search among so many rows is done. */
    static WorstSlices.Settings settings(int rows, long seed) {
        return new WorstSlices.Settings(Math.max(LEAST_ROWS, rows / 100), LEAST_DAYS, MOST_SLICES, DRAWS, ALPHA, seed);
    }

    /** The first that are worse, without pairs with a condition that was told before. */
    static List<Slice> told(Found found) {
        List<Slice> first = new ArrayList<>();
        Set<Condition> told = new HashSet<>(); // asked only whether it has one
        for (Slice slice : found.slices()) {
            boolean within = slice.conditions().size() > 1 && slice.conditions().stream().anyMatch(told::contains);
            if (first.size() < TOLD && slice.difference() > 0 && !within) {
                told.addAll(slice.conditions());
                first.add(slice);
            }
        }
        return first;
    }

    /** The rows that meet all conditions of a slice. */
    static BitSet members(Slice slice) {
        BitSet members = (BitSet) slice.conditions().getFirst().rows().clone();
        slice.conditions().forEach(condition -> members.and(condition.rows()));
        return members;
    }

    /** The conditions of a slice in words. */
    static String named(Slice slice) {
        return slice.conditions().stream().map(Condition::text).collect(Collectors.joining(" and "));
    }

    private static ObjectNode json(int classes, int rows, Found found) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("of", classes == 0 ? "squared_error" : "surprise");
        json.put("rows", rows);
        json.put("searched", found.searched());
        json.put("alpha", ALPHA);
        json.put("worse", found.worse().size());
        json.put("verdict", verdict(found));
        json.putArray("segments");
        return json;
    }

    private static void put(ObjectNode node, Slice slice, double[] losses, int[] days) {
        BitSet members = members(slice);
        double inside = members.stream().mapToDouble(i -> losses[i]).sum();
        double all = Arrays.stream(losses).sum();
        double rest = losses.length == slice.rows() ? Double.NaN : (all - inside) / (losses.length - slice.rows());
        slice.conditions().forEach(condition -> node.withArray("conditions").add(condition.text()));
        node.put("rows", slice.rows());
        node.put("days", (int) members.stream().map(i -> days[i]).distinct().count());
        node.put("loss", inside / slice.rows());
        node.put("rest", rest);
        node.put("effect", slice.difference());
        node.put("effect_lower", slice.lower());
        node.put("effect_upper", 2 * slice.difference() - slice.lower());
        node.put("p", slice.p());
        node.put("worse", slice.p() <= ALPHA);
        node.put("share_of_rows", slice.rows() / (double) losses.length);
        node.put("share_of_loss", all > 0 ? inside / all : 0);
    }

    private static String verdict(Found found) {
        if (found.searched() == 0) {
            return "No segment could be looked at: none has %s.".formatted(NEEDED);
        }
        Slice first = found.slices().getFirst();
        String named = named(first);
        int worse = found.worse().size();
        return worse == 0
                ? String.format(
                        Locale.ROOT,
                        "It is no worse anywhere beyond chance: of %,d segments looked at %s (%,d rows) stands out most, adjusted p %.2g.",
                        found.searched(),
                        named,
                        first.rows(),
                        first.p())
                : String.format(
                        Locale.ROOT,
                        "Worst where %s (%,d rows): the loss is %.3g more than elsewhere, at least %.3g; %,d of %,d segments looked at %s worse beyond chance.",
                        named,
                        first.rows(),
                        first.difference(),
                        first.lower(),
                        worse,
                        found.searched(),
                        worse == 1 ? "is" : "are");
    }
}
