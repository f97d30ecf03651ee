package dev.keelson.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.ModelBundle;
import dev.keelson.metrics.ReliabilityBins;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a training made. The same request gives the same bytes.
 *
 * <p>Metric names: {@code test_} (the untouched last period, by members fitted before it) or {@code oof_} (out-of-fold
 * predictions on which weights and calibration were fitted), then {@code log_loss}, {@code brier}, {@code rps},
 * {@code accuracy}, {@code ece} or {@code n}; {@code _lower} and {@code _upper} are the ends of a 95 % interval
 * clustered by day. Of one league: {@code segment/<name>/...}; of one member:
 * {@code member/<position>-<learner>/...}. Stakes: {@code test_profit_flat}, {@code test_bets_flat},
 * {@code test_turnover_flat}, {@code test_roi_flat}, {@code test_max_drawdown_flat}, and the same with {@code _kelly}.
 * Of a backtest: {@code backtest/bets}, {@code backtest/roi} and further ones of {@link Backtest}.
 * Of a label that is a number: {@code mse}, {@code rmse}, {@code mae}, {@code r2} with their intervals, {@code bias} and
 * {@code n}. What is not finite is left out. When the calibration is chosen, {@code calibration/<method>/log_loss} is what each
 * method reached on later out-of-fold predictions (absent of a method that the rows did not suffice for), and {@code
 * calibration/<method>/chosen} is 1 for the chosen one. With combinatorial validation {@code path/<i>/oof_...} are the
 * scores of each complete history. Of sets and intervals: {@code test_coverage} with its interval, {@code
 * test_coverage_target}, {@code test_set_size} or {@code test_interval_width}, {@code conformal_rows}, and of one group
 * {@code group/<name>/test_coverage}. Of a threshold: {@code threshold} (absent when it is not worth acting), {@code
 * threshold_acts}, {@code oof_threshold_<utility>} (chosen on earlier out-of-fold rows, reached on later ones) with
 * {@code oof_threshold_optimism} and {@code oof_threshold_bets}, and {@code test_threshold_<utility>} with its interval. {@code signal} and its likes: see {@link Signal}.
 *
 * <p>Of an update {@code rows} (recent ones), {@code old_n}, {@code old_log_loss} ({@code old_mse} of a number), {@code
 * old_base_log_loss} of the model it goes on from, {@code old_difference} (update less base) with its interval, {@code
 * old_allowed} and {@code forgets}; the same with {@code recent_} where they could be judged; {@code mistakes} that weigh
 * more.
 *
 * @param bundle the model
 * @param metrics name to finite value; of a refresh {@code rows} alone
 * @param baselines baseline ({@code frequencies}, {@code market}, {@code champion}) to its metrics on the rows that it
 *     covers, and {@code test_<metric>_difference} with its interval: model less baseline on those rows, below 0 when
 *     the model is better (above 0 for accuracy)
 * @param parameters weights and calibration in use
 * @param provenance where it came from
 * @param reliability {@code top_label} (most probable class) and every class by name, over the test period; empty for a
 *     refresh
 * @param importance features by falling share
 * @param test forecasts of the test period; null for a refresh and of a model of values
 * @param values predicted values of the test period; null for a refresh and of a model of classes
 * @param curves how the loss of members that were stopped early fell, in the fit on all rows; none of others
 */
public record TrainingOutcome(
        ModelBundle bundle,
        SortedMap<String, Double> metrics,
        SortedMap<String, SortedMap<String, Double>> baselines,
        RecipeParameters parameters,
        RunProvenance provenance,
        Map<String, ReliabilityBins> reliability,
        List<FeatureImportance> importance,
        @Nullable HoldoutForecast test,
        @Nullable HoldoutValues values,
        List<LearningCurve> curves) {
    private static final double[] ABSENT = {Double.NaN};

    /** The metric with the rows that were too few for the calibration curve of a preset; only where they were. */
    public static final String TOO_FEW_FOR_CURVE = "calibration/isotonic/too_few_rows";

    /** Of an update: 1 when it is worse on old rows by more than it may be, else 0. */
    public static final String FORGETS = "forgets";

    /** The key of the curves in the document of an outcome; absent where there are none. */
    public static final String CURVES = "curves";

    /** Name of the reliability diagram of the most probable class. */
    public static final String TOP = "top_label";

    /** Copies the collections. */
    public TrainingOutcome {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        SortedMap<String, SortedMap<String, Double>> copies = new TreeMap<>();
        baselines.forEach((name, scores) -> copies.put(name, Collections.unmodifiableSortedMap(new TreeMap<>(scores))));
        baselines = Collections.unmodifiableSortedMap(copies);
        reliability = Collections.unmodifiableMap(new LinkedHashMap<>(reliability));
        importance = List.copyOf(importance);
        curves = List.copyOf(curves);
    }

    /** An outcome of members that were not stopped early. */
    public TrainingOutcome(
            ModelBundle bundle,
            SortedMap<String, Double> metrics,
            SortedMap<String, SortedMap<String, Double>> baselines,
            RecipeParameters parameters,
            RunProvenance provenance,
            Map<String, ReliabilityBins> reliability,
            List<FeatureImportance> importance,
            @Nullable HoldoutForecast test,
            @Nullable HoldoutValues values) {
        this(bundle, metrics, baselines, parameters, provenance, reliability, importance, test, values, List.of());
    }

    /**
     * This outcome with the metrics of one more baseline, such as the last champion's, over the test rows that it has
     * forecasts of. Unchanged when there is no test period or none of its rows has a forecast.
     *
     * @param name of the baseline, such as {@code champion}
     * @param forecasts row id to probabilities in the order of the classes, or to the one value
     */
    public TrainingOutcome withBaseline(String name, Map<String, double[]> forecasts) {
        if (values != null) {
            double[] other = values.rowIds().stream()
                    .mapToDouble(row -> forecasts.getOrDefault(row, ABSENT)[0])
                    .toArray();
            return withBaseline(name, ValueScores.baseline(values, other));
        }
        if (test == null) {
            return this;
        }
        int classes = test.classes();
        double[] p = new double[test.labels().length * classes];
        java.util.Arrays.fill(p, Double.NaN);
        for (int i = 0; i < test.labels().length; i++) {
            double[] forecast = forecasts.get(test.rowIds().get(i));
            if (forecast != null) {
                System.arraycopy(forecast, 0, p, i * classes, classes);
            }
        }
        return withBaseline(name, Scores.baseline(test, p));
    }

    private TrainingOutcome withBaseline(String name, SortedMap<String, Double> measured) {
        if (measured.isEmpty()) {
            return this;
        }
        SortedMap<String, SortedMap<String, Double>> more = new TreeMap<>(baselines);
        more.put(name, measured);
        return new TrainingOutcome(bundle, metrics, more, parameters, provenance, reliability, importance, test, values, curves);
    }

    /** Everything but the bundle's files, as one document; {@link #fromJson} reads it back without loss. */
    public ObjectNode toJson() {
        return OutcomeJson.write(this);
    }

    /**
     * The outcome that {@link #toJson} wrote.
     *
     * @param bundle the model's files
     * @throws IllegalArgumentException if the document is damaged or belongs to another model
     */
    public static TrainingOutcome fromJson(JsonNode json, ModelBundle bundle) {
        return OutcomeJson.read(json, bundle);
    }

    /**
     * The weights and the calibration in a document that {@link #toJson} wrote, without the model's files.
     *
     * @throws IllegalArgumentException if the document is damaged
     */
    public static RecipeParameters parameters(JsonNode json) {
        return OutcomeJson.parameters(json);
    }
}
