package dev.keelson.console.view;

import java.util.List;

/**
 * The feature catalogue.
 *
 * @param shell what every page shares
 * @param views in the order of the project file
 * @param queries views that a query computes
 * @param empty why nothing can be said of freshness; empty when something can
 */
public record FeaturesView(Shell shell, List<Row> views, List<Query> queries, String empty) {

    /**
     * A view.
     *
     * @param name its name
     * @param features names of its features
     * @param entity what its values belong to
     * @param source where its events come from
     * @param freshness the age of the newest event against the time to live
     * @param age of the newest event, in words
     * @param ttl how old it may be, in words
     * @param keys how many entities are known
     * @param size of what is stored
     * @param models those that use it, each of them once
     */
    public record Row(
            String name,
            String features,
            String entity,
            String source,
            Badge freshness,
            String age,
            String ttl,
            String keys,
            String size,
            List<String> models) {}

    /**
     * A view that a query computes.
     *
     * @param name its name
     * @param entity what its values belong to
     * @param sources what it reads
     * @param ttl how old a row may be, in words
     * @param sql the query
     */
    public record Query(String name, String entity, String sources, String ttl, String sql) {}
}
