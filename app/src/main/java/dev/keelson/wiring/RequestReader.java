package dev.keelson.wiring;

import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the requests of one model against its source's schema. What does not depend on the request is looked up once, as
 * this is on the path that must be fast. Immutable and safe for use by several threads.
 */
final class RequestReader {
    private final SourceDefinition source;
    private final Schema schema;
    private final Map<String, Field> fields = new HashMap<>();
    private final List<Field> wanted = new ArrayList<>();
    private final @Nullable Field eventTime;

    /** What is known of a column before any request. */
    private record Field(Column column, int index, boolean outcome, @Nullable ColumnDefinition declared, Set<String> values) {}

    RequestReader(ModelPlan plan) {
        this.source = plan.source();
        this.schema = plan.service().requestSchema();
        Map<String, ColumnDefinition> declared = new HashMap<>();
        source.columns().forEach(column -> declared.put(column.name(), column));
        for (Column column : schema.columns()) {
            ColumnDefinition definition = declared.get(column.name());
            fields.put(
                    column.name(),
                    new Field(
                            column,
                            schema.indexOf(column.name()),
                            source.outcomes().contains(column.name()),
                            definition,
                            definition == null ? Set.of() : new LinkedHashSet<>(definition.values())));
        }
        Set<String> needed = new LinkedHashSet<>(source.key());
        needed.addAll(plan.service().requestColumns());
        for (String name : needed) {
            Field field = fields.get(name);
            if (field == null) {
                throw new IllegalArgumentException(
                        "The model (%s) needs the column (%s), which its source lacks.".formatted(plan.name(), name));
            }
            wanted.add(field);
        }
        this.eventTime = fields.get(source.eventTime());
    }

    /**
     * Checks a request.
     *
     * @param request column to value
     * @param index its position among the rows, for the places of problems
     * @param problems takes everything that is wrong; the result is of use only when nothing was added
     */
    RequestRow read(Map<String, @Nullable Object> request, int index, List<Problem> problems) {
        ArrayRow row = new ArrayRow(schema);
        for (Map.Entry<String, @Nullable Object> cell : request.entrySet()) {
            Field field = fields.get(cell.getKey());
            if (field == null) {
                problems.add(problem(
                        index,
                        cell.getKey(),
                        "There is no column (%s).".formatted(cell.getKey()),
                        Suggestion.sentence(cell.getKey(), schema.names()).orElse(null)));
            } else if (field.outcome()) {
                problems.add(problem(
                        index,
                        cell.getKey(),
                        "The column (%s) is known only after the event and cannot be part of a request."
                                .formatted(cell.getKey()),
                        "Maybe send it as an outcome."));
            } else {
                set(row, field, cell.getValue(), index, problems);
            }
        }
        for (String key : source.key()) {
            if (request.get(key) == null && request.containsKey(key)) {
                problems.add(problem(index, key, "The key field (%s) must have a value.".formatted(key), null));
            }
        }
        for (Field field : wanted) {
            if (row.isNull(field.index()) && !request.containsKey(field.column().name())) {
                problems.add(problem(
                        index,
                        field.column().name(),
                        "The field (%s) is missing.".formatted(field.column().name()),
                        "Maybe send it as null when its value is not known."));
            }
        }
        String segment =
                source.key().size() > 1 ? String.valueOf(request.getOrDefault(source.key().getFirst(), "")) : "";
        return new RequestRow(row, RequestRow.entity(source, request), segment, eventTime(row));
    }

    private @Nullable Instant eventTime(ArrayRow row) {
        Field field = eventTime;
        if (field == null || row.isNull(field.index())) {
            return null;
        }
        long value = row.longAt(field.index());
        return field.column().type() == ColumnType.DATE ? startOf(value, source.zone()) : Micros.toInstant(value);
    }

    private static Instant startOf(long epochDay, ZoneId zone) {
        return LocalDate.ofEpochDay(epochDay).atStartOfDay(zone).toInstant();
    }

