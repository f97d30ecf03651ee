package dev.keelson.train;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.frame.Micros;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.Task;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.split.CombinatorialPurged;
import dev.keelson.learn.split.GroupKFold;
import dev.keelson.learn.split.KFold;
import dev.keelson.learn.split.PurgedKFold;
import dev.keelson.learn.split.Splitter;
import dev.keelson.learn.split.WalkForward;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model as the project file declares it, with {@code extends} already resolved.
 *
 * @param name its name in the project
 * @param label what it predicts: at least two classes in order (ordered outcomes keep their order: H, D, A), or a
 *     number
 * @param entities role to (entity key to source column): {@code home: { team: HomeTeam }}
 * @param features selectors in order: {@code home.team_form.*}, {@code home.ratings.elo}, or a request-time
 *     expression such as {@code implied(AvgH, AvgD, AvgA)}
 * @param derive name to expression over selected features and request columns, in order
 * @param learners members of the ensemble, in order, with their settings
 * @param folding how the rows before the test period are parted into ones that train and ones that judge
 * @param test length of the last, untouched period on which the run's metrics are reported
 * @param embargo gap between training rows and the rows that judge them; at least the label's delay
 * @param calibration how probabilities are corrected; NONE of a number
 * @param backtest money to simulate and report, or null
 * @param baselines what the metrics stand beside
 * @param seed reaches everything random
 * @param weighting how much each row counts in training; metrics count every row the same
 * @param timeLimit how long the fits of an ensemble may take before no further member is begun; null for no limit
 * @param guidance what is told beside a prediction
 * @param form in which form features reach the learners, and a number is told
 */
