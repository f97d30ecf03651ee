package dev.keelson.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A distribution to compare with, computed once, with its number. Its rows are kept under {@link #sha256}.
 *
 * @param id {@code MODEL.SOURCE.NUMBER}, the source in letters, digits and dashes
 * @param model whose inputs it holds
 * @param source what it was made of
 * @param number 1, 2, ... for each model and source
 * @param at when it was made
 * @param from event time of its first row
 * @param to event time of its last row
 * @param rows rows that it was made of
 * @param origin in words: which version was trained on it, or which dataset versions it was read from
 * @param reason why it was made
 * @param actor who made it
 * @param sha256 name of its rows; empty once it was deleted
 * @param columns what is known of each column
 */
public record Baseline(
        String id,
        String model,
        BaselineSource source,
        int number,
        Instant at,
        Instant from,
        Instant to,
        long rows,
        String origin,
        String reason,
        String actor,
        String sha256,
        List<Column> columns) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final double[] SHARES = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    private static final int SHOWN = 20;

    /** Copies the list. */
    public Baseline {
        columns = List.copyOf(columns);
    }

    /**
     * What is known of one column. Numbers that cannot be computed are NaN.
     *
     * @param rows all rows
     * @param missing rows without a value
     * @param quantiles at 1, 5, 25, 50, 75, 95 and 99 %; empty for categories
     * @param rankError how far the share below a quantile may be off with 99 % confidence; 0 when they are exact
     * @param categories the most frequent ones first, at most 20; empty for quantities
     */
    public record Column(
            String name,
            long rows,
            long missing,
            double mean,
            double deviation,
            double least,
            double greatest,
            List<Double> quantiles,
            double rankError,
            List<CategoryCount> categories) {
        /** Copies the lists. */
        public Column {
            quantiles = List.copyOf(quantiles);
            categories = List.copyOf(categories);
        }

        /**
         * Of a tally.
         *
         * @param texts what numbers stand for
         */
        static Column of(String name, ColumnTally tally, DoubleFunction<@Nullable String> texts) {
            boolean category = tally.category();
            List<Double> quantiles = new ArrayList<>();
            for (double quantile : category ? new double[0] : tally.quantiles(SHARES)) {
                quantiles.add(quantile);
            }
            return new Column(
                    name,
                    tally.rows(),
                    tally.missing(),
                    category ? Double.NaN : tally.mean(),
                    category ? Double.NaN : tally.deviation(),
                    category ? Double.NaN : tally.least(),
                    category ? Double.NaN : tally.greatest(),
                    quantiles,
                    category ? 0 : tally.rankError(),
                    tally.categories().stream()
                            .limit(SHOWN)
                            .map(each -> new CategoryCount(
                                    Objects.requireNonNullElseGet(
                                            texts.apply(each.key()), () -> String.format(Locale.ROOT, "#%.0f", each.key())),
                                    each.rows()))
                            .toList());
        }

        ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance
                    .objectNode()
                    .put("name", name)
                    .put("rows", rows)
                    .put("missing", missing);
            FeatureDrift.number(node, "mean", mean);
            FeatureDrift.number(node, "sd", deviation);
            FeatureDrift.number(node, "min", least);
            FeatureDrift.number(node, "max", greatest);
            ObjectNode told = node.putObject("quantiles");
            for (int i = 0; i < quantiles.size(); i++) {
                FeatureDrift.number(told, String.format(Locale.ROOT, "%.2f", SHARES[i]), quantiles.get(i));
            }
            node.put("rank_error", rankError);
            ArrayNode list = node.putArray("categories");
            categories.forEach(each -> list.addObject().put("value", each.text()).put("rows", each.rows()));
            return node;
        }

        static Column fromJson(JsonNode node) {
            List<Double> quantiles = new ArrayList<>();
            node.path("quantiles").forEach(each -> quantiles.add(each.isNull() ? Double.NaN : each.asDouble()));
            List<CategoryCount> categories = new ArrayList<>();
            node.path("categories")
                    .forEach(each -> categories.add(
                            new CategoryCount(each.path("value").asText(), each.path("rows").asLong())));
            return new Column(
                    node.path("name").asText(),
                    node.path("rows").asLong(),
                    node.path("missing").asLong(),
                    FeatureDrift.number(node, "mean"),
                    FeatureDrift.number(node, "sd"),
                    FeatureDrift.number(node, "min"),
                    FeatureDrift.number(node, "max"),
                    quantiles,
                    node.path("rank_error").asDouble(),
                    categories);
        }
    }

    /** A category and its rows. */
    public record CategoryCount(String text, long rows) {}

    /** The columns of rows. */
    public static List<Column> columns(BaselineRows rows, DoubleFunction<@Nullable String> texts) {
        List<Column> columns = new ArrayList<>();
        for (int c = 0; c < rows.names().size(); c++) {
            columns.add(Column.of(rows.names().get(c), rows.tallies().get(c), texts));
        }
        return columns;
    }

    /** The id of a baseline. */
    public static String id(String model, BaselineSource source, int number) {
        return "%s.%s.%d".formatted(model, source.slug(), number);
    }

    /** What stays of it when it is deleted: who, when and why. */
    public Baseline deleted(String by, String because) {
        return new Baseline(id, model, source, number, at, from, to, rows, origin, because, by, "", List.of());
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("model", model)
                .put("source", source.text())
                .put("frozen", source.frozen())
                .put("number", number)
                .put("at", at.toString())
                .put("from", from.toString())
                .put("to", to.toString())
                .put("rows", rows)
                .put("origin", origin)
                .put("reason", reason)
                .put("actor", actor)
                .put("sha256", sha256);
        ArrayNode list = node.putArray("columns");
        columns.forEach(column -> list.add(column.toJson()));
        return node;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static Baseline fromJson(String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            List<Column> columns = new ArrayList<>();
            node.path("columns").forEach(column -> columns.add(Column.fromJson(column)));
            return new Baseline(
                    node.path("id").asText(),
                    node.path("model").asText(),
                    BaselineSource.parse(node.path("source").asText())
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "The source of a baseline (%s) is unknown.".formatted(node.path("source").asText()))),
                    node.path("number").asInt(),
                    Instant.parse(node.path("at").asText()),
                    Instant.parse(node.path("from").asText()),
                    Instant.parse(node.path("to").asText()),
                    node.path("rows").asLong(),
                    node.path("origin").asText(),
                    node.path("reason").asText(),
                    node.path("actor").asText(),
                    node.path("sha256").asText(),
                    columns);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The text is not a baseline.", e);
        }
    }
}
