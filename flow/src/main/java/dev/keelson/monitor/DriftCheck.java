package dev.keelson.monitor;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.stats.BenjaminiHochberg;
import dev.keelson.stats.ChiSquareTwoSample;
import dev.keelson.stats.Histogram;
import dev.keelson.stats.KolmogorovSmirnov;
import dev.keelson.stats.Proportion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a window of served rows with the champion's training period.
 *
 * <p>The {@code recommended} policy warns of a column when all of these hold: <b>material</b> (1-Wasserstein at least 0.1
 * reference standard deviations, or the share of missing values off by 0.1), <b>significant</b> (Kolmogorov-Smirnov on
 * effective sample sizes, Benjamini-Hochberg at 0.05 over the columns tested), <b>outside its own history</b> (beyond what one
 * further window of the same size exceeds as seldom as three standard deviations, by the reference's own) and <b>enough data</b> (at least 30 effective
 * rows with a value; with or without one for the missing values). Of a column of categories the effect is the Jensen-Shannon
 * distance less the noise of sampling, and the test the two-sample chi-square test with rare categories pooled. It alarms when a column warns in two of the last three
 * windows that share no row (not with its mean above that of the reference in one and below it in the other), or at once when the effect is at least 0.25, twice its band, and significant at 0.001. The
 * last needs no least number of effective rows: with few of them it is only significant when nearly the whole window lies
 * where the reference has nothing.
 *
 * <p>{@code pikkit} and {@code acis} follow those systems' rules to the letter; their reports state how often the same
 * rule would have alarmed on this project's own reference windows.
 *
 * <p>Stateless and safe for use by several threads.
 */
public final class DriftCheck {
    static final double MATERIAL = 0.1;
    static final double SEVERE = 0.25;
    static final double LEVEL = 0.05;
    static final double SEVERE_LEVEL = 0.001;
    static final double MIN_EFFECTIVE_ROWS = 30;
    private static final int HISTOGRAM_BINS = 20;
    private static final int NAMES_SHOWN = 5;

    private DriftCheck() {}

    /**
     * The rows to judge. The arrays are not copied and must not change.
     *
     * @param values one array for each column of the profile, all of one length; what is not finite is missing
     * @param from event time of the oldest row
     * @param to end of the window, exclusive
     * @param slack how far the share of values below a point may be off, where values stand for others; 0 when all are there
     */
    public record Window(double[][] values, Instant from, Instant to, double slack) {
        /** A window all of whose values are there. */
        public Window(double[][] values, Instant from, Instant to) {
            this(values, from, to, 0);
        }

        public Window {
            for (double[] column : values) {
                if (column.length != values[0].length) {
                    throw new IllegalArgumentException("The columns of a window have %d and %d rows; they must be equal."
                            .formatted(values[0].length, column.length));
                }
            }
        }

        /** Number of rows. */
        public int rows() {
            return values.length == 0 ? 0 : values[0].length;
        }
    }

    /**
     * Checks a window.
     *
     * @param model name of the model
     * @param version version of the champion
     * @param whole what is compared with; rows of it that lie in the window are left out
     * @param window the rows to judge
     * @param definition policy, least rows and share
     * @param at the instant of the check
     * @param earlier earlier reports of this model, newest first
     * @throws IllegalArgumentException if the window's columns are not as many as the reference's
     */
    public static DriftReport check(
            String model,
            int version,
            ReferenceProfile whole,
            Window window,
            DriftMonitorDefinition definition,
            Instant at,
            List<DriftReport> earlier) {
        int columns = whole.names().size();
        ReferenceProfile reference = whole.before(window.from());
        if (window.values().length != columns) {
            throw new IllegalArgumentException("The window has %d columns, the reference %d."
                    .formatted(window.values().length, columns));
        }
        Outcome outcome;
        List<FeatureDrift> features = List.of();
        if (reference == null) {
            outcome = new Outcome(
                    DriftReport.Verdict.INSUFFICIENT,
                    "Nearly all of the %d rows of the baseline lie in the window judged, which begins %s; at least %d before it are needed."
                            .formatted(whole.rows(), window.from(), ReferenceProfile.WINDOWS),
                    Double.NaN);
        } else if (window.rows() < definition.minRows()) {
            outcome = new Outcome(
                    DriftReport.Verdict.INSUFFICIENT,
                    "The window holds %d rows; %d are needed to judge.".formatted(window.rows(), definition.minRows()),
                    Double.NaN);
        } else {
            features = features(reference, window, definition.policy(), warnedBefore(earlier, window.from(), version));
            outcome = definition.policy() == Policy.RECOMMENDED
                    ? recommended(features, window.rows())
                    : preset(features, reference, window.rows(), definition);
        }
        return new DriftReport(
                model,
                version,
                at,
                window.from(),
                window.to(),
                definition.policy(),
                reference == null ? 0 : reference.rows(),
                window.rows(),
                outcome.verdict,
                outcome.reason,
                features.stream()
                        .filter(FeatureDrift::alarms)
                        .mapToDouble(FeatureDrift::importance)
                        .sum(),
                outcome.falseAlarmShare,
                features);
    }

