/** Learners and models: what fits, what predicts, and how a trained model is kept as data. */
@NullMarked
package dev.keelson.learn;

import org.jspecify.annotations.NullMarked;
