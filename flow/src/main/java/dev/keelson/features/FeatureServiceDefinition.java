package dev.keelson.features;

import dev.keelson.error.Located;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The features one model asks for, as the project file declares them.
 *
 * @param name the model's name
 * @param source the source whose rows are asked about
 * @param entities role to (entity key to source column): {@code home: { team: HomeTeam }}
 * @param features selectors in order: {@code home.team_form.*}, {@code home.ratings.elo}; a view without its role when
 *     only one role has the view's entity; a source column; or a request-time expression such as
 *     {@code implied(AvgH, AvgD, AvgA)}
 * @param derive name to expression over features (by their dotted names, selected or not), request-time values, source
 *     columns and earlier derived values, in order
 */
public record FeatureServiceDefinition(
        String name,
        String source,
        Map<String, Map<String, String>> entities,
        List<Located> features,
        Map<String, Located> derive) {
    public FeatureServiceDefinition {
        entities = Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        features = List.copyOf(features);
        derive = Collections.unmodifiableMap(new LinkedHashMap<>(derive));
    }
}
