package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.blend.LinearPool;
import dev.keelson.learn.blend.LogLinearPool;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.conformal.ConformalInterval;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.conformal.ConformalQuantile;
import dev.keelson.learn.conformal.ConformalSets;
import dev.keelson.learn.conformal.CoverageReport;
import dev.keelson.learn.conformal.GroupQuantiles;
import dev.keelson.learn.conformal.GroupTree;
import dev.keelson.learn.conformal.PredictionRange;
import dev.keelson.learn.conformal.RapsChoice;
import dev.keelson.learn.conformal.RowUniform;
import dev.keelson.learn.conformal.SetRule;
import dev.keelson.learn.split.EventTimes;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.WalkForward;
import dev.keelson.learn.threshold.DecisionRows;
import dev.keelson.learn.threshold.ThresholdChoice;
import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdJudgement;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.learn.threshold.ThresholdSettings;
import dev.keelson.learn.threshold.Utility;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits what a model tells beside its prediction. Conformal scores and the threshold come from rows that neither the
 * members nor the blend's weights nor its calibration were fitted on: the out-of-fold predictions are parted in time
 * once more, weights and calibration are fitted on the earlier ones, and the later ones, so corrected, are used.
 */
final class GuidanceStep {
    /** Folds among the out-of-fold predictions. */
    private static final int FOLDS = 3;

    /** Share of the rows before the first of those folds. */
    private static final double FIRST_SHARE = 0.4;

    private static final double CONFIDENCE = 0.95;

    private final ModelDefinition definition;
    private final TrainingTable table;
    private final SortedMap<String, Double> metrics;
    private final int outputs;
    /** Scores of the rows that sets or intervals were fitted on, in the order of time. */
    private double[] calibrating = {};

    /** @param metrics receives what is measured */
    GuidanceStep(ModelDefinition definition, TrainingTable table, SortedMap<String, Double> metrics) {
        this.definition = definition;
        this.table = table;
        this.metrics = metrics;
        this.outputs = definition.task().outputs().size();
    }

    /**
     * Predictions of rows that nothing was fitted on.
     *
     * @param rows the table's row of each, in the order of time
     * @param told one for each output
     * @param first number of those of the first fold
     */
    private record Unseen(int[] rows, double[] told, int first) {}

    /**
     * Fits it.
     *
     * @param rows the table's row of each out-of-fold prediction
     * @param members those of each member
     * @param quantiles of the same rows; null when none are told
     * @throws KeelsonException NOT_ENOUGH_ROWS when they do not suffice
     */
    Guidance fit(int[] rows, List<double[]> members, QuantileStep.@Nullable Told quantiles) {
        if (definition.guidance().equals(GuidanceDefinition.NONE)) {
            return Guidance.NONE;
        }
        GuidanceDefinition.Uncertainty uncertainty = definition.guidance().uncertainty();
        if (uncertainty != null && uncertainty.method() == ConformalMethod.CQR) {
            return new Guidance(conformal(uncertainty, Objects.requireNonNull(quantiles).outOfFold()), null);
        }
        Unseen unseen = unseen(rows, members);
        GuidanceDefinition.Threshold threshold = definition.guidance().threshold();
        return new Guidance(
                uncertainty == null ? null : conformal(uncertainty, unseen),
                threshold == null ? null : threshold(threshold, unseen));
    }

    private Unseen unseen(int[] rows, List<double[]> members) {
        Set<Integer> seen = new HashSet<>();
        int[] once = IntStream.range(0, rows.length) // combined blocks judge a row several times
                .filter(i -> seen.add(rows[i]))
                .toArray();
        int[] own = Scores.take(rows, once);
        List<Integer> kept = new ArrayList<>();
        List<double[]> parts = new ArrayList<>();
        int first = 0;
        KeelsonException tooFew = null;
        for (Fold fold : folds(own)) {
            int[] train = Scores.take(once, fold.train());
            int[] later = Scores.take(once, fold.validation());
            try {
                parts.add(corrected(rows, members, train, later));
            } catch (KeelsonException e) {
                if (!tooFewRows(e)) {
                    throw e;
                }
                tooFew = e; // the calibration needs more rows than there are before this fold
                continue;
            }
            IntStream.of(later).forEach(i -> kept.add(rows[i]));
            first = parts.size() == 1 ? later.length : first;
        }
        if (parts.isEmpty()) {
            throw Objects.requireNonNull(tooFew);
        }
        double[] told = parts.stream().flatMapToDouble(Arrays::stream).toArray();
        return new Unseen(kept.stream().mapToInt(Integer::intValue).toArray(), told, first);
    }

    private static boolean tooFewRows(KeelsonException e) {
        return e.code() == ErrorCode.NOT_ENOUGH_ROWS;
    }

