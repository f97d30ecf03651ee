package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Condition;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The measurements that checks of a source may name:
 *
 * <ul>
 *   <li>{@code row_count}: rows of the dataset after the load;
 *   <li>{@code duplicate_keys}: rows of the file whose key occurs on an earlier line with other values (exact copies
 * are
 *       harmless and not counted);
 *   <li>{@code quarantined}: share of the rows read that were set aside;
 *   <li>{@code missing(column)}: share of the dataset's rows without a value;
 *   <li>{@code unique(column)}: different values as a share of all values, 100% when none occurs twice;
 *   <li>{@code freshness}: time since the latest event, zero when it lies in the future.
 * </ul>
 */
public final class SourceChecks {
    private static final List<String> PLAIN = List.of("row_count", "duplicate_keys", "quarantined", "freshness");
    private static final List<String> OF_COLUMN = List.of("missing", "unique");

    private SourceChecks() {}

    /** What a load tells its checks. */
    interface Measurements {
        double rowCount();

        double duplicateKeys();

        double quarantined();

        double missing(String column);

        double unique(String column);

        double freshnessSeconds();

        boolean hasColumn(String column);

        List<String> columns();
    }

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
        boolean plain = PLAIN.contains(condition.name());
        boolean ofColumn = OF_COLUMN.contains(condition.name());
        if (!plain && !ofColumn) {
            List<String> names = new ArrayList<>(PLAIN);
            names.addAll(OF_COLUMN);
            return Optional.of(Problem.at(
                    ErrorCode.UNKNOWN_REFERENCE,
                    check.condition().location(),
                    "The check (%s) names the unknown measurement (%s); there are %s."
                            .formatted(check.condition(), condition.name(), names),
                    Suggestion.sentence(condition.name(), names).orElse(null)));
        }
        int wanted = plain ? 0 : 1;
        if (condition.args().size() != wanted) {
            return Optional.of(Problem.at(
                    ErrorCode.BAD_VALUE,
                    check.condition().location(),
                    "The check (%s) names %d columns; %s takes %d."
                            .formatted(check.condition(), condition.args().size(), condition.name(), wanted),
                    plain
                            ? "Maybe leave the brackets out."
                            : "Maybe name one column: %s(COLUMN).".formatted(condition.name())));
        }
        return Optional.empty();
    }

    /** Evaluates checks in order. */
    static List<CheckResult> evaluate(List<CheckDefinition> checks, Measurements load) {
        List<Problem> problems = new ArrayList<>();
        List<CheckResult> results = new ArrayList<>();
        for (CheckDefinition check : checks) {
            Optional<Problem> problem = problem(check);
            if (problem.isPresent()) {
                problems.add(problem.get());
                continue;
            }
            Condition condition = Condition.parse(check.condition());
            String column = condition.args().isEmpty() ? "" : condition.args().getFirst();
            if (!column.isEmpty() && !load.hasColumn(column)) {
                problems.add(Problem.at(
                        ErrorCode.MISSING_COLUMN,
                        check.condition().location(),
                        "The check (%s) names the column (%s), which the source does not have."
                                .formatted(check.condition(), column),
                        Suggestion.sentence(column, load.columns()).orElse(null)));
                continue;
            }
            double observed = switch (condition.name()) {
                case "row_count" -> load.rowCount();
                case "duplicate_keys" -> load.duplicateKeys();
                case "quarantined" -> load.quarantined();
                case "missing" -> load.missing(column);
                case "unique" -> load.unique(column);
                case "freshness" -> load.freshnessSeconds();
                default ->
                    throw new IllegalStateException(
                            "The measurement (%s) is known but not taken.".formatted(condition.name()));
            };
            results.add(new CheckResult(
                    check.severity(),
                    condition.text(),
                    observed,
                    condition.value(),
                    condition.unit(),
                    condition.test(observed)));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return results;
    }

    /** Refuses a load when a check of severity BLOCK does not hold. */
    static void refuse(SourceDefinition source, List<CheckResult> results, int quarantined) {
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            CheckResult result = results.get(i);
            if (!result.passed() && result.severity() == CheckDefinition.Severity.BLOCK) {
                problems.add(Problem.at(
                        ErrorCode.DATA_BLOCKED,
                        source.checks().get(i).condition().location(),
                        "The load of the source (%s) is blocked: %s was expected, but it is %s."
                                .formatted(source.name(), result.condition(), result.observedText()),
                        "Nothing was changed. Maybe the file is not the one that was meant%s."
                                .formatted(
                                        quarantined == 0
                                                ? ""
                                                : String.format(
                                                        Locale.ROOT,
                                                        "; %,d of its rows went to quarantine: `keelson data quarantine` lists them",
                                                        quarantined))));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** Different values as a share of all values of some vectors; NaN when there is none. */
    static double distinctShare(List<Vector> parts) {
        var distinct = new HashSet<Object>();
        long present = 0;
        for (Vector part : parts) {
            for (int i = 0; i < part.size(); i++) {
                Object value = part.get(i);
                if (value != null) {
                    present++;
                    distinct.add(value);
                }
            }
        }
        return present == 0 ? Double.NaN : (double) distinct.size() / present;
    }
}
