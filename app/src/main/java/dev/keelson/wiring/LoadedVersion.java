package dev.keelson.wiring;

import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.registry.ModelVersion;

/**
 * A version in memory.
 *
 * @param version which one
 * @param trained its model and the run that made it
 */
record LoadedVersion(ModelVersion version, Trained trained) {}
