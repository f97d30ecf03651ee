package dev.keelson.project;

import java.util.List;

/**
 * What is known of a feature view while the rest of the file is checked.
 *
 * @param name its name
 * @param entity its entity
 * @param features its features, in order, also those that could not be read
 * @param open whether it has features that only its data tells, as the columns of a query
 */
record ViewColumns(String name, String entity, List<String> features, boolean open) {
    ViewColumns {
        features = List.copyOf(features);
    }
}
