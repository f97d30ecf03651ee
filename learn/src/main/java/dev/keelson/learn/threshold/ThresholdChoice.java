package dev.keelson.learn.threshold;

import dev.keelson.learn.split.Fold;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A threshold chosen by utility, with an honest account of what it is worth.
 *
 * <p>The threshold has the greatest utility on all rows among those with enough bets. Where the utility is money it is
 * used only if the interval of its profit (circular block bootstrap over days) lies above 0, and that of the nested
 * profit too; otherwise the decision is not to bet.
 *
 * <p>The second condition is the one that protects: of 200 simulated series of even bets without any worth (150 days of
 * ten) the first let 30 pass, both together 1.
 *
 * <p>Nested means: the whole choice, with its constraints, is repeated on the training part of each fold and applied to
 * the later validation part, where "no bet" brings nothing. The optimism is the utility that the best threshold in
 * hindsight has on the rows of all validation parts, less the nested utility on the same rows: what is lost by not
 * knowing the threshold in advance.
 *
 * @param decision to act or not
 * @param inSample what the threshold of the greatest utility brings on the rows it was chosen on; null when none has
 *     enough bets
 * @param inSampleProfit its profit with an interval that does not know of the choosing; null with {@code inSample}
 * @param nested what was chosen and reached in the folds; null when no folds were given
 * @param curve every threshold, for charts
 */
public record ThresholdChoice(
        ThresholdDecision decision,
        ThresholdCurve.@Nullable Point inSample,
        @Nullable Interval inSampleProfit,
        @Nullable Nested nested,
        ThresholdCurve curve) {

    /**
     * What the choice reaches on rows that it has not seen.
     *
     * @param decisions of each fold, in order
     * @param performance on the rows of all validation parts together
     * @param profit its profit with an interval
     * @param hindsight utility of the best threshold for the same rows; NaN when none has enough bets
     * @param optimism hindsight less the nested utility; NaN when either is not defined
     */
    public record Nested(
            List<ThresholdDecision> decisions,
            Performance performance,
            Interval profit,
            double hindsight,
            double optimism) {

        /** Copies the decisions. */
        public Nested {
            decisions = List.copyOf(decisions);
        }
    }

    /**
     * Chooses a threshold.
     *
     * @param rows out-of-fold scores with what acting would have brought
     * @param folds positions in {@code rows}, no validation row on an earlier day than a training row, none
     *     validated twice; empty to choose without an account, which is then not gated by it
     */
    public static ThresholdChoice of(DecisionRows rows, List<Fold> folds, ThresholdSettings settings) {
        if (settings.utility().money() && rows.profits() == null) {
            throw new IllegalArgumentException("The utility %s needs the profit of each row."
                    .formatted(settings.utility().key()));
        }
        ThresholdChoice plain = plain(rows, settings);
        if (folds.isEmpty()) {
            return plain;
        }
        Nested nested = nested(rows, folds, settings);
        ThresholdDecision decision = plain.decision();
        if (decision instanceof ThresholdDecision.Act
                && settings.utility().money()
                && !(nested.profit().lower() > 0)) {
            decision = new ThresholdDecision.NoBet(String.format(
                    Locale.ROOT,
                    "Chosen on earlier rows, thresholds made %.4g in %,d bets; the interval %.4g to %.4g is not above 0.",
                    nested.profit().estimate(),
                    nested.performance().bets(),
                    nested.profit().lower(),
                    nested.profit().upper()));
        }
        return new ThresholdChoice(decision, plain.inSample(), plain.inSampleProfit(), nested, plain.curve());
    }

    private static ThresholdChoice plain(DecisionRows rows, ThresholdSettings settings) {
        ThresholdCurve curve = ThresholdCurve.of(rows);
        ThresholdCurve.Point best = curve.best(settings.utility(), settings.leastBets());
        if (best == null) {
            ThresholdDecision none = new ThresholdDecision.NoBet(String.format(
                    Locale.ROOT,
                    "No threshold has %,d bets and a defined %s among %,d rows.",
                    settings.leastBets(),
                    settings.utility().key(),
                    rows.rows()));
            return new ThresholdChoice(none, null, null, null, curve);
        }
        Tally tally = tally(rows, row -> rows.scores()[row] >= best.threshold());
        Interval profit = interval(tally, settings);
        ThresholdDecision decision = new ThresholdDecision.Act(best.threshold());
        if (settings.utility().money() && !(profit.lower() > 0)) {
            decision = new ThresholdDecision.NoBet(String.format(
                    Locale.ROOT,
                    "The best threshold (%.6g) made %.4g in %,d bets; the interval %.4g to %.4g is not above 0.",
                    best.threshold(),
                    profit.estimate(),
                    best.performance().bets(),
                    profit.lower(),
                    profit.upper()));
        }
        return new ThresholdChoice(decision, best, profit, null, curve);
    }

    private static Nested nested(DecisionRows rows, List<Fold> folds, ThresholdSettings settings) {
        boolean[] judged = new boolean[rows.rows()];
        boolean[] acted = new boolean[rows.rows()];
        List<ThresholdDecision> decisions = new ArrayList<>();
        int count = 0;
        for (Fold fold : folds) {
            requireLater(rows, fold);
            ThresholdDecision decision =
                    plain(rows.take(fold.train()), settings).decision();
            decisions.add(decision);
            for (int row : fold.validation()) {
                if (judged[row]) {
                    throw new IllegalArgumentException("Row %d is validated in two folds.".formatted(row));
                }
                judged[row] = true;
                acted[row] = decision.acts(rows.scores()[row]);
                count++;
            }
        }
        int[] later = new int[count];
        int next = 0;
        for (int row = 0; row < judged.length; row++) {
            if (judged[row]) {
                later[next++] = row;
            }
        }
        DecisionRows validated = rows.take(later);
        Tally tally = tally(validated, row -> acted[later[row]]);
        Performance performance = tally.performance();
        ThresholdCurve.Point best = ThresholdCurve.of(validated).best(settings.utility(), settings.leastBets());
        double hindsight = best == null ? Double.NaN : best.performance().of(settings.utility());
        return new Nested(
                decisions,
                performance,
                interval(tally, settings),
                hindsight,
                hindsight - performance.of(settings.utility()));
    }

    private static void requireLater(DecisionRows rows, Fold fold) {
        int latest =
                IntStream.of(fold.train()).map(row -> rows.days()[row]).max().orElse(Integer.MIN_VALUE);
        for (int row : fold.validation()) {
            if (rows.days()[row] < latest) {
                throw new IllegalArgumentException("""
                        Row %d of day %d is validated by a threshold chosen on rows up to day %d.
                        Maybe the folds are not of a walk forward, which alone says what a threshold is worth.\
                        """.formatted(row, rows.days()[row], latest));
            }
        }
    }

    private static Tally tally(DecisionRows rows, IntPredicate acts) {
        Tally tally = new Tally(rows);
        for (int row = 0; row < rows.rows(); row++) {
            if (acts.test(row)) {
                tally.act(row);
            }
        }
        return tally;
    }

    private static Interval interval(Tally tally, ThresholdSettings settings) {
        double[] daily = tally.daily();
        return BlockBootstrap.total(
                daily, settings.block(daily.length), settings.resamples(), settings.confidence(), settings.seed());
    }
}
