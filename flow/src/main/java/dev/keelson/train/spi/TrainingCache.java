package dev.keelson.train.spi;

import dev.keelson.train.TrainingOutcome;
import java.util.Optional;

/**
 * Finished trainings by key, so that replayed policies and repeated runs share identical ones. An outcome is a pure
 * function of its key, so putting the same key twice may keep either. Implementations are safe for use by several
 * threads.
 */
public interface TrainingCache {

    /**
     * The outcome stored under a key.
     *
     * @param key as {@link dev.keelson.train.TrainingKey} derives it
     */
    Optional<TrainingOutcome> get(String key);

    /** Stores an outcome; {@link TrainingOutcome#toJson} and the files of its bundle are all there is to it. */
    void put(String key, TrainingOutcome outcome);
}
