package dev.keelson.features;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A feature view whose rows a query computes. They are kept as a dataset of their own, and the values of a key are those of its
 * newest row that was known: in history, in models and online.
 *
 * @param name its name in the project
 * @param entity the entity whose key the values belong to
 * @param sources the sources that the query may read, by their names, at least one
 * @param sql one SELECT. Its columns are the key of the entity, {@code event_time}, perhaps {@code known_at}, and the
 *     features
 * @param ttl how old a row may be, inclusive; null for no limit
 */
public record SqlViewDefinition(
        String name,
        String entity,
        List<String> sources,
        Located sql,
        @Nullable Duration ttl,
        @Nullable Location location) {
    /** The column that says when it happened. */
    public static final String EVENT_TIME = "event_time";

    /** The column that says when it was known. */
    public static final String KNOWN_AT = "known_at";

    public SqlViewDefinition {
        sources = List.copyOf(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources must name at least one source.");
        }
    }

    /** The name under which its materialised rows are kept as a dataset; no source can have it. */
    public String dataset() {
        return "view." + name;
    }

    /** What of a view's rows is a feature: every column but the key and the system's. */
    public List<Column> features(Schema rows, String key) {
        return rows.columns().stream()
                .filter(column -> !column.name().equals(key) && !SystemColumns.NAMES.contains(column.name()))
                .toList();
    }

    /** What features need to know of the dataset of a view's rows. */
    public SourceSchema source(Schema rows, String key) {
        return new SourceSchema(
                dataset(),
                new Schema(rows.columns().stream()
                        .filter(column -> !SystemColumns.NAMES.contains(column.name()))
                        .toList()),
                List.of(key),
                List.of());
    }

    /**
     * The view over the dataset of its rows: each number or condition of the query is a feature, with its value in the key's
     * newest row. Texts and dates are for history alone.
     *
     * @param rows the columns of the dataset
     * @param key the column that holds the entity's key
     * @return empty when the query gives neither numbers nor conditions
     */
    public Optional<FeatureViewDefinition> over(Schema rows, String key) {
        List<FeatureDefinition> features = features(rows, key).stream()
                .filter(column -> isNumber(column.type()))
                .map(column -> new FeatureDefinition(
                        column.name(), new Located('"' + column.name().replace("\"", "\"\"") + '"', sql.location())))
                .toList();
        return features.isEmpty()
                ? Optional.empty()
                : Optional.of(new FeatureViewDefinition(name, entity, dataset(), key, null, ttl, features, location));
    }

    private static boolean isNumber(ColumnType type) {
        return switch (type) {
            case DOUBLE, LONG, BOOLEAN -> true;
            case STRING, DATE, TIMESTAMP -> false;
        };
    }
}
