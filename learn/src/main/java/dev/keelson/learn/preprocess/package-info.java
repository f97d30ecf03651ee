/** Preparation of features that is fitted on training rows and kept with the model. */
@NullMarked
package dev.keelson.learn.preprocess;

import org.jspecify.annotations.NullMarked;
