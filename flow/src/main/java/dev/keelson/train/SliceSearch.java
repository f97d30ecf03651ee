package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Clusters;
import dev.keelson.stats.WorstSlices;
import dev.keelson.stats.WorstSlices.Condition;
import dev.keelson.stats.WorstSlices.Found;
import dev.keelson.stats.WorstSlices.Slice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The search for slices of a test period whose loss is worse than that of the rest. */
final class SliceSearch {
    private static final double ALPHA = 0.05;
    private static final int LEAST_ROWS = 30;
    private static final int LEAST_DAYS = 8;
    private static final int MOST_SLICES = 600;
    private static final int DRAWS = 999;
    private static final int TOLD = 20;
    private static final int MOST_TOLD = 100;

    private final JudgedRows rows;
    private final long seed;

    SliceSearch(JudgedRows rows, long seed) {
        this.rows = rows;
        this.seed = seed;
    }

    /** The slices whose loss is greater. */
    void putLoss(ObjectNode to, SliceConditions conditions) {
        put(to, conditions, rows.losses(), "loss");
    }

    /**
     * The slices whose loss exceeds what the model's own probabilities expect by more than that of the rest: the model is
     * wrong there, where a greater loss alone may be of rows that are hard to tell.
     */
    void putSurprise(ObjectNode to, SliceConditions conditions) {
        double[] surprise = rows.losses();
        double[] expected = rows.expected();
        for (int i = 0; i < surprise.length; i++) {
            surprise[i] -= expected[i];
        }
        put(to, conditions, surprise, "surprise");
    }

    private void put(ObjectNode to, SliceConditions conditions, double[] judged, String of) {
        int least = Math.max(LEAST_ROWS, rows.count() / 100);
        Found found = WorstSlices.search(
                judged,
                rows.days(),
                conditions.all(),
                new WorstSlices.Settings(least, LEAST_DAYS, MOST_SLICES, DRAWS, ALPHA, seed));
        List<Slice> worse = found.worse();
        to.put("of", of);
        to.put("searched", found.searched());
        to.put("least_rows", least);
        to.put("least_days", LEAST_DAYS);
        to.put("alpha", ALPHA);
        to.put("worse", worse.size());
        List<Slice> listed = told(found, worse);
        long told = listed.stream().filter(slice -> slice.p() <= ALPHA).count();
        to.put(
                "verdict",
                verdict(found, worse, least, of)
                        + (told < worse.size()
                                ? " Of these %d are listed, without those that lie within one of them.".formatted(told)
                                : ""));
        double[] losses = rows.losses();
        double[] expected = rows.expected();
        ArrayNode slices = to.putArray("slices");
        for (Slice slice : listed) {
            ObjectNode node = slices.addObject();
            slice.conditions().forEach(condition -> node.withArray("conditions").add(condition.text()));
            BitSet members = members(slice);
            node.put("rows", slice.rows());
            node.put("days", (int) members.stream().map(i -> rows.days()[i]).distinct().count());
            node.put("loss", mean(losses, members, true));
            node.put("rest", mean(losses, members, false));
            if (expected.length > 0) {
                node.put("expected", mean(expected, members, true));
                node.put("expected_rest", mean(expected, members, false));
            }
            node.put("difference", slice.difference());
            node.put("difference_at_least", slice.lower());
            node.put("p", slice.p());
            node.put("worse", slice.p() <= ALPHA);
        }
    }

    /** The slices without those of two conditions of which one alone is worse already; a few that are not worse. */
    private static List<Slice> told(Found found, List<Slice> worse) {
        Set<Condition> alone = new HashSet<>(); // asked only whether it has one
        for (Slice slice : worse) {
            if (slice.conditions().size() == 1) {
                alone.add(slice.conditions().getFirst());
            }
        }
        List<Slice> told = new ArrayList<>();
        for (Slice slice : found.slices()) {
            boolean repeats = slice.conditions().size() > 1
                    && slice.conditions().stream().anyMatch(alone::contains);
            if (!repeats && told.size() < (slice.p() <= ALPHA ? MOST_TOLD : TOLD)) {
                told.add(slice);
            }
        }
        return told;
    }

    private static BitSet members(Slice slice) {
        BitSet members = (BitSet) slice.conditions().getFirst().rows().clone();
        slice.conditions().forEach(condition -> members.and(condition.rows()));
        return members;
    }

    private static double mean(double[] values, BitSet members, boolean inside) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < values.length; i++) {
            if (members.get(i) == inside) {
                sum += values[i];
                n++;
            }
        }
        return sum / n;
    }

    private String verdict(Found found, List<Slice> worse, int least, String of) {
        if (found.searched() == 0) {
            return String.format(
                    Locale.ROOT,
                    "No slice could be looked at: of %,d rows on %,d days none has %d rows on %d days beside as many others.",
                    rows.count(),
                    Clusters.count(Clusters.index(rows.days())),
                    least,
                    LEAST_DAYS);
        }
        Slice first = found.slices().getFirst();
        String named = first.conditions().stream().map(Condition::text).collect(Collectors.joining(" and "));
        String than = of.equals("loss")
                ? "worse than the rest beyond chance"
                : "predicted worse than the model itself expects, against the rest, beyond chance";
        if (worse.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "No slice is %s: of %,d slices looked at, the one that stands out most (%s, %,d rows) has an adjusted p of %.2g.",
                    than,
                    found.searched(),
                    named,
                    first.rows(),
                    first.p());
        }
        return String.format(
                Locale.ROOT,
                "%,d of %,d slices looked at %s %s, first of all %s: by %.3g in the mean, at least %.3g, adjusted p %.2g.",
                worse.size(),
                found.searched(),
                worse.size() == 1 ? "is" : "are",
                than,
                named,
                first.difference(),
                first.lower(),
                first.p());
    }
}
