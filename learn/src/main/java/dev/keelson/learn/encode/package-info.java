/** How categories become numbers that learners read; fitted on training rows alone and stored with the model. */
@NullMarked
package dev.keelson.learn.encode;

import org.jspecify.annotations.NullMarked;
