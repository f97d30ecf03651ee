package dev.keelson.monitor;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.learn.Learner;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.spi.DriftData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares any two tables, a column at a time, by the same policies as {@link DriftCheck}.
 *
 * <p>There are no earlier reports here, so that the recommended policy's persistence is looked for within the current rows: a
 * column alarms when it warns as a whole and in two of three consecutive thirds, or at once when it moved far. A column that
 * only one side has, or that became one of texts, alarms under every policy.
 */
public final class DataDriftCheck {
    /** Texts that are different in so large a share of the reference's rows name rows; their shares say nothing. */
    private static final double NAMES = 0.5;

    private static final int FEW_TEXTS = 50;

    private final DriftData reference;
    private final DriftData current;
    private final DataDriftSettings settings;
    private final Policy policy;
    private final List<DriftFinding> findings = new ArrayList<>();
    private final Map<String, String> unjudged = new LinkedHashMap<>();

    private DataDriftCheck(DriftData reference, DriftData current, DataDriftSettings settings) {
        this.reference = reference;
        this.current = current;
        this.settings = settings;
        this.policy = settings.rule().policy();
    }

    /**
     * Compares.
     *
     * @param learner of classes, to look at all columns together; null when that is not asked for
     * @param at the instant of the check
     * @throws KeelsonException BAD_REQUEST naming every column that no side has, and every method that cannot judge its column
     */
    public static DriftReport check(
            DriftData reference, DriftData current, DataDriftSettings settings, @Nullable Learner learner, Instant at) {
        return new DataDriftCheck(reference, current, settings).run(learner, at);
    }

    private DriftReport run(@Nullable Learner learner, Instant at) {
        requireKnown();
        List<String> judged = judged();
        int needed = settings.rule().minRows();
        if (reference.rows() < Math.max(needed, ReferenceProfile.WINDOWS) || current.rows() < needed) {
            String reason = "There are %,d reference rows and %,d current ones; %,d of each are needed to judge."
                    .formatted(reference.rows(), current.rows(), Math.max(needed, ReferenceProfile.WINDOWS));
            judged.forEach(name -> unjudged.put(name, "too few rows"));
            return report(at, new DriftCheck.Outcome(DriftReport.Verdict.INSUFFICIENT, reason, Double.NaN), List.of(), details());
        }
        RowClusters clusters = settings.cluster() == null
                ? null
                : RowClusters.of(reference.column(settings.cluster()), current.column(settings.cluster()));
        DataSegments segments = DataSegments.of(reference, current, settings);
        ColumnsTogether together = learner == null ? null : new ColumnsTogether(reference.rows(), current.rows());
        List<MeasuredColumn> columns = new ArrayList<>();
        try (Measuring measuring = new Measuring(columns)) {
            for (String name : judged) {
                read(name, clusters, segments, together, measuring);
            }
        }
        DriftCheck.Judged result = DriftCheck.judge(columns, policy, List.of());
        return judged(columns, result, segments, together, learner, at);
    }

    /** Reads a column, unless it cannot be judged, and lets it be measured. */
    private void read(
            String name,
            @Nullable RowClusters clusters,
            DataSegments segments,
            @Nullable ColumnsTogether together,
            Measuring measuring) {
        Optional<ColumnPair> read = ColumnPair.of(
                reference.column(name), current.column(name), settings.categories().contains(name));
        if (read.isEmpty()) {
            typeChanged(name);
            return;
        }
        ColumnPair pair = read.get();
        if (namesRows(name, pair)) {
            unjudged.put(name, "names rows: %,d different texts in %,d rows".formatted(pair.referenceTexts(), reference.rows()));
            return;
        }
        requireFits(name, pair);
        segments.add(name, pair);
        if (together != null) {
            together.add(name, pair);
        }
        measuring.add(() -> measure(name, pair, clusters));
    }

    private DriftReport judged(
            List<MeasuredColumn> columns,
            DriftCheck.Judged result,
            DataSegments segments,
            @Nullable ColumnsTogether together,
            @Nullable Learner learner,
            Instant at) {
        DriftCheck.Outcome outcome = DriftCheck.outcome(result.features(), current.rows(), settings.rule());
        findings.addAll(result.findings());
        findings.addAll(segments.findings());
        DriftDetails details = details().withSegments(segments.judged());
        if (policy.preset()) {
            List<Boolean> categories = columns.stream().map(MeasuredColumn::category).toList();
            List<List<ColumnFigures>> quiet = columns.stream().map(MeasuredColumn::quiet).toList();
            outcome = outcome.with(
                    PresetRule.falseAlarmShare(quiet, categories, policy, settings.rule().share()));
            details = details.withRecommended(PresetRule.falseAlarmShare(quiet, categories, Policy.RECOMMENDED, 0));
        }
        if (together != null && learner != null && together.judges()) {
            DriftDetails.Multivariate all = together.judge(learner);
            details = details.withMultivariate(all).withFindings(ColumnsTogether.findings(all));
        }
        return report(at, outcome, result.features(), details);
    }

    private DriftDetails details() {
        return DriftDetails.of(reference.name(), current.name()).withFindings(findings).withUnjudged(unjudged);
    }

    private DriftReport report(Instant at, DriftCheck.Outcome outcome, List<FeatureDrift> features, DriftDetails details) {
        return new DriftReport(
                        settings.subject(),
                        0,
                        at,
                        settings.from(),
                        settings.to(),
                        policy,
                        reference.rows(),
                        current.rows(),
                        outcome.verdict(),
                        outcome.reason(),
                        0,
                        outcome.falseAlarmShare(),
                        features)
                .with(details);
    }

