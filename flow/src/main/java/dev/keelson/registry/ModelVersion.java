package dev.keelson.registry;

import java.time.Instant;

/**
 * A registered model. Immutable; what it serves as is said by aliases.
 *
 * @param model the model's name
 * @param version from 1, ascending
 * @param runId the run that trained it
 * @param sha256 hash of its bundle: two versions with one hash are the same model
 * @param kind why it was trained
 * @param trainedTo labels known strictly before this instant were used
 * @param createdAt when it was registered
 */
public record ModelVersion(
        String model, int version, String runId, String sha256, Kind kind, Instant trainedTo, Instant createdAt) {

    /** The alias of the version that serves. */
    public static final String CHAMPION = "champion";
    /** The alias of the version that is being compared with it. */
    public static final String CHALLENGER = "challenger";

    /** Why a version was trained. */
    public enum Kind {
        /** The first of its model. */
        INITIAL,
        /** Same recipe, newer data. */
        REFRESH,
        /** Other recipe or features. */
        CHANGE
    }

    /** {@code name v3}. */
    public String label() {
        return model + " v" + version;
    }
}
