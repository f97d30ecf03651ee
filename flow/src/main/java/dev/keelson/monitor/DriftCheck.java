package dev.keelson.monitor;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.stats.BenjaminiHochberg;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
    /** A shift of so many standard deviations is what people want to see; a report says where it cannot. */
    private static final double SMALL = 0.2;
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
        return check(model, version, whole, window, definition, at, earlier, new MeasuredWindow());
    }

    /**
     * The same for one of several rules that judge one window by one reference.
     *
     * @param known what was measured of this window by this reference for other rules
     */
    public static DriftReport check(
            String model,
            int version,
            ReferenceProfile whole,
            Window window,
            DriftMonitorDefinition definition,
            Instant at,
            List<DriftReport> earlier,
            MeasuredWindow known) {
        int columns = whole.names().size();
        ReferenceProfile reference = whole.before(window.from());
        if (window.values().length != columns) {
            throw new IllegalArgumentException("The window has %d columns, the reference %d."
                    .formatted(window.values().length, columns));
        }
        Seen seen = new Seen(
                model, version, at, reference == null ? 0 : reference.rows(), window.rows(), window.from(), window.to());
        if (reference == null) {
            return tooLittle(
                    seen,
                    definition,
                    "Nearly all of the %d rows of the baseline lie in the window judged, which begins %s; at least %d before it are needed."
                            .formatted(whole.rows(), window.from(), ReferenceProfile.WINDOWS));
        }
        if (window.rows() < definition.minRows()) {
            return tooLittle(
                    seen,
                    definition,
                    "The window holds %d rows; %d are needed to judge.".formatted(window.rows(), definition.minRows()));
        }
        List<MeasuredColumn> measured = known.columns(reference, window, definition);
        if (!definition.policy().preset()) {
            return judged(seen, measured, definition, earlier, Double.NaN, Double.NaN);
        }
        int size = ColumnProfile.sizeClass(window.rows());
        return judged(
                seen,
                measured,
                definition,
                earlier,
                reference.falseAlarmShare(new PresetRule.Key(definition.policy(), definition.share(), size)),
                reference.falseAlarmShare(new PresetRule.Key(Policy.RECOMMENDED, 0, size)));
    }

    /** What is checked, when, and how much of it there is. */
    record Seen(String model, int version, Instant at, int referenceRows, int rows, Instant from, Instant to) {}

    /**
     * Judges a window whose columns were measured.
     *
     * @param falseAlarms share of the reference's own windows in which a preset alarms, else NaN; then that of {@code recommended}
     */
    static DriftReport judged(
            Seen seen,
            List<MeasuredColumn> measured,
            DriftMonitorDefinition definition,
            List<DriftReport> earlier,
            double falseAlarms,
            double recommendedFalseAlarms) {
        Judged judged = judge(measured, definition.policy(), warnedBefore(earlier, seen.from(), seen.version()));
        return report(
                seen,
                definition,
                outcome(judged.features(), seen.rows(), definition).with(falseAlarms),
                judged.features(),
                DriftDetails.none().withFindings(judged.findings()).withRecommended(recommendedFalseAlarms));
    }

    private static DriftReport tooLittle(Seen seen, DriftMonitorDefinition definition, String reason) {
        return report(
                seen,
                definition,
                new Outcome(DriftReport.Verdict.INSUFFICIENT, reason, Double.NaN),
                List.of(),
                DriftDetails.none());
    }

    private static DriftReport report(
            Seen seen, DriftMonitorDefinition definition, Outcome outcome, List<FeatureDrift> features, DriftDetails details) {
        return new DriftReport(
                seen.model(),
                seen.version(),
                seen.at(),
                seen.from(),
                seen.to(),
                definition.policy(),
                seen.referenceRows(),
                seen.rows(),
                outcome.verdict(),
                outcome.reason(),
                features.stream()
                        .filter(FeatureDrift::alarms)
                        .mapToDouble(FeatureDrift::importance)
                        .sum(),
                outcome.falseAlarmShare(),
                features,
                List.of(),
                details);
    }

    /**
     * Adds to a model's report what only tables show: segments, all columns together. A column that warns within a segment alarms
     * when it did so in one of the two separate windows before, as columns do.
     *
     * @param tables the comparison of the same rows as tables, by the same rule
     * @param earlier earlier reports of this model, newest first
     */
    public static DriftReport withTables(DriftReport report, DriftReport tables, List<DriftReport> earlier) {
        Instant from = report.from();
        List<DriftReport> separate = from == null ? List.of() : before(earlier, from, report.version());
        List<DriftFinding> before = separate.stream()
                .flatMap(each -> each.details().findings().stream())
                .toList();
        List<DriftFinding> findings = new ArrayList<>();
        for (DriftFinding each : tables.details().findings()) {
            switch (each.kind()) {
                case SEGMENT -> findings.add(before.stream().anyMatch(each::repeats) ? each.alarming() : each);
                case MULTIVARIATE -> findings.add(each);
                case COLUMN_GONE, COLUMN_NEW, TYPE_CHANGED, MISSING_SHARE, NEW_CATEGORIES, PREDICTIONS -> { // the report has them itself
                }
            }
        }
        return report.with(report.details()
                .withFindings(findings)
                .withSegments(tables.details().segments())
                .withMultivariate(tables.details().multivariate()));
    }

    /**
     * Adds whether the model's answers moved, against what the same version answered before the window.
     *
     * @param names its classes, or the name of its number
     * @param before one array for each name, in order of time
     * @param now likewise, of the window
     * @param minRows that both need; with fewer nothing is said
     */
    public static DriftReport withOutputs(DriftReport report, List<String> names, double[][] before, double[][] now, int minRows) {
        if (names.isEmpty() || before[0].length < Math.max(minRows, ReferenceProfile.WINDOWS) || now[0].length < minRows) {
            return report;
        }
        List<MeasuredColumn> columns = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            columns.add(MeasuredColumn.of(
                    names.get(c), 0, new ColumnProfile(before[c], null), now[c], 0, Policy.RECOMMENDED, DriftMethods.defaults()));
        }
        Judged judged = judge(columns, Policy.RECOMMENDED, List.of());
        List<DriftFinding> findings = judged.features().stream()
                .filter(each -> each.severity() == Severity.WARNING || each.severity() == Severity.SEVERE)
                .map(each -> new DriftFinding(
                        DriftFinding.Kind.PREDICTIONS,
                        each.name(),
                        each.severity() == Severity.SEVERE,
                        "The model's answers moved: %s.".formatted(describe(each))))
                .toList();
        return report.with(report.details().withFindings(findings).withOutputs(judged.features()));
    }

    /**
     * Whether {@link #withOutputs} could find anything: whether an answer moved so far that it matters. Much cheaper, as what the
     * answers before the window show by themselves is not measured.
     *
     * @param before one array for each output, in order of time
     * @param now likewise, of the window
     */
    public static boolean outputsMoved(double[][] before, double[][] now) {
        for (int c = 0; c < before.length; c++) {
            double[] sorted = ColumnProfile.sortedFinite(now[c], 0, now[c].length);
            if (before[c].length > 0
                    && ColumnFigures.of(
                                    new ColumnProfile(before[c], null), sorted, now[c].length, ColumnFigures.Size.EFFECTIVE_ALONE)
                            .material()) {
                return true;
            }
        }
        return false;
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

    /** What a rule says of the set of columns. */
    record Outcome(DriftReport.Verdict verdict, String reason, double falseAlarmShare) {
        Outcome with(double share) {
            return new Outcome(verdict, reason, share);
        }
    }

    /** Columns judged among each other, and what was found of them besides. */
    record Judged(List<FeatureDrift> features, List<DriftFinding> findings) {}

    /**
     * Judges columns among each other.
     *
     * @param before the columns that the earlier windows which count warned of
     */
    static Judged judge(List<MeasuredColumn> columns, Policy policy, List<FeatureDrift> before) {
        double[] adjusted = adjusted(columns.stream().map(MeasuredColumn::figures).toList());
        double[] missing = BenjaminiHochberg.adjust(
                columns.stream().mapToDouble(each -> each.figures().missingP()).toArray());
        double[] unknown = BenjaminiHochberg.adjust(
                columns.stream().mapToDouble(each -> each.figures().unknownP()).toArray());
        List<@Nullable MethodResult> methods = methods(columns);
        int tested = (int) columns.stream().filter(each -> each.figures().comparable()).count();
        Set<Integer> persistent = policy == Policy.RECOMMENDED
                ? DriftThirds.persistent(
                        columns.stream().map(MeasuredColumn::figures).toList(),
                        columns.stream().map(MeasuredColumn::parts).toList())
                : Set.of();
        List<FeatureDrift> features = new ArrayList<>(columns.size());
        List<DriftFinding> findings = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            MeasuredColumn column = columns.get(c);
            ColumnFigures figures = column.figures();
            MethodResult method = methods.get(c);
            int index = c;
            Severity severity = switch (policy) {
                case RECOMMENDED -> figures.severity(
                        adjusted[c],
                        missing[c],
                        unknown[c],
                        before.stream().anyMatch(warned -> warned.name().equals(column.name())
                                        && !warned.contradicts(figures.shift(), figures.effect()))
                                || persistent.contains(index));
                case PIKKIT, ACIS, N1V1 -> PresetRule.drifts(policy, column.category(), figures)
                        ? Severity.WARNING
                        : Severity.NONE;
                case WINMIX -> Severity.NONE;
                case METHODS -> method != null && method.drifted() ? Severity.WARNING : Severity.NONE;
            };
            findings.addAll(findings(column, missing[c], unknown[c], severity, policy));
            features.add(new FeatureDrift(
                    column.name(),
                    column.importance(),
                    figures.comparable() ? figures.effect() : Double.NaN,
                    figures.band(),
                    figures.ks(),
                    figures.p(),
                    adjusted[c],
                    figures.psi(),
                    figures.psiExpected(),
                    column.referenceMissing(),
                    figures.missing(),
                    figures.missingBand(),
                    missing[c],
                    column.design().value(),
                    figures.effectiveRows(),
                    severity,
                    column.histogram(),
                    column.shares(),
                    figures.shift(),
                    method,
                    policy == Policy.RECOMMENDED ? figures.smallest(tested, column.design()) : Double.NaN));
        }
        return new Judged(features, findings);
    }

    /** Results of the columns' own methods, p-values of our tests adjusted for all of them. */
    private static List<@Nullable MethodResult> methods(List<MeasuredColumn> columns) {
        List<@Nullable MethodResult> results = new ArrayList<>();
        columns.forEach(each -> results.add(each.method()));
        int[] tested = IntStream.range(0, results.size())
                .filter(c -> {
                    MethodResult result = results.get(c);
                    return result != null && result.method().adjusts() && !Double.isNaN(result.value());
                })
                .toArray();
        double[] adjusted = BenjaminiHochberg.adjust(Arrays.stream(tested)
                .mapToDouble(c -> Objects.requireNonNull(results.get(c)).value())
                .toArray());
        for (int i = 0; i < tested.length; i++) {
            results.set(tested[i], Objects.requireNonNull(results.get(tested[i])).with(adjusted[i]));
        }
        return results;
    }

    /** Positions of the columns that the recommended policy warns of, or more. */
    static Set<Integer> warned(List<ColumnFigures> figures) {
        double[] adjusted = adjusted(figures);
        double[] missing = BenjaminiHochberg.adjust(figures.stream().mapToDouble(ColumnFigures::missingP).toArray());
        double[] unknown = BenjaminiHochberg.adjust(figures.stream().mapToDouble(ColumnFigures::unknownP).toArray());
        Set<Integer> warned = new TreeSet<>();
        for (int c = 0; c < figures.size(); c++) {
            Severity severity = figures.get(c).severity(adjusted[c], missing[c], unknown[c], false);
            if (severity == Severity.WARNING || severity == Severity.SEVERE) {
                warned.add(c);
            }
        }
        return warned;
    }

    /** Whether a column is severe by the recommended policy. */
    static boolean anySevere(List<ColumnFigures> figures) {
        double[] adjusted = adjusted(figures);
        double[] missing = BenjaminiHochberg.adjust(figures.stream().mapToDouble(ColumnFigures::missingP).toArray());
        return IntStream.range(0, figures.size())
                .anyMatch(c -> figures.get(c).severity(adjusted[c], missing[c], 1, false) == Severity.SEVERE);
    }

    private static List<DriftFinding> findings(
            MeasuredColumn column, double missing, double unknown, Severity severity, Policy policy) {
        ColumnFigures figures = column.figures();
        boolean alarms = policy == Policy.RECOMMENDED && (severity == Severity.SEVERE || severity == Severity.PERSISTENT);
        List<DriftFinding> findings = new ArrayList<>();
        if (figures.missingMoved(missing)) {
            findings.add(new DriftFinding(
                    DriftFinding.Kind.MISSING_SHARE,
                    column.name(),
                    alarms,
                    String.format(
                            Locale.ROOT,
                            "%s: %.1f %% of the values are missing, %.1f %% before (p %.2g).",
                            column.name(),
                            100 * figures.missing(),
                            100 * column.referenceMissing(),
                            missing)));
        }
        if (figures.valuesSuffice() && figures.news(unknown)) {
            findings.add(new DriftFinding(
                    DriftFinding.Kind.NEW_CATEGORIES,
                    column.name(),
                    alarms,
                    String.format(
                            Locale.ROOT,
                            "%s: %.1f %% of the values are categories that the reference never had (p %.2g).",
                            column.name(),
                            100 * figures.unknown(),
                            unknown)));
        }
        return findings;
    }

    /** Adjusts the p-values of the columns that could be tested; the others count for nothing and get 1. */
    static double[] adjusted(List<ColumnFigures> columns) {
        int[] tested = IntStream.range(0, columns.size())
                .filter(c -> columns.get(c).comparable())
                .toArray();
        double[] adjusted = new double[columns.size()];
        Arrays.fill(adjusted, 1);
        double[] among = BenjaminiHochberg.adjust(
                Arrays.stream(tested).mapToDouble(c -> columns.get(c).p()).toArray());
        for (int i = 0; i < tested.length; i++) {
            adjusted[tested[i]] = among[i];
        }
        return adjusted;
    }

    /** What the rule says of the set. */
    static Outcome outcome(List<FeatureDrift> features, int rows, DriftMonitorDefinition definition) {
        return switch (definition.policy()) {
            case RECOMMENDED -> recommended(features, rows);
            case PIKKIT, ACIS, N1V1, WINMIX -> PresetRule.outcome(features, definition);
            case METHODS -> byMethods(features, definition.share());
        };
    }

    private static Outcome byMethods(List<FeatureDrift> features, double share) {
        List<FeatureDrift> drifted = of(features, Severity.WARNING);
        boolean alarms = !drifted.isEmpty() && drifted.size() >= share * features.size();
        return outcome(
                alarms ? DriftReport.Verdict.ALARM : DriftReport.Verdict.NONE,
                "%d of %d columns drifted by their methods; drift from %s.%s",
                drifted.size(),
                features.size(),
                share > 0 ? String.format(Locale.ROOT, "%.0f %%", 100 * share) : "one",
                drifted.isEmpty()
                        ? ""
                        : " "
                                + drifted.stream()
                                        .limit(NAMES_SHOWN)
                                        .map(each -> each.name()
                                                + " ("
                                                + (each.method() == null ? "" : each.method().shown())
                                                + ")")
                                        .collect(Collectors.joining(", ", "", ".")));
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
                    "%d of %d columns moved in this window; an alarm needs the same column again: %s.%s",
                    warned.size(),
                    total,
                    names(warned),
                    unseen(features));
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
                        "None of %d columns moved beyond its own history (%d could not be judged).%s",
                        total,
                        insufficient,
                        unseen(features));
    }

    /** A sentence on quantities of which so few rows do not show a small shift; empty where there are none. */
    private static String unseen(List<FeatureDrift> features) {
        List<FeatureDrift> blind = features.stream()
                .filter(each -> each.categories() == null && each.smallest() > SMALL)
                .toList();
        return blind.stream()
                .max(Comparator.comparingDouble(FeatureDrift::smallest))
                .map(worst -> String.format(
                        Locale.ROOT,
                        " So few rows show no shift of %.1f sd in %d of them; the least that could be seen of %s is %.2f sd.",
                        SMALL,
                        blind.size(),
                        worst.name(),
                        worst.smallest()))
                .orElse("");
    }

    @FormatMethod
    private static Outcome outcome(DriftReport.Verdict verdict, @FormatString String reason, Object... numbers) {
        return new Outcome(verdict, String.format(Locale.ROOT, reason, numbers), Double.NaN);
    }

    private static List<FeatureDrift> of(List<FeatureDrift> features, Severity severity) {
        return features.stream().filter(f -> f.severity() == severity).toList();
    }

    /** The columns that warned in the two windows that count. */
    private static List<FeatureDrift> warnedBefore(List<DriftReport> earlier, Instant from, int version) {
        return before(earlier, from, version).stream()
                .flatMap(each -> each.features().stream())
                .filter(each -> each.severity() == Severity.WARNING || each.alarms())
                .toList();
    }

    /**
     * The two windows before this one that share no row with it nor with each other, judged against the same champion.
     */
    private static List<DriftReport> before(List<DriftReport> earlier, Instant from, int version) {
        List<DriftReport> result = new ArrayList<>();
        Instant end = from;
        for (DriftReport report : earlier) {
            Instant begun = report.from();
            boolean separate = begun != null && report.to() != null && !report.to().isAfter(end);
            if (report.version() != version || !separate || report.verdict() == DriftReport.Verdict.INSUFFICIENT) {
                continue;
            }
            result.add(report);
            end = Objects.requireNonNull(begun);
            if (result.size() == 2) {
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