    /**
     * The report of a check for which nothing was served since the one before: the same rows are not judged twice.
     *
     * @param last the report before
     * @param at the instant of the check
     */
    public static DriftReport nothingNew(DriftReport last, Instant at) {
        return new DriftReport(
                last.model(),
                last.version(),
                at,
                last.to(),
                at,
                last.policy(),
                last.referenceRows(),
                0,
                DriftReport.Verdict.INSUFFICIENT,
                "No row was served since the check of %s.".formatted(last.at()),
                0,
                Double.NaN,
                List.of());
    }

    private record Outcome(DriftReport.Verdict verdict, String reason, double falseAlarmShare) {}

    /** One column of the window: its numbers before they are judged. */
    private static final class Measured {
        final ColumnProfile profile;
        final double[] sorted;
        final int rows;
        final boolean comparable;
        final double effectiveRows;
        /** Whether enough effective rows carry a value. */
        final boolean valuesSuffice;
        /** Whether there are enough effective rows at all. */
        final boolean rowsSuffice;

        final double shift;
        final double missing;
        final double missingEffect;
        final double missingP;
        final double effect;
        final double band;
        final double missingBand;
        double ks = Double.NaN;
        double cramersV = Double.NaN;
        double p = 1;

        Measured(ColumnProfile profile, double[] values, double slack, Policy policy) {
            this.profile = profile;
            this.sorted = ColumnProfile.sortedFinite(values, 0, values.length);
            this.rows = values.length;
            this.comparable = sorted.length > 0 && profile.sorted().length > 0;
            this.effectiveRows = profile.design().currentSize(rows);
            this.rowsSuffice = effectiveRows >= MIN_EFFECTIVE_ROWS;
            this.valuesSuffice =
                    comparable && profile.design().currentSize(sorted.length) >= MIN_EFFECTIVE_ROWS;
            this.missing = (double) (rows - sorted.length) / rows;
            this.missingEffect = Math.abs(missing - profile.missingShare());
            this.missingP = Proportion.test(
                            profile.missingShare(),
                            profile.design().referenceSize(profile.ordered().length),
                            missing,
                            effectiveRows)
                    .pValue();
            this.missingBand = profile.band(rows).missing();
            // judged by reference windows that hold as many values: fewer values scatter more
            this.band = comparable
                    ? profile.band((int) Math.max(1, sorted.length / (1 - profile.missingShare())))
                            .distance()
                    : 0;
            this.effect = profile.distance(sorted);
            this.shift = profile.shift(sorted);
            CategoryCells cells = profile.cells();
            if (comparable && cells != null) {
                ChiSquareTwoSample.Result test = policy == Policy.RECOMMENDED
                        ? cells.test(
                                sorted,
                                profile.design().referenceSize(profile.sorted().length),
                                profile.design().currentSize(sorted.length))
                        : cells.test(sorted, profile.sorted().length, sorted.length);
                this.cramersV = test.cramersV();
                this.p = test.pValue();
            } else if (comparable) {
                KolmogorovSmirnov.Result test = test(policy);
                this.ks = test.d();
                this.p = slack == 0 ? test.pValue() : atMost(test.d() - slack);
            }
        }

        /** The largest p-value within the error of a distance. */
        private double atMost(double d) {
            return KolmogorovSmirnov.asymptoticPValue(
                    Math.max(0, d),
                    profile.design().referenceSize(profile.sorted().length),
                    profile.design().currentSize(sorted.length));
        }

        private KolmogorovSmirnov.Result test(Policy policy) {
            double[] reference = profile.sorted();
            return policy == Policy.RECOMMENDED
                    ? KolmogorovSmirnov.testSorted(
                            reference,
                            sorted,
                            profile.design().referenceSize(reference.length),
                            profile.design().currentSize(sorted.length))
                    : KolmogorovSmirnov.testSorted(reference, sorted);
        }

        /** How categories are spread; null for quantities. */
        @Nullable CategoryShares shares() {
            DoubleFunction<@Nullable String> texts = profile.texts();
            return texts == null ? null : CategoryShares.of(profile.sorted(), sorted, cramersV, texts);
        }

        boolean byTest(Policy policy, double psi) {
            return PresetRule.driftsByTest(policy, profile.texts() != null, p, psi);
        }

