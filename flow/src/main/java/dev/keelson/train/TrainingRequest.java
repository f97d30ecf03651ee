package dev.keelson.train;

import dev.keelson.frame.Micros;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything a training depends on.
 *
 * @param definition the model
 * @param table rows whose labels were known before {@code asOf}
 * @param asOf the moment as of which it trains
 * @param inputs where the rows came from
 * @param mode how much is done
 */
public record TrainingRequest(
        ModelDefinition definition, TrainingTable table, Instant asOf, Inputs inputs, TrainingMode mode) {

    /**
     * What the rows and the code are, for the run's provenance and the training's key.
     *
     * @param datasetVersion id of the dataset version
     * @param featureHash hash of the feature definitions that made the columns
     * @param codeVersion version of the code that trains
     * @param environment machine and libraries; recorded, not part of the key
     */
    public record Inputs(
            String datasetVersion, String featureHash, String codeVersion, SortedMap<String, String> environment) {
        /** Copies the environment. */
        public Inputs {
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }

        /** The same with a map in any order. */
        public static Inputs of(
                String datasetVersion, String featureHash, String codeVersion, Map<String, String> environment) {
            return new Inputs(datasetVersion, featureHash, codeVersion, new TreeMap<>(environment));
        }
    }

    /** Refuses labels that were not known yet and labels outside the classes. */
    public TrainingRequest {
        long limit = Micros.of(asOf);
        for (int i = 0; i < table.rows(); i++) {
            if (table.knownAt()[i] >= limit) {
                throw new IllegalArgumentException(
                        """
                        The label of row %s is known at %s, which is not before %s.
                        Maybe rows were not filtered by known_at < as_of.\
                        """.formatted(table.rowIds().get(i), Micros.toInstant(table.knownAt()[i]), asOf));
            }
            if (table.hasValues() ? !definition.label().isNumber() : definition.label().isNumber()) {
                throw new IllegalArgumentException("The rows do not have what the label (%s) is, %s."
                        .formatted(definition.label().address(), table.hasValues() ? "classes" : "a number"));
            }
            if (!table.hasValues()
                    && (table.labels()[i] < 0
                            || table.labels()[i] >= definition.classes().size())) {
                throw new IllegalArgumentException("The label of row %s (%d) is none of the classes %s."
                        .formatted(table.rowIds().get(i), table.labels()[i], definition.classes()));
            }
        }
    }
}
