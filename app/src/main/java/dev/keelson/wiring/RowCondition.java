package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.expression.Row;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of its source a model takes: a condition over the columns of a request and the model's features. A row of
 * which it cannot be told is none of them. Immutable and safe for use by several threads.
 */
final class RowCondition {
    private final Expression expression;
    private final int columns;

    /** Number of the feature behind each column that is none of the request's. */
    private final int[] features;

    private RowCondition(Expression expression, int columns, int[] features) {
        this.expression = expression;
        this.columns = columns;
        this.features = features;
    }

    /**
     * Compiles a condition.
     *
     * @param request the columns of a request
     * @param names the model's features, in order
     * @param roles which may stand before the name of a feature that was selected without one
     * @param outcomes columns that are not known beforehand
     * @throws KeelsonException EXPRESSION_SYNTAX; EXPRESSION_TYPE; FEATURE_READS_OWN_OUTCOME
     */
    static RowCondition of(
            String text, Schema request, List<String> names, Collection<String> roles, Collection<String> outcomes) {
        List<Column> all = new ArrayList<>(request.columns());
        List<Integer> features = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            List<String> called = new ArrayList<>(List.of(name));
            if (name.indexOf('.') > 0 && name.indexOf('.') == name.lastIndexOf('.')) {
                roles.forEach(role -> called.add(role + "." + name));
            }
            for (String each : called) {
                if (all.stream().noneMatch(column -> column.name().equals(each))) {
                    all.add(new Column(each, ColumnType.DOUBLE));
                    features.add(i);
                }
            }
        }
        Expression expression = Expression.parse(Located.of(text), new Schema(all));
        for (String column : expression.columns()) {
            if (outcomes.contains(column)) {
                throw new KeelsonException(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "The condition (%s) reads `%s` of its own row, an outcome that is not known yet when a row is asked about."
                                .formatted(text, column),
                        "Maybe a column that is known beforehand, or a feature, was meant.");
            }
        }
        if (expression.type() != ColumnType.BOOLEAN) {
            throw new KeelsonException(
                    ErrorCode.EXPRESSION_TYPE,
                    "`%s` is %s, and a condition was expected."
                            .formatted(text, expression.type().name().toLowerCase(Locale.ROOT)),
                    "Maybe a comparison is missing, such as `= 1`.");
        }
        return new RowCondition(
                expression,
                request.columns().size(),
                features.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Whether a row is one of them.
     *
     * @param request its columns, numbered as in the schema of a request
     * @param values of its features
     */
    boolean holds(Row request, double[] values) {
        return expression.isTrue(new Both(request, values));
    }

    /** A request and the features beside it. */
    private final class Both implements Row {
        private final Row request;
        private final double[] values;

        Both(Row request, double[] values) {
            this.request = request;
            this.values = values;
        }

        @Override
        public boolean isNull(int column) {
            return column < columns ? request.isNull(column) : Double.isNaN(doubleAt(column));
        }

        @Override
        public double doubleAt(int column) {
            return column < columns ? request.doubleAt(column) : values[features[column - columns]];
        }

        @Override
        public long longAt(int column) {
            return request.longAt(column);
        }

        @Override
        public boolean booleanAt(int column) {
            return request.booleanAt(column);
        }

        @Override
        public @Nullable String textAt(int column) {
            return request.textAt(column);
        }
    }
}
