package dev.keelson.project;

import dev.keelson.data.CheckDefinition;
import dev.keelson.data.CheckMeasure;
import dev.keelson.data.SourceChecks;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Condition;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FoldExpression;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.project.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the expressions of a project file in the places where they may stand, and reports what is wrong with them. */
final class Expressions {
    private static final Pattern NAME = Pattern.compile("'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_][A-Za-z0-9_.]*");
    private static final Set<String> WORDS = Set.of(
            "and",
            "or",
            "not",
            "is",
            "null",
            "between",
            "in",
            "like",
            "case",
            "when",
            "then",
            "else",
            "end",
            "true",
            "false",
            "cast",
            "as",
            "date",
            "timestamp",
            "double",
            "long",
            "boolean",
            "string",
            "over",
            "last",
            "event",
            "events",
            "days",
            "since",
            "where",
            "per",
            "by");

    private Expressions() {}

    /** What is known of a scalar expression: its type and the columns that it reads. */
    record Scalars(ColumnType type, Set<String> columns) {}

    /** What is known of a computation over the request row: the columns that it reads, and its values by name. */
    record Request(Set<String> columns, List<String> outputs, ColumnType type) {}

    /**
     * A scalar expression over some columns.
     *
     * @param complete whether these are all columns; if not, types of an expression over others cannot be checked
     * @return empty when it was reported, or cannot be checked
     */
    static Optional<Scalars> scalar(Scalar text, Schema schema, boolean complete, Problems problems) {
        return scalar(text, text.located(), schema, complete, problems);
    }

    /** As {@link #scalar(Scalar, Schema, boolean, Problems)}, of what a text stands for. */
    static Optional<Scalars> scalar(
            Scalar text, Located read, Schema schema, boolean complete, Problems problems) {
        return parsed(text, schema, complete, problems, () -> {
            Expression expression = Expression.parse(read, schema);
            return new Scalars(expression.type(), new LinkedHashSet<>(expression.columns()));
        });
    }

    /** A fold over events with some columns, or a computation over the request row. */
    static Optional<FoldExpression> fold(Scalar text, Schema schema, boolean complete, Problems problems) {
        return parsed(text, schema, complete, problems, () -> FoldExpression.parse(text.located(), schema));
    }

    private static <T> Optional<T> parsed(
            Scalar text, Schema schema, boolean complete, Problems problems, Supplier<T> parse) {
        try {
            return Optional.of(parse.get());
        } catch (KeelsonException e) {
            boolean syntax = e.problems().stream().anyMatch(problem -> problem.code() == ErrorCode.EXPRESSION_SYNTAX);
            if (complete || syntax || !readsUnknownColumn(text.text(), schema)) {
                problems.addAll(e, text.textLocation());
            }
            return Optional.empty();
        }
    }