    private MeasuredColumn measure(String name, ColumnPair pair, @Nullable RowClusters clusters) {
        ColumnProfile profile = new ColumnProfile(
                pair.reference(), pair.texts() == null ? null : pair::text, clusters == null ? null : clusters.with(pair.current()));
        double[] values = pair.current();
        MeasuredColumn whole = MeasuredColumn.of(name, 0, profile, values, 0, policy, settings.rule().methods());
        List<ColumnFigures> thirds = policy == Policy.RECOMMENDED && settings.alone()
                ? DriftThirds.of(profile, values, whole.figures(), settings.rule().minRows())
                : List.of();
        List<ColumnFigures> quiet =
                policy.preset() ? PresetRule.quietWindows(profile, policy, values.length) : List.of();
        return whole.with(thirds, quiet);
    }

    /** The columns of both sides that can be compared, in the reference's order; says which one side has alone. */
    private List<String> judged() {
        Set<String> aside = new LinkedHashSet<>();
        if (settings.cluster() != null) {
            aside.add(settings.cluster());
        }
        if (settings.time() != null) {
            aside.add(settings.time());
        }
        List<String> judged = new ArrayList<>();
        for (Column column : reference.schema().columns()) {
            String name = column.name();
            if (aside.contains(name) || !wanted(name)) {
                continue;
            }
            if (!current.schema().contains(name)) {
                findings.add(new DriftFinding(
                        DriftFinding.Kind.COLUMN_GONE, name, true, "%s: a column that only the reference has.".formatted(name)));
            } else if (compares(column.type()) && compares(current.schema().column(name).type())) {
                judged.add(name);
            } else {
                unjudged.put(name, "a time");
            }
        }
        for (String name : current.schema().names()) {
            if (!aside.contains(name) && wanted(name) && !reference.schema().contains(name)) {
                findings.add(new DriftFinding(
                        DriftFinding.Kind.COLUMN_NEW, name, true, "%s: a column that only the current rows have.".formatted(name)));
            }
        }
        return judged;
    }

    private boolean wanted(String name) {
        return settings.columns().isEmpty() || settings.columns().contains(name);
    }

    private static boolean compares(ColumnType type) {
        return ColumnPair.compares(type);
    }

    private void typeChanged(String name) {
        findings.add(new DriftFinding(
                DriftFinding.Kind.TYPE_CHANGED,
                name,
                true,
                "%s: %s in the reference and %s in the current rows."
                        .formatted(name, word(reference, name), word(current, name))));
    }

    private static String word(DriftData data, String name) {
        return ColumnPair.isNumber(data.schema().column(name).type()) ? "numbers" : "texts";
    }

    private boolean namesRows(String name, ColumnPair pair) {
        return pair.texts() != null
                && !settings.columns().contains(name)
                && pair.referenceTexts() > FEW_TEXTS
                && pair.referenceTexts() > NAMES * Arrays.stream(pair.reference()).filter(Double::isFinite).count();
    }

    private void requireFits(String name, ColumnPair pair) {
        DriftMethod own = settings.rule().methods().byColumn().get(name);
        boolean category = pair.texts() != null;
        if (own != null && !own.takes(category)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The method %s cannot judge the column (%s): its values are %s."
                            .formatted(own.word(), name, category ? "categories" : "quantities"),
                    category
                            ? "Maybe chi_square, psi, jensen_shannon or hellinger."
                            : "Maybe name the column under the categories, or take ks, psi or wasserstein.");
        }
    }

    /** All names that no side has, at once. */
    private void requireKnown() {
        Set<String> names = new LinkedHashSet<>(reference.schema().names());
        names.addAll(current.schema().names());
        List<Problem> problems = new ArrayList<>();
        settings.columns().forEach(each -> known(each, names, "columns", problems));
        settings.categories().stream().sorted().forEach(each -> known(each, names, "categories", problems));
        settings.rule().methods().byColumn().keySet().forEach(each -> known(each, names, "method", problems));
        settings.rule().methods().thresholds().keySet().forEach(each -> known(each, names, "threshold", problems));
        List<String> shared = reference.schema().names().stream()
                .filter(each -> current.schema().contains(each))
                .toList();
        settings.rule().segments().forEach(each -> known(each, new LinkedHashSet<>(shared), "segments", problems));
        if (settings.cluster() != null) {
            known(settings.cluster(), new LinkedHashSet<>(shared), "cluster", problems);
        }
        boolean rowsNeeded = settings.cluster() != null || !settings.rule().segments().isEmpty();
        if (rowsNeeded && !(reference.aligned() && current.aligned())) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "So large a table is read as quantiles of each column; segments and clusters need rows.",
                    "Maybe take a part of its rows."));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private static void known(String name, Set<String> names, String asked, List<Problem> problems) {
        if (!names.contains(name)) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "There is no column (%s), which `%s` names; the columns are %s.".formatted(name, asked, shown(names)),
                    Suggestion.sentence(name, names).orElse("Maybe its name is misspelt.")));
        }
    }

    private static String shown(Set<String> names) {
        List<String> first = names.stream().limit(20).toList();
        return String.join(", ", first) + (names.size() > 20 ? " and %d more".formatted(names.size() - 20) : "");
    }
}
