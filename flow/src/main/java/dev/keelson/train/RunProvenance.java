package dev.keelson.train;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a model came from: enough to train it again.
 *
 * @param trainingKey identity of the training
 * @param mode {@code full}, {@code refresh}, {@code update} or {@code reinforce}
 * @param datasetVersion id of the dataset version
 * @param featureHash hash of the feature definitions
 * @param configuration canonical JSON of the definition
 * @param settings every learner setting in use, as {@code <position>.<learner>.<setting>}, defaults included
 * @param seed the definition's seed
 * @param codeVersion version of the code that trained
 * @param environment machine and libraries
 * @param rows rows of the final fit
 * @param firstEvent event time of the earliest of them
 * @param lastEvent event time of the latest
 * @param asOf the moment as of which it trained
 * @param features names of the model's inputs, in order
 */
public record RunProvenance(
        String trainingKey,
        String mode,
        String datasetVersion,
        String featureHash,
        String configuration,
        SortedMap<String, String> settings,
        long seed,
        String codeVersion,
        SortedMap<String, String> environment,
        int rows,
        Instant firstEvent,
        Instant lastEvent,
        Instant asOf,
        List<String> features) {
    /** Copies the collections. */
    public RunProvenance {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        features = List.copyOf(features);
    }
}
