package dev.keelson.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Searches the parts of some rows for those whose loss is greater than that of the rest beyond chance, with control over
 * everything that was looked at.
 *
 * <p>Of a slice, {@code t} is the mean loss of its rows less that of all others over a standard error that takes the rows of
 * a cluster together; Student's law with as many degrees of freedom as the slice or the rest has clusters (the fewer), less one, puts it on the
 * scale of the normal. What the greatest of all these statistics is by chance comes from a multiplier bootstrap: every
 * cluster's contributions to all slices are multiplied by the same normal number, so that slices that share rows move
 * together. The adjusted p-value of a slice is the share of the greatest statistics that reach its own. The chance of
 * naming any slice when none is worse is therefore at most alpha however many were searched and however they overlap, up to
 * the normal approximation of sums over clusters.
 *
 * <p>Source: Westfall, P. H. and Young, S. S. (1993), Resampling-based multiple testing, Wiley, for the maximum;
 * Chernozhukov, V., Chetverikov, D. and Kato, K. (2013), Annals of Statistics 41(6), for the multipliers.
 */
public final class WorstSlices {
    private static final int MOST_BLOCKS = 200;

    private WorstSlices() {}

    /**
     * What some rows have in common.
     *
     * @param family what it is about, such as a column; no two conditions of a family are joined
     * @param text in words, such as {@code league = E0}
     * @param rows the rows that meet it
     * @param joins whether slices of two conditions are made with it
     */
    public record Condition(String family, String text, BitSet rows, boolean joins) {}

    /**
     * How the search is done.
     *
     * @param leastRows rows that a slice and the rest have at least
     * @param leastClusters clusters that a slice and the rest have at least, 2 or more
     * @param mostSlices no more slices than that are looked at, those of one condition first
     * @param resamples draws of the greatest statistic
     * @param alpha chance of naming any slice when none is worse
     * @param seed of the draws
     */
    public record Settings(int leastRows, int leastClusters, int mostSlices, int resamples, double alpha, long seed) {
        /** Checks the ranges. */
        public Settings {
            Samples.requireOpenShare(alpha, "alpha");
            if (leastRows < 1 || leastClusters < 2 || mostSlices < 1 || resamples < 100) {
                throw new IllegalArgumentException(
                        "The least rows (%d), least clusters (%d), most slices (%d) and resamples (%d) must be at least 1, 2, 1 and 100."
                                .formatted(leastRows, leastClusters, mostSlices, resamples));
            }
        }
    }

    /**
     * A slice that was looked at.
     *
     * @param conditions one or two, all of which its rows meet
     * @param rows number of its rows
     * @param clusters number of its clusters
     * @param loss mean loss of its rows
     * @param rest mean loss of all others, or 0 where slices are held against zero
     * @param standardError of the difference
     * @param p chance that the greatest statistic of the search is at least as great when no slice is worse
     * @param lower with confidence 1 - alpha the difference is at least this, for all slices together
     */
    public record Slice(
            List<Condition> conditions,
            int rows,
            int clusters,
            double loss,
            double rest,
            double standardError,
            double p,
            double lower) {
        /** Copies the conditions. */
        public Slice {
            conditions = List.copyOf(conditions);
        }

        /** How much worse it is. */
        public double difference() {
            return loss - rest;
        }
    }

    /**
     * What came of a search.
     *
     * @param searched how many slices were looked at
     * @param slices all of them, the least p first, then by falling statistic
     * @param alpha chance of naming any slice when none is worse
     */
    public record Found(int searched, List<Slice> slices, double alpha) {
        /** Copies the slices. */
        public Found {
            slices = List.copyOf(slices);
        }

        /** The slices that are worse beyond chance. */
        public List<Slice> worse() {
            return slices.stream().filter(slice -> slice.p() <= alpha).toList();
        }
    }

    private record Candidate(List<Condition> conditions, Part part) {}

    /** Rows and losses of each cluster. */
    private record Blocks(double[] losses, int[] of, double[] rows, double[] sums) {
        static Blocks of(double[] losses, int[] block) {
            int count = Clusters.count(block);
            double[] rows = new double[count];
            double[] sums = new double[count];
            for (int i = 0; i < block.length; i++) {
                rows[block[i]]++;
                sums[block[i]] += losses[i];
            }
            return new Blocks(losses, block, rows, sums);
        }

