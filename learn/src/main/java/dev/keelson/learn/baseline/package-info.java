/** Predictions without learning, to compare with. */
@NullMarked
package dev.keelson.learn.baseline;

import org.jspecify.annotations.NullMarked;