        Severity recommended(double adjusted, double missingAdjusted, boolean warnedBefore) {
            // few effective rows show only that everything lies elsewhere: their p-value asks for nothing less
            if (far(effect, band, adjusted) || far(missingEffect, missingBand, missingAdjusted)) {
                return Severity.SEVERE;
            }
            if (!valuesSuffice && !rowsSuffice) {
                return Severity.INSUFFICIENT;
            }
            boolean moved = valuesSuffice && moved(effect, band, adjusted);
            boolean gone = rowsSuffice && moved(missingEffect, missingBand, missingAdjusted);
            if (!moved && !gone) {
                return Severity.NONE;
            }
            return warnedBefore ? Severity.PERSISTENT : Severity.WARNING;
        }

        private static boolean moved(double effect, double band, double adjusted) {
            return effect >= MATERIAL && adjusted <= LEVEL && effect > band;
        }

        private static boolean far(double effect, double band, double adjusted) {
            return effect >= SEVERE && adjusted <= SEVERE_LEVEL && effect >= 2 * band;
        }
    }

    private static List<FeatureDrift> features(
            ReferenceProfile reference, Window window, Policy policy, List<FeatureDrift> before) {
        List<Measured> columns = new ArrayList<>();
        for (int c = 0; c < reference.names().size(); c++) {
            columns.add(new Measured(reference.column(c), window.values()[c], window.slack(), policy));
        }
        double[] adjusted = adjusted(columns);
        double[] missingAdjusted =
                BenjaminiHochberg.adjust(columns.stream().mapToDouble(m -> m.missingP).toArray());
        List<FeatureDrift> features = new ArrayList<>(columns.size());
        for (int c = 0; c < columns.size(); c++) {
            Measured column = columns.get(c);
            String name = reference.names().get(c);
            double psi = column.profile.psi(column.sorted);
            Severity severity =
                    switch (policy) {
                        case RECOMMENDED ->
                            column.recommended(
                                    adjusted[c],
                                    missingAdjusted[c],
                                    before.stream().anyMatch(warned -> warned.name().equals(name)
                                            && !warned.contradicts(column.shift, column.effect)));
                        case PIKKIT -> column.byTest(policy, psi) ? Severity.WARNING : Severity.NONE;
                        case ACIS ->
                            column.byTest(policy, psi) || PresetRule.driftsByPsi(psi) ? Severity.WARNING : Severity.NONE;
                    };
            CategoryShares shares = column.shares();
            long missing = (long) column.rows - column.sorted.length;
            features.add(new FeatureDrift(
                    name,
                    reference.importance(c),
                    column.comparable ? column.effect : Double.NaN,
                    column.band,
                    column.ks,
                    column.p,
                    adjusted[c],
                    psi,
                    column.profile.psiExpected(column.sorted.length),
                    column.profile.missingShare(),
                    column.missing,
                    column.missingBand,
                    missingAdjusted[c],
                    column.profile.design().value(),
                    column.effectiveRows,
                    severity,
                    shares == null
                            ? Histogram.sharedSorted(
                                    column.profile.sorted(),
                                    column.profile.missing(),
                                    column.sorted,
                                    missing,
                                    HISTOGRAM_BINS)
                            : shares.histogram(column.profile.missing(), missing),
                    shares,
                    column.shift));
        }
        return features;
    }

    /** Adjusts the p-values of the columns that could be tested; the others count for nothing and get 1. */
    private static double[] adjusted(List<Measured> columns) {
        int[] tested = IntStream.range(0, columns.size())
                .filter(c -> columns.get(c).comparable)
                .toArray();
        double[] adjusted = new double[columns.size()];
        Arrays.fill(adjusted, 1);
        double[] among = BenjaminiHochberg.adjust(
                Arrays.stream(tested).mapToDouble(c -> columns.get(c).p).toArray());
        for (int i = 0; i < tested.length; i++) {
            adjusted[tested[i]] = among[i];
        }
        return adjusted;
    }

    private static Outcome recommended(List<FeatureDrift> features, int rows) {
        int total = features.size();
        List<FeatureDrift> alarming =
                features.stream().filter(FeatureDrift::alarms).toList();
        if (!alarming.isEmpty()) {
            return outcome(
                    DriftReport.Verdict.ALARM,
                    "%d of %d columns moved far, or in two of the last three separate windows: %s.",
                    alarming.size(),
                    total,
                    names(alarming));
        }
        List<FeatureDrift> warned = of(features, Severity.WARNING);
        if (!warned.isEmpty()) {
            return outcome(
                    DriftReport.Verdict.WARNING,
                    "%d of %d columns moved in this window; an alarm needs the same column again: %s.",
                    warned.size(),
                    total,
                    names(warned));
        }
        int insufficient = of(features, Severity.INSUFFICIENT).size();
        return total > 0 && 2 * insufficient > total
                ? outcome(
                        DriftReport.Verdict.INSUFFICIENT,
                        "%d rows tell too little about %d of %d columns (their rows are not independent); nothing moved grossly.",
                        rows,
                        insufficient,
                        total)
                : outcome(
                        DriftReport.Verdict.NONE,
                        "None of %d columns moved beyond its own history (%d could not be judged).",
                        total,
                        insufficient);
    }

