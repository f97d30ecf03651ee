package dev.keelson.learn.preprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.spi.ModelJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Median imputation, missing indicators and standardisation, fitted on training rows alone. Output columns are the
 * features in order, then one indicator (1 when missing) for each feature of {@code indicators}; every column has mean
 * 0 and standard deviation 1 over the training rows (population formula), or is 0 throughout when it was constant
 * there.
 *
 * <p>A feature gets an indicator when at least {@link #INDICATOR_SHARE} of its training values and at least one were
 * missing and at least as many were present. A feature without any value is 0 throughout. Safe for use by several
 * threads.
 *
 * @param medians value that stands in for a missing one, for each feature; 0 when all were missing
 * @param means mean of each output column after imputation
 * @param scales 1 / standard deviation of each output column; 0 for a constant one
 * @param indicators features that have a missing indicator, ascending
 */
public record Preprocessing(double[] medians, double[] means, double[] scales, int[] indicators) {

    /** Share of missing values from which a feature gets an indicator, and share of present ones that it needs. */
    public static final double INDICATOR_SHARE = 0.01;

    /** Most output columns of a learner that keeps a number for each pair of them: 800 MB. */
    public static final int MOST_IN_PAIRS = 10_000;

    /** Checks that the lengths fit. */
    public Preprocessing {
        int width = medians.length + indicators.length;
        if (means.length != width || scales.length != width) {
            throw new IllegalArgumentException(
                    "There are %d means and %d scales; %d features and %d indicators need as many as their sum."
                            .formatted(means.length, scales.length, medians.length, indicators.length));
        }
        for (int i = 0; i < indicators.length; i++) {
            int least = i == 0 ? 0 : indicators[i - 1] + 1;
            if (indicators[i] < least || indicators[i] >= medians.length) {
                throw new IllegalArgumentException("The indicators %s must be ascending positions among %d features."
                        .formatted(Arrays.toString(indicators), medians.length));
            }
        }
    }

    /** Fits to training rows; rows count the same. */
    public static Preprocessing fit(FeatureMatrix features) {
        int n = features.rows();
        int width = features.width();
        double[] medians = new double[width];
        List<Integer> marked = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            double[] present = new double[n];
            int count = 0;
            for (double value : features.columns()[j]) {
                if (!Double.isNaN(value)) {
                    present[count++] = value;
                }
            }
            medians[j] = median(present, count);
            double least = Math.max(1, INDICATOR_SHARE * n);
            if (n - count >= least && count >= least) {
                marked.add(j);
            }
        }
        int[] indicators = marked.stream().mapToInt(Integer::intValue).toArray();
        double[] means = new double[width + indicators.length];
        double[] scales = new double[width + indicators.length];
        double[] column = new double[n];
        for (int c = 0; c < means.length; c++) {
            for (int i = 0; i < n; i++) {
                double value = features.columns()[c < width ? c : indicators[c - width]][i];
                boolean missing = Double.isNaN(value);
                column[i] = c < width ? (missing ? medians[c] : value) : missing ? 1 : 0;
            }
            standardise(column, c, means, scales);
        }
        return new Preprocessing(medians, means, scales, indicators);
    }

    /**
     * For a learner that keeps a number for each pair of output columns.
     *
     * @throws KeelsonException BAD_VALUE if there are more than {@link #MOST_IN_PAIRS}
     */
    public Preprocessing requirePairs(String learner) {
        if (means.length > MOST_IN_PAIRS) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    String.format(
                            Locale.ROOT,
                            "The learner %s takes at most %,d features, and there are %,d (%,d of them tell whether another is missing).",
                            learner,
                            MOST_IN_PAIRS,
                            means.length,
                            indicators.length),
                    "Maybe select fewer features, or use xgboost or lightgbm, which take as many as memory holds.");
        }
        return this;
    }

    private static double median(double[] values, int count) {
        if (count == 0) {
            return 0;
        }
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        double low = sorted[(count - 1) / 2];
        double high = sorted[count / 2];
        return low + (high - low) / 2;
    }

    private static void standardise(double[] column, int c, double[] means, double[] scales) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (double value : column) {
            least = Math.min(least, value);
            most = Math.max(most, value);
            sum += value;
        }
        if (!(least < most)) { // exactly constant: its variance must not be a rounding error that is then divided by
            means[c] = least;
            return;
        }
        double mean = sum / column.length;
        double squares = 0;
        for (double value : column) {
            squares += (value - mean) * (value - mean);
        }
        double scale = 1 / Math.sqrt(squares / column.length);
        if (scale > 0
                && scale < Double.POSITIVE_INFINITY) { // else the values are too large or too close to be told apart
            means[c] = mean;
            scales[c] = scale;
        }
    }

    /** Number of output columns. */
    public int width() {
        return means.length;
    }

    /** Output column {@code c} of a row. */
    public double column(double[] row, int c) {
        int features = medians.length;
        if (c >= features) {
            return ((Double.isNaN(row[indicators[c - features]]) ? 1 : 0) - means[c]) * scales[c];
        }
        double value = row[c];
        return ((Double.isNaN(value) ? medians[c] : value) - means[c]) * scales[c];
    }

    /** The feature from which output column {@code c} is made. */
    public int feature(int c) {
        return c < medians.length ? c : indicators[c - medians.length];
    }

    /** As JSON: {@code medians}, {@code means}, {@code scales}, {@code indicators}. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (double value : medians) {
            json.withArray("medians").add(value);
        }
        for (double value : means) {
            json.withArray("means").add(value);
        }
        for (double value : scales) {
            json.withArray("scales").add(value);
        }
        ArrayNode marked = json.putArray("indicators");
        for (int value : indicators) {
            marked.add(value);
        }
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if the lengths do not fit
     */
    public static Preprocessing fromJson(JsonNode json) {
        int[] indicators = new int[json.path("indicators").size()];
        for (int i = 0; i < indicators.length; i++) {
            indicators[i] = json.path("indicators").path(i).asInt(-1);
        }
        return new Preprocessing(
                ModelJson.numbers(json.path("medians")),
                ModelJson.numbers(json.path("means")),
                ModelJson.numbers(json.path("scales")),
                indicators);
    }
}
