package dev.keelson.store.catalog;

import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.SortKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What clauses are as conditions. A null of the database never matches, but for a NaN that must not equal a number. */
final class Conditions {
    /** As much of a param or tag as is in an index. */
    private static final int INDEXED = 128;

    private final Dialect dialect;

    Conditions(Dialect dialect) {
        this.dialect = dialect;
    }

    /** What an attribute is in the database. */
    enum Kind {
        TEXT,
        NUMBER,
        /** Searched in milliseconds, stored in microseconds. */
        MILLIS
    }

    /** An attribute. */
    record Column(String expression, Kind kind) {
        static Column text(String expression) {
            return new Column(expression, Kind.TEXT);
        }

        static Column number(String expression) {
            return new Column(expression, Kind.NUMBER);
        }

        static Column millis(String expression) {
            return new Column(expression, Kind.MILLIS);
        }
    }

    /** The column of an attribute; who calls has checked the name. */
    static Column column(Map<String, Column> attributes, String key) {
        Column column = attributes.get(key);
        if (column == null) {
            throw new IllegalArgumentException("There is no attribute (%s) to search by; there are %s."
                    .formatted(key, attributes.keySet().stream().sorted().toList()));
        }
        return column;
    }

    Sql attribute(Column column, Clause clause) {
        return switch (column.kind()) {
            case TEXT -> text(column.expression(), clause);
            case NUMBER -> number(column.expression(), clause);
            case MILLIS -> millis(column.expression(), clause);
        };
    }

    /** On a text. */
    Sql text(String column, Clause clause) {
        List<String> texts = clause.texts();
        if (texts.isEmpty()) {
            return switch (clause.comparison()) {
                case NOT_IN -> new Sql(column + " is not null");
                case IN -> new Sql("1 = 0");
                case EQUAL, NOT_EQUAL, LESS, AT_MOST, GREATER, AT_LEAST, LIKE, ILIKE -> throw wrong(clause);
            };
        }
        return switch (clause.comparison()) {
            case EQUAL -> new Sql(column + " = ?", texts.getFirst());
            case NOT_EQUAL -> new Sql(column + " <> ?", texts.getFirst());
            case LIKE -> new Sql(dialect.like(column), texts.getFirst());
            case ILIKE -> new Sql(dialect.anyCaseLike(column), texts.getFirst());
            case IN -> new Sql(column + " in " + CatalogSession.marks(texts.size()), texts.toArray());
            case NOT_IN -> new Sql(column + " not in " + CatalogSession.marks(texts.size()), texts.toArray());
            case LESS, AT_MOST, GREATER, AT_LEAST -> throw wrong(clause);
        };
    }

    /** On the value of a param or tag, of which an index has the beginning. */
    Sql value(String alias, Clause clause) {
        Sql condition = text(alias + ".value", clause);
        return clause.comparison() == dev.keelson.registry.tracking.Search.Comparison.EQUAL
                ? new Sql(
                                "substr(%s.value, 1, %d) = ? and ".formatted(alias, INDEXED),
                                beginning(clause.texts().getFirst()))
                        .add(condition)
                : condition;
    }

    static String beginning(String text) {
        return text.codePointCount(0, text.length()) <= INDEXED
                ? text
                : text.substring(0, text.offsetByCodePoints(0, INDEXED));
    }

    /** On a number. */
    Sql number(String column, Clause clause) {
        return new Sql(column + operator(clause), asked(clause));
    }

    /** On the last value of a metric: null is NaN, which equals no number. */
    Sql metric(String column, Clause clause) {
        return matchesNan(clause)
                ? new Sql("(%s <> ? or %s is null)".formatted(column, column), asked(clause))
                : number(column, clause);
    }

    static boolean matchesNan(Clause clause) {
        return clause.comparison() == dev.keelson.registry.tracking.Search.Comparison.NOT_EQUAL;
    }

    private static Sql millis(String column, Clause clause) {
        double asked = asked(clause);
        if (Double.isNaN(asked)) {
            return new Sql(matchesNan(clause) ? column + " is not null" : "1 = 0");
        }
        long above = micros(Math.floor(asked) + 1); // the first microsecond of the next millisecond
        long from = micros(Math.ceil(asked));
        boolean whole = asked == Math.rint(asked);
        return switch (clause.comparison()) {
            case GREATER -> new Sql(column + " >= ?", above);
            case AT_LEAST -> new Sql(column + " >= ?", from);
            case LESS -> new Sql(column + " < ?", from);
            case AT_MOST -> new Sql(column + " < ?", above);
            case EQUAL -> whole ? new Sql("(%s >= ? and %s < ?)".formatted(column, column), from, above) : new Sql("1 = 0");
            case NOT_EQUAL -> whole
                    ? new Sql("(%s < ? or %s >= ?)".formatted(column, column), from, above)
                    : new Sql(column + " is not null");
            case LIKE, ILIKE, IN, NOT_IN -> throw wrong(clause);
        };
    }

    private static long micros(double millis) {
        return (long) Math.max(Long.MIN_VALUE / 2.0, Math.min(Long.MAX_VALUE / 2.0, millis * 1_000));
    }

    private static double asked(Clause clause) {
        Double number = clause.number();
        if (number == null) {
            throw wrong(clause);
        }
        return number;
    }

    private static String operator(Clause clause) {
        return switch (clause.comparison()) {
            case EQUAL -> " = ?";
            case NOT_EQUAL -> " <> ?";
            case LESS -> " < ?";
            case AT_MOST -> " <= ?";
            case GREATER -> " > ?";
            case AT_LEAST -> " >= ?";
            case LIKE, ILIKE, IN, NOT_IN -> throw wrong(clause);
        };
    }

    /** The name of a subject's own data set, whose place is told by its tag. */
    Sql dataset(String run, Clause clause) {
        String column = switch (clause.key()) {
            case "name" -> "d.name";
            case "digest" -> "d.digest";
            case "context" -> "t.value";
            default -> throw new IllegalArgumentException(
                    "A data set has no (%s) to search by; it has name, digest and context.".formatted(clause.key()));
        };
        String tag = clause.key().equals("context")
                ? " join run_input_tags t on t.run = i.run and t.dataset = i.dataset and t.name = '"
                        + TrackingStatements.CONTEXT_TAG + "'"
                : "";
        return new Sql("exists (select 1 from run_inputs i join datasets d on d.id = i.dataset" + tag
                        + " where i.run = " + run + " and ")
                .add(text(column, clause))
                .add(")");
    }

    static String direction(SortKey key) {
        return key.ascending() ? " asc" : " desc";
    }

    static IllegalArgumentException wrong(Clause clause) {
        return new IllegalArgumentException("The clause (%s) does not fit what it is about.".formatted(clause));
    }

    static IllegalArgumentException wrong(@Nullable Object sort) {
        return new IllegalArgumentException("The order (%s) does not fit what it is about.".formatted(sort));
    }
}
