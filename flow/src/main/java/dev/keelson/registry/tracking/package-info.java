/** Experiments, runs, metrics over steps, logged models and registered models, as clients of a tracking server know them. */
@NullMarked
package dev.keelson.registry.tracking;

import org.jspecify.annotations.NullMarked;