    /** Whether a text names what may be a column that is not declared, and is no misspelling of a declared one. */
    static boolean readsUnknownColumn(String text, Schema schema) {
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            String name = matcher.group();
            boolean call = text.substring(matcher.end()).stripLeading().startsWith("(");
            boolean quoted = name.startsWith("'") || name.startsWith("\"");
            if (!call
                    && !quoted
                    && !WORDS.contains(name.toLowerCase(Locale.ROOT))
                    && !schema.contains(name)
                    && Suggestion.closest(name, schema.names()).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /**
     * A feature computed from the request alone: {@code implied(AvgH, AvgD, AvgA)}, a column, or an expression.
     *
     * @return empty when it was reported or cannot be checked
     */
    static Optional<Request> requestFeature(Scalar text, SourceColumns source, Problems problems) {
        Optional<FoldExpression> parsed = fold(text, source.schema(), source.complete(), problems);
        if (parsed.isEmpty()) {
            return Optional.empty();
        }
        FoldExpression feature = parsed.get();
        if (!feature.atRequest()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`%s` is computed from past events, and belongs to a feature view".formatted(text.raw()),
                    "Maybe declare it under `feature_views` and select it as `ROLE.VIEW.FEATURE`.");
            return Optional.empty();
        }
        List<String> outputs = feature instanceof FoldExpression.RequestTransform transform
                ? transform.outputs()
                : List.of(feature.text());
        return Optional.of(new Request(new LinkedHashSet<>(feature.columns()), outputs, feature.type()));
    }

    /**
     * Reports every outcome that an expression reads of its own row.
     *
     * @param label the outcomes that the model's label is made of
     * @param reader what reads it, for the message
     * @return whether it reads any
     */
    static boolean refuseOutcomes(
            Scalar text,
            Set<String> columns,
            SourceColumns source,
            Set<String> label,
            String reader,
            Problems problems) {
        boolean found = false;
        for (String column : columns) {
            Location at = place(text.located(), column);
            found |= label.contains(column) || source.isOutcome(column);
            if (label.contains(column)) {
                problems.add(
                        ErrorCode.LABEL_AMONG_FEATURES,
                        at,
                        ("%s reads the label `%s`: the model would be told what it has to " + "predict")
                                .formatted(reader, column),
                        "Maybe a fold of a feature view over past events was meant.");
            } else if (source.isOutcome(column)) {
                problems.add(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        at,
                        ("%s reads `%s` of its own row, an outcome that is not known yet when the feature "
                                        + "is needed; trained with it, the model would look far better than it can be")
                                .formatted(reader, column),
                        ("Maybe a fold of a feature view over past events was meant, such as `mean(%s) "
                                        + "over last 5 events`.")
                                .formatted(column));
            }
        }
        return found;
    }

    /** Where a column is named in an expression, or where the expression starts. */
    static @Nullable Location place(Located text, String column) {
        Matcher matcher = NAME.matcher(text.text());
        while (matcher.find()) {
            if (matcher.group().equals(column) || matcher.group().equals("\"" + column + "\"")) {
                return text.at(matcher.start());
            }
        }
        return text.location();
    }

    /** A condition on a load. */
    static void checkLoadCondition(Scalar text, SourceColumns source, Problems problems) {
        Optional<Condition> parsed = condition(text, problems);
        if (parsed.isEmpty()) {
            return;
        }
        Condition condition = parsed.get();
        Optional<CheckMeasure> named = CheckMeasure.of(condition.name());
        if (named.isEmpty()) {
            unknownMeasure(text, condition.name(), CheckMeasure.names(), problems);
            return;
        }
        CheckMeasure measure = named.get();
        Optional<Problem> wrong = SourceChecks.problem(
                new CheckDefinition(CheckDefinition.Severity.WARN, text.located()));
        if (wrong.isPresent()) {
            problems.add(
                    wrong.get().code(), text.textLocation(), wrong.get().message(), wrong.get().hint());
            return;
        }
        for (String column : SourceChecks.columns(measure, condition)) {
            Located at = new Located(column, place(text.located(), column));
            if (measure.arguments() == CheckMeasure.Arguments.NUMBER) {
                source.checkNumeric(at, text.textLocation(), problems);
            } else {
                source.check(at, text.textLocation(), problems);
            }
        }
        boolean time = measure == CheckMeasure.FRESHNESS;
        if (time != (condition.unit() == Condition.Unit.DURATION)) {
            problems.add(
                    ErrorCode.EXPRESSION_TYPE,
                    text.textLocation(),
                    time
                            ? "`freshness` is the age of the newest event, and a duration such as `8d` was expected"
                            : "`%s` is compared with a duration, and a number or a percentage was expected"
                                    .formatted(condition.name()),
                    null);
        }
    }

    /** The column of another source that a check compares with; empty when it names none or was reported. */
    static Optional<Located> reference(Located text) {
        try {
            Condition condition = Condition.parse(text);
            boolean refers = CheckMeasure.of(condition.name())
                    .filter(measure -> measure.arguments() == CheckMeasure.Arguments.REFERENCE)
                    .isPresent();
            return refers && condition.args().size() == 2
                    ? Optional.of(new Located(
                            condition.args().get(1),
                            place(text, condition.args().get(1))))
                    : Optional.empty();
        } catch (KeelsonException e) {
            return Optional.empty(); // reported where it was checked
        }
    }

    /** Reports a feature of a model that is neither a number nor a condition nor a text. */
    static void checkModelFeature(Scalar text, ColumnType type, String name, Problems problems) {
        if (type != ColumnType.STRING) {
            checkFeature(text, type, name, problems);
        }
    }

    /** Whether values of a type are features: numbers, and conditions as 0 and 1. */
    static boolean isFeature(ColumnType type) {
        return switch (type) {
            case DOUBLE, LONG, BOOLEAN -> true;
            case STRING, DATE, TIMESTAMP -> false;
        };
    }

    /** Reports a feature that is neither a number nor a condition. */
    static void checkFeature(Scalar text, ColumnType type, String name, Problems problems) {
        if (!isFeature(type)) {
            problems.add(
                    ErrorCode.EXPRESSION_TYPE,
                    text.textLocation(),
                    "the feature `%s` is of type %s, and a number or a condition was expected"
                            .formatted(name, ProjectText.of(type)),
                    "Maybe a comparison or a `case` was meant.");
        }
    }

    /** A condition on the evidence for a promotion. */
    static Optional<Condition> guard(Scalar text, Set<String> measures, Problems problems) {
        Optional<Condition> parsed = condition(text, problems);
        if (parsed.isPresent() && !measures.contains(parsed.get().name())) {
            unknownMeasure(text, parsed.get().name(), measures.stream().sorted().toList(), problems);
            return Optional.empty();
        }
        if (parsed.isPresent()
                && (parsed.get().unit() != Condition.Unit.NONE
                        || parsed.get().change()
                        || !parsed.get().args().isEmpty())) {
            problems.add(
                    ErrorCode.EXPRESSION_TYPE,
                    text.textLocation(),
                    "`%s` is counted, and a plain number was expected"
                            .formatted(parsed.get().name()),
                    null);
        }
        return parsed;
    }

    /** A limit on a measure, as a number or a percentage. */
    static Optional<Condition> measure(Scalar text, Set<String> measures, Problems problems) {
        Optional<Condition> parsed = condition(text, problems);
        if (parsed.isEmpty()) {
            return parsed;
        }
        Condition condition = parsed.get();
        if (!measures.contains(condition.name())) {
            unknownMeasure(text, condition.name(), measures.stream().sorted().toList(), problems);
            return Optional.empty();
        }
        if (condition.unit() == Condition.Unit.DURATION || condition.change() || !condition.args().isEmpty()) {
            problems.add(
                    ErrorCode.EXPRESSION_TYPE,
                    text.textLocation(),
                    "`%s` is compared with a number or a percentage".formatted(condition.name()),
                    null);
            return Optional.empty();
        }
        return parsed;
    }

    private static void unknownMeasure(Scalar text, String name, List<String> known, Problems problems) {
        List<String> sorted = new ArrayList<>(known);
        problems.add(
                ErrorCode.UNKNOWN_REFERENCE,
                place(text.located(), name),
                "nothing named `%s` is measured here".formatted(name),
                Suggestion.sentence(name, sorted)
                        .orElse("Maybe one of these was meant: " + Shape.list(sorted, "or") + "."));
    }

    private static Optional<Condition> condition(Scalar text, Problems problems) {
        try {
            return Optional.of(Condition.parse(text.located()));
        } catch (KeelsonException e) {
            problems.addAll(e, text.textLocation());
            return Optional.empty();
        }
    }
}
