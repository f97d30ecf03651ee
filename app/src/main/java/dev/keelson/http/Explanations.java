package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why models tell what they tell, as documents. Contributions are those of the features to the margins of the model, from
 * which its prediction is made before it is calibrated. Safe for use by several threads.
 */
public interface Explanations {
    /** Rows that a model is explained by, unless said otherwise. */
    int ROWS = 500;

    /** Change of a feature's share of the importance between versions that is pointed out. */
    double MOVED = 0.10;

    /**
     * What matters to each version of a model: the share of each feature, its rank and how it changed, and what it is worth
     * where that was measured.
     *
     * @param versions newest versions at most
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND
     */
    ObjectNode importance(String model, int versions);

    /**
     * What matters to a model over many rows: the mean size of each feature's contributions and which way it pushes, beside
     * the other importances.
     *
     * @param version null for the champion
     * @param rows how many rows at most, those of the test period, else the newest
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; VERSION_NOT_FOUND; NOT_READY; DATASET_NOT_FOUND
     */
    ObjectNode model(String model, @Nullable Integer version, int rows);

    /**
     * Why a model tells what it tells of a row whose outcome is known.
     *
     * @param row its key: the key values of the source joined by {@code |}
     * @throws dev.keelson.error.KeelsonException as {@link #model}; NOT_FOUND when there is no such row
     */
    ObjectNode row(String model, @Nullable Integer version, String row);

    /**
     * Why a logged prediction is what it is, by the features it was made of.
     *
     * @throws dev.keelson.error.KeelsonException NOT_FOUND when the log does not hold it
     */
    ObjectNode prediction(UUID id);
}
