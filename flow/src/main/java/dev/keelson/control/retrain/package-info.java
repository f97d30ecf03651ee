/** Retraining: from a reason to train to a version that serves or is dropped, step by step, and what a person is asked. */
@NullMarked
package dev.keelson.control.retrain;

import org.jspecify.annotations.NullMarked;