    /**
     * When the event of an entity happens, if its key says so.
     *
     * @param entity key values joined by {@code |}
     * @return null when the event time is not part of the key, or the text is not one of this source's entities
     */
    static @Nullable Instant eventTime(SourceDefinition source, String entity) {
        int place = source.key().indexOf(source.eventTime());
        String[] parts = entity.split("\\|", -1);
        if (place < 0 || parts.length != source.key().size()) {
            return null;
        }
        try {
            return parts[place].length() > 10
                    ? ZonedDateTime.parse(parts[place]).toInstant()
                    : startOf(LocalDate.parse(parts[place]).toEpochDay(), source.zone());
        } catch (DateTimeParseException e) {
            return null; // a text that no prediction can have as its entity: it is told as unmatched
        }
    }

    private static void set(
            ArrayRow row, Field field, @Nullable Object value, int index, List<Problem> problems) {
        if (value == null) {
            return;
        }
        String expected = fill(row, field, value);
        ColumnDefinition declared = field.declared();
        if (expected != null) {
            problems.add(problem(
                    index,
                    field.column().name(),
                    "The value (%s) of (%s) must be %s.".formatted(value, field.column().name(), expected),
                    null));
        } else if (declared != null && value instanceof Number number) {
            range(declared, number.doubleValue(), index, problems);
        } else if (value instanceof String text && !field.values().isEmpty() && !field.values().contains(text)) {
            problems.add(problem(
                    index,
                    field.column().name(),
                    "The value (%s) of (%s) must be one of %s.".formatted(text, field.column().name(), field.values()),
                    Suggestion.sentence(text, field.values()).orElse(null)));
        }
    }

    /** Sets a cell; what was expected when the value does not fit, else null. */
    private static @Nullable String fill(ArrayRow row, Field field, Object value) {
        int column = field.index();
        return switch (field.column().type()) {
            case DOUBLE -> {
                if (!(value instanceof Number number)) {
                    yield "a number";
                }
                row.setDouble(column, number.doubleValue());
                yield null;
            }
            case LONG -> {
                if (!(value instanceof Long || value instanceof Integer)) {
                    yield "a whole number";
                }
                row.setLong(column, ((Number) value).longValue());
                yield null;
            }
            case BOOLEAN -> {
                if (!(value instanceof Boolean truth)) {
                    yield "true or false";
                }
                row.setBoolean(column, truth);
                yield null;
            }
            case STRING -> {
                if (!(value instanceof String text)) {
                    yield "a text";
                }
                row.setText(column, text);
                yield null;
            }
            case DATE -> fillTime(row, column, value, "a date such as 2021-05-23");
            case TIMESTAMP -> fillTime(row, column, value, "a time such as 2021-05-23T15:00:00Z");
        };
    }

    private static @Nullable String fillTime(ArrayRow row, int column, Object value, String expected) {
        if (!(value instanceof String text)) {
            return expected;
        }
        try {
            boolean date = row.schema().columns().get(column).type() == ColumnType.DATE;
            row.setLong(
                    column,
                    date ? LocalDate.parse(text).toEpochDay() : Micros.of(ZonedDateTime.parse(text).toInstant()));
            return null;
        } catch (DateTimeParseException e) {
            return expected;
        }
    }

    private static void range(ColumnDefinition declared, double value, int index, List<Problem> problems) {
        Double min = declared.min();
        Double max = declared.max();
        String expected = !Double.isFinite(value)
                ? "finite"
                : min != null && value < min ? "at least " + min : max != null && value > max ? "at most " + max : null;
        if (expected != null) {
            problems.add(problem(
                    index,
                    declared.name(),
                    "The value (%s) of (%s) must be %s.".formatted(value, declared.name(), expected),
                    null));
        }
    }

    private static Problem problem(int index, String column, String message, @Nullable String hint) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location("rows[" + index + "]." + column, 0, 0), message, hint);
    }
}
