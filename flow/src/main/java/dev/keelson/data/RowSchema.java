package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Expression;
import dev.keelson.expression.Row;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a row of a source must be, compiled once: ranges, sets and patterns of its cells and the conditions across them.
 * The same object judges the rows of a file and the fields of a request. Immutable and safe for use by several threads.
 */
public final class RowSchema {
    private final Schema schema;
    private final CellCheck[] cells;
    private final List<Rule> rules;

    /** A rule ready to use. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Rule(RowRule definition, Expression expression, int[] columns) {

        /** What a row that breaks it is told. */
        String reason(Row row, Schema schema) {
            List<String> values = new ArrayList<>();
            for (String name : expression.columns()) {
                values.add(name + " is " + show(row, schema, schema.indexOf(name)));
            }
            return "The row breaks the rule (%s): %s."
                    .formatted(definition.check().text().strip(), String.join(", ", values));
        }
    }

    private record CellCheck(int column, CellRule rule, boolean required) {}

    /** What a broken rule does to the row. */
    public enum Effect {
        /** The row is refused: to quarantine in a load, an error in a request. */
        REFUSE,
        /** The cells named by {@link Broken#columns} become missing. */
        NULL,
        /** Nothing; the row is marked. */
        WARN,
        /** The whole load is refused; a request is as by {@link #REFUSE}. */
        BLOCK
    }

    /**
     * A rule that a row breaks.
     *
     * @param column the column to point at, or null when the rule reads several
     * @param reason what was wrong with the values, and what was expected
     * @param hint one likely remedy, or null
     * @param effect what follows
     * @param columns positions of the cells that become missing when the effect is {@link Effect#NULL}
     */
    public record Broken(
            @Nullable String column, String reason, @Nullable String hint, Effect effect, List<Integer> columns) {
        public Broken {
            columns = List.copyOf(columns);
        }
    }

    private RowSchema(Schema schema, CellCheck[] cells, List<Rule> rules) {
        this.schema = schema;
        this.cells = cells;
        this.rules = List.copyOf(rules);
    }

    /**
     * Compiles what a source says of its rows.
     *
     * @param schema the columns that rows will have
     * @throws KeelsonException EXPRESSION_SYNTAX or EXPRESSION_TYPE at the rule's place when one cannot be evaluated over
     *     these columns
     * @throws java.util.regex.PatternSyntaxException if a declared pattern is not a regular expression
     */
    public static RowSchema of(SourceDefinition source, Schema schema) {
        List<CellCheck> cells = new ArrayList<>();
        for (ColumnDefinition column : source.columns()) {
            int index = schema.indexOf(column.name());
            CellRule rule = CellRule.of(column, source.zone(), source.key().contains(column.name()));
            boolean required = rule.required() && !source.outcomes().contains(column.name());
            if (index >= 0 && (required || rule.limits())) {
                cells.add(new CellCheck(index, rule, required));
            }
        }
        return new RowSchema(schema, cells.toArray(CellCheck[]::new), rules(source, schema));
    }

    /** The conditions across the cells of a row, in declared order. */
    static List<Rule> rules(SourceDefinition source, Schema schema) {
        Schema content =
                new Schema(RowDigests.contentColumns(schema).stream().map(schema::column).toList());
        List<Rule> rules = new ArrayList<>();
        for (RowRule rule : source.rules()) {
            Expression expression = Expression.parse(rule.check(), content);
            if (expression.type() != ColumnType.BOOLEAN) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.EXPRESSION_TYPE,
                        rule.check().location(),
                        "The rule (%s) is no condition, but a value.".formatted(rule.check().text()),
                        "Maybe a comparison such as `> 0` is missing."));
            }
            if (expression.columns().isEmpty()) {
                throw new KeelsonException(Problem.at(
                        ErrorCode.EXPRESSION_TYPE,
                        rule.check().location(),
                        "The rule (%s) reads no column.".formatted(rule.check().text()),
                        "Maybe a name stands in quotes."));
            }
            rules.add(new Rule(
                    rule, expression, rule.columns().stream().mapToInt(schema::indexOf).toArray()));
        }
        return rules;
    }

    /** The columns of the rows it judges. */
    public Schema schema() {
        return schema;
    }

    /**
     * Every rule that a row breaks, in the order of the declarations; empty for a good row.
     *
     * @param row with the columns of {@link #schema}
     * @param expected positions of the cells that were given or are needed: only of these a missing value is reported
     */
    public List<Broken> check(Row row, BitSet expected) {
        List<Broken> broken = null;
        for (CellCheck cell : cells) {
            Broken found = cell(row, cell, expected);
            if (found != null) {
                broken = broken == null ? new ArrayList<>() : broken;
                broken.add(found);
            }
        }
        for (Rule rule : rules) {
            if (Boolean.FALSE.equals(rule.expression().asBoolean(row))) {
                broken = broken == null ? new ArrayList<>() : broken;
                broken.add(across(row, rule));
            }
        }
        return broken == null ? List.of() : broken;
    }

    private @Nullable Broken cell(Row row, CellCheck cell, BitSet expected) {
        CellRule rule = cell.rule();
        int column = cell.column();
        if (row.isNull(column)) {
            return cell.required() && expected.get(column)
                    ? new Broken(
                            rule.name(),
                            "The column (%s) must have a value.".formatted(rule.name()),
                            null,
                            Effect.REFUSE,
                            List.of())
                    : null;
        }
        String problem = switch (rule.type()) {
            case DOUBLE -> rule.problemOf(row.doubleAt(column));
            case LONG -> rule.problemOf((double) row.longAt(column));
            case STRING -> rule.problemOf(String.valueOf(row.textAt(column)));
            case BOOLEAN, DATE, TIMESTAMP -> null;
        };
        if (problem == null) {
            return null;
        }
        String value = show(row, schema, column);
        return new Broken(
                rule.name(),
                "The value (%s) of the column (%s) %s.".formatted(value, rule.name(), problem),
                rule.values().isEmpty()
                        ? null
                        : Suggestion.sentence(value, rule.values()).orElse(null),
                rule.nullOnFail() ? Effect.NULL : Effect.REFUSE,
                rule.nullOnFail() ? List.of(column) : List.of());
    }

    private Broken across(Row row, Rule rule) {
        List<String> read = rule.expression().columns();
        Effect effect = switch (rule.definition().onFail()) {
            case QUARANTINE -> Effect.REFUSE;
            case NULL -> Effect.NULL;
            case WARN -> Effect.WARN;
            case BLOCK -> Effect.BLOCK;
        };
        List<Integer> columns = new ArrayList<>();
        for (int column : rule.columns()) {
            columns.add(column);
        }
        return new Broken(
                read.size() == 1 ? read.getFirst() : null, rule.reason(row, schema), null, effect, columns);
    }

    private static String show(Row row, Schema schema, int column) {
        if (column < 0 || row.isNull(column)) {
            return "empty";
        }
        return switch (schema.columns().get(column).type()) {
            case DOUBLE -> CellRule.plain(row.doubleAt(column));
            case LONG -> Long.toString(row.longAt(column));
            case BOOLEAN -> Boolean.toString(row.booleanAt(column));
            case STRING -> String.valueOf(row.textAt(column));
            case DATE -> LocalDate.ofEpochDay(row.longAt(column)).toString();
            case TIMESTAMP -> Micros.toInstant(row.longAt(column)).toString();
        };
    }
}
