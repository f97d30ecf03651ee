/** What models learn to predict: labels as the project declares them, their values, and when each becomes known. */
@NullMarked
package dev.keelson.labels;

import org.jspecify.annotations.NullMarked;
