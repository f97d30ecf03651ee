package dev.keelson.wiring;

import dev.keelson.data.RowSchema;
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
import dev.keelson.http.PlainRow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.BitSet;
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
    private final ModelPlan plan;
    private final SourceDefinition source;
    private final Schema schema;
    private final ArrayRow blank;
    private final EntityKeys.Columns keys;
    private final EntityField entity;
    private final RowSchema rules;
    private final Map<String, Field> fields = new HashMap<>();
    private final List<Field> wanted = new ArrayList<>();
    private final List<String> askable;
    private final @Nullable Field eventTime;
    private volatile @Nullable Known known;

    /** What is known of a column before any request. */
    private record Field(Column column, int index, boolean outcome) {}

    /**
     * Rows of one shape that have all fields that are wanted and no others than known ones.
     *
     * @param fields in the order of the shape
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Known(PlainRow.Shape shape, Field[] fields) {}

    RequestReader(ModelPlan plan, EntityKeys entities) {
        this.plan = plan;
        this.source = plan.source();
        this.keys = entities.columns(source);
        this.schema = plan.service().requestSchema();
        this.entity = new EntityField(source, schema);
        this.blank = new ArrayRow(schema);
        this.rules = RowSchema.of(source, schema);
        for (Column column : schema.columns()) {
            fields.put(
                    column.name(),
                    new Field(
                            column,
                            schema.indexOf(column.name()),
                            source.outcomes().contains(column.name())));
        }
        this.askable = schema.names().stream()
                .filter(name -> !source.outcomes().contains(name))
                .toList();
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
     * @param sent column to value; a key column may be given by its parts, all of them together as {@code entity}
     * @param index its position among the rows, for the places of problems
     * @param problems takes everything that is wrong; the result is of use only when nothing was added
     */
    RequestRow read(Map<String, @Nullable Object> sent, int index, List<Problem> problems) {
        if (sent instanceof PlainRow plain) {
            RequestRow good = good(plain, index, problems);
            if (good != null) {
                return good;
            }
        }
        boolean named = entity.isIn(sent);
        Map<String, @Nullable Object> cells = named
                ? entity.spread(sent, (field, message, hint) -> problems.add(problem(index, field, message, hint)))
                : sent;
        Map<String, @Nullable Object> request = keys.complete(cells, fields.keySet());
        ArrayRow row = blank.another();
        BitSet given = new BitSet();
        for (Map.Entry<String, @Nullable Object> cell : request.entrySet()) {
            Field field = fields.get(cell.getKey());
            if (field == null) {
                String hint = keys.hint(cell.getKey(), request.keySet());
                problems.add(problem(
                        index,
                        cell.getKey(),
                        "There is no column (%s).".formatted(cell.getKey()),
                        hint != null ? hint : Suggestion.sentence(cell.getKey(), askable).orElse(null)));
            } else if (field.outcome()) {
                problems.add(problem(
                        index,
                        cell.getKey(),
                        "The column (%s) is known only after the event and cannot be part of a request."
                                .formatted(cell.getKey()),
                        "Maybe send it as an outcome."));
            } else {
                given.set(field.index(), set(row, field, cell.getValue(), index, problems));
            }
        }
        for (String key : source.key()) {
            Object value = request.get(key);
            if (request.containsKey(key) && (value == null || (value instanceof String text && text.isBlank()))) {
                problems.add(problem(
                        index,
                        key,
                        "The key field (%s) must have a value, not %s.".formatted(key, value == null ? "null" : "an empty text"),
                        null));
                given.clear(schema.indexOf(key)); // told once
            }
        }
        for (Field field : wanted) {
            String name = field.column().name();
            boolean key = source.key().contains(name);
            if (row.isNull(field.index()) && !request.containsKey(name) && !(key && named)) {
                problems.add(missing(index, name, key));
            }
        }
        judge(row, given, index, problems);
        return request(row, request);
    }

    /** A field that a row must have, be it as null where it may be. */
    private Problem missing(int index, String name, boolean key) {
        if (key) {
            return problem(
                    index,
                    name,
                    "The key field (%s) is missing; %s tell what a row is about.".formatted(name, String.join(", ", source.key())),
                    "Maybe send it, or all of them as `entity`: their values joined by |.");
        }
        boolean required = source.columns().stream().anyMatch(column -> column.name().equals(name) && column.required());
        return problem(
                index,
                name,
                "The field (%s) is missing.".formatted(name),
                required ? "Maybe send it: it must have a value." : "Maybe send it as null when its value is not known.");
    }

    private RequestRow request(ArrayRow row, Map<String, @Nullable Object> request) {
        String segment =
                source.key().size() > 1 ? String.valueOf(request.getOrDefault(source.key().getFirst(), "")) : "";
        return new RequestRow(row, RequestRow.entity(source, request), plan.keys(request::get), segment, eventTime(row));
    }

    /** Checks a row with nothing to complain of but rules; null for any other, whose problems are told by who knows them all. */
    private @Nullable RequestRow good(PlainRow sent, int index, List<Problem> problems) {
        Known shape = known(sent.shape());
        if (shape == null) {
            return null;
        }
        ArrayRow row = blank.another();
        BitSet given = new BitSet(fields.size());
        Field[] places = shape.fields();
        for (int place = 0; place < places.length; place++) {
            Field field = places[place];
            if (sent.isDouble(place)) {
                double value = sent.doubleAt(place);
                if (field.column().type() != ColumnType.DOUBLE || !Double.isFinite(value)) {
                    return null;
                }
                row.setDouble(field.index(), value);
            } else if (sent.isLong(place)) {
                long value = sent.longAt(place);
                switch (field.column().type()) {
                    case DOUBLE -> row.setDouble(field.index(), (double) value);
                    case LONG -> row.setLong(field.index(), value);
                    case BOOLEAN, STRING, DATE, TIMESTAMP -> {
                        return null;
                    }
                }
            } else {
                Object value = sent.at(place);
                if (value != null && fill(row, field, value) != null) {
                    return null;
                }
            }
            given.set(field.index());
        }
        for (String key : source.key()) {
            Object value = sent.get(key);
            if (value == null || (value instanceof String text && text.isBlank())) {
                return null;
            }
        }
        judge(row, given, index, problems);
        return request(row, sent);
    }

    /** Where the fields of a shape go; null when rows of it are not good as they are. */
    private @Nullable Known known(PlainRow.Shape shape) {
        Known last = known;
        if (last != null && last.shape() == shape) {
            return last;
        }
        if (!keys.ways().isEmpty()) {
            return null; // keys may have to be made of their parts
        }
        List<Field> found = new ArrayList<>();
        for (String name : shape.names()) {
            Field field = fields.get(name);
            if (field == null || field.outcome()) {
                return null;
            }
            found.add(field);
        }
        if (!found.containsAll(wanted)) {
            return null;
        }
        Known fresh = new Known(shape, found.toArray(Field[]::new));
        known = fresh;
        return fresh;
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

    /**
     * Why a text cannot be an entity of a source.
     *
     * @param entity key values joined by {@code |}
     * @return null when it can be one
     */
    static @Nullable String notAKey(SourceDefinition source, String entity) {
        String[] parts = entity.split("\\|", -1);
        String expected = "expected the values of %s joined by |".formatted(String.join("|", source.key()));
        if (parts.length != source.key().size()) {
            return "it has %d %s; %s".formatted(parts.length, parts.length == 1 ? "part" : "parts", expected);
        }
        for (int i = 0; i < parts.length; i++) {
            String key = source.key().get(i);
            if (parts[i].isBlank()) {
                return "its %s is empty; %s".formatted(key, expected);
            }
            if (key.equals(source.eventTime()) && eventTime(source, entity) == null) {
                return "its %s (%s) is no date such as 2021-05-23 or time such as 2021-05-23T15:00:00Z; %s"
                        .formatted(key, parts[i], expected);
            }
        }
        return null;
    }

    /** Sets a cell; whether the value fits its type. */
    private static boolean set(
            ArrayRow row, Field field, @Nullable Object value, int index, List<Problem> problems) {
        if (value == null) {
            return true;
        }
        String expected = fill(row, field, value);
        if (expected == null && value instanceof Number number && !Double.isFinite(number.doubleValue())) {
            expected = "finite";
        }
        if (expected != null) {
            problems.add(problem(
                    index,
                    field.column().name(),
                    "The value (%s) of (%s) must be %s.".formatted(value, field.column().name(), expected),
                    null));
        }
        return expected == null;
    }

    /** Holds a row to the rules of its source, as a load does; cells that a rule makes missing are missing here, too. */
    private void judge(ArrayRow row, BitSet given, int index, List<Problem> problems) {
        for (RowSchema.Broken broken : rules.check(row, given)) {
            switch (broken.effect()) {
                case REFUSE, BLOCK -> {
                    String column = broken.column();
                    String place = "rows[" + index + "]" + (column == null ? "" : "." + column);
                    problems.add(Problem.at(
                            ErrorCode.BAD_REQUEST, new Location(place, 0, 0), broken.reason(), broken.hint()));
                }
                case NULL -> broken.columns().forEach(row::setNull);
                case WARN -> {
                    // the row is answered; a load would mark it
                }
            }
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

    private static Problem problem(int index, String column, String message, @Nullable String hint) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location("rows[" + index + "]." + column, 0, 0), message, hint);
    }
}
