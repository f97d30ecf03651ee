package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model did on its test period.
 *
 * @param metrics of a run, by name: {@code test_<metric>}, {@code class/<name>/test_<metric>} and their {@code _lower} and
 *     {@code _upper}
 * @param document metrics with their intervals, segments and what the search for weak slices found
 */
public record Judgement(SortedMap<String, Double> metrics, ObjectNode document) {
    /** Copies the metrics. */
    public Judgement {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }
}
