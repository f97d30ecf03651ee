package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Durations;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.stats.SortedSample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges a load as a whole by the conditions of its source, over the {@link CheckMeasure}s. A condition is on a measure of
 * what the dataset would be ({@code mean(AvgH) < 4}), or on how far that lies from the last accepted version
 * ({@code change(mean(AvgH)) < 20%}: relative to the value before; for shares the plain difference; zero when there is no
 * version before). A {@code block} that cannot be evaluated blocks.
 */
public final class SourceChecks {
    private static final int SHOWN = 5;
    private static final int MARKED = 10_000;

    private SourceChecks() {}

    /** What a load tells its checks. */
    interface Measurements {
        double rowCount();

        double duplicateKeys();

        double quarantined();

        double missing(String column);

        double freshnessSeconds();

        /** The columns that the dataset would have. */
        Schema schema();

        /** Columns of all rows that the dataset would have. */
        Frame rows(List<String> columns);

        /** Columns of the last accepted version; null when there is none, or it lacks one of them. */
        @Nullable
        Frame before(List<String> columns);

        /** A column of the latest version of another source; null when there is no such version or column. */
        @Nullable
        Vector other(String source, String column);

        /** Rows that break rules but stay, with how many they are. */
        List<RuleFindings> findings();

        /** How many rows visible to the load break a rule. */
        int count(RuleFindings findings);

        /** The rows kept as examples, among those that are visible. */
        List<QuarantinedRow> examples(RuleFindings findings);

        /** A row of {@link #rows} as it stands in what was read; null when it came in earlier. */
        @Nullable
        QuarantinedRow place(int row, ErrorCode code, String column, String reason);
    }

    /**
     * What became of all checks.
     *
     * @param results in declared order: checks, then rules that mark or block, then anomalies
     * @param locations where each is declared
     * @param marked rows that stay and should be looked at
     */
    record Outcome(List<CheckResult> results, List<@Nullable Location> locations, List<QuarantinedRow> marked) {}

    /**
     * What is wrong with a check as the project file states it: its syntax, its name or the number of its
     * arguments.
     */
    public static Optional<Problem> problem(CheckDefinition check) {
        Condition condition;
        try {
            condition = Condition.parse(check.condition());
        } catch (KeelsonException e) {
            return Optional.of(e.problems().getFirst());
        }
        Optional<CheckMeasure> measure = CheckMeasure.of(condition.name());
        if (measure.isEmpty()) {
            return Optional.of(Problem.at(
                    ErrorCode.UNKNOWN_REFERENCE,
                    check.condition().location(),
                    "The check (%s) names the unknown measurement (%s); there are %s."
                            .formatted(check.condition(), condition.name(), CheckMeasure.names()),
                    Suggestion.sentence(condition.name(), CheckMeasure.names()).orElse(null)));
        }
        String wrong = wrongArguments(measure.get(), condition);
        if (wrong == null && condition.change() && !measure.get().changeable()) {
            wrong = "`change` does not apply to it";
        }
        if (wrong == null
                && measure.get().share()
                && !condition.change()
                && (condition.value() < 0 || condition.value() > 1)) {
            return Optional.of(Problem.at(
                    ErrorCode.BAD_VALUE,
                    check.condition().location(),
                    "The check (%s) cannot be used: `%s` is a share from 0 to 1, which is 0%% to 100%%."
                            .formatted(check.condition(), measure.get().text()),
                    "Maybe a percentage such as 5% was meant; 0.05 is the same."));
        }
        return wrong == null
                ? Optional.empty()
                : Optional.of(Problem.at(
                        ErrorCode.BAD_VALUE,
                        check.condition().location(),
                        "The check (%s) cannot be used: %s.".formatted(check.condition(), wrong),
                        "Maybe `%s` was meant.".formatted(example(measure.get()))));
    }

    private static @Nullable String wrongArguments(CheckMeasure measure, Condition condition) {
        List<String> args = condition.args();
        return switch (measure.arguments()) {
            case NONE -> args.isEmpty() ? null : "`%s` takes no column".formatted(measure.text());
            case COLUMN, NUMBER ->
                args.size() == 1
                        ? null
                        : "`%s` takes one column, not %d".formatted(measure.text(), args.size());
            case STEP_AND_COLUMNS ->
                !args.isEmpty() && step(args.getFirst()) > 0 ? null : "its first argument must be a duration";
            case REFERENCE ->
                args.size() == 2 && args.get(1).indexOf('.') > 0
                        ? null
                        : "it takes a column and `SOURCE.COLUMN`";
        };
    }