public record ModelDefinition(
        String name,
        LabelDefinition label,
        Map<String, Map<String, String>> entities,
        List<Located> features,
        Map<String, Located> derive,
        List<LearnerDefinition> learners,
        Folding folding,
        Duration test,
        Duration embargo,
        Calibration calibration,
        @Nullable BacktestDefinition backtest,
        List<Baseline> baselines,
        long seed,
        Weighting weighting,
        @Nullable Duration timeLimit,
        GuidanceDefinition guidance,
        FormDefinition form,
        @Nullable Location location) {
    public ModelDefinition {
        entities = Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        features = List.copyOf(features);
        derive = Collections.unmodifiableMap(new LinkedHashMap<>(derive));
        learners = List.copyOf(learners);
        baselines = List.copyOf(baselines);
        boolean classifies = calibration != Calibration.NONE
                || backtest instanceof BacktestDefinition.Stakes
                || baselines.stream().anyMatch(baseline -> !(baseline instanceof Baseline.Mean));
        if (label.isNumber() && classifies) {
            throw new IllegalArgumentException(
                    "The label (%s) has no classes, so that nothing is calibrated, staked or compared with odds."
                            .formatted(label.address()));
        }
        if (!label.isNumber() && !form.quantiles().isEmpty()) {
            throw new IllegalArgumentException(
                    "The label (%s) has classes, which have no quantiles.".formatted(label.address()));
        }
    }

    /** A model to be: of all features, without calibration, backtest, baselines and guidance, its rows all count the same. */
    public static Builder builder(String name, LabelDefinition label) {
        return new Builder(name, label);
    }

    /** The same, to be changed. */
    public Builder toBuilder() {
        Builder builder = new Builder(name, label);
        builder.entities = entities;
        builder.features = features;
        builder.derive = derive;
        builder.learners = learners;
        builder.folding = folding;
        builder.test = test;
        builder.embargo = embargo;
        builder.calibration = calibration;
        builder.backtest = backtest;
        builder.baselines = baselines;
        builder.seed = seed;
        builder.weighting = weighting;
        builder.timeLimit = timeLimit;
        builder.guidance = guidance;
        builder.form = form;
        builder.location = location;
        return builder;
    }

    /** How the learners become one model. */
    public Combine combine() {
        return learners.size() > 1 ? Combine.BLEND : Combine.NONE;
    }

    /** The same, with something told beside its prediction. */
    public ModelDefinition withGuidance(GuidanceDefinition other) {
        return toBuilder().guidance(other).build();
    }

    /** The same, its features and numbers in another form. */
    public ModelDefinition withForm(FormDefinition other) {
        return toBuilder().form(other).build();
    }

    /** The same, with another limit to the fits of its ensemble. */
    public ModelDefinition withTimeLimit(@Nullable Duration other) {
        return toBuilder().timeLimit(other).build();
    }

    /** The same, learned by others. */
    public ModelDefinition withLearners(List<LearnerDefinition> others) {
        return toBuilder().learners(others).build();
    }

    /** The same, of the rows that meet a condition; of all for null. */
    public ModelDefinition ofRows(@Nullable String condition) {
        return toBuilder().label(label.ofRows(condition)).build();
    }

    /** The same, of other features. */
    public ModelDefinition withFeatures(List<Located> selected, Map<String, Located> derived) {
        return toBuilder().features(selected).derive(derived).build();
    }

    /** How many folds, or blocks of time, there are. */
    public int folds() {
        return folding.folds();
    }

    /**
     * What parts the rows before the test period.
     *
     * @param firstShare walk-forward: share of the rows before the first rows that judge
     * @throws dev.keelson.error.KeelsonException EMBARGO_TOO_SHORT if it purges and the embargo is shorter than the
     *     label's delay
     */
    Splitter splitter(double firstShare) {
        long gap = Micros.of(embargo);
        long horizon = Micros.of(label.delay());
        return switch (folding.kind()) {
            case WALK_FORWARD -> {
                WalkForward walk = new WalkForward(folding.folds(), gap, firstShare);
                Duration window = folding.window();
                yield window == null ? walk : walk.rolling(Micros.of(window));
            }
            case KFOLD -> new KFold(folding.folds(), true, seed);
            case GROUPED -> new GroupKFold(folding.folds());
            case PURGED_KFOLD -> new PurgedKFold(folding.folds(), gap, horizon);
            case COMBINATORIAL_PURGED -> new CombinatorialPurged(folding.folds(), folding.tested(), gap, horizon);
        };
    }

    /** The source of its rows. */
    public String source() {
        return label.source();
    }

    /** What a model of it tells. */
    public Task task() {
        return label.isNumber() ? new Task.Regression() : new Task.Classification(classes());
    }

    /** Whether it predicts a number instead of classes. */
    public boolean isNumber() {
        return label.isNumber();
    }

    /** The label's classes, in order; none of a number. */
    public List<String> classes() {
        return label.classes();
    }

    /**
     * A learner and its settings.
     *
     * @param name as registered, such as {@code xgboost} or {@code logistic}
     * @param settings setting to value (Double, Long, String or Boolean); missing ones take the learner's defaults
     * @param members of a learner made of learners, in order; otherwise none
     */
    public record LearnerDefinition(String name, Map<String, Object> settings, List<LearnerDefinition> members) {
        public LearnerDefinition {
            settings = Collections.unmodifiableMap(new java.util.TreeMap<>(settings));
            members = List.copyOf(members);
        }

        /** A learner that stands on its own. */
        public LearnerDefinition(String name, Map<String, Object> settings) {
            this(name, settings, List.of());
        }
    }

    /** How much each row counts in training. */
    public sealed interface Weighting {
        /** All the same. */
        record Equal() implements Weighting {}

        /** All classes the same, whatever the number of their rows among those that train. */
        record Balanced() implements Weighting {}

        /** As much as a column of the source says. */
        record Column(String name) implements Weighting {}
    }

    /** How several members become one model. */
    public enum Combine {
        /** Weighted mean of log probabilities with weights fitted on out-of-fold predictions. */
        BLEND,
        /** The only member. */
        NONE
    }

    /**
     * How rows are parted for out-of-fold predictions.
     *
     * @param kind the scheme
     * @param folds folds, or blocks of time, at least 2
     * @param tested combinatorial: blocks that judge at a time, at least 1 and fewer than there are; otherwise 1
     * @param window walk-forward: how far before a fold its training rows reach; null for all the way
     */
    public record Folding(
            Kind kind, int folds, int tested, @Nullable Duration window) {

        /** The schemes. */
        public enum Kind {
            /** Each fold is judged by what was known before it. */
            WALK_FORWARD,
            /** Rows at random; for rows that are independent. */
            KFOLD,
            /** Rows of a day stay together, days at random. */
            GROUPED,
            /** Blocks of time, without training rows whose label overlaps them or that follow within the embargo. */
            PURGED_KFOLD,
            /** Every choice of several blocks of time, purged likewise. */
            COMBINATORIAL_PURGED;

            /** The name in project files, such as {@code purged_kfold}. */
            public String key() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** Checks the ranges. */
        public Folding {
            if (folds < 2) {
                throw new IllegalArgumentException("folds (%d) must be at least 2.".formatted(folds));
            }
            if (tested < 1 || tested >= folds || (tested > 1 && kind != Kind.COMBINATORIAL_PURGED)) {
                throw new IllegalArgumentException(
                        "tested (%d) must be at least 1 and below folds (%d), and 1 unless folds are combined."
                                .formatted(tested, folds));
            }
            if (window != null && kind != Kind.WALK_FORWARD) {
                throw new IllegalArgumentException("Only walk-forward validation has a window.");
            }
        }

        /** Walk-forward folds with an expanding window. */
        public static Folding walkForward(int folds) {
            return new Folding(Kind.WALK_FORWARD, folds, 1, null);
        }
    }

    /** How probabilities are corrected on out-of-fold predictions. */
    public enum Calibration {
        /** Not at all. */
        NONE,
        /** One temperature for all classes. */
        TEMPERATURE,
        /** A sigmoid of the log odds. */
        PLATT,
        /** A monotone curve through the data. */
        ISOTONIC,
        /** A sigmoid of two logarithms. */
        BETA,
        /** Two isotonic curves that enclose the probability. */
        VENN_ABERS,
        /** A monotone curve through the data, or one temperature where the rows are too few for it: what a preset asks for. */
        ISOTONIC_OR_TEMPERATURE,
        /** The method with the least log loss on later out-of-fold predictions. */
        AUTO;

        /** The method, the first of two; empty when it is chosen in training. */
        public Optional<CalibrationMethod> method() {
            return switch (this) {
                case AUTO -> Optional.empty();
                case ISOTONIC_OR_TEMPERATURE -> Optional.of(CalibrationMethod.ISOTONIC);
                case NONE, TEMPERATURE, PLATT, ISOTONIC, BETA, VENN_ABERS -> Optional.of(CalibrationMethod.valueOf(name()));
            };
        }
    }

    /** What a model is compared with. */
    public sealed interface Baseline {
        /** Mean of the training rows, of a label that is a number. */
        record Mean() implements Baseline {}

        /** Class frequencies of the training rows. */
        record Frequencies() implements Baseline {}

        /**
         * Probabilities that columns hold: one for each class, in their order, or of two classes that of the last alone.
         */
        record Probability(List<String> columns) implements Baseline {
            public Probability {
                columns = List.copyOf(columns);
            }
        }

        /** Margin-free probabilities of decimal odds, in the order of the classes. */
        record Market(List<String> odds) implements Baseline {
            public Market {
                odds = List.copyOf(odds);
            }
        }
    }

    /** A definition part by part. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private LabelDefinition label;
        private Map<String, Map<String, String>> entities = Map.of();
        private List<Located> features = List.of();
        private Map<String, Located> derive = Map.of();
        private List<LearnerDefinition> learners = List.of();
        private Folding folding = Folding.walkForward(5);
        private Duration test = Duration.ZERO;
        private Duration embargo = Duration.ZERO;
        private Calibration calibration = Calibration.NONE;
        private @Nullable BacktestDefinition backtest;
        private List<Baseline> baselines = List.of();
        private long seed;
        private Weighting weighting = new Weighting.Equal();
        private @Nullable Duration timeLimit;
        private GuidanceDefinition guidance = GuidanceDefinition.NONE;
        private FormDefinition form = FormDefinition.NONE;
        private @Nullable Location location;

        private Builder(String name, LabelDefinition label) {
            this.name = name;
            this.label = label;
        }

        /** Says {@link ModelDefinition#label}. */
        public Builder label(LabelDefinition value) {
            label = value;
            return this;
        }

        /** Says {@link ModelDefinition#entities}. */
        public Builder entities(Map<String, Map<String, String>> value) {
            entities = value;
            return this;
        }

        /** Says {@link ModelDefinition#features}. */
        public Builder features(List<Located> value) {
            features = value;
            return this;
        }

        /** Says {@link ModelDefinition#derive}. */
        public Builder derive(Map<String, Located> value) {
            derive = value;
            return this;
        }

        /** Says {@link ModelDefinition#learners}. */
        public Builder learners(List<LearnerDefinition> value) {
            learners = value;
            return this;
        }

        /** Says {@link ModelDefinition#folding}. */
        public Builder folding(Folding value) {
            folding = value;
            return this;
        }

        /** Says {@link ModelDefinition#test}. */
        public Builder test(Duration value) {
            test = value;
            return this;
        }

        /** Says {@link ModelDefinition#embargo}. */
        public Builder embargo(Duration value) {
            embargo = value;
            return this;
        }

        /** Says {@link ModelDefinition#calibration}. */
        public Builder calibration(Calibration value) {
            calibration = value;
            return this;
        }

        /** Says {@link ModelDefinition#backtest}. */
        public Builder backtest(@Nullable BacktestDefinition value) {
            backtest = value;
            return this;
        }

        /** Says {@link ModelDefinition#baselines}. */
        public Builder baselines(List<Baseline> value) {
            baselines = value;
            return this;
        }

        /** Says {@link ModelDefinition#seed}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Says {@link ModelDefinition#weighting}. */
        public Builder weighting(Weighting value) {
            weighting = value;
            return this;
        }

        /** Says {@link ModelDefinition#timeLimit}. */
        public Builder timeLimit(@Nullable Duration value) {
            timeLimit = value;
            return this;
        }

        /** Says {@link ModelDefinition#guidance}. */
        public Builder guidance(GuidanceDefinition value) {
            guidance = value;
            return this;
        }

        /** Says {@link ModelDefinition#form}. */
        public Builder form(FormDefinition value) {
            form = value;
            return this;
        }

        /** Says {@link ModelDefinition#location}. */
        public Builder location(@Nullable Location value) {
            location = value;
            return this;
        }

        /** The definition. */
        public ModelDefinition build() {
            return new ModelDefinition(
                    name,
                    label,
                    entities,
                    features,
                    derive,
                    learners,
                    folding,
                    test,
                    embargo,
                    calibration,
                    backtest,
                    baselines,
                    seed,
                    weighting,
                    timeLimit,
                    guidance,
                    form,
                    location);
        }
    }
}