        int count() {
            return rows.length;
        }

        Part part(BitSet members) {
            double[] inside = new double[count()];
            double[] lost = new double[count()];
            for (int i = members.nextSetBit(0); i >= 0; i = members.nextSetBit(i + 1)) {
                inside[of[i]]++;
                lost[of[i]] += losses[i];
            }
            int clusters = 0;
            int others = 0;
            for (int g = 0; g < inside.length; g++) {
                clusters += inside[g] > 0 ? 1 : 0;
                others += inside[g] < rows[g] ? 1 : 0;
            }
            return new Part(members.cardinality(), inside, lost, clusters, others);
        }
    }

    /** The rows and losses of a slice in each cluster. */
    private record Part(int size, double[] rows, double[] sums, int clusters, int otherClusters) {}

    private record Tested(Slice slice, double z) {}

    /**
     * Searches.
     *
     * @param losses finite
     * @param cluster identity of each row's cluster, same length; more than 200 are put together with their neighbours
     * @param conditions in the order in which they are looked at
     */
    public static Found search(double[] losses, int[] cluster, List<Condition> conditions, Settings settings) {
        return search(losses, cluster, conditions, settings, false);
    }

    /**
     * Searches for slices whose own mean is above zero, whatever the others are, such as of what was lost more than before. Of the
     * slices that are found the rest is 0.
     *
     * @param excesses finite
     * @param cluster as in {@link #search}
     * @param conditions in the order in which they are looked at
     */
    public static Found aboveZero(double[] excesses, int[] cluster, List<Condition> conditions, Settings settings) {
        return search(excesses, cluster, conditions, settings, true);
    }

    private static Found search(double[] losses, int[] cluster, List<Condition> conditions, Settings settings, boolean alone) {
        if (losses.length != cluster.length) {
            throw new IllegalArgumentException("There are %d losses and %d cluster ids; as many of both are needed."
                    .formatted(losses.length, cluster.length));
        }
        Blocks blocks = Blocks.of(losses, Clusters.blocks(cluster, MOST_BLOCKS));
        List<Slice> slices = new ArrayList<>();
        List<double[]> shares = new ArrayList<>();
        List<Integer> effective = new ArrayList<>();
        for (Candidate candidate : candidates(blocks, conditions, settings)) {
            Part part = candidate.part();
            double[] share = new double[blocks.count()];
            int few = alone ? part.clusters() : Math.min(part.clusters(), part.otherClusters());
            Slice slice = measure(candidate, blocks, few, alone, share);
            if (slice != null) {
                slices.add(slice);
                shares.add(share);
                effective.add(few);
            }
        }
        double[] greatest = greatest(shares, blocks.count(), settings);
        double critical = greatest.length == 0 ? 0 : Samples.quantile(greatest, 1 - settings.alpha());
        List<Tested> tested = new ArrayList<>();
        for (int s = 0; s < slices.size(); s++) {
            Slice each = slices.get(s);
            double z = normal(each.difference() / each.standardError(), effective.get(s));
            int at = Arrays.binarySearch(greatest, z);
            int below = at < 0 ? -at - 1 : at;
            while (below > 0 && greatest[below - 1] == z) {
                below--;
            }
            double p = (1.0 + greatest.length - below) / (1.0 + greatest.length);
            double t = TDistribution.of(effective.get(s) - 1).inverseCumulativeProbability(Normal.cdf(critical));
            tested.add(new Tested(
                    new Slice(
                            each.conditions(),
                            each.rows(),
                            each.clusters(),
                            each.loss(),
                            each.rest(),
                            each.standardError(),
                            p,
                            each.difference() - t * each.standardError()),
                    z));
        }
        tested.sort(Comparator.comparingDouble(Tested::z).reversed());
        return new Found(tested.size(), tested.stream().map(Tested::slice).toList(), settings.alpha());
    }

