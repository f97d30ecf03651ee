package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a source's columns while the rest of the file is checked.
 *
 * @param source its name
 * @param schema declared columns, then those of the file's header
 * @param complete whether these are all; false when the file could not be looked at
 * @param outcomes columns known only after the event
 * @param outcomeDelay how long after the event time the outcomes are known
 * @param values declared values by column, only columns that have some
 */
record SourceColumns(
        String source,
        Schema schema,
        boolean complete,
        Set<String> outcomes,
        Duration outcomeDelay,
        Map<String, List<String>> values) {

    /** The type of a column, or empty when there is no such column or it is not known. */
    Optional<ColumnType> type(String column) {
        return schema.contains(column) ? Optional.of(schema.column(column).type()) : Optional.empty();
    }

    /**
     * Whether a column may be referred to; if not, it is reported. A column that cannot be checked, because it is not
     * declared and the file could not be looked at, passes unless it looks like a misspelling of a declared one.
     */
    boolean check(Located column, Location fallback, Problems problems) {
        if (schema.contains(column.text())) {
            return true;
        }
        Optional<String> meant = Suggestion.sentence(column.text(), schema.names());
        if (!complete && meant.isEmpty()) {
            return true;
        }
        problems.add(
                ErrorCode.UNKNOWN_REFERENCE,
                column.location() == null ? fallback : column.location(),
                "the source `%s` has no column `%s`".formatted(source, column.text()),
                meant.orElse("Maybe declare it under `sources.%s.columns`.".formatted(source)));
        return false;
    }

    /** Whether a column is known and numeric, or cannot be checked; if not, it is reported. */
    boolean checkNumeric(Located column, Location fallback, Problems problems) {
        if (!check(column, fallback, problems)) {
            return false;
        }
        ColumnType type = type(column.text()).orElse(ColumnType.DOUBLE);
        if (type == ColumnType.DOUBLE || type == ColumnType.LONG) {
            return true;
        }
        problems.add(
                ErrorCode.EXPRESSION_TYPE,
                column.location() == null ? fallback : column.location(),
                "the column `%s` of `%s` is of type %s, and a number was expected"
                        .formatted(column.text(), source, ProjectText.of(type)),
                null);
        return false;
    }

    /** Whether a column may hold the key of an entity, or cannot be checked; if not, it is reported. */
    boolean checkKey(Located column, Location fallback, Problems problems) {
        if (!check(column, fallback, problems)) {
            return false;
        }
        ColumnType type = type(column.text()).orElse(ColumnType.STRING);
        boolean fits = switch (type) {
            case STRING, LONG, DATE -> true;
            case DOUBLE, BOOLEAN, TIMESTAMP -> false;
        };
        if (!fits) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    column.location() == null ? fallback : column.location(),
                    "the key `%s` is of type %s, and a text, a whole number or a date was expected"
                            .formatted(column.text(), ProjectText.of(type)),
                    null);
        }
        return fits;
    }

    boolean isOutcome(String column) {
        return outcomes.contains(column);
    }

    /** The columns and further ones, which hide columns of the same name. */
    Schema with(List<Column> further) {
        Schema added = new Schema(further);
        List<Column> all = new java.util.ArrayList<>(further);
        schema.columns().stream()
                .filter(column -> !added.contains(column.name()))
                .forEach(all::add);
        return new Schema(all);
    }
}
