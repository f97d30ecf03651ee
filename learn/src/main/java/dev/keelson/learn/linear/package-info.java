/** Linear regression with ridge, lasso or elastic net. */
@NullMarked
package dev.keelson.learn.linear;

import org.jspecify.annotations.NullMarked;
