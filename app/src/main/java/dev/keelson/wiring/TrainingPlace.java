package dev.keelson.wiring;

import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.spi.TrainingCache;

/**
 * Where trainings are done, and where what comes of them is kept.
 *
 * @param worker does them
 * @param files keeps the files of runs
 * @param cache keeps finished trainings
 */
record TrainingPlace(Worker worker, ArtifactStore files, TrainingCache cache) {

    /** Does a training, in this process or another: the same request gives the same bytes. */
    @FunctionalInterface
    interface Worker {
        /** This process. */
        Worker HERE = Training::run;

        /** As {@link Training#run(TrainingRequest)} of that training. */
        TrainingOutcome run(Training training, TrainingRequest request);
    }

    /** The same, done by another. */
    TrainingPlace by(Worker other) {
        return new TrainingPlace(other, files, cache);
    }
}