    private List<Fold> folds(int[] rows) {
        EventTimes times = new EventTimes(
                IntStream.of(rows).mapToLong(row -> table.eventTime()[row]).toArray(),
                IntStream.of(rows).mapToLong(row -> table.knownAt()[row]).toArray(),
                Scores.take(table.day(), rows));
        return new WalkForward(FOLDS, Micros.of(definition.embargo()), FIRST_SHARE)
                .split(times, IntStream.range(0, rows.length).toArray());
    }

    /** Predictions of later rows, blended and corrected by what earlier ones say. */
    private double[] corrected(int[] rows, List<double[]> members, int[] train, int[] later) {
        int[] trained = Scores.take(rows, train);
        List<double[]> before = members.stream()
                .map(p -> Scores.take(p, outputs, train))
                .toList();
        List<double[]> after = members.stream()
                .map(p -> Scores.take(p, outputs, later))
                .toList();
        if (definition.isNumber()) {
            return LinearPool.combine(after, LinearPool.fit(before, Scores.take(table.values(), 1, trained)));
        }
        int[] labels = Scores.take(table.labels(), trained);
        double[] weights = LogLinearPool.fit(before, outputs, labels);
        double[] blended = LogLinearPool.combine(before, weights, outputs, 1);
        CalibrationMap map =
                CalibrationStep.fit(definition, table, trained, blended, labels, new TreeMap<>());
        double temperature = map.method() == CalibrationMethod.TEMPERATURE
                ? map.parameters().values().getOrDefault("temperature", List.of(1.0)).getFirst()
                : 1;
        return CalibrationStep.corrected(after, weights, map, temperature);
    }

    // ---- sets and intervals

    /** Intervals around quantiles: their members are not weighed, so that all out-of-fold rows are unseen. */
    private ConformalParameters conformal(GuidanceDefinition.Uncertainty wanted, QuantileStep.Rows quantiles) {
        double alpha = ConformalQuantile.alphaOfCoverage(wanted.coverage());
        List<String> groups = groups(wanted, quantiles.rows());
        GroupQuantiles fitted = ConformalInterval.quantiles(
                        ConformalInterval.Kind.QUANTILES_SYMMETRIC,
                        quantiles.low(),
                        quantiles.high(),
                        Scores.take(table.values(), 1, quantiles.rows()),
                        of(wanted, groups, quantiles.rows()),
                        GroupTree.flat(groups.size()),
                        alpha)
                .lower();
        metrics.put("conformal_rows", (double) quantiles.rows().length);
        calibrating = quantiles.scores(table);
        return new ConformalParameters(wanted.method(), wanted.coverage(), 0, 0, wanted.groups(), groups, fitted);
    }

    private ConformalParameters conformal(GuidanceDefinition.Uncertainty wanted, Unseen unseen) {
        double alpha = ConformalQuantile.alphaOfCoverage(wanted.coverage());
        Unseen fitted = unseen;
        SetRule rule = new SetRule.Aps();
        int free = 0;
        double penalty = 0;
        switch (wanted.method()) {
            case LAC -> rule = new SetRule.Lac();
            case APS, RESIDUAL, CQR -> {
                // nothing to choose
            }
            case RAPS -> { // chosen on rows of its own
                int[] tuning = IntStream.range(0, unseen.first()).toArray();
                int[] rest = IntStream.range(unseen.first(), unseen.rows().length).toArray();
                if (rest.length == 0) {
                    throw new KeelsonException(
                            ErrorCode.NOT_ENOUGH_ROWS,
                            "The method raps needs rows to choose its penalty on and further ones for the sets; %d rows of one fold are there."
                                    .formatted(tuning.length),
                            "Maybe the method `aps` suffices.");
                }
                int[] rows = Scores.take(unseen.rows(), tuning);
                SetRule.Raps chosen = RapsChoice.of(
                                Scores.take(unseen.told(), outputs, tuning),
                                outputs,
                                Scores.take(table.labels(), rows),
                                uniform(rows),
                                alpha)
                        .rule();
                rule = chosen;
                free = chosen.free();
                penalty = chosen.penalty();
                fitted = new Unseen(
                        Scores.take(unseen.rows(), rest), Scores.take(unseen.told(), outputs, rest), rest.length);
            }
        }
        List<String> groups = groups(wanted, fitted.rows());
        GroupTree tree = GroupTree.flat(groups.size());
        int[] of = of(wanted, groups, fitted.rows());
        GroupQuantiles quantiles = wanted.method() == ConformalMethod.RESIDUAL
                ? ConformalInterval.residual(fitted.told(), Scores.take(table.values(), 1, fitted.rows()), of, tree, alpha)
                        .lower()
                : ConformalSets.fit(
                                rule,
                                fitted.told(),
                                outputs,
                                Scores.take(table.labels(), fitted.rows()),
                                uniform(fitted.rows()),
                                of,
                                tree,
                                alpha)
                        .quantiles();
        metrics.put("conformal_rows", (double) fitted.rows().length);
        calibrating = wanted.method() == ConformalMethod.RESIDUAL
                ? residuals(fitted.rows(), fitted.told())
                : scores(rule, fitted.rows(), fitted.told());
        return new ConformalParameters(
                wanted.method(), wanted.coverage(), free, penalty, wanted.groups(), groups, quantiles);
    }

