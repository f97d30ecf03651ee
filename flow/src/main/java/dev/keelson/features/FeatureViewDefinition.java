package dev.keelson.features;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named columns computed together, as the project file declares them.
 *
 * @param name its name in the project
 * @param entity the entity whose key the values belong to
 * @param source the source of its events
 * @param key the source column that holds the entity's key; null when the view is unpivoted or its features name keys
 * @param unpivot how one row becomes one event for each role, or null
 * @param ttl how old the newest event may be, inclusive; null for no limit
 * @param features in order; the name and the fold's text (see {@code dev.keelson.expression.FoldExpression})
 */
public record FeatureViewDefinition(
        String name,
        String entity,
        String source,
        @Nullable String key,
        @Nullable Unpivot unpivot,
        @Nullable Duration ttl,
        List<FeatureDefinition> features,
        @Nullable Location location) {
    public FeatureViewDefinition {
        features = List.copyOf(features);
    }

    /**
     * A feature of a view.
     *
     * @param name its name within the view
     * @param text its definition
     */
    public record FeatureDefinition(String name, Located text) {}

    /**
     * One source row becomes one event for each role (home, away).
     *
     * @param entityColumn name of the key column of the events, e.g. {@code team}
     * @param keyByRole role to the source column that holds its key, in order: home to HomeTeam, away to AwayTeam
     * @param columns event column to (role to source column)
     * @param derive event column to its expression over the event's other columns, in order
     */
    public record Unpivot(
            String entityColumn,
            Map<String, String> keyByRole,
            Map<String, Map<String, String>> columns,
            Map<String, Located> derive) {
        public Unpivot {
            keyByRole = ordered(keyByRole);
            columns = ordered(columns);
            derive = ordered(derive);
        }

        private static <V> Map<String, V> ordered(Map<String, V> map) {
            return java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(map));
        }
    }
}
