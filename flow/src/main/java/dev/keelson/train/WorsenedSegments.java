package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.WorstSlices;
import dev.keelson.stats.WorstSlices.Found;
import dev.keelson.stats.WorstSlices.Slice;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The five segments of the same events where one model lost most against another: values of segments, ranges of features, and
 * pairs of them. The effect of a segment is the mean loss of the challenger less that of the champion there, so that a challenger
 * that is worse everywhere is told so. P-values and intervals hold for all segments that were looked at together
 * ({@link WorstSlices#aboveZero}). Which ranges are joined is chosen by how differently the two predict, not by what happened.
 */
public final class WorsenedSegments {
    private WorsenedSegments() {}

    /**
     * Events that both predicted. The arrays are not copied and must not change.
     *
     * @param outputs values that are predicted of each event: the classes, or 1 of numbers
     * @param apart {@code events * outputs}: what the challenger predicted less what the champion did
     * @param champion loss of each event
     * @param challenger loss of each event
     * @param days cluster of each event
     * @param segments name to the value of each event, empty for none
     * @param names of the features
     * @param features of each event, as many as names; NaN where missing
     */
    public record Compared(
            int outputs,
            double[] apart,
            double[] champion,
            double[] challenger,
            int[] days,
            Map<String, List<String>> segments,
            List<String> names,
            List<double[]> features) {
        /** Checks that everything has as many events. */
        public Compared {
            segments = Map.copyOf(segments);
            names = List.copyOf(names);
            features = List.copyOf(features);
            int n = champion.length;
            if (challenger.length != n || days.length != n || features.size() != n || apart.length != (long) n * outputs) {
                throw new IllegalArgumentException(
                        "There are %d and %d losses, %d days, features of %d events and %d values of %d outputs; as many events of each are needed."
                                .formatted(n, challenger.length, days.length, features.size(), apart.length, outputs));
            }
        }

        private double[] excess() {
            double[] excess = new double[champion.length];
            Arrays.setAll(excess, i -> challenger[i] - champion[i]);
            return excess;
        }

        private SliceConditions conditions() {
            int classes = outputs == 1 ? 0 : outputs;
            SliceConditions conditions =
                    new SliceConditions(new JudgedRows(List.of(), apart, new int[0], new double[0], days, classes));
            segments.forEach(conditions::addValues);
            for (int f = 0; f < names.size(); f++) {
                int column = f;
                conditions.addNumber(names.get(f), features.stream().mapToDouble(each -> each[column]).toArray());
            }
            return conditions;
        }
    }

    /**
     * Searches.
     *
     * @param of the loss, such as {@code log_loss}
     * @param seed of the draws
     * @return {@code of}, {@code rows}, {@code effect} of all events, {@code searched}, {@code alpha}, {@code worse}, {@code verdict},
     *     and {@code segments}: conditions, rows, days, {@code loss} of the challenger and {@code champion_loss}, effect with
     *     {@code effect_lower} and {@code effect_upper}, adjusted {@code p}, {@code worse}, {@code share_of_rows}, {@code share_of_loss}
     *     (of the challenger), and {@code share_of_excess}: of what the challenger lost more in all, null where it did not
     */
    public static ObjectNode of(Compared compared, String of, long seed) {
        int n = compared.champion().length;
        double[] excess = compared.excess();
        Found found = n == 0
                ? new Found(0, List.of(), WorstSegments.ALPHA)
                : WorstSlices.aboveZero(excess, compared.days(), compared.conditions().all(), WorstSegments.settings(n, seed));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("of", of);
        json.put("rows", n);
        json.put("effect", n == 0 ? null : (Double) (Arrays.stream(excess).sum() / n));
        json.put("searched", found.searched());
        json.put("alpha", found.alpha());
        json.put("worse", found.worse().size());
        json.put("verdict", verdict(found, n));
        ArrayNode list = json.putArray("segments");
        WorstSegments.told(found).forEach(slice -> put(list.addObject(), slice, compared, excess));
        return json;
    }

    private static void put(ObjectNode node, Slice slice, Compared compared, double[] excess) {
        BitSet members = WorstSegments.members(slice);
        double lost = sum(compared.challenger(), members);
        double all = Arrays.stream(compared.challenger()).sum();
        double more = Arrays.stream(excess).sum();
        slice.conditions().forEach(condition -> node.withArray("conditions").add(condition.text()));
        node.put("rows", slice.rows());
        node.put("days", (int) members.stream().map(i -> compared.days()[i]).distinct().count());
        node.put("loss", lost / slice.rows());
        node.put("champion_loss", sum(compared.champion(), members) / slice.rows());
        node.put("effect", slice.difference());
        node.put("effect_lower", slice.lower());
        node.put("effect_upper", 2 * slice.difference() - slice.lower());
        node.put("p", slice.p());
        node.put("worse", slice.p() <= WorstSegments.ALPHA);
        node.put("share_of_rows", slice.rows() / (double) excess.length);
        node.put("share_of_loss", all > 0 ? lost / all : 0);
        node.put("share_of_excess", more > 0 ? (Double) (sum(excess, members) / more) : null);
    }

    private static double sum(double[] values, BitSet members) {
        return members.stream().mapToDouble(i -> values[i]).sum();
    }

    private static String verdict(Found found, int rows) {
        if (found.searched() == 0) {
            return "Where it is worse is not known: of %,d events that both predicted no segment has %s."
                    .formatted(rows, WorstSegments.NEEDED);
        }
        Slice first = found.slices().getFirst();
        int worse = found.worse().size();
        return worse == 0
                ? String.format(
                        Locale.ROOT,
                        "No segment stands out: of %,d looked at on %,d events it is worse in none beyond chance (%s comes nearest, adjusted p %.2g).",
                        found.searched(), rows, WorstSegments.named(first), first.p())
                : String.format(
                        Locale.ROOT,
                        "Worst where %s (%,d of %,d events): it lost %.3g more than the champion, at least %.3g; %,d of %,d segments looked at %s worse beyond chance.",
                        WorstSegments.named(first), first.rows(), rows, first.difference(), first.lower(), worse, found.searched(),
                        worse == 1 ? "is" : "are");
    }
}
