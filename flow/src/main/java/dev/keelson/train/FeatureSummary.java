package dev.keelson.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * What the values of a feature look like. Where no value is there, all but the counts are NaN.
 *
 * @param rows number of rows
 * @param missing rows without a value
 * @param distinct different values
 * @param top share that the most frequent value has among the values
 * @param mean their mean
 * @param std their standard deviation (divided by n - 1), 0 for one value
 * @param min least
 * @param p05 smallest value that at least 5 % do not exceed
 * @param p50 likewise, half of them
 * @param p95 likewise, 95 %
 * @param max greatest
 */
public record FeatureSummary(
        int rows,
        int missing,
        int distinct,
        double top,
        double mean,
        double std,
        double min,
        double p05,
        double p50,
        double p95,
        double max) {

    /** Of values in any order; NaN is missing. */
    public static FeatureSummary of(double[] values) {
        double[] sorted =
                Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
        int n = sorted.length;
        int missing = values.length - n;
        if (n == 0) {
            double none = Double.NaN;
            return new FeatureSummary(values.length, missing, 0, none, none, none, none, none, none, none, none);
        }
        int distinct = 0;
        int most = 0;
        double sum = 0;
        for (int from = 0; from < n; ) {
            int to = from;
            while (to < n && sorted[to] == sorted[from]) {
                sum += sorted[to++];
            }
            distinct++;
            most = Math.max(most, to - from);
            from = to;
        }
        double mean = sum / n;
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        return new FeatureSummary(
                values.length,
                missing,
                distinct,
                most / (double) n,
                mean,
                n == 1 ? 0 : Math.sqrt(squares / (n - 1)),
                sorted[0],
                at(sorted, 0.05),
                at(sorted, 0.5),
                at(sorted, 0.95),
                sorted[n - 1]);
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)];
    }

    /** Share of the rows without a value. */
    public double missingShare() {
        return rows == 0 ? Double.NaN : missing / (double) rows;
    }

    /** The JSON document; numbers that JSON cannot hold are null. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rows", rows);
        node.put("missing", missing);
        number(node, "missing_share", missingShare());
        node.put("distinct", distinct);
        number(node, "top_share", top);
        number(node, "mean", mean);
        number(node, "std", std);
        number(node, "min", min);
        number(node, "p05", p05);
        number(node, "p50", p50);
        number(node, "p95", p95);
        number(node, "max", max);
        return node;
    }

    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
