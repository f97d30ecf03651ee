package dev.keelson.learn.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Contributions in a model whose margins are weighted sums of its members' margins: each is the weighted sum of the members'
 * contributions. A logarithmic pool of classifiers is such a model, as the softmax of a sum of scores does not change with a
 * number that all classes share, and so is a mean of values.
 */
public final class SumExplainer implements Explainer {
    private final List<Explainer> members;
    private final double[] weights;
    private final double[] start;

    private SumExplainer(List<Explainer> members, double[] weights, double[] start) {
        this.members = List.copyOf(members);
        this.weights = weights.clone();
        this.start = start.clone();
    }

    /**
     * The explainer of a weighted sum.
     *
     * @param members one for each, null where a member has none; those of weight 0 do not count
     * @param weights one for each
     * @param scales on which such a sum is exact; one member alone of weight 1 may be on any
     * @return null when a member that counts has none, or they are on other scales
     */
    public static @Nullable Explainer of(
            List<? extends @Nullable Explainer> members, double[] weights, List<MarginScale> scales) {
        List<Explainer> counting = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int m = 0; m < weights.length; m++) {
            Explainer member = members.get(m);
            if (weights[m] == 0) {
                continue;
            }
            if (member == null) {
                return null;
            }
            counting.add(member);
            shares.add(weights[m]);
        }
        if (counting.size() == 1 && Math.abs(shares.getFirst() - 1) < 1e-12) {
            return counting.getFirst();
        }
        double[] kept = shares.stream().mapToDouble(Double::doubleValue).toArray();
        boolean exact = !counting.isEmpty() && alike(counting) && scales.contains(counting.getFirst().scale());
        return exact ? new SumExplainer(counting, kept, new double[counting.getFirst().margins().size()]) : null;
    }

    /**
     * The explainer of a linear model of the margins of members, one margin each.
     *
     * @param members one for each column that the model reads, null where a member has none
     * @param upper of the linear model
     * @return null when a member has none, has several margins or is on another scale than the upper model, or the upper
     *     model is not linear
     */
    public static @Nullable Explainer stacked(List<? extends @Nullable Explainer> members, @Nullable Explainer upper) {
        if (!(upper instanceof LinearExplainer)
                || upper.margins().size() != 1
                || upper.features() != members.size()) {
            return null;
        }
        int count = members.size();
        List<Explainer> counting = new ArrayList<>();
        double[] weights = new double[count];
        double[] start = new double[1];
        double[] none = new double[upper.length()];
        double[] one = new double[upper.length()];
        upper.explain(new double[count], none);
        start[0] = none[count];
        for (int m = 0; m < count; m++) {
            Explainer member = members.get(m);
            if (member == null || member.margins().size() != 1 || member.scale() != upper.scale()) {
                return null;
            }
            double[] row = new double[count];
            row[m] = 1;
            upper.explain(row, one);
            weights[m] = one[m] - none[m];
            start[0] += none[m];
            counting.add(member);
        }
        return alike(counting) ? new SumExplainer(counting, weights, start) : null;
    }

    private static boolean alike(List<Explainer> members) {
        Explainer first = members.getFirst();
        return members.stream()
                .allMatch(each -> each.scale() == first.scale()
                        && each.margins().equals(first.margins())
                        && each.features() == first.features());
    }

    @Override
    public List<String> margins() {
        return members.getFirst().margins();
    }

    @Override
    public MarginScale scale() {
        return members.getFirst().scale();
    }

    @Override
    public String method() {
        TreeSet<String> methods = new TreeSet<>();
        members.forEach(member -> methods.addAll(Arrays.asList(member.method().split("\\+", -1))));
        return String.join("+", methods);
    }

    @Override
    public int features() {
        return members.getFirst().features();
    }

    @Override
    public void explain(double[] row, double[] out) {
        int length = length();
        int stride = features() + 1;
        double[] one = new double[length];
        Arrays.fill(out, 0, length, 0);
        for (int k = 0; k < start.length; k++) {
            out[k * stride + stride - 1] = start[k];
        }
        for (int m = 0; m < weights.length; m++) {
            members.get(m).explain(row, one);
            for (int i = 0; i < length; i++) {
                out[i] += weights[m] * one[i];
            }
        }
    }
}
