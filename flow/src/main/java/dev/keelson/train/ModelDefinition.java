package dev.keelson.train;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.labels.LabelDefinition;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as the project file declares it, with {@code extends} already resolved.
 *
 * @param name its name in the project
 * @param label what it predicts, with at least two classes in order (ordered outcomes keep their order: H, D, A)
 * @param entities role to (entity key to source column): {@code home: { team: HomeTeam }}
 * @param features selectors in order: {@code home.team_form.*}, {@code home.ratings.elo}, or a request-time
 *     expression such as {@code implied(AvgH, AvgD, AvgA)}
 * @param derive name to expression over selected features and request columns, in order
 * @param learners members of the ensemble, in order, with their settings
 * @param combine how several members become one
 * @param folds walk-forward folds, at least 2
 * @param test length of the last, untouched period on which the run's metrics are reported
 * @param embargo gap between training rows and the rows that judge them; at least the label's delay
 * @param calibration how probabilities are corrected
 * @param backtest staking to report, or null
 * @param baselines what the metrics stand beside
 * @param seed reaches everything random
 */
public record ModelDefinition(
        String name,
        LabelDefinition label,
        Map<String, Map<String, String>> entities,
        List<Located> features,
        Map<String, Located> derive,
        List<LearnerDefinition> learners,
        Combine combine,
        int folds,
        Duration test,
        Duration embargo,
        Calibration calibration,
        @Nullable Backtest backtest,
        List<Baseline> baselines,
        long seed,
        @Nullable Location location) {
    public ModelDefinition {
        entities = Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        features = List.copyOf(features);
        derive = Collections.unmodifiableMap(new LinkedHashMap<>(derive));
        learners = List.copyOf(learners);
        baselines = List.copyOf(baselines);
        if (folds < 2) {
            throw new IllegalArgumentException("folds (%d) must be at least 2.".formatted(folds));
        }
        if (label.isNumber()) {
            throw new IllegalArgumentException("The label (%s) has no classes.".formatted(label.address()));
        }
    }

    /** A model whose label is a column of outcomes as it is. */
    public ModelDefinition(
            String name,
            String source,
            String label,
            List<String> classes,
            Map<String, Map<String, String>> entities,
            List<Located> features,
            Map<String, Located> derive,
            List<LearnerDefinition> learners,
            Combine combine,
            int folds,
            Duration test,
            Duration embargo,
            Calibration calibration,
            @Nullable Backtest backtest,
            List<Baseline> baselines,
            long seed,
            @Nullable Location location) {
        this(
                name,
                LabelDefinition.ofColumn(source, label, classes, Duration.ZERO),
                entities,
                features,
                derive,
                learners,
                combine,
                folds,
                test,
                embargo,
                calibration,
                backtest,
                baselines,
                seed,
                location);
    }

    /** The source of its rows. */
    public String source() {
        return label.source();
    }

    /** The label's classes, in order. */
    public List<String> classes() {
        return label.classes();
    }

    /**
     * A learner and its settings.
     *
     * @param name as registered, such as {@code xgboost} or {@code logistic}
     * @param settings setting to value (Double, Long, String or Boolean); missing ones take the learner's defaults
     */
    public record LearnerDefinition(String name, Map<String, Object> settings) {
        public LearnerDefinition {
            settings = Collections.unmodifiableMap(new java.util.TreeMap<>(settings));
        }
    }

    /** How several members become one model. */
    public enum Combine {
        /** Weighted mean of log probabilities with weights fitted on out-of-fold predictions. */
        BLEND,
        /** The only member. */
        NONE
    }

    /** How probabilities are corrected on out-of-fold predictions. */
    public enum Calibration {
        /** Not at all. */
        NONE,
        /** One temperature for all classes. */
        TEMPERATURE
    }

    /**
     * Simulated staking.
     *
     * @param odds decimal odds columns in the order of the classes
     * @param kellyFraction share of the full Kelly stake, above 0 to 1; null for flat stakes only
     * @param bankroll starting bank in units
     */
    public record Backtest(List<String> odds, @Nullable Double kellyFraction, double bankroll) {
        public Backtest {
            odds = List.copyOf(odds);
        }
    }

    /** What a model is compared with. */
    public sealed interface Baseline {
        /** Class frequencies of the training rows. */
        record Frequencies() implements Baseline {}

        /** Margin-free probabilities of decimal odds, in the order of the classes. */
        record Market(List<String> odds) implements Baseline {
            public Market {
                odds = List.copyOf(odds);
            }
        }
    }
}