    @FormatMethod
    private static Outcome outcome(DriftReport.Verdict verdict, @FormatString String reason, Object... numbers) {
        return new Outcome(verdict, String.format(Locale.ROOT, reason, numbers), Double.NaN);
    }

    private static Outcome preset(
            List<FeatureDrift> features, ReferenceProfile reference, int rows, DriftMonitorDefinition definition) {
        int total = features.size();
        int byKs = (int) features.stream()
                .filter(f -> PresetRule.driftsByTest(definition.policy(), f.categories() != null, f.pValue(), f.psi()))
                .count();
        boolean categories = features.stream().anyMatch(f -> f.categories() != null);
        int byPsi = (int) features.stream().filter(f -> PresetRule.driftsByPsi(f.psi())).count();
        int high = (int) features.stream()
                .filter(f -> PresetRule.high(f.categories() != null, f.psi()))
                .count();
        boolean alarms = PresetRule.alarms(definition.policy(), definition.share(), byKs, byPsi, high, total);
        String reason = definition.policy() == Policy.PIKKIT
                ? (categories
                                ? "pikkit: %d of %d features have KS p < 0.05, or PSI >= 0.1 as categories (%d high, PSI >= 0.25); drift from %d or any high."
                                : "pikkit: %1$d of %2$d numeric features have KS p < 0.05; drift from %4$d.")
                        .formatted(byKs, total, high, PresetRule.PIKKIT_FEATURES)
                : String.format(
                        Locale.ROOT,
                        "acis: %.1f %% of %d features drifted (%d by KS, %d by PSI); drift from %.0f %%.",
                        100 * PresetRule.acisRatio(byKs, byPsi, total),
                        total,
                        byKs,
                        byPsi,
                        100 * definition.share());
        return new Outcome(
                alarms ? DriftReport.Verdict.ALARM : DriftReport.Verdict.NONE,
                reason,
                reference.falseAlarmShare(
                        new PresetRule.Key(definition.policy(), definition.share(), ColumnProfile.sizeClass(rows))));
    }

    private static List<FeatureDrift> of(List<FeatureDrift> features, Severity severity) {
        return features.stream().filter(f -> f.severity() == severity).toList();
    }

    /**
     * The columns that warned in the two windows before this one that share no row with it nor with each other, judged
     * against the same champion.
     */
    private static List<FeatureDrift> warnedBefore(List<DriftReport> earlier, Instant from, int version) {
        List<FeatureDrift> result = new ArrayList<>();
        int windows = 0;
        Instant end = from;
        for (DriftReport report : earlier) {
            boolean separate = !report.to().isAfter(end);
            if (report.version() != version || !separate || report.verdict() == DriftReport.Verdict.INSUFFICIENT) {
                continue;
            }
            report.features().stream()
                    .filter(f -> f.severity() == Severity.WARNING || f.alarms())
                    .forEach(result::add);
            end = report.from();
            if (++windows == 2) {
                break;
            }
        }
        return result;
    }

    private static String names(List<FeatureDrift> features) {
        List<String> shown = features.stream()
                .limit(NAMES_SHOWN)
                .map(DriftCheck::describe)
                .toList();
        return String.join(", ", shown)
                + (features.size() > NAMES_SHOWN ? ", and " + (features.size() - NAMES_SHOWN) + " more" : "");
    }

    private static String describe(FeatureDrift f) {
        return Double.isNaN(f.effect())
                ? String.format(Locale.ROOT, "%s (missing %.0f %%)", f.name(), 100 * f.currentMissing())
                : String.format(
                        Locale.ROOT,
                        "%s (effect %.2f%s, band %.2f, missing %.0f %%)",
                        f.name(),
                        f.effect(),
                        f.categories() == null ? " sd" : " of categories, " + f.categories().most(),
                        f.band(),
                        100 * f.currentMissing());
    }

    /**
     * Columns of a row-major table turned into one array each.
     *
     * @throws IllegalArgumentException if a row has another number of values
     */
    public static double[][] columns(List<double[]> rows, int columns) {
        double[][] result = new double[columns][rows.size()];
        for (int r = 0; r < rows.size(); r++) {
            double[] row = rows.get(r);
            if (row.length != columns) {
                throw new IllegalArgumentException(
                        "Row %d has %d values, expected %d: %s.".formatted(r, row.length, columns, Arrays.toString(row)));
            }
            for (int c = 0; c < columns; c++) {
                result[c][r] = row[c];
            }
        }
        return result;
    }
}
