package dev.keelson.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Located;
import dev.keelson.expression.Durations;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.id.CanonicalJson;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a source's definition that decides which rows its dataset has and when they were known: key, times, zone,
 * cursor, change feed, declared columns with their limits, and rules. A dataset made by another recipe holds other rows, so
 * it is made anew. What is judged or marked at every load (checks, anomalies), what only features read (outcomes), how late
 * a row may be and where the rows come from are no part of it. Immutable.
 */
public final class DatasetRecipe {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern TIMES =
            Pattern.compile("event_time (.*), created (.*), known_after (.*), outcomes \\[.*\\], zone (.*)");

    private final ObjectNode json;

    private DatasetRecipe(ObjectNode json) {
        this.json = json;
    }

    /** The recipe of a source as it is declared. */
    public static DatasetRecipe of(SourceDefinition source) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        texts(json, "key", source.key());
        json.put("event_time", source.eventTime());
        json.put("created", source.created());
        json.put("known_after", source.knownAfter().toString());
        json.put("zone", source.zone().getId());
        json.put("cursor", source.cursor());
        RowOperation operation = source.operation();
        if (operation != null) {
            ObjectNode node = json.putObject("operation").put("column", operation.column());
            texts(node, "insert", operation.insert());
            texts(node, "update", operation.update());
            texts(node, "delete", operation.delete());
        }
        ObjectNode columns = json.putObject("columns");
        for (ColumnDefinition column : source.columns()) {
            ObjectNode node = columns.putObject(column.name());
            node.put("type", lower(column.type()));
            texts(node, "formats", column.formats());
            node.put("required", column.required());
            node.put("min", column.min());
            node.put("max", column.max());
            texts(node, "values", column.values());
            node.put("pattern", column.pattern());
            node.put("on_fail", lower(column.onFail()));
        }
        ArrayNode rules = json.putArray("rules");
        for (RowRule rule : source.rules()) {
            ObjectNode node = rules.addObject();
            node.put("check", rule.check().text().strip());
            node.put("on_fail", lower(rule.onFail()));
            texts(node, "columns", rule.columns());
        }
        return new DatasetRecipe(json);
    }

    /**
     * The recipe of a dataset that was made by a release which noted the times alone: the source as it is declared, except
     * for what that note and the version itself say otherwise.
     *
     * @param times {@code event_time T, created C, known_after PT1H, outcomes [...], zone Z}; null when there is no note
     */
    public static DatasetRecipe noted(SourceDefinition source, DatasetVersion version, @Nullable String times) {
        ObjectNode json = of(source).json;
        texts(json, "key", version.key());
        Matcher noted = TIMES.matcher(times == null ? "" : times);
        if (noted.matches()) {
            json.put("event_time", noted.group(1));
            json.put("created", noted.group(2).equals("none") ? null : noted.group(2));
            json.put("known_after", noted.group(3));
            json.put("zone", noted.group(4));
        }
        for (ColumnDefinition column : source.columns()) {
            if (!version.schema().contains(column.name()) || version.isEmpty(column.name())) {
                continue;
            }
            ColumnType was = version.schema().column(column.name()).type();
            boolean number = was == ColumnType.LONG || was == ColumnType.DOUBLE;
            if (was != column.type() && !(number && column.type() == ColumnType.DOUBLE)) {
                ObjectNode node = (ObjectNode) json.get("columns").get(column.name());
                node.put("type", lower(was));
                texts(node, "formats", List.of());
            }
        }
        return new DatasetRecipe(json);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static DatasetRecipe parse(String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode node) {
                DatasetRecipe recipe = new DatasetRecipe(node);
                recipe.over(SourceDefinition.of("parsed", Located.of("parsed")).key(List.of("parsed")).build());
                return recipe;
            }
        } catch (JsonProcessingException | DateTimeException e) {
            throw new IllegalArgumentException("The text is not the recipe of a dataset.", e);
        }
        throw new IllegalArgumentException("The text is not the recipe of a dataset.");
    }

    /** As a JSON text; equal recipes have equal texts. */
    public String text() {
        return CanonicalJson.write(json);
    }

    private static void texts(ObjectNode node, String name, List<String> texts) {
        ArrayNode list = node.putArray(name);
        texts.forEach(list::add);
    }

    private static List<String> texts(JsonNode node, String name) {
        List<String> texts = new ArrayList<>();
        node.path(name).forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static @Nullable String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isTextual() ? value.asText() : null;
    }

    private static @Nullable Double number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isNumber() ? (Double) value.asDouble() : null;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A source as this recipe declares it, with name, origin and place of another; without checks, anomalies and outcomes. */
    SourceDefinition over(SourceDefinition now) {
        List<ColumnDefinition> columns = new ArrayList<>();
        json.required("columns")
                .properties()
                .forEach(each -> columns.add(new ColumnDefinition(
                        each.getKey(),
                        ColumnType.valueOf(
                                each.getValue().required("type").asText().toUpperCase(Locale.ROOT)),
                        texts(each.getValue(), "formats"),
                        each.getValue().path("required").asBoolean(),
                        number(each.getValue(), "min"),
                        number(each.getValue(), "max"),
                        texts(each.getValue(), "values"),
                        text(each.getValue(), "pattern"),
                        ColumnDefinition.OnFail.valueOf(
                                each.getValue().required("on_fail").asText().toUpperCase(Locale.ROOT)),
                        now.location())));
        List<RowRule> rules = new ArrayList<>();
        json.path("rules")
                .forEach(rule -> rules.add(new RowRule(
                        new Located(rule.required("check").asText(), now.location()),
                        RowRule.OnFail.valueOf(rule.required("on_fail").asText().toUpperCase(Locale.ROOT)),
                        texts(rule, "columns"))));
        JsonNode operation = json.path("operation");
        return now.with()
                .key(texts(json, "key"))
                .eventTime(json.required("event_time").asText())
                .created(text(json, "created"))
                .knownAfter(Duration.parse(json.required("known_after").asText()))
                .zone(ZoneId.of(json.required("zone").asText()))
                .cursor(text(json, "cursor"))
                .operation(
                        operation.isObject()
                                ? new RowOperation(
                                        operation.required("column").asText(),
                                        texts(operation, "insert"),
                                        texts(operation, "update"),
                                        texts(operation, "delete"))
                                : null)
                .columns(columns)
                .rules(rules)
                .outcomes(List.of())
                .checks(List.of())
                .anomalies(List.of())
                .build();
    }

    /**
     * The source that made a version, to tell which of the version's rows it still has: columns that the source as it is
     * declared does not know are not asked for, and rules that set no row aside do not count.
     *
     * @param now the source as it is declared, which says where the rows are
     */
    SourceDefinition over(SourceDefinition now, DatasetVersion version) {
        SourceDefinition was = over(now);
        Set<String> roles = roles(was);
        Set<String> wanted = new LinkedHashSet<>(roles);
        now.columns().forEach(column -> wanted.add(column.name()));
        List<ColumnDefinition> columns = new ArrayList<>();
        for (ColumnDefinition column : was.columns()) {
            roles.remove(column.name());
            if (wanted.contains(column.name())) {
                columns.add(column);
            }
        }
        for (String name : roles) {
            if (version.schema().contains(name)) {
                columns.add(typed(version.schema().column(name)));
            }
        }
        return was.withColumns(columns)
                .with()
                .rules(was.rules().stream()
                        .filter(rule -> rule.onFail() == RowRule.OnFail.QUARANTINE || rule.onFail() == RowRule.OnFail.NULL)
                        .toList())
                .build();
    }

    /** The columns without which a source has no rows. */
    static Set<String> roles(SourceDefinition source) {
        Set<String> roles = new LinkedHashSet<>(source.key());
        roles.add(source.eventTime());
        roles.add(SourceParser.cursorName(source));
        if (source.created() != null) {
            roles.add(source.created());
        }
        return roles;
    }

    /** A column of which no more is asked than its type. */
    static ColumnDefinition typed(Column column) {
        return new ColumnDefinition(
                column.name(),
                column.type(),
                List.of(),
                false,
                null,
                null,
                List.of(),
                null,
                ColumnDefinition.OnFail.NULL,
                null);
    }

    /** What another recipe says otherwise, for people: {@code created was none, is seen_at}; empty when they are equal. */
    public List<String> changesTo(DatasetRecipe now) {
        List<String> changes = new ArrayList<>();
        for (String name : List.of("key", "event_time", "created", "known_after", "zone", "cursor", "operation")) {
            change(name, json.path(name), now.json.path(name), changes);
        }
        Set<String> columns = new TreeSet<>();
        json.path("columns").fieldNames().forEachRemaining(columns::add);
        now.json.path("columns").fieldNames().forEachRemaining(columns::add);
        for (String column : columns) {
            JsonNode was = json.path("columns").path(column);
            JsonNode is = now.json.path("columns").path(column);
            if (was.isMissingNode()) {
                changes.add("%s was not declared, is %s".formatted(column, limits(is)));
            } else if (is.isMissingNode()) {
                changes.add("%s was %s, is not declared".formatted(column, limits(was)));
            } else {
                List<String> found = new ArrayList<>();
                for (String name :
                        List.of("type", "formats", "required", "min", "max", "values", "pattern", "on_fail")) {
                    change(name, was.path(name), is.path(name), found);
                }
                found.forEach(each -> changes.add(column + ": " + each));
            }
        }
        Map<String, Integer> rules = new LinkedHashMap<>();
        json.path("rules").forEach(rule -> rules.merge(rule(rule), -1, Integer::sum));
        now.json.path("rules").forEach(rule -> rules.merge(rule(rule), 1, Integer::sum));
        rules.forEach((rule, count) -> {
            if (count != 0) {
                changes.add("the rule %s is %s".formatted(rule, count > 0 ? "new" : "gone"));
            }
        });
        if (changes.isEmpty() && !text().equals(now.text())) {
            changes.add("the rules are in another order");
        }
        return changes;
    }

    private static void change(String name, JsonNode was, JsonNode is, List<String> changes) {
        if (!show(name, was).equals(show(name, is))) {
            changes.add("%s was %s, is %s".formatted(name, show(name, was), show(name, is)));
        }
    }

    private static String show(String name, JsonNode value) {
        if (value.isNull() || value.isMissingNode() || (value.isArray() && value.isEmpty())) {
            return "none";
        }
        if (name.equals("known_after")) {
            return Durations.format(Duration.parse(value.asText()));
        }
        if (value.isObject()) {
            List<String> parts = new ArrayList<>();
            value.properties().forEach(each -> parts.add(each.getKey() + " " + show(each.getKey(), each.getValue())));
            return String.join(", ", parts);
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(each -> parts.add(each.asText()));
            return parts.toString();
        }
        return value.isNumber() ? CellRule.plain(value.asDouble()) : value.asText();
    }

    /** A declared column in one line. */
    private static String limits(JsonNode column) {
        List<String> parts = new ArrayList<>(List.of(column.path("type").asText()));
        for (String name : List.of("formats", "min", "max", "values", "pattern")) {
            if (!show(name, column.path(name)).equals("none")) {
                parts.add(name + " " + show(name, column.path(name)));
            }
        }
        if (column.path("required").asBoolean()) {
            parts.add("required");
        }
        return String.join(", ", parts);
    }

    private static String rule(JsonNode rule) {
        return "`%s` (%s%s)"
                .formatted(
                        rule.path("check").asText(),
                        rule.path("on_fail").asText(),
                        texts(rule, "columns").isEmpty() ? "" : " " + texts(rule, "columns"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DatasetRecipe recipe && text().equals(recipe.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
