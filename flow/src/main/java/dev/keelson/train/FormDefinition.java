package dev.keelson.train;

import dev.keelson.learn.Task;
import dev.keelson.learn.encode.EncodingKind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * In which form features reach the learners, and a number is told.
 *
 * @param encode feature to how its categories are encoded; others are encoded as their learner does best
 * @param quantiles levels that are told of a number beside its value, rising, each between 0 and 1; none for the value
 *     alone
 */
public record FormDefinition(SortedMap<String, EncodingKind> encode, List<Double> quantiles) {
    /** Nothing said. */
    public static final FormDefinition NONE = new FormDefinition(Map.of(), List.of());

    /** Checks the levels. */
    public FormDefinition {
        encode = Collections.unmodifiableSortedMap(new TreeMap<>(encode));
        quantiles = quantiles.isEmpty() ? List.of() : new Task.Quantiles(quantiles).levels();
    }

    /** From a map in any order. */
    public FormDefinition(Map<String, EncodingKind> encode, List<Double> quantiles) {
        this(new TreeMap<>(encode), quantiles);
    }
}
