/** The loop: retraining, promotion, replay. */
@NullMarked
package dev.keelson.control;

import org.jspecify.annotations.NullMarked;
