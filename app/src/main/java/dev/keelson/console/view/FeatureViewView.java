package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature view.
 *
 * @param shell what every page shares
 * @param name its name
 * @param freshness the age of the newest event against the time to live
 * @param sentence the same in words
 * @param facts about the view
 * @param features in the order of the project file
 * @param checked when the statistics were measured, in words; empty when never
 * @param model whose check would measure them
 * @param importances of each model that uses the view
 * @param lookup an entity's current values
 */
public record FeatureViewView(
        Shell shell,
        String name,
        Badge freshness,
        String sentence,
        List<Fact> facts,
        List<Feature> features,
        String checked,
        String model,
        List<Importances> importances,
        Lookup lookup) {

    /**
     * A feature.
     *
     * @param name its name
     * @param definition as declared
     * @param type of its values
     * @param models those that use it, in words
     * @param statistics of each column that models make of it
     */
    public record Feature(
            String name, String definition, String type, String models, List<Statistics> statistics) {}

    /**
     * What the values of a column look like.
     *
     * @param column its name in the model
     * @param model the model
     * @param distribution drawn, training period against the last drift window; empty without a drift report
     * @param rows how many
     * @param missing share without a value
     * @param distinct how many different values
     * @param mean their mean
     * @param std their standard deviation
     * @param low 5 % are not above
     * @param middle the median
     * @param high 95 % are not above
     */
    public record Statistics(
            String column,
            String model,
            Markup distribution,
            String rows,
            String missing,
            String distinct,
            String mean,
            String std,
            String low,
            String middle,
            String high) {}

    /**
     * How much the features mattered to the versions of a model.
     *
     * @param model its name
     * @param versions oldest first
     * @param rows one for each feature
     */
    public record Importances(String model, List<String> versions, List<Share> rows) {}

    /**
     * A feature's shares.
     *
     * @param feature its name
     * @param shares one for each version
     * @param trend the same, drawn
     */
    public record Share(String feature, List<String> shares, Markup trend) {}

    /**
     * An entity's current values.
     *
     * @param key name of the entity's key
     * @param asked the value asked for, or empty
     * @param values one for each feature; empty when nothing was asked
     * @param unavailable why nothing can be asked, or null
     */
    public record Lookup(String key, String asked, List<Value> values, @Nullable String unavailable) {}

    /**
     * A value.
     *
     * @param feature its name
     * @param value the value, or a dash
     * @param full with all digits
     * @param status why it is there or not
     * @param age of the newest event, in words
     */
    public record Value(String feature, String value, String full, Badge status, String age) {}
}
