package dev.keelson.learn;

import dev.keelson.learn.blend.LogLinearPool;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.calibration.ProbabilityRange;
import dev.keelson.learn.calibration.VennAbersMap;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.learn.explain.MarginScale;
import dev.keelson.learn.explain.SumExplainer;
import dev.keelson.learn.spi.ModelFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Several models blended into one: classifiers by a {@linkplain LogLinearPool logarithmic pool}, whose probabilities a
 * {@linkplain CalibrationMap calibration map} then corrects; values and quantiles by their weighted mean. A single
 * member that is not corrected predicts exactly as it does alone. A temperature is applied to the pool's scores
 * themselves, before they become probabilities.
 */
public final class EnsembleModel implements Model {
    /** Format of {@link #save}; a {@link ModelBundle} is what stores it. */
    public static final String FORMAT = "keelson-ensemble";

    /** Where the files of the model of quantiles lie, a whole bundle of its own. */
    static final String QUANTILES = "quantiles/";

    private final List<Member> members;
    private final List<Model> parts;
    private final Guidance guidance;
    private final @Nullable Model quantiles;
    private final double[] weights;
    private final @Nullable CalibrationMap calibration;
    private final double temperature;
    private final boolean corrects;
    private final Task task;
    private final int outputs;
    private final boolean classifies;
    private final boolean plain;
    private final boolean byEngine;

    /**
     * A model with the name of the learner that fitted it.
     *
     * @param learner lower-case letters, digits, {@code _} and {@code -}; it becomes part of a file name
     */
    public record Member(String learner, Model model) {
        /** Checks the name. */
        public Member {
            if (!learner.matches("[a-z0-9][a-z0-9_-]*")) {
                throw new IllegalArgumentException(
                        "The learner's name (%s) must be of lower-case letters, digits, _ and -.".formatted(learner));
            }
        }
    }

    /**
     * A model that is corrected by one temperature at most.
     *
     * @param members at least one; all read the same features and tell the same, in the same order
     * @param weights one for each member, each at least 0, summing to 1
     * @param temperature positive; 1 changes nothing, and of values and quantiles it must be 1
     */
    public EnsembleModel(List<Member> members, double[] weights, double temperature) {
        this(members, weights, map(members, temperature));
    }

    private static @Nullable CalibrationMap map(List<Member> members, double temperature) {
        if (members.isEmpty() || !(members.getFirst().model().task() instanceof Task.Classification task)) {
            if (temperature != 1) {
                throw new IllegalArgumentException(
                        "The temperature (%s) sharpens probabilities; of values it must be 1.".formatted(temperature));
            }
            return null;
        }
        int classes = task.classes().size();
        return temperature == 1 ? CalibrationMap.none(classes) : CalibrationMap.temperature(temperature, classes);
    }

    /**
     * @param members at least one; all read the same features and tell the same, in the same order
     * @param weights one for each member, each at least 0, summing to 1
     * @param calibration correction of the probabilities, of as many classes as the members have; null for none, and of
     *     values and quantiles
     */
    public EnsembleModel(List<Member> members, double[] weights, @Nullable CalibrationMap calibration) {
        this(members, weights, calibration, Guidance.NONE);
    }

    /**
     * @param members at least one; all read the same features and tell the same, in the same order
     * @param weights one for each member, each at least 0, summing to 1
     * @param calibration correction of the probabilities, of as many classes as the members have; null for none, and of
     *     values and quantiles
     * @param guidance what it tells beside its prediction; it changes no prediction
     */
    public EnsembleModel(
            List<Member> members, double[] weights, @Nullable CalibrationMap calibration, Guidance guidance) {
        this(members, weights, calibration, guidance, null);
    }

