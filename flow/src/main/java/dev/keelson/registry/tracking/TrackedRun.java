package dev.keelson.registry.tracking;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run with what belongs to it, but for its files and the history of its metrics. Immutable. What a search was not asked for
 * is empty.
 *
 * @param info the run
 * @param metrics by name
 * @param params by name
 * @param tags by name
 * @param inputs data sets that it read
 * @param modelInputs ids of logged models that it read
 * @param modelOutputs ids of logged models that it made, with the step
 */
public record TrackedRun(
        RunInfo info,
        SortedMap<String, MetricSummary> metrics,
        SortedMap<String, String> params,
        SortedMap<String, String> tags,
        List<DatasetInput> inputs,
        List<String> modelInputs,
        Map<String, Long> modelOutputs) {
    public TrackedRun {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        inputs = List.copyOf(inputs);
        modelInputs = List.copyOf(modelInputs);
        modelOutputs = Collections.unmodifiableMap(new TreeMap<>(modelOutputs));
    }
}