    private static String example(CheckMeasure measure) {
        return switch (measure.arguments()) {
            case NONE -> measure.text();
            case COLUMN, NUMBER -> measure.text() + "(COLUMN)";
            case STEP_AND_COLUMNS -> measure.text() + "(1h, COLUMN)";
            case REFERENCE -> measure.text() + "(COLUMN, SOURCE.COLUMN)";
        };
    }

    /** The columns of its own source that a condition names. */
    public static List<String> columns(CheckMeasure measure, Condition condition) {
        return switch (measure.arguments()) {
            case NONE -> List.of();
            case COLUMN, NUMBER -> condition.args();
            case STEP_AND_COLUMNS ->
                condition.args().isEmpty()
                        ? List.of()
                        : condition.args().subList(1, condition.args().size());
            case REFERENCE -> condition.args().isEmpty() ? List.of() : List.of(condition.args().getFirst());
        };
    }

    private static long step(String text) {
        try {
            return Micros.of(Durations.parse(text));
        } catch (KeelsonException e) {
            return 0; // not a duration
        }
    }

    /** Judges a load. */
    static Outcome evaluate(SourceDefinition source, Measurements load) {
        List<CheckResult> results = new ArrayList<>();
        List<@Nullable Location> locations = new ArrayList<>();
        List<QuarantinedRow> marked = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (CheckDefinition check : source.checks()) {
            Optional<Problem> problem = problem(check).or(() -> unknownColumn(check, load.schema()));
            if (problem.isPresent() && check.severity() == CheckDefinition.Severity.BLOCK) {
                problems.add(problem.get());
                continue;
            }
            results.add(
                    problem.isPresent()
                            ? unknown(check, problem.get().message())
                            : result(check, Condition.parse(check.condition()), load));
            locations.add(check.condition().location());
        }
        for (RuleFindings findings : load.findings()) {
            int count = load.count(findings);
            RowRule rule = findings.rule();
            results.add(new CheckResult(
                    rule.onFail() == RowRule.OnFail.BLOCK
                            ? CheckDefinition.Severity.BLOCK
                            : CheckDefinition.Severity.WARN,
                    "rows: " + rule.check().text().strip(),
                    count,
                    0,
                    Condition.Unit.NONE,
                    count == 0,
                    count == 0 ? null : load.examples(findings).getFirst().toString()));
            locations.add(rule.check().location());
            marked.addAll(load.examples(findings));
        }
        for (AnomalyRule rule : source.anomalies()) {
            results.add(anomalies(rule, load, marked));
            locations.add(rule.location());
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new Outcome(results, locations, marked);
    }

    private static Optional<Problem> unknownColumn(CheckDefinition check, Schema schema) {
        Condition condition = Condition.parse(check.condition());
        for (String column : columns(CheckMeasure.of(condition.name()).orElseThrow(), condition)) {
            if (!schema.contains(column)) {
                return Optional.of(Problem.at(
                        ErrorCode.MISSING_COLUMN,
                        check.condition().location(),
                        "The check (%s) names the column (%s), which the source does not have."
                                .formatted(check.condition(), column),
                        Suggestion.sentence(column, schema.names()).orElse(null)));
            }
        }
        return Optional.empty();
    }

    private static CheckResult unknown(CheckDefinition check, @Nullable String why) {
        return new CheckResult(
                check.severity(), check.condition().text(), Double.NaN, 0, Condition.Unit.NONE, false, why);
    }

    private static CheckResult result(CheckDefinition check, Condition condition, Measurements load) {
        CheckMeasure measure = CheckMeasure.of(condition.name()).orElseThrow();
        List<String> detail = new ArrayList<>();
        double observed;
        try {
            observed = condition.change()
                    ? change(measure, condition, load)
                    : measured(measure, condition, load, detail);
        } catch (RuntimeException e) { // whatever it is: what cannot be evaluated does not hold
            return unknown(check, "It cannot be evaluated: " + e.getMessage());
        }
        return new CheckResult(
                check.severity(),
                condition.text(),
                observed,
                condition.value(),
                measure.unit(condition),
                condition.test(observed),
                detail.isEmpty() ? null : String.join("; ", detail));
    }

    private static double change(CheckMeasure measure, Condition condition, Measurements load) {
        List<String> columns = columns(measure, condition);
        Frame before = load.before(columns.isEmpty() ? List.of(SystemColumns.EVENT_TIME) : columns);
        if (before == null) {
            return 0;
        }
        double was = measure == CheckMeasure.ROW_COUNT
                ? before.rows()
                : ofColumn(measure, before.vector(columns.getFirst()));
        double is = measured(measure, condition, load, new ArrayList<>());
        if (measure.share()) {
            return Math.abs(is - was);
        }
        return is == was ? 0 : Math.abs(is - was) / Math.abs(was);
    }

    private static double measured(
            CheckMeasure measure, Condition condition, Measurements load, List<String> detail) {
        return switch (measure) {
            case ROW_COUNT -> load.rowCount();
            case DUPLICATE_KEYS -> load.duplicateKeys();
            case QUARANTINED -> load.quarantined();
            case FRESHNESS -> load.freshnessSeconds();
            case MISSING -> missing(load.missing(condition.args().getFirst()), load.rowCount(), detail);
            case UNIQUE, DISTINCT, MIN, MAX, MEAN, STD, MEDIAN, P01, P05, P25, P75, P95, P99 ->
                ofColumn(measure, load.rows(condition.args()).vector(0));
            case GAPS -> gaps(condition, load, detail);
            case UNMATCHED -> unmatched(condition, load, detail);
        };
    }

    private static double missing(double share, double rows, List<String> detail) {
        if (share > 0) {
            detail.add(missingOf(share * rows, rows));
        }
        return share;
    }

    /** How many rows lack a cell, as a text. */
    static String missingOf(double missing, double rows) {
        return String.format(Locale.ROOT, "%,.0f of %,.0f rows", missing, rows);
    }

    private static double ofColumn(CheckMeasure measure, Vector vector) {
        return switch (measure) {
            case MISSING -> vector.size() == 0 ? Double.NaN : (double) Frames.nulls(vector) / vector.size();
            case UNIQUE -> distinctShare(List.of(vector));
            case DISTINCT -> distinct(vector).size();
            case MIN -> quantile(vector, 0);
            case MAX -> quantile(vector, 1);
            case MEAN -> ColumnStatistics.mean(numbers(vector));
            case STD -> ColumnStatistics.std(numbers(vector));
            case MEDIAN -> quantile(vector, 0.5);
            case P01 -> quantile(vector, 0.01);
            case P05 -> quantile(vector, 0.05);
            case P25 -> quantile(vector, 0.25);
            case P75 -> quantile(vector, 0.75);
            case P95 -> quantile(vector, 0.95);
            case P99 -> quantile(vector, 0.99);
            case ROW_COUNT, DUPLICATE_KEYS, QUARANTINED, FRESHNESS, GAPS, UNMATCHED ->
                throw new IllegalArgumentException("The measure (%s) is not of one column.".formatted(measure));
        };
    }

    private static double[] numbers(Vector vector) {
        if (vector.type() == ColumnType.STRING) {
            throw new IllegalArgumentException("the column holds texts, and numbers were expected.");
        }
        return SortedSample.of(ColumnStatistics.asDoubles(vector));
    }

    private static double quantile(Vector vector, double level) {
        return ColumnStatistics.quantile(numbers(vector), level);
    }

    private static double gaps(Condition condition, Measurements load, List<String> detail) {
        long step = step(condition.args().getFirst());
        List<String> by = condition.args().subList(1, condition.args().size());
        List<String> columns = new ArrayList<>(by);
        columns.add(SystemColumns.EVENT_TIME);
        Frame frame = load.rows(columns.stream().distinct().toList());
        long[] events = frame.longs(SystemColumns.EVENT_TIME).values();
        Map<String, List<Long>> times = new TreeMap<>();
        for (int row = 0; row < frame.rows(); row++) {
            times.computeIfAbsent(RowDifference.key(frame, by, row), group -> new ArrayList<>())
                    .add(events[row]);
        }
        long gaps = 0;
        for (Map.Entry<String, List<Long>> group : times.entrySet()) {
            List<Long> sorted = group.getValue().stream().sorted().toList();
            for (int i = 1; i < sorted.size(); i++) {
                long missing = (sorted.get(i) - sorted.get(i - 1) + step / 2) / step - 1;
                if (missing > 0) {
                    gaps += missing;
                    if (detail.size() < SHOWN) {
                        detail.add("%s%d after %s"
                                .formatted(
                                        group.getKey().isEmpty() ? "" : group.getKey() + ": ",
                                        missing,
                                        Micros.toInstant(sorted.get(i - 1))));
                    }
                }
            }
        }
        return gaps;
    }

    private static double unmatched(Condition condition, Measurements load, List<String> detail) {
        String reference = condition.args().get(1);
        int point = reference.indexOf('.');
        String source = reference.substring(0, point);
        Vector known = load.other(source, reference.substring(point + 1));
        if (known == null) {
            detail.add(("the source (%s) is not loaded yet, or has no column (%s): it is to be loaded first"
                            + " (`keelson data load %s`), or declared before this one")
                    .formatted(source, reference.substring(point + 1), source));
            return Double.NaN;
        }
        Set<Object> values = distinct(known);
        Vector own = load.rows(List.of(condition.args().getFirst())).vector(0);
        long unmatched = 0;
        for (int i = 0; i < own.size(); i++) {
            Object value = own.get(i);
            if (value != null && !values.contains(value)) {
                unmatched++;
                String shown = value.toString();
                if (detail.size() < SHOWN && !detail.contains(shown)) {
                    detail.add(shown);
                }
            }
        }
        return unmatched;
    }

    private static CheckResult anomalies(AnomalyRule rule, Measurements load, List<QuarantinedRow> marked) {
        String condition = "anomalies: " + rule.text();
        int count = 0;
        String first = null;
        try {
            for (Anomalies.Mark mark : Anomalies.find(rule, load.rows(Anomalies.columns(rule)))) {
                QuarantinedRow row =
                        load.place(mark.row(), ErrorCode.UNLIKELY_VALUE, rule.column(), mark.reason());
                if (row != null) {
                    count++;
                    first = first == null ? row.toString() : first;
                    if (marked.size() < MARKED) {
                        marked.add(row);
                    }
                }
            }
        } catch (IllegalArgumentException e) { // a column that is not there
            return new CheckResult(
                    CheckDefinition.Severity.WARN,
                    condition,
                    Double.NaN,
                    0,
                    Condition.Unit.NONE,
                    false,
                    "It cannot be evaluated: " + e.getMessage());
        }
        return new CheckResult(
                CheckDefinition.Severity.WARN, condition, count, 0, Condition.Unit.NONE, count == 0, first);
    }

    /** Refuses a load when a check of severity BLOCK does not hold. */
    static void refuse(SourceDefinition source, Outcome outcome, int quarantined) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < outcome.results().size(); i++) {
            CheckResult result = outcome.results().get(i);
            if (!result.passed() && result.severity() == CheckDefinition.Severity.BLOCK) {
                boolean rule = result.condition().startsWith("rows: ");
                problems.add(Problem.at(
                        ErrorCode.DATA_BLOCKED,
                        outcome.locations().get(i),
                        rule
                                ? "The load of the source (%s) is blocked: %s of its rows break `%s`. The first: %s"
                                        .formatted(
                                                source.name(),
                                                result.observedText(),
                                                result.condition().substring("rows: ".length()),
                                                Objects.requireNonNullElse(result.detail(), ""))
                                : "The load of the source (%s) is blocked: %s was expected, but %s."
                                        .formatted(source.name(), result.condition(), result.failure()),
                        notTheFileMeant(quarantined)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** A remedy for a load that is blocked. */
    static String notTheFileMeant(int quarantined) {
        return "Nothing was changed. Maybe the file is not the one that was meant%s."
                .formatted(
                        quarantined == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        "; %,d of its rows went to quarantine: `keelson data quarantine` lists them",
                                        quarantined));
    }

    private static Set<Object> distinct(Vector vector) {
        var distinct = new HashSet<Object>();
        for (int i = 0; i < vector.size(); i++) {
            Object value = vector.get(i);
            if (value != null) {
                distinct.add(value);
            }
        }
        return distinct;
    }

    /** Different values as a share of all values of some vectors; NaN when there is none. */
    static double distinctShare(List<Vector> parts) {
        var distinct = new HashSet<Object>();
        long present = 0;
        for (Vector part : parts) {
            distinct.addAll(distinct(part));
            present += part.size() - Frames.nulls(part);
        }
        return present == 0 ? Double.NaN : (double) distinct.size() / present;
    }
}