    /**
     * @param members at least one; all read the same features and tell the same, in the same order
     * @param weights one for each member, each at least 0, summing to 1
     * @param calibration correction of the probabilities, of as many classes as the members have; null for none, and of
     *     values and quantiles
     * @param guidance what it tells beside its prediction; it changes no prediction
     * @param quantiles tells quantiles of the value from the same features; null where none are told
     */
    public EnsembleModel(
            List<Member> members,
            double[] weights,
            @Nullable CalibrationMap calibration,
            Guidance guidance,
            @Nullable EnsembleModel quantiles) {
        this.members = List.copyOf(members);
        this.weights = weights.clone();
        if (members.isEmpty() || members.size() != weights.length) {
            throw new IllegalArgumentException(
                    "There are %d members and %d weights; as many of both and at least one are needed."
                            .formatted(members.size(), weights.length));
        }
        double sum = 0;
        for (double weight : weights) {
            if (!(weight >= 0 && weight <= 1 + 1e-9)) {
                throw new IllegalArgumentException(
                        "The weights %s must be between 0 and 1.".formatted(Arrays.toString(weights)));
            }
            sum += weight;
        }
        if (Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException("The weights %s must sum to 1.".formatted(Arrays.toString(weights)));
        }
        Model first = members.getFirst().model();
        for (Member member : members) {
            if (!member.model().features().equals(first.features())
                    || !member.model().task().equals(first.task())) {
                throw new IllegalArgumentException("The members %s and %s differ in features or in what they tell."
                        .formatted(members.getFirst().learner(), member.learner()));
            }
        }
        this.parts = members.stream().map(Member::model).toList();
        this.task = first.task();
        guidance.require(task);
        this.guidance = guidance;
        this.quantiles = quantiles;
        requireQuantiles(guidance, task, first.features(), quantiles);
        this.outputs = task.outputs().size();
        this.classifies = task instanceof Task.Classification;
        if (calibration != null && (!classifies || calibration.classes() != outputs)) {
            throw new IllegalArgumentException("The calibration of %d classes does not fit a model that tells %s."
                    .formatted(calibration.classes(), task.outputs()));
        }
        this.calibration = classifies && calibration == null ? CalibrationMap.none(outputs) : calibration;
        CalibrationMethod method = this.calibration == null ? CalibrationMethod.NONE : this.calibration.method();
        this.temperature = temperature(this.calibration);
        this.corrects = method != CalibrationMethod.NONE && method != CalibrationMethod.TEMPERATURE;
        this.plain = members.size() == 1 && temperature == 1;
        this.byEngine = parts.stream().anyMatch(Model::byEngine) || (quantiles != null && quantiles.byEngine());
    }

    private static void requireQuantiles(
            Guidance guidance, Task task, List<String> features, @Nullable EnsembleModel quantiles) {
        ConformalParameters conformal = guidance.conformal();
        boolean wanted = conformal != null && conformal.method() == ConformalMethod.CQR;
        if (wanted && quantiles == null) {
            throw new IllegalArgumentException("The intervals stand around quantiles, and there are none.");
        }
        boolean fit = quantiles == null
                || (task instanceof Task.Regression
                        && quantiles.task() instanceof Task.Quantiles
                        && quantiles.features().equals(features));
        if (!fit) {
            throw new IllegalArgumentException(
                    "The quantiles do not fit a model that tells %s of %s.".formatted(task.outputs(), features));
        }
    }

    /** Quantiles of a row's value; null where none are told. */
    public Advice.@Nullable Quantiles quantiles(double[] row) {
        if (quantiles == null || !(quantiles.task() instanceof Task.Quantiles told)) {
            return null;
        }
        double[] values = new double[told.levels().size()];
        quantiles.predict(row, values);
        return new Advice.Quantiles(
                told.levels(), Arrays.stream(values).boxed().toList());
    }

    /** What tells quantiles of the value; null where none are told. */
    public @Nullable Model quantiles() {
        return quantiles;
    }

    private static double temperature(@Nullable CalibrationMap calibration) {
        if (calibration == null || calibration.method() != CalibrationMethod.TEMPERATURE) {
            return 1;
        }
        return calibration.parameters().values().getOrDefault("temperature", List.of(1.0)).getFirst();
    }

