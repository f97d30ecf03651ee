package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import org.jspecify.annotations.Nullable;

/**
 * Comparisons of any two tables. Answers are JSON documents, described in docs/reference/drift.md. Safe for use by several
 * threads.
 */
public interface DriftService {
    /** Where nothing can be compared. */
    DriftService NONE = new DriftService() {
        @Override
        public void check(DriftRequest request) {
            throw none();
        }

        @Override
        public void check(SimulateRequest request) {
            throw none();
        }

        @Override
        public JsonNode compare(DriftRequest request) {
            throw none();
        }

        @Override
        public JsonNode simulate(SimulateRequest request) {
            throw none();
        }

        @Override
        public JsonNode acis(@Nullable String model, int days, int minSamples) {
            throw none();
        }

        private KeelsonException none() {
            return new KeelsonException(ErrorCode.NOT_READY, "Nothing can be compared here.", null);
        }
    };

    /**
     * Finds both tables and the rule, and compares nothing.
     *
     * @throws KeelsonException what {@link #compare} would refuse before it compares, all at once
     */
    void check(DriftRequest request);

    /**
     * Finds the table, the changes and where it is to be written, and makes nothing.
     *
     * @throws KeelsonException what {@link #simulate} would refuse before it changes anything, all at once
     */
    void check(SimulateRequest request);

    /**
     * Compares two tables and keeps the report.
     *
     * @return the report, with its {@code id}
     * @throws KeelsonException BAD_REQUEST, SOURCE_NOT_FOUND, DATASET_NOT_FOUND, MODEL_NOT_FOUND, NOT_READY
     */
    JsonNode compare(DriftRequest request);

    /**
     * Makes a table wrong on purpose; writes it, judges it, or both.
     *
     * @return what was changed, the file written, and the report where one was asked for
     * @throws KeelsonException as {@link #compare}
     */
    JsonNode simulate(SimulateRequest request);

    /**
     * What a model was asked in the last days against its training data, by the rule of ACIS and in its form.
     *
     * @param model null for the only one that is watched
     * @param days back from the newest prediction
     * @param minSamples that the window must hold
     * @throws KeelsonException NOT_ENOUGH_ROWS when it does not
     */
    JsonNode acis(@Nullable String model, int days, int minSamples);
}
