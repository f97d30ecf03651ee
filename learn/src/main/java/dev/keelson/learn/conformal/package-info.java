/** Sets and intervals that cover the truth at a stated rate, whatever the model is. */
@NullMarked
package dev.keelson.learn.conformal;

import org.jspecify.annotations.NullMarked;
