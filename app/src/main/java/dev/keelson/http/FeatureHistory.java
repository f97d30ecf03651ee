package dev.keelson.http;

import dev.keelson.data.DatasetVersion;
import dev.keelson.features.JoinSummary;
import dev.keelson.frame.Frame;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values that features had. Safe for use by several threads.
 *
 * <p>Expected failures are {@link dev.keelson.error.KeelsonException}: UNKNOWN_REFERENCE for a view or feature that is not
 * there; DATASET_NOT_FOUND when a source was never loaded; those of {@link dev.keelson.features.spi.PointInTimeJoin}.
 */
public interface FeatureHistory {

    /**
     * What is asked.
     *
     * @param entities a .parquet or .csv file of rows with the keys of the views' entities
     * @param asOf its column that says as of when
     * @param features {@code view:feature} or {@code view:*}, at least one
     * @param where view to a condition on its rows; for views of columns and of queries
     */
    record Question(Path entities, String asOf, List<String> features, Map<String, String> where) {
        public Question {
            features = List.copyOf(features);
            where = Collections.unmodifiableMap(new LinkedHashMap<>(where));
        }
    }

    /**
     * What was read.
     *
     * @param summary counts of statuses for each view
     * @param versions source or materialised view to the version that was read
     */
    record Read(JoinSummary summary, Map<String, DatasetVersion> versions) {}

    /**
     * The answer in memory.
     *
     * @param rows those asked about, in their order, each with the values that it was asked for
     * @param read what was read
     */
    record Answer(Frame rows, Read read) {}

    /** Answers in memory. */
    Answer rows(Question question);

    /**
     * Answers into a file.
     *
     * @param out a .parquet or .csv file
     */
    Read write(Question question, Path out);
}