    /** The members, in order. */
    public List<Member> members() {
        return members;
    }

    @Override
    public List<Model> parts() {
        return parts;
    }

    @Override
    public boolean byEngine() {
        return byEngine;
    }

    /** What it tells beside its prediction. */
    public Guidance guidance() {
        return guidance;
    }

    /** The weight of each member, in order. */
    public double[] weights() {
        return weights.clone();
    }

    /** What corrects the probabilities; null for values and quantiles. */
    public @Nullable CalibrationMap calibration() {
        return calibration;
    }

    /** The temperature of the correction; 1 when it is of another method or none. */
    public double temperature() {
        return temperature;
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public List<String> features() {
        return members.getFirst().model().features();
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public void predict(double[] row, double[] out) {
        double[] scores = plain ? out : new double[outputs];
        raw(row, out, scores);
        if (corrects && calibration != null) {
            calibration.apply(out, 0, plain ? new double[outputs] : scores);
        }
    }

    /**
     * The interval of the second class's probability where the calibration tells one: of two classes, by Venn-Abers. One of its
     * ends is calibrated; the narrower it is, the more rows like this one the calibration has seen.
     *
     * @param row as for {@link #predict}
     * @return null where the calibration is another, or the model tells more classes or a value
     */
    public @Nullable ProbabilityRange probabilityRange(double[] row) {
        if (outputs != 2 || !(calibration instanceof VennAbersMap steps)) {
            return null;
        }
        double[] out = new double[outputs];
        raw(row, out, plain ? out : new double[outputs]);
        return steps.range(out[1]);
    }

    /** The prediction before it is corrected, but for a temperature. */
    private void raw(double[] row, double[] out, double[] scores) {
        if (plain) {
            members.getFirst().model().predict(row, out);
            return;
        }
        for (int m = 0; m < weights.length; m++) {
            members.get(m).model().predict(row, out);
            if (classifies) {
                LogLinearPool.accumulate(weights[m], out, scores);
            } else {
                for (int k = 0; k < outputs; k++) {
                    scores[k] += weights[m] * out[k];
                }
            }
        }
        if (classifies) {
            LogLinearPool.normalise(scores, temperature);
        }
        System.arraycopy(scores, 0, out, 0, scores.length);
    }

    /** Importance of the members, averaged by their weights. */
    @Override
    public double[] importance() {
        double[] shares = new double[features().size()];
        for (int m = 0; m < weights.length; m++) {
            double[] own = members.get(m).model().importance();
            for (int j = 0; j < shares.length; j++) {
                shares[j] += weights[m] * own[j];
            }
        }
        return shares;
    }

    /** {@inheritDoc} Of the prediction before it is calibrated. */
    @Override
    public @Nullable Explainer explainer() {
        List<@Nullable Explainer> explainers = new ArrayList<>();
        members.forEach(member -> explainers.add(member.model().explainer()));
        return SumExplainer.of(
                explainers, weights, List.of(MarginScale.LOG_ODDS, MarginScale.SCORES, MarginScale.VALUE));
    }

    @Override
    public Map<String, byte[]> save() {
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (int m = 0; m < weights.length; m++) {
            Member member = members.get(m);
            ModelFiles.put(files, folder(m, member.learner()), member.model());
        }
        files.put(ModelManifest.FILE, ModelManifest.of(this).write());
        if (quantiles != null) {
            ModelFiles.put(files, QUANTILES, quantiles);
        }
        return files;
    }

    /** Where a member's files lie. */
    static String folder(int position, String learner) {
        return "members/%d-%s/".formatted(position, learner);
    }

    /** The manifest's view of the members, for the package. */
    List<ModelManifest.Entry> entries() {
        List<ModelManifest.Entry> entries = new ArrayList<>();
        for (int m = 0; m < weights.length; m++) {
            entries.add(new ModelManifest.Entry(
                    members.get(m).learner(), members.get(m).model().format(), weights[m]));
        }
        return entries;
    }
}