    private double[] residuals(int[] rows, double[] told) {
        double[] scores = new double[rows.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.abs(table.values()[rows[i]] - told[i]);
        }
        return scores;
    }

    /** The score of each row's own class. */
    private double[] scores(SetRule rule, int[] rows, double[] told) {
        double[] u = uniform(rows);
        double[] scores = new double[rows.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = rule.scores(told, i * outputs, outputs, u[i])[table.labels()[rows[i]]];
        }
        return scores;
    }

    private double[] uniform(int[] rows) {
        return IntStream.of(rows)
                .mapToDouble(row -> RowUniform.of(table.rowIds().get(row)))
                .toArray();
    }

    private List<String> groups(GuidanceDefinition.Uncertainty wanted, int[] rows) {
        @Nullable String @Nullable [] names = table.groups();
        if (wanted.groups() == null || names == null) {
            return List.of();
        }
        Set<String> found = new TreeSet<>();
        for (int row : rows) {
            String name = names[row];
            if (name != null) {
                found.add(name);
            }
        }
        return List.copyOf(found);
    }

    private int @Nullable [] of(GuidanceDefinition.Uncertainty wanted, List<String> groups, int[] rows) {
        @Nullable String @Nullable [] names = table.groups();
        if (wanted.groups() == null || names == null) {
            return null;
        }
        return IntStream.of(rows)
                .map(row -> {
                    String name = names[row];
                    return name == null ? 0 : groups.indexOf(name) + 1;
                })
                .toArray();
    }

    // ---- threshold

    private ThresholdParameters threshold(GuidanceDefinition.Threshold wanted, Unseen unseen) {
        ThresholdSettings settings = settings(wanted);
        DecisionRows rows = decisions(wanted, unseen.rows(), unseen.told());
        ThresholdChoice choice = ThresholdChoice.of(rows, folds(unseen.rows()), settings);
        String utility = wanted.utility().key();
        metrics.put("threshold_acts", choice.decision() instanceof ThresholdDecision.Act ? 1.0 : 0.0);
        if (choice.decision() instanceof ThresholdDecision.Act(double threshold)) {
            metrics.put("threshold", threshold);
        }
        ThresholdChoice.Nested nested = choice.nested();
        if (nested != null) {
            Scores.putFinite(metrics, "oof_threshold_" + utility, nested.performance().of(wanted.utility()));
            Scores.putFinite(metrics, "oof_threshold_optimism", nested.optimism());
            metrics.put("oof_threshold_bets", (double) nested.performance().bets());
            if (wanted.utility().money()) {
                Scores.putFinite(metrics, "oof_threshold_profit", nested.profit().estimate());
                Scores.putFinite(metrics, "oof_threshold_profit_lower", nested.profit().lower());
                Scores.putFinite(metrics, "oof_threshold_profit_upper", nested.profit().upper());
            }
        }
        return new ThresholdParameters(wanted.utility(), wanted.target(), wanted.odds(), choice.decision());
    }

    private ThresholdSettings settings(GuidanceDefinition.Threshold wanted) {
        return ThresholdSettings.of(wanted.utility(), definition.seed()).withLeastBets(wanted.leastBets());
    }

    /** Rows to act on, a stake of one unit each where there are odds. */
    private DecisionRows decisions(GuidanceDefinition.Threshold wanted, int[] rows, double[] told) {
        ThresholdParameters scale = new ThresholdParameters(
                wanted.utility(), wanted.target(), wanted.odds(), new ThresholdDecision.Act(0));
        double[] prices = wanted.odds() == null ? null : table.odds(List.of(wanted.odds()), rows);
        int n = rows.length;
        double[] scores = new double[n];
        boolean[] positive = new boolean[n];
        double[] profits = wanted.odds() == null ? null : new double[n];
        for (int i = 0; i < n; i++) {
            double price = prices == null ? Double.NaN : prices[i];
            scores[i] = scale.score(told[i * outputs + wanted.target()], price);
            positive[i] = table.labels()[rows[i]] == wanted.target();
            if (profits != null && scores[i] > Double.NEGATIVE_INFINITY) {
                profits[i] = positive[i] ? price - 1 : -1;
            }
        }
        return new DecisionRows(scores, positive, profits, Scores.take(table.day(), rows));
    }

