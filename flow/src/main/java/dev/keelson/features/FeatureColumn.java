package dev.keelson.features;

import org.jspecify.annotations.Nullable;

/**
 * One output of a feature service.
 *
 * @param name its name: {@code home.team_form.points_last10}, {@code implied_AvgH}, {@code elo_gap}
 * @param origin where its value comes from
 * @param role the role whose entity it describes; null unless the origin is STATE
 * @param view the view; null unless the origin is STATE
 * @param feature the feature's name within the view; null unless the origin is STATE
 * @param category whether its numbers stand for texts, as {@link dev.keelson.frame.CategoryKey} makes them
 */
public record FeatureColumn(
        String name,
        Origin origin,
        @Nullable String role,
        @Nullable String view,
        @Nullable String feature,
        boolean category) {

    /** A quantity. */
    public FeatureColumn(
            String name, Origin origin, @Nullable String role, @Nullable String view, @Nullable String feature) {
        this(name, origin, role, view, feature, false);
    }

    /** Where a feature's value comes from. */
    public enum Origin {
        /** The keyed state of a view. */
        STATE,
        /** The request alone. */
        REQUEST,
        /** Other features, and the request. */
        DERIVED
    }
}
