package dev.keelson.wiring;

import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request checked against the source's schema. */
record RequestRow(ArrayRow row, String entity, String segment, @Nullable Instant eventTime) {

    static RequestRow parse(
            ModelPlan plan, Map<String, @Nullable Object> request, int index, List<Problem> problems) {
        Schema schema = plan.service().requestSchema();
        SourceDefinition source = plan.source();
        ArrayRow row = new ArrayRow(schema);
        Map<String, ColumnDefinition> declared = new LinkedHashMap<>();
        source.columns().forEach(column -> declared.put(column.name(), column));
        for (Map.Entry<String, @Nullable Object> field : request.entrySet()) {
            String name = field.getKey();
            String place = "rows[" + index + "]." + name;
            int column = schema.indexOf(name);
            if (column < 0) {
                problems.add(problem(
                        place,
                        "There is no column (%s).".formatted(name),
                        Suggestion.sentence(name, schema.names()).orElse(null)));
            } else if (source.outcomes().contains(name)) {
                problems.add(problem(
                        place,
                        "The column (%s) is known only after the event and cannot be part of a request.".formatted(name),
                        "Maybe send it as an outcome."));
            } else {
                set(row, column, schema.columns().get(column), declared.get(name), field.getValue(), place, problems);
            }
        }
        Set<String> wanted = new LinkedHashSet<>(source.key());
        wanted.addAll(plan.service().requestColumns());
        for (String key : source.key()) {
            if (request.containsKey(key) && request.get(key) == null) {
                problems.add(problem(
                        "rows[" + index + "]." + key, "The key field (%s) must have a value.".formatted(key), null));
            }
        }
        for (String needed : wanted) {
            if (!request.containsKey(needed)) {
                problems.add(problem(
                        "rows[" + index + "]." + needed,
                        "The field (%s) is missing.".formatted(needed),
                        "Maybe send it as null when its value is not known."));
            }
        }
        StringJoiner entity = new StringJoiner("|");
        source.key().forEach(key -> entity.add(String.valueOf(request.get(key))));
        String first = source.key().getFirst();
        String segment = source.key().size() > 1 ? String.valueOf(request.getOrDefault(first, "")) : "";
        return new RequestRow(row, entity.toString(), segment, eventTime(source, request.get(source.eventTime())));
    }

    private static @Nullable Instant eventTime(SourceDefinition source, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            return LocalDate.parse(value.toString()).atStartOfDay(source.zone()).toInstant();
        } catch (DateTimeParseException e) {
            return instant(value.toString());
        }
    }

    private static @Nullable Instant instant(String text) {
        try {
            return ZonedDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return null; // told as a wrong type where the column is set
        }
    }

    private static void set(
            ArrayRow row,
            int index,
            Column column,
            @Nullable ColumnDefinition declared,
            @Nullable Object value,
            String place,
            List<Problem> problems) {
        if (value == null) {
            row.setNull(index);
            return;
        }
        String expected = null;
        switch (column.type()) {
            case DOUBLE -> {
                if (value instanceof Number number) {
                    row.setDouble(index, number.doubleValue());
                } else {
                    expected = "a number";
                }
            }
            case LONG -> {
                if (value instanceof Long || value instanceof Integer) {
                    row.setLong(index, ((Number) value).longValue());
                } else {
                    expected = "a whole number";
                }
            }
            case BOOLEAN -> {
                if (value instanceof Boolean truth) {
                    row.setBoolean(index, truth);
                } else {
                    expected = "true or false";
                }
            }
            case STRING -> {
                if (value instanceof String text) {
                    row.setText(index, text);
                } else {
                    expected = "a text";
                }
            }
            case DATE -> {
                Optional<Long> days = parsed(value, text -> LocalDate.parse(text).toEpochDay());
                if (days.isPresent()) {
                    row.setLong(index, days.get());
                } else {
                    expected = "a date such as 2021-05-23";
                }
            }
            case TIMESTAMP -> {
                Optional<Long> micros = parsed(value, text -> Micros.of(ZonedDateTime.parse(text).toInstant()));
                if (micros.isPresent()) {
                    row.setLong(index, micros.get());
                } else {
                    expected = "a time such as 2021-05-23T15:00:00Z";
                }
            }
        }
        if (expected != null) {
            problems.add(problem(
                    place, "The value (%s) of (%s) must be %s.".formatted(value, column.name(), expected), null));
        } else if (declared != null && value instanceof Number number) {
            range(declared, number.doubleValue(), place, problems);
        } else if (declared != null && value instanceof String text && !declared.values().isEmpty()
                && !declared.values().contains(text)) {
            problems.add(problem(
                    place,
                    "The value (%s) of (%s) must be one of %s.".formatted(text, column.name(), declared.values()),
                    Suggestion.sentence(text, declared.values()).orElse(null)));
        }
    }

    private static void range(ColumnDefinition declared, double value, String place, List<Problem> problems) {
        Double min = declared.min();
        Double max = declared.max();
        if (!Double.isFinite(value)) {
            problems.add(problem(place, "The value (%s) of (%s) must be finite.".formatted(value, declared.name()), null));
        } else if (min != null && value < min) {
            problems.add(problem(
                    place, "The value (%s) of (%s) must be at least %s.".formatted(value, declared.name(), min), null));
        } else if (max != null && value > max) {
            problems.add(problem(
                    place, "The value (%s) of (%s) must be at most %s.".formatted(value, declared.name(), max), null));
        }
    }

    private static Optional<Long> parsed(Object value, Function<String, Long> parser) {
        try {
            return value instanceof String text ? Optional.of(parser.apply(text)) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty(); // the caller says what was expected
        }
    }

    private static Problem problem(String place, String message, @Nullable String hint) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location(place, 0, 0), message, hint);
    }
}
