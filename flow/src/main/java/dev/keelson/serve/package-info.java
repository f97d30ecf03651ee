/** Loaded models, predictions, their log and their outcomes. */
@NullMarked
package dev.keelson.serve;

import org.jspecify.annotations.NullMarked;