    // ---- the test period

    /**
     * Measures it on rows that played no part in it.
     *
     * @param rows the table's row of each prediction
     * @param told predictions, by members that were fitted before
     * @param quantiles of the same rows; null when none are told
     */
    void judge(Guidance guidance, int[] rows, double[] told, QuantileStep.@Nullable Told quantiles) {
        GuidanceDefinition.Uncertainty uncertainty = definition.guidance().uncertainty();
        ConformalParameters conformal = guidance.conformal();
        if (uncertainty != null && conformal != null) {
            coverage(uncertainty, conformal, rows, told, quantiles);
        }
        GuidanceDefinition.Threshold wanted = definition.guidance().threshold();
        ThresholdParameters threshold = guidance.threshold();
        if (wanted != null && threshold != null) {
            ThresholdJudgement judged = ThresholdJudgement.of(
                    decisions(wanted, rows, told), threshold.decision(), settings(wanted));
            String name = "test_threshold_" + wanted.utility().key();
            put(name, judged.utility());
            metrics.put("test_threshold_bets", (double) judged.performance().bets());
            Scores.putFinite(metrics, "test_threshold_precision", judged.performance().precision());
            Scores.putFinite(metrics, "test_threshold_recall", judged.performance().recall());
            if (wanted.utility() == Utility.F1) {
                putAlways(wanted, rows);
            }
            if (wanted.odds() != null) {
                Scores.putFinite(metrics, "test_threshold_profit", judged.performance().profit());
            }
        }
    }

    /** Share of the class that the threshold acts on, and the F1 of acting on every row: what a threshold has to beat. */
    private void putAlways(GuidanceDefinition.Threshold wanted, int[] rows) {
        double share = IntStream.of(Scores.take(table.labels(), rows))
                        .filter(label -> label == wanted.target())
                        .count()
                / (double) rows.length;
        Scores.putFinite(metrics, "test_threshold_base_rate", share);
        Scores.putFinite(metrics, "test_threshold_f1_always", 2 * share / (1 + share));
    }

    private void coverage(
            GuidanceDefinition.Uncertainty wanted,
            ConformalParameters conformal,
            int[] rows,
            double[] told,
            QuantileStep.@Nullable Told quantiles) {
        double alpha = ConformalQuantile.alphaOfCoverage(conformal.coverage());
        int[] of = of(wanted, conformal.groups(), rows);
        int[] day = Scores.take(table.day(), rows);
        CoverageReport report;
        boolean intervals = conformal.method().intervals();
        double[] scores;
        if (intervals) {
            List<PredictionRange> ranges = new ArrayList<>();
            for (int i = 0; i < rows.length; i++) {
                int group = of == null ? 0 : of[i];
                ranges.add(
                        quantiles != null && conformal.method() == ConformalMethod.CQR
                                ? conformal.range(quantiles.onTest().low()[i], quantiles.onTest().high()[i], group)
                                : conformal.range(told[i], group));
            }
            scores = quantiles != null && conformal.method() == ConformalMethod.CQR
                    ? quantiles.onTest().scores(table)
                    : residuals(rows, told);
            report = CoverageReport.ofRanges(
                    alpha, ranges, Scores.take(table.values(), 1, rows), of, day, CONFIDENCE);
        } else {
            double[] u = uniform(rows);
            scores = scores(Objects.requireNonNull(conformal.rule()), rows, told);
            List<boolean[]> sets = new ArrayList<>();
            for (int i = 0; i < rows.length; i++) {
                double[] p = Arrays.copyOfRange(told, i * outputs, (i + 1) * outputs);
                sets.add(conformal.set(p, u[i], of == null ? 0 : of[i]));
            }
            report = CoverageReport.ofSets(alpha, sets, Scores.take(table.labels(), rows), of, day, CONFIDENCE);
        }
        String size = intervals ? "test_interval_width" : "test_set_size";
        put("test_coverage", report.coverage());
        metrics.put("test_coverage_target", conformal.coverage());
        Scores.putFinite(metrics, size, report.meanSize());
        AdaptiveCurve.put(metrics, alpha, calibrating, scores);
        for (CoverageReport.Group group : report.groups()) {
            if (group.group() > 0) {
                String prefix = "group/" + conformal.groups().get(group.group() - 1) + "/";
                put(prefix + "test_coverage", group.coverage());
                Scores.putFinite(metrics, prefix + size, group.meanSize());
                metrics.put(prefix + "test_n", (double) group.rows());
            }
        }
    }

    private void put(String name, Interval interval) {
        Scores.putFinite(metrics, name, interval.estimate());
        Scores.putFinite(metrics, name + "_lower", interval.lower());
        Scores.putFinite(metrics, name + "_upper", interval.upper());
    }
}
