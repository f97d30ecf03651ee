/** How well a model does before the labels are there: expected performance, expected loss, and whether rows are of another world. */
@NullMarked
package dev.keelson.learn.estimate;

import org.jspecify.annotations.NullMarked;
