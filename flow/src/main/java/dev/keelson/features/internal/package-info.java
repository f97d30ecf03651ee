/** Keyed state, folds and the passes over them. For the package {@code dev.keelson.features} alone. */
@NullMarked
package dev.keelson.features.internal;

import org.jspecify.annotations.NullMarked;