    private static List<Candidate> candidates(Blocks blocks, List<Condition> conditions, Settings settings) {
        List<Candidate> found = new ArrayList<>();
        Set<BitSet> seen = new HashSet<>(); // asked only whether it has one
        List<Condition> joining = new ArrayList<>();
        for (Condition condition : conditions) {
            if (found.size() < settings.mostSlices()
                    && add(found, seen, List.of(condition), condition.rows(), blocks, settings)
                    && condition.joins()) {
                joining.add(condition);
            }
        }
        for (int a = 0; a < joining.size(); a++) {
            for (int b = a + 1; b < joining.size() && found.size() < settings.mostSlices(); b++) {
                Condition first = joining.get(a);
                Condition second = joining.get(b);
                if (!first.family().equals(second.family())) {
                    BitSet both = (BitSet) first.rows().clone();
                    both.and(second.rows());
                    add(found, seen, List.of(first, second), both, blocks, settings);
                }
            }
        }
        return found;
    }

    private static boolean add(
            List<Candidate> to,
            Set<BitSet> seen,
            List<Condition> conditions,
            BitSet members,
            Blocks blocks,
            Settings settings) {
        int size = members.cardinality();
        if (size < settings.leastRows() || blocks.losses().length - size < settings.leastRows()) {
            return false;
        }
        Part part = blocks.part(members);
        if (part.clusters() < settings.leastClusters()
                || part.otherClusters() < settings.leastClusters()
                || !seen.add(members)) {
            return false;
        }
        return to.add(new Candidate(conditions, part));
    }

    /** The slice without its p-value, or null where nothing varies; its contributions by cluster are put into the array. */
    private static @Nullable Slice measure(Candidate candidate, Blocks blocks, int few, boolean alone, double[] share) {
        Part part = candidate.part();
        double others = blocks.losses().length - part.size();
        double inside = 0;
        double outside = 0;
        for (int g = 0; g < share.length; g++) {
            inside += part.sums()[g];
            outside += blocks.sums()[g] - part.sums()[g];
        }
        double loss = inside / part.size();
        double rest = alone ? 0 : outside / others;
        double squares = 0;
        for (int g = 0; g < share.length; g++) {
            double otherSum = blocks.sums()[g] - part.sums()[g];
            double otherRows = blocks.rows()[g] - part.rows()[g];
            double other = alone ? 0 : (otherSum - rest * otherRows) / others;
            share[g] = (part.sums()[g] - loss * part.rows()[g]) / part.size() - other;
            squares += share[g] * share[g];
        }
        double scale = Math.max(Math.abs(loss), Math.abs(rest));
        if (!(squares > 1e-24 * scale * scale)) {
            return null;
        }
        double norm = Math.sqrt(squares);
        for (int g = 0; g < share.length; g++) {
            share[g] /= norm;
        }
        double error = Math.sqrt(few / (few - 1.0)) * norm;
        return new Slice(
                candidate.conditions(), part.size(), part.clusters(), loss, rest, error, Double.NaN, Double.NaN);
    }

    /** Where a statistic of few clusters stands on the scale of the normal. */
    private static double normal(double t, int clusters) {
        TDistribution law = TDistribution.of(clusters - 1);
        double above = law.survivalProbability(Math.abs(t));
        double z = above > 0 ? -Normal.quantile(above) : 40;
        return t < 0 ? -z : z;
    }

    /** The greatest statistic of each draw, ascending; none without slices. */
    private static double[] greatest(List<double[]> shares, int blocks, Settings settings) {
        if (shares.isEmpty()) {
            return new double[0];
        }
        SplittableRandom random = new SplittableRandom(settings.seed());
        double[] greatest = new double[settings.resamples()];
        double[] multipliers = new double[blocks];
        for (int b = 0; b < greatest.length; b++) {
            for (int g = 0; g < blocks; g++) {
                multipliers[g] = random.nextGaussian();
            }
            double most = Double.NEGATIVE_INFINITY;
            for (double[] share : shares) {
                double sum = 0;
                for (int g = 0; g < blocks; g++) {
                    sum += share[g] * multipliers[g];
                }
                most = Math.max(most, sum);
            }
            greatest[b] = most;
        }
        Arrays.sort(greatest);
        return greatest;
    }
}
